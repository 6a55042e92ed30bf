"""Signs of life of workers, and the tally of the jobs they ended."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils import timezone

from sds_server.models import LOADS, DataflowJob, JobStatus, JobTally, WorkerSign

logger = logging.getLogger("cairn.sds")

EVERY = 5.0  # seconds between two signs
ALIVE = timedelta(seconds=30)  # how old the last sign of a living worker may be
_FORGOTTEN = timedelta(days=1)


@contextmanager
def giving_signs(every: float = EVERY) -> Iterator[None]:
    """While this holds, this process is known as a living worker."""
    name = f"{socket.gethostname()[:80]}:{os.getpid()}"
    ended = threading.Event()
    thread = threading.Thread(target=_give, args=(name, every, ended), name="signs", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _give(name: str, every: float, ended: threading.Event) -> None:
    try:
        while True:
            with suppress(DatabaseError):  # the next one may get through
                _sign(name)
            if ended.wait(every):
                break
        with suppress(DatabaseError):
            WorkerSign.objects.filter(name=name).delete()
    finally:
        connection.close()


def _sign(name: str) -> None:
    now = timezone.now()
    WorkerSign.objects.filter(seen_at__lt=now - _FORGOTTEN).delete()
    WorkerSign.objects.update_or_create(name=name, defaults={"seen_at": now})


def living_workers() -> list[WorkerSign]:
    """Workers that gave a sign of late."""
    return list(WorkerSign.objects.filter(seen_at__gte=timezone.now() - ALIVE).order_by("name"))


def tally(job: DataflowJob, status: JobStatus, processed: int = 0, failed: int = 0) -> None:
    """Count a job that ended, once the transaction that ended it is through."""
    seconds = (timezone.now() - job.created_at).total_seconds()
    added: dict[str, float] = {"jobs": 1, "seconds": seconds}
    if job.kind in LOADS:
        added |= {"entities": processed - failed, "failed": failed}
    transaction.on_commit(lambda: _add(job.kind, status, added), robust=True)


def _add(kind: str, status: str, added: dict[str, float]) -> None:
    mine = JobTally.objects.filter(kind=kind, status=status)
    more = {name: F(name) + value for name, value in added.items()}
    if not mine.update(**more):
        JobTally.objects.bulk_create([JobTally(kind=kind, status=status)], ignore_conflicts=True)
        mine.update(**more)
