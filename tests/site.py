"""The whole site as a person starts it: `manage.py up` on a free port and an empty DATA_DIR."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
START_DEADLINE = 240  # seconds, on a machine that runs other tests too


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Site:
    """A running site: its address, its first person, and all that its processes said."""

    url: str
    data_dir: Path
    env: dict[str, str]
    process: subprocess.Popen[str]
    user: str = ""
    password: str = ""
    lines: list[str] = field(default_factory=list)

    def manage(self, *words: str) -> str:
        """The output of one `manage.py` command, on this site's data."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.env,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def pids(self, part: str) -> list[int]:
        """The processes of one part: web, worker or sds_worker."""
        found = []
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = entry.read_bytes().decode().split("\0")
                parent = int((entry.parent / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            if parent == self.process.pid and part in words:
                found.append(int(entry.parent.name))
        return found

    def kill(self, part: str) -> None:
        """kill -9 for one part; the supervisor starts it again."""
        for pid in self.pids(part):
            os.kill(pid, signal.SIGKILL)

    def said(self) -> str:
        return "".join(self.lines)


@contextmanager
def running_site(
    data_dir: Path,
    *,
    port: int | None = None,
    demo: bool = True,
    more_env: Mapping[str, str] | None = None,
) -> Iterator[Site]:
    """Starts a site on `data_dir` and stops it at the end; `more_env` are settings of its own."""
    port = port or free_port()
    env = {
        **os.environ,
        "DATA_DIR": str(data_dir),
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        "LOG_LEVEL": "INFO",
        **(more_env or {}),
    }
    for name in ("DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"):
        env.pop(name, None)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", *([] if demo else ["--no-demo"])],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    site = Site(f"http://127.0.0.1:{port}", data_dir, env, process)
    reader = threading.Thread(target=_listen, args=(site,), daemon=True)
    reader.start()
    try:
        _wait_for_password(site)
        yield site
    finally:
        process.terminate()
        process.wait(40)
        reader.join(10)


def _listen(site: Site) -> None:
    assert site.process.stdout
    for line in site.process.stdout:
        site.lines.append(line)


def _wait_for_password(site: Site) -> None:
    deadline = time.monotonic() + START_DEADLINE
    while not (found := re.search(r"User: (\S+)\nPassword: (.+)\n", site.said())):
        if site.process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"The site did not start:\n{site.said()}")
        time.sleep(0.1)
    site.user, site.password = found.groups()
