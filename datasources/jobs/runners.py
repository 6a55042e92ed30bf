"""Taking the tasks of a lane off the queue and running them: one runner a thread."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from typing import Any, Protocol

from django_tasks import task_backends
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.management.commands.db_worker import Worker as DatabaseWorker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from datasources.jobs.lanes import LANES

log = logging.getLogger("cairn.worker")

POLL = 0.2  # seconds between two looks at an empty queue


class Runner(Protocol):
    """Runs one task at a time of one lane."""

    def run_next(self, stopping: threading.Event) -> None:
        """Waits a moment for a task, and runs it if one came."""

    def close(self) -> None:
        """What is left to do when no more tasks are run."""


def runners_of(lane: str, count: int) -> list[Runner]:
    """So many runners of a lane, on the queue that the settings name: the database, or Redis."""
    if not isinstance(task_backends["default"], DatabaseBackend):
        from datasources.jobs.runners_redis import RedisRunner

        return [RedisRunner(lane) for _ in range(count)]
    watch = threading.Lock()
    return [DatabaseRunner((lane,), watch) for _ in range(count)]


class DatabaseRunner(DatabaseWorker):
    """Runs tasks of the database's queue. `watch` is held by the one of a lane that looks for all."""

    def __init__(self, lanes: tuple[str, ...], watch: threading.Lock) -> None:
        super().__init__(
            queue_names=list(lanes),
            interval=POLL,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}",
            excluded_queue_names=[],
        )
        self.watch = watch

    def run_next(self, stopping: threading.Event) -> None:
        """Watches the queue until there is a task, lets another thread watch, and runs it."""
        with self.watch:
            result = None if stopping.is_set() else self.claim_next()
            if result is None:
                stopping.wait(POLL)
                return
        self.run_claimed(result)

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

    def close(self) -> None:
        """Nothing: a task that was not claimed stays on the queue."""


def run_queue() -> int:
    """Runs what is on the database's queue until it is empty, in this thread; gives how many ran."""
    runner = DatabaseRunner(tuple(LANES), threading.Lock())
    ran = 0
    while (result := runner.claim_next()) is not None:
        runner.run_claimed(result)
        ran += 1
    return ran
