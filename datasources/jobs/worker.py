"""The dashboard's worker: threads that run tasks, and a ticker that enqueues what is due.

With the queue in the database it runs the tasks itself; with another backend (Redis, say) that
backend's own workers do, and this process is the ticker alone.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import DatabaseError, close_old_connections, connection
from django_tasks import task_backends
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.management.commands.db_worker import Worker as DatabaseWorker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from datasources.jobs.due import enqueue_due, tidy

log = logging.getLogger("cairn.worker")

TICK = 0.5  # seconds between two looks for what is due
POLL = 0.2  # seconds between two looks at an empty queue
TIDY = 60.0  # seconds between two rounds of tidying up


class _Runner(DatabaseWorker):
    """Runs one task at a time of the database's queue."""

    def __init__(self) -> None:
        super().__init__(
            queue_names=["default"],
            interval=POLL,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}",
            excluded_queue_names=[],
        )

    def claim_next(self) -> DBTaskResult[Any, Any] | None:
        """Claims the next task, if there is one. An empty queue is read, not locked."""
        ready = DBTaskResult.objects.ready().filter(
            backend_name=self.backend_name, queue_name__in=self.queue_names
        )
        if not ready.exists():
            return None
        with exclusive_transaction(ready.db):
            result: DBTaskResult[Any, Any] | None = ready.get_locked()
            if result is not None:
                result.claim(self.worker_id)
        return result

    def run_claimed(self, result: DBTaskResult[Any, Any]) -> None:
        self.run_task(result)
        result.refresh_from_db()
        if result.exception_class_path:
            log.error("%s failed: %s", result.task_path, result.exception_class_path)


def run_queue() -> int:
    """Runs what is on the queue until it is empty, in this thread; gives how many tasks ran."""
    runner = _Runner()
    ran = 0
    while (result := runner.claim_next()) is not None:
        runner.run_claimed(result)
        ran += 1
    return ran


class Worker:
    """Runs until it is stopped; a task under way is ended first."""

    def __init__(self, threads: int) -> None:
        self.stopping = threading.Event()
        self.runs_tasks = isinstance(task_backends["default"], DatabaseBackend)
        self.threads = threads if self.runs_tasks else 0
        # Held by the one idle thread that watches the queue for all.
        self.watch = threading.Lock()

    def stop(self, *_: object) -> None:
        self.stopping.set()

    def run(self) -> None:
        started = [
            threading.Thread(
                target=self._loop, args=(partial(self._run_next, _Runner()), 0), daemon=True
            )
            for _ in range(self.threads)
        ]
        for thread in started:
            thread.start()
        log.info("The worker runs with %d threads", self.threads)
        self._loop(_Ticker().tick, TICK)
        for thread in started:
            thread.join(timeout=30)

    def _run_next(self, runner: _Runner) -> bool:
        """Watches the queue until there is a task, lets another thread watch, and runs it."""
        with self.watch:
            result = None if self.stopping.is_set() else runner.claim_next()
            if result is None:
                self.stopping.wait(POLL)
                return False
        runner.run_claimed(result)
        return True

    def _loop(self, step: Callable[[], bool], pause: float) -> None:
        """Does the step over and over, resting when it had nothing to do. Nothing ends it but stop."""
        while not self.stopping.is_set():
            close_old_connections()
            try:
                busy = step()
            except DatabaseError as error:  # locked for long, or restarting: it comes back
                log.warning("The database is in the way: %s", error)
                busy = False
            except Exception:
                log.exception("A round of the worker failed")
                busy = False
            if not busy:
                self.stopping.wait(pause)
        connection.close()


class _Ticker:
    """Enqueues what is due, and tidies up now and then."""

    def __init__(self) -> None:
        self.tidy_at = time.monotonic()

    def tick(self) -> bool:
        if time.monotonic() >= self.tidy_at:
            self.tidy_at = time.monotonic() + TIDY
            tidy()
        enqueue_due()
        return False
