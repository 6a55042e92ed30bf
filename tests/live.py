"""The API server as it really runs: a web process on a free port, and a worker, on data of its own.

`live_sds` is started once for each process of tests. Accounts come from a helper process that runs
the account command again and again, so that a test gets a fresh account in milliseconds.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
import requests
from psycopg import sql

from tests.migrated import DATABASE, prepare
from tests.postgres import PostgresServer, closed_database, dump

ROOT = Path(__file__).parents[1]
START_DEADLINE = 120.0  # seconds, on a machine that runs other tests too
JOB_DEADLINE = 60.0  # seconds
LEASE = 2.0  # seconds: how long a killed worker's job stays with it, in tests

T = TypeVar("T")


def eventually(look: Callable[[], T | None], *, within: float = JOB_DEADLINE) -> T:
    """What `look` gives, as soon as that is true; fails once the deadline has passed."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, f"nothing within {within} s"
        time.sleep(0.05)
    return found


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class LiveAccount:
    """An account of the live server, used with `requests` alone. Its keys are not in its repr."""

    name: str
    base_url: str
    master_key: str = field(repr=False)
    query_key: str = field(repr=False)

    def request(
        self, method: str, path: str, *, key: str | None = None, **options: Any
    ) -> requests.Response:
        """`path` is what follows /REST/v1, or a whole URL; the key is the master key if not said."""
        url = path if path.startswith("http") else f"{self.base_url}{path}"
        params = {**options.pop("params", {}), "key": self.master_key if key is None else key}
        options.setdefault("timeout", 120)
        return requests.request(method, url, params=params, **options)

    def get(self, path: str, *, key: str | None = None, **params: Any) -> requests.Response:
        return self.request("GET", path, key=key, params=params)

    def delete(self, path: str, *, key: str | None = None, **params: Any) -> requests.Response:
        return self.request("DELETE", path, key=key, params=params)

    def load(
        self,
        name: str,
        body: bytes | str,
        *,
        operation: str = "complete",
        input: str = "pipe",  # the API's own word
        key: str | None = None,
        **params: Any,
    ) -> requests.Response:
        """POST a file; gives the answer as it came."""
        data = body.encode() if isinstance(body, str) else body
        return self.request(
            "POST",
            "/Dataflows/LoadDataSource",
            key=key,
            data=data,
            headers={"Content-Type": "text/plain"},
            params={
                "dataSourceName": name, "loadOperation": operation, "input": input, **params,
            },
        )  # fmt: skip

    def finish(self, answer: requests.Response, *, within: float = JOB_DEADLINE) -> dict[str, Any]:
        """Poll the job that an answer started, by its self link; gives the job as it ended."""
        assert answer.status_code in (201, 202), answer.text
        job = resource(answer)
        status_url = next(link["url"] for link in job["links"] if link["role"] == "self")

        def ended() -> dict[str, Any] | None:
            found = resource(self.get(status_url))
            return found if found["status"] in ("Completed", "Aborted") else None

        return eventually(ended, within=within)

    def loaded(self, name: str, body: bytes | str, **options: Any) -> dict[str, Any]:
        """Load a file and wait for it; the job must complete."""
        job = self.finish(self.load(name, body, **options))
        assert job["status"] == "Completed", job
        return job

    def idle(self) -> None:
        """Wait until no job of the account is in process."""
        eventually(lambda: all(job["status"] != "Pending" for job in self.jobs()))

    def jobs(self) -> list[dict[str, Any]]:
        return list(self.get("/dataflows/ListJobs").json()["resourceSets"][0]["resources"])


def resource(answer: requests.Response) -> dict[str, Any]:
    """The one job of an answer in JSON."""
    found = answer.json()["resourceSets"][0]["resources"]
    assert len(found) == 1
    return dict(found[0])


def service_path(job: dict[str, Any]) -> str:
    """The data source's URL, of a completed job."""
    return str(next(link["url"] for link in job["links"] if link["role"] == "datasource"))


class LiveServer:
    """A running API server. `logs` hold all that its processes said."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        """`settings` are added to the environment, or take the place of what stands there."""
        self.data_dir = data_dir
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}/REST/v1"
        self.env = {
            **os.environ,
            "DATA_DIR": str(data_dir),
            "PORT": str(self.port),
            "DJANGO_SETTINGS_MODULE": "dashboard.settings",
            "PYTHONUNBUFFERED": "1",
            "SDS_DATA_HOSTS": "127.0.0.1",
            "SDS_DATA_SECONDS": "2",
            "LOG_LEVEL": "INFO",  # every try of a job is told, and every line is searched for keys
        }
        self.env.pop("DATABASE_URL", None)
        self.env |= settings
        self.logs: list[Path] = []
        self.keys: list[str] = []
        self._web: subprocess.Popen[bytes] | None = None
        self._accounts: subprocess.Popen[str] | None = None
        self._workers: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        if "DATABASE_URL" in self.env or (self.data_dir / DATABASE).exists():
            migrated = self._spawn("migrate", "--verbosity", "0", "--skip-checks").wait()
            assert migrated == 0, self.log_text()
        else:
            prepare(self.data_dir)
        self._web = self._spawn("web", "--port", str(self.port))
        self.start_worker()
        self._accounts = subprocess.Popen(
            [sys.executable, "-m", "tests.live"],
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        eventually(self._answers, within=START_DEADLINE)

    def _answers(self) -> bool:
        assert self._web is not None
        assert self._web.poll() is None, self.log_text()
        try:
            return requests.get(f"{self.base_url}/", timeout=30).status_code == 404
        except requests.ConnectionError:
            return False

    def _spawn(self, *words: str) -> subprocess.Popen[bytes]:
        log = self.data_dir / f"{words[0]}-{len(self.logs)}.log"
        self.logs.append(log)
        with log.open("wb") as file:
            return subprocess.Popen(
                [sys.executable, "manage.py", *words],
                cwd=ROOT,
                env=self.env,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def start_worker(self) -> subprocess.Popen[bytes]:
        worker = self._spawn("sds_worker", "--lease", str(LEASE), "--poll", "0.05")
        self._workers.append(worker)
        return worker

    def kill_workers(self) -> None:
        """As by kill -9: nothing is finished, nothing is released."""
        for worker in self._workers:
            worker.kill()
            worker.wait()
        self._workers.clear()

    def stop_workers(self) -> list[int]:
        """As a supervisor asks: gives the exit codes."""
        for worker in self._workers:
            worker.send_signal(signal.SIGTERM)
        codes = [worker.wait(timeout=30) for worker in self._workers]
        self._workers.clear()
        return codes

    @contextmanager
    def without_worker(self) -> Iterator[None]:
        """While this holds, jobs stay in process."""
        self.stop_workers()
        try:
            yield
        finally:
            self.start_worker()

    def account(self, plan: str = "enterprise") -> LiveAccount:
        """A fresh account with its two keys."""
        name = f"account-{uuid.uuid4().hex[:12]}"
        made = self.command("sds_account", "create", name, "--plan", plan)
        found = json.loads(made)
        self.keys += [found["master_key"], found["query_key"]]
        return LiveAccount(name, self.base_url, found["master_key"], found["query_key"])

    def command(self, *words: str) -> str:
        """What a management command prints, run in the helper process."""
        assert self._accounts is not None
        assert self._accounts.stdin is not None
        assert self._accounts.stdout is not None
        self._accounts.stdin.write(json.dumps(words) + "\n")
        self._accounts.stdin.flush()
        return str(json.loads(self._accounts.stdout.readline()))

    def written(self) -> dict[str, bytes]:
        """All that the server keeps and has said: files by path, its database among them."""
        found = {str(p): p.read_bytes() for p in self.data_dir.rglob("*") if p.is_file()}
        if url := self.env.get("DATABASE_URL"):
            found["database"] = dump(url)
        return found

    def damage(self, version_id: str) -> None:
        """Spoil a version where it is kept, as no part of ours would."""
        if url := self.env.get("DATABASE_URL"):
            with psycopg.connect(url) as connection:
                table = sql.Identifier("cairn_entities", f"v_{version_id}")
                connection.execute(sql.SQL('ALTER TABLE {} DROP COLUMN "Name"').format(table))
            return
        store = self.data_dir / "sds" / "versions"
        (file,) = [path for path in store.rglob("*") if version_id in path.name and path.is_file()]
        file.write_bytes(b"no database" * 1000)

    @contextmanager
    def database_away(self) -> Iterator[None]:
        """While this holds, the server can't ask its database."""
        if url := self.env.get("DATABASE_URL"):
            with closed_database(url):
                yield
            return
        path = self.data_dir / "cairn.sqlite3"
        with sqlite3.connect(path) as database:
            database.execute("ALTER TABLE sds_key RENAME TO sds_key_away")
        try:
            yield
        finally:
            with sqlite3.connect(path) as database:
                database.execute("ALTER TABLE sds_key_away RENAME TO sds_key")

    def log_text(self) -> str:
        return "\n".join(log.read_text(errors="replace") for log in self.logs)

    def stop(self) -> None:
        self.stop_workers()
        if self._web is not None:
            self._web.terminate()
            self._web.wait(timeout=30)
        if self._accounts is not None:
            self._accounts.communicate()


@contextmanager
def running(**settings: str) -> Iterator[LiveServer]:
    """A server on data of its own."""
    with tempfile.TemporaryDirectory(prefix="cairn-live-") as folder:
        server = LiveServer(Path(folder), **settings)
        try:
            server.start()
            yield server
        finally:
            server.stop()


#: The fixtures of servers that tests of the API run on, by what keeps their data.
BACKENDS = {"files": "live_files", "postgres": "live_postgres"}


@pytest.fixture(scope="session")
def live_files() -> Iterator[LiveServer]:
    """The API server of this process of tests: SQLite and GeoPackage files."""
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def live_postgres(postgres: PostgresServer) -> Iterator[LiveServer]:
    """The same on PostgreSQL, for its own tables and, with PostGIS, for entities."""
    with postgres.database("live") as url, running(DATABASE_URL=url, SDS_STORE="postgis") as server:
        yield server


@pytest.fixture(scope="session")
def live_sds(live_files: LiveServer) -> LiveServer:
    """The API server of this process of tests. Where the data are kept matters, it is overridden."""
    return live_files


def _serve_commands() -> None:
    """Run the commands that stand on standard input, each a JSON list, and print what each prints."""
    import io
    from contextlib import redirect_stdout

    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    for line in sys.stdin:
        out = io.StringIO()
        with redirect_stdout(out):  # what code of a shell prints is said too
            call_command(*json.loads(line), stdout=out)
        connections.close_all()  # a test may take the database away
        print(json.dumps(out.getvalue()), flush=True)


if __name__ == "__main__":
    _serve_commands()
