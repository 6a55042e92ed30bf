"""The job queue: claiming a job, holding it, and ending it exactly once.

A worker claims a job for the length of a lease and renews the lease from a thread while it works.
A worker that is killed renews nothing, so another takes the job up once the lease has passed. A job
ends in one transaction with what it changes, and only while the lease is still held: whoever lost
it changes nothing. Jobs on one data source run in the order they came, one at a time.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Self

from django.db import DatabaseError, connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from sds_server.models import DataflowJob, JobKind, JobStatus
from sds_server.observing.signs import tally

logger = logging.getLogger("cairn.sds")

MAX_TRIES = 3
PROGRESS_EVERY = 1.0  # seconds
MAX_DETAILS = 20  # in a job's errorDetails; its log has them all


class LeaseLost(Exception):  # noqa: N818  # a turn of events, not an error
    """Another worker has the job now: nothing more may be done for it."""


class Stopped(Exception):  # noqa: N818  # a turn of events, not an error
    """The worker is to stop: the job goes back to the queue."""


class JobFault(Exception):  # noqa: N818  # "fault" is the word of this product
    """The job can't be done, whoever tries it: `details` say why, in words for people."""

    def __init__(self, *details: str) -> None:
        super().__init__(*details)
        self.details = details


def claim(lease: float) -> DataflowJob | None:
    """The next job that is due, held for `lease` seconds, or None.

    Safe among any number of workers: the update takes effect only if nobody was faster.
    """
    pending = DataflowJob.objects.filter(status=JobStatus.PENDING)
    if not pending.exists():  # as most looks find it, at a third of the cost
        return None
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    earlier = DataflowJob.objects.filter(
        data_source=OuterRef("data_source"), pk__lt=OuterRef("pk"), status=JobStatus.PENDING
    ).exclude(kind=JobKind.DOWNLOAD)
    due = pending.filter(free).filter(Q(kind=JobKind.DOWNLOAD) | ~Exists(earlier))
    for job in due.order_by("pk")[:5]:
        holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex}"
        taken = DataflowJob.objects.filter(
            free, pk=job.pk, status=JobStatus.PENDING, tries=job.tries
        ).update(
            lease_holder=holder,
            lease_until=now + timedelta(seconds=lease),
            tries=F("tries") + 1,
            processed=0,
            failed=0,
        )
        if taken:
            return DataflowJob.objects.select_related("account", "data_source").get(pk=job.pk)
    return None


class Hold:
    """A claimed job, held by renewing its lease; the context ends the renewing, not the job."""

    def __init__(self, job: DataflowJob, lease: float, stopping: threading.Event) -> None:
        self.job = job
        self._lease = lease
        self._stopping = stopping
        self._lost = threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)
        self._reported = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._done.set()
        self._thread.join()

    def _renew(self) -> None:
        try:
            while not self._done.wait(self._lease / 3):
                until = timezone.now() + timedelta(seconds=self._lease)
                try:
                    if not self._mine().update(lease_until=until):
                        self._lost.set()
                        return
                except DatabaseError as error:
                    logger.warning("Lease of %s not renewed: %s", self.job, type(error).__name__)
        finally:
            connection.close()

    def _mine(self) -> QuerySet[DataflowJob]:
        return DataflowJob.objects.filter(
            pk=self.job.pk, status=JobStatus.PENDING, lease_holder=self.job.lease_holder
        )

    def check(self) -> None:
        """Between two steps of the work: raises LeaseLost or Stopped if it must end here."""
        if self._lost.is_set():
            raise LeaseLost
        if self._stopping.is_set():
            raise Stopped

    def progress(self, processed: int, failed: int) -> None:
        """Counts so far, written about once a second."""
        self.check()
        if time.monotonic() - self._reported >= PROGRESS_EVERY:
            self._reported = time.monotonic()
            self._mine().update(processed=processed, failed=failed)

    def complete(
        self, *, total: int = 0, processed: int = 0, failed: int = 0, **more: object
    ) -> None:
        """End the job well. Called inside the transaction that makes its changes.

        more: what else is to stand in its row.
        """
        self._end(JobStatus.COMPLETED, total=total, processed=processed, failed=failed, **more)
        tally(self.job, JobStatus.COMPLETED, processed, failed)

    def abort(self, details: Sequence[str]) -> None:
        """End the job with what was wrong."""
        self._end(
            JobStatus.ABORTED, error_message=details[0], error_details=list(details[:MAX_DETAILS])
        )
        tally(self.job, JobStatus.ABORTED)

    def release(self, *, counts: bool) -> None:
        """Back to the queue; `counts` says whether this was one of the job's tries."""
        self._mine().update(
            lease_holder="", lease_until=None, tries=self.job.tries - (0 if counts else 1)
        )

    def _end(self, status: JobStatus, **fields: object) -> None:
        ended = self._mine().update(
            status=status,
            completed_at=timezone.now(),
            lease_holder="",
            lease_until=None,
            **fields,
        )
        if not ended:
            raise LeaseLost
