"""A real PostgreSQL with PostGIS for the tests: Debian's programs, a folder and a port of its own.

One server serves all processes of a test run: the first that needs it starts it, the last stops it.
Tests get databases of their own. Where the programs are missing, `missing()` says which package
brings them, and the tests that need them are skipped with that reason.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

START_DEADLINE = 120.0  # seconds, on a machine that runs other tests too
_DEBIAN = Path("/usr/lib/postgresql")
_UNPRIVILEGED = "postgres"  # who runs the server where the tests run as root, which it refuses
_SETTINGS = {
    "fsync": "off",  # the data are gone with the run
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "log_min_messages": "warning",
    "timezone": "Asia/Kathmandu",  # nothing may lean on UTC
}


def programs() -> Path | None:
    """The folder with PostgreSQL's server programs, of the highest version that has PostGIS."""
    found = [_DEBIAN / one.name / "bin" for one in _DEBIAN.glob("[0-9]*")]
    found.sort(key=lambda folder: int(folder.parent.name), reverse=True)
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    for folder in found:
        if (folder / "initdb").is_file() and _postgis(folder).is_file():
            return folder
    return None


def _postgis(folder: Path) -> Path:
    config = shutil.which("pg_config", path=str(folder)) or shutil.which("pg_config")
    if config is None or _DEBIAN in folder.parents:
        return Path("/usr/share/postgresql", folder.parent.name, "extension/postgis.control")
    shared = subprocess.run([config, "--sharedir"], capture_output=True, text=True, check=True)
    return Path(shared.stdout.strip(), "extension/postgis.control")


def missing() -> str:
    """Why no server can be started here; empty where one can."""
    if programs() is None:
        return (
            "PostgreSQL's server with PostGIS is not on this machine (Debian: postgresql and"
            " postgresql-15-postgis-3)"
        )
    if os.geteuid() == 0:
        try:
            pwd.getpwnam(_UNPRIVILEGED)
        except KeyError:
            return f"there is no user {_UNPRIVILEGED} to run PostgreSQL as, and root may not"
    return ""


@dataclass(frozen=True)
class PostgresServer:
    """A running server: where it listens, its folder (with `log`), its process."""

    host: str
    port: int
    password: str
    folder: str
    pid: int

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres:{self.password}@{self.host}:{self.port}/{database}"

    @contextmanager
    def database(self, name: str = "cairn") -> Iterator[str]:
        """The URL of a new database with PostGIS, dropped at the end."""
        made = f"{name}_{uuid.uuid4().hex[:12]}"
        with self._administered() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE with_postgis").format(sql.Identifier(made))
            )
        try:
            yield self.url(made)
        finally:
            with self._administered() as connection:
                connection.execute(
                    sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(made))
                )

    def _administered(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.url(), autocommit=True)


def dump(url: str) -> bytes:
    """A whole database as SQL."""
    folder = programs()
    assert folder is not None
    return subprocess.run([folder / "pg_dump", url], check=True, capture_output=True).stdout


def copy_database(source: str, target: str) -> None:
    """As docs/deploy.md saves and restores one."""
    folder = programs()
    assert folder is not None
    with tempfile.NamedTemporaryFile(prefix="cairn-dump-") as kept:
        options = ["--format=custom", f"--file={kept.name}"]
        subprocess.run([folder / "pg_dump", *options, source], check=True)
        options = ["--exit-on-error", "--dbname", target]
        subprocess.run([folder / "pg_restore", *options, kept.name], check=True)


@contextmanager
def closed_database(url: str) -> Iterator[None]:
    """While this holds, nobody is connected to a database, nor can be."""
    address, _, name = url.rpartition("/")
    allowed = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(allowed.format(sql.Identifier(name), sql.SQL("false")))
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        try:
            yield
        finally:
            connection.execute(allowed.format(sql.Identifier(name), sql.SQL("true")))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """The PostgreSQL of this test run, shared by all its processes."""
    if reason := missing():
        pytest.skip(reason)
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    with shared_server(shared) as server:
        yield server


@pytest.fixture(scope="session")
def postgis_url(postgres: PostgresServer) -> Iterator[str]:
    """A database with PostGIS for the stores of this process."""
    with postgres.database("stores") as url:
        yield url


@contextmanager
def shared_server(folder: Path) -> Iterator[PostgresServer]:
    """A server that all who name the same folder share, stopped when the last of them leaves."""
    state, users = folder / "postgres.json", folder / "postgres-users"
    with _alone(folder):
        users.mkdir(exist_ok=True)
        if not state.exists():
            state.write_text(json.dumps(vars(_started())))
        mine = users / str(os.getpid())
        mine.touch()
    server = PostgresServer(**json.loads(state.read_text()))
    try:
        yield server
    finally:
        with _alone(folder):
            mine.unlink()
            if not any(_lives(int(user.name)) for user in users.iterdir()):
                state.unlink()
                _stop(server)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _started() -> PostgresServer:
    """A new server with a template that has PostGIS."""
    bin_folder = programs()
    assert bin_folder is not None
    folder = Path(tempfile.mkdtemp(prefix="cairn-postgres-"))
    password = secrets.token_hex(16)
    secret = folder / "password"
    secret.write_text(password)
    owner = _UNPRIVILEGED if os.geteuid() == 0 else None
    if owner is not None:
        shutil.chown(folder, owner)
        shutil.chown(secret, owner)
    subprocess.run(
        [
            bin_folder / "initdb", "--pgdata", folder / "data", "--username", "postgres",
            "--auth", "scram-sha-256", "--pwfile", secret, "--encoding", "UTF8", "--no-sync",
            # An order of its own, so that nothing can lean on the database's.
            "--locale", "C.UTF-8", "--locale-provider", "icu", "--icu-locale", "en-US",
        ],
        check=True, capture_output=True, user=owner, cwd=folder,
    )  # fmt: skip
    port = _free_port()
    options = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [bin_folder / "postgres", "-D", folder / "data", "-p", str(port),
             "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}",
             *options],
            stdout=log, stderr=subprocess.STDOUT, user=owner, cwd=folder, start_new_session=True,
        )  # fmt: skip
    server = PostgresServer("127.0.0.1", port, password, str(folder), process.pid)
    _wait(server, process)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE with_postgis")
    with psycopg.connect(server.url("with_postgis"), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgis")
    return server


def _wait(server: PostgresServer, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_DEADLINE
    while True:
        try:
            psycopg.connect(server.url(), connect_timeout=10).close()
        except psycopg.OperationalError:
            said = Path(server.folder, "log").read_text(errors="replace")
            assert process.poll() is None, f"PostgreSQL did not start:\n{said}"
            assert time.monotonic() < deadline, f"PostgreSQL does not answer:\n{said}"
            time.sleep(0.05)
        else:
            return


def _stop(server: PostgresServer) -> None:
    """Fast shutdown; the folder goes with it."""
    os.kill(server.pid, signal.SIGINT)
    deadline = time.monotonic() + 60
    while Path(server.folder, "data", "postmaster.pid").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    with suppress(ChildProcessError):  # it is a child of the process that started it alone
        os.waitpid(server.pid, 0)
    shutil.rmtree(server.folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
