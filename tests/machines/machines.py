"""Several machines of one installation: processes as docs/deploy.md starts them, each machine with a
DATA_DIR of its own, all with the same database, Redis, bucket and secrets.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import requests

from tests.live import ROOT, eventually, free_port

DEADLINE = 240.0  # seconds, on a machine that runs other tests too
LEASE = "2"  # seconds: how long the work of a killed worker stays with it
STOP_DEADLINE = 40  # seconds
PARTS = {
    "web": ["web"],
    "worker": ["worker"],
    "sds_worker": ["sds_worker", "--lease", LEASE, "--poll", "0.05"],
}


class Machine:
    """A web process, a worker and an API worker, by the words of their commands."""

    def __init__(self, data_dir: Path, shared: dict[str, str]) -> None:
        data_dir.mkdir()
        self.data_dir = data_dir
        self.port = free_port()
        self.env = {
            **os.environ,
            **shared,
            "DATA_DIR": str(data_dir),
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            "LOG_LEVEL": "INFO",
            # The settings of the site, with static files as they lie: no browser looks at them.
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command that ends."""
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT, env=self.env, capture_output=True, text=True,
        )  # fmt: skip

    def start(self, part: str) -> None:
        with (self.data_dir / f"{part}.log").open("ab") as log:
            self.running[part] = subprocess.Popen(
                [sys.executable, "manage.py", *PARTS[part]],
                cwd=ROOT, env=self.env, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def kill(self, part: str) -> None:
        """As by kill -9: nothing is finished, nothing is let go."""
        self.running[part].kill()
        self.running[part].wait()

    def answers(self) -> bool:
        assert self.running["web"].poll() is None, self.log_text()
        try:
            answer = requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=30)
        except requests.ConnectionError:
            return False
        return answer.ok

    def stop(self) -> dict[str, int]:
        """As a supervisor asks; gives the exit codes."""
        for process in self.running.values():
            process.terminate()
        return {part: one.wait(STOP_DEADLINE) for part, one in self.running.items()}

    def log_text(self) -> str:
        return "\n".join(log.read_text(errors="replace") for log in self.data_dir.glob("*.log"))


class Machines:
    """Two machines that work, and one to look from. `site` is where people reach them."""

    def __init__(self, folder: Path, database_url: str, shared: dict[str, str]) -> None:
        self.folder = folder
        self.database_url = database_url
        self.shared = {
            "DATABASE_URL": database_url,
            "SDS_STORE": "postgis",
            # What each machine would otherwise make for itself, and what one signs another reads.
            "SECRET_KEY": "the same on every machine, and long enough",
            "ACCOUNT_KEY_SECRETS": "the same on every machine and long enough too",
            "LEASE_SECONDS": LEASE,
            **shared,
        }
        self.machines = [self.machine(name) for name in ("one", "two")]

    def machine(self, name: str, **other: str) -> Machine:
        return Machine(self.folder / name, self.shared | other)

    def set_up(self) -> None:
        """The database, once."""
        done = self.machines[0].manage("migrate", "--verbosity", "0")
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        for machine in self.machines:
            for part in PARTS:
                machine.start(part)
        for machine in self.machines:
            eventually(machine.answers, within=DEADLINE)

    def people(self, base_url: str) -> dict[str, Any]:
        """A publisher, and the team's account on this installation's own API server."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.machines.people", base_url],
            cwd=ROOT, env=self.machines[0].env, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """What the database says."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(question).fetchall()  # type: ignore[call-overload, no-any-return]

    def kill_holder(self, part: str, question: str) -> None:
        """Kills the worker that holds a piece of work, as soon as the question names its lease, and
        starts another in its place. The piece must not be over by then."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:

            def holder() -> str:
                found = connection.execute(question).fetchone()  # type: ignore[call-overload]
                return str(found[0]) if found else ""

            deadline = time.monotonic() + DEADLINE
            while not (held := holder()):  # without a pause: the piece may be short
                assert time.monotonic() < deadline, self.log_text()
            pid = int(held.split(":")[1])
            (machine,) = [one for one in self.machines if one.running[part].pid == pid]
            machine.kill(part)
            assert holder() == held
        machine.start(part)

    def stop(self) -> None:
        for machine in self.machines:
            codes = machine.stop()
            assert set(codes.values()) == {0}, (codes, machine.log_text())

    def log_text(self) -> str:
        return "\n".join(machine.log_text() for machine in self.machines)
