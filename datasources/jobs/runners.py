"""Taking the tasks of a lane off the queue and running them: one runner a thread."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterable
from typing import Any, Protocol

from django_tasks import task_backends
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.management.commands.db_worker import Worker as DatabaseWorker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from datasources.jobs.lanes import LANES

log = logging.getLogger("cairn.worker")

BACKEND = "default"
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


class Glance:
    """Which lanes have tasks in the database's queue: looked up once for all threads that ask for it
    at about the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lanes: frozenset[str] = frozenset()
        self._until = 0.0  # by the monotonic clock

    def sees(self, lanes: Iterable[str]) -> bool:
        """Whether there is a task for one of these lanes, by a look no older than half of `POLL`."""
        with self._lock:
            if time.monotonic() >= self._until:
                ready = DBTaskResult.objects.ready().filter(backend_name=BACKEND).order_by()
                self._lanes = frozenset(ready.values_list("queue_name", flat=True).distinct())
                self._until = time.monotonic() + POLL / 2
            return not self._lanes.isdisjoint(lanes)

    def forget(self) -> None:
        """The next one to ask looks anew."""
        with self._lock:
            self._until = 0.0


#: The look at the queue that all lanes of this process share.
_GLANCE = Glance()


class DatabaseRunner(DatabaseWorker):
    """Runs tasks of the database's queue. `watch` is held by the one of a lane that looks for all."""

    def __init__(self, lanes: tuple[str, ...], watch: threading.Lock) -> None:
        super().__init__(
            queue_names=list(lanes),
            interval=POLL,
            batch=False,
            backend_name=BACKEND,
            startup_delay=False,
            max_tasks=None,
            worker_id=f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}",
            excluded_queue_names=[],
        )
        self.watch = watch

    def run_next(self, stopping: threading.Event) -> None:
        """Watches the queue until there is a task, lets another thread watch, and runs it."""
        with self.watch:
            is_there = not stopping.is_set() and _GLANCE.sees(self.queue_names)
            result = self.claim_next() if is_there else None
            if result is None:
                # All lanes look on the same beat, so that one look does for them.
                stopping.wait(POLL - time.monotonic() % POLL)
                return
        self.run_claimed(result)
        _GLANCE.forget()  # it may have put the next step on the queue

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
