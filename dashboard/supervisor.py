"""Keeps the parts of a one-machine installation running: each a process of its own."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType

from django.conf import settings

MANAGE = Path(settings.BASE_DIR) / "manage.py"
START_DEADLINE = 60.0  # seconds until the site answers
STOP_DEADLINE = 20.0  # seconds for a part to finish what it holds
LOOK_EVERY = 0.5  # seconds


class PartError(Exception):
    """A part that would not start."""


class Supervisor:
    """Starts `manage.py PART` for each part, starts it again when it dies, and stops all together.

    A part is a command's name, with its arguments after it; `pass_fds` are open files it inherits.
    A part that keeps dying is started again ever more slowly, up to every 30 seconds.
    """

    def __init__(
        self,
        parts: tuple[str, ...],
        say: Callable[[str], object],
        *,
        pass_fds: tuple[int, ...] = (),
    ) -> None:
        self._parts = parts
        self._pass_fds = pass_fds
        self._say = say
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._deaths: dict[str, int] = dict.fromkeys(parts, 0)
        self._start_at: dict[str, float] = {}
        self._stopping = False

    def __enter__(self) -> Supervisor:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        for name in self._parts:
            self._start(name)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping = True
        for process in self._running.values():
            process.terminate()
        deadline = time.monotonic() + STOP_DEADLINE
        for name, process in self._running.items():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._say(f"{name} did not stop in time and was ended.")
                process.kill()

    def wait_for_site(self) -> None:
        """Until the site takes connections; raises `PartError` if it does not in time."""
        deadline = time.monotonic() + START_DEADLINE
        while not site_answers():
            if self._running["web"].poll() is not None or time.monotonic() > deadline:
                raise PartError("The site did not start; its own message stands above.")
            time.sleep(0.1)

    def watch(self) -> None:
        """Until asked to stop."""
        while not self._stopping:
            self._look()
            time.sleep(LOOK_EVERY)

    def _look(self) -> None:
        now = time.monotonic()
        for name, process in list(self._running.items()):
            if process.poll() is None or self._stopping:
                continue
            if name not in self._start_at:
                self._deaths[name] += 1
                self._start_at[name] = now + min(30.0, 2.0 ** (self._deaths[name] - 1))
                self._say(f"{name} ended with code {process.returncode}; it is started again.")
            elif now >= self._start_at[name]:
                del self._start_at[name]
                self._start(name)

    def _start(self, name: str) -> None:
        # S603: the command line is ours, with no word from outside.
        self._running[name] = subprocess.Popen(  # noqa: S603
            [sys.executable, str(MANAGE), *name.split()], pass_fds=self._pass_fds
        )

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True


def site_answers() -> bool:
    """Whether something takes connections on our port."""
    try:
        with socket.create_connection((settings.HOST, settings.PORT), timeout=1):
            return True
    except OSError:
        return False
