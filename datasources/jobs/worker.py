"""The dashboard's worker: threads that run the tasks of each lane, and a ticker that enqueues what
is due."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from django.db import DatabaseError, close_old_connections, connection

from datasources.jobs.due import enqueue_due, tidy, tidy_files
from datasources.jobs.runners import Runner, runners_of

log = logging.getLogger("cairn.worker")

TICK = 0.5  # seconds between two looks for what is due
TIDY = 60.0  # seconds between two rounds of tidying up
TIDY_FILES = 3600.0  # seconds between two looks for files that dead processes left
STOP_DEADLINE = 30.0  # seconds for the tasks under way to end


class Worker:
    """Runs until it is stopped; tasks under way are ended first.

    lanes: how many threads serve each (`datasources.jobs.lanes`); none where another worker does.
    """

    def __init__(self, lanes: Mapping[str, int]) -> None:
        self.stopping = threading.Event()
        self.lanes = lanes

    def stop(self, *_: object) -> None:
        self.stopping.set()

    def run(self) -> None:
        threads = [
            threading.Thread(target=self._serve, args=(runner,), name=lane, daemon=True)
            for lane, count in self.lanes.items()
            for runner in runners_of(lane, count)
        ]
        for thread in threads:
            thread.start()
        log.info("The worker runs: %s", self.lanes)
        self._loop(_Ticker().tick, TICK)
        deadline = time.monotonic() + STOP_DEADLINE
        for thread in threads:
            thread.join(timeout=max(0.0, deadline - time.monotonic()))

    def _serve(self, runner: Runner) -> None:
        """Runs one task after the other; the runner itself rests while there is none."""
        self._loop(lambda: runner.run_next(self.stopping), 0.0)
        runner.close()

    def _loop(self, step: Callable[[], None], pause: float) -> None:
        """Does the step over and over, resting in between. Nothing ends it but stop."""
        while not self.stopping.is_set():
            close_old_connections()
            rest = pause
            try:
                step()
            except DatabaseError as error:  # locked for long, or restarting: it comes back
                log.warning("The database is in the way: %s", error)
                rest = TICK
            except Exception:
                log.exception("A round of the worker failed")
                rest = TICK
            if rest:
                self.stopping.wait(rest)
        connection.close()


class _Ticker:
    """Enqueues what is due, and tidies up now and then."""

    def __init__(self) -> None:
        self.tidy_at = self.tidy_files_at = time.monotonic()

    def tick(self) -> None:
        if time.monotonic() >= self.tidy_at:
            self.tidy_at = time.monotonic() + TIDY
            tidy()
        if time.monotonic() >= self.tidy_files_at:
            self.tidy_files_at = time.monotonic() + TIDY_FILES
            tidy_files()
        enqueue_due()
