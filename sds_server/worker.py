"""The worker: takes jobs one after the other, ends each truthfully, and keeps house in between."""

from __future__ import annotations

import logging
import threading
import time

from django.db import DatabaseError, connection, transaction

from sds_server import downloads, files, housekeeping, loading, versions
from sds_server.jobs import MAX_TRIES, Hold, JobFault, LeaseLost, Stopped, claim
from sds_server.models import LOADS, DataflowJob, DataSource, JobKind
from sds_server.observing.context import Observed, during

logger = logging.getLogger("cairn.sds")

HOUSEKEEPING_EVERY = 600.0  # seconds
MAX_PAUSE = 5.0  # seconds, after a fault of the database


class Worker:
    """`stopping` ends it: at once when idle, else after the batch under way."""

    def __init__(self, stopping: threading.Event, *, lease: float, poll: float) -> None:
        self._stopping = stopping
        self._lease = lease
        self._poll = poll
        self._kept_house_at = float("-inf")

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                worked = self.step()
            except (DatabaseError, OSError) as error:
                logger.warning("The database or the files are in the way: %s", type(error).__name__)
                connection.close()
                self._stopping.wait(MAX_PAUSE)
                continue
            if not worked:
                self._stopping.wait(self._poll)

    def step(self) -> bool:
        """One job, or the housekeeping if it is due; False if there was nothing to do."""
        if self.work_one():
            return True
        if time.monotonic() - self._kept_house_at >= HOUSEKEEPING_EVERY:
            self._kept_house_at = time.monotonic()
            housekeeping.keep_house()
        return False

    def work_one(self) -> bool:
        """The next job that is due; False if there was none."""
        job = claim(self._lease)
        if job is None:
            return False
        with during(Observed(job.job_id, job.kind, job.account.name)):
            self._work(job)
        return True

    def _work(self, job: DataflowJob) -> None:
        logger.info("%s of %s: try %s", job, job.data_source_name, job.tries)
        with Hold(job, self._lease, self._stopping) as hold:
            try:
                if job.tries > MAX_TRIES:
                    raise JobFault(
                        f"The service tried this job {MAX_TRIES} times and was interrupted each"
                        " time. Divide the data into smaller loads, or ask the people who run the"
                        " service."
                    )
                _run(job, hold)
                versions.clean_up(job)
            except JobFault as fault:
                _abort(job, hold, fault.details)
            except Stopped:
                hold.release(counts=False)
            except LeaseLost:
                logger.warning("%s was taken over by another worker", job)
            except DatabaseError:
                hold.release(counts=True)
                raise
            except ConnectionError:  # the files' bucket is away: its outage costs no try
                hold.release(counts=False)
                raise
            except Exception:  # noqa: BLE001  # whatever it was, the job must end
                self._failed(job, hold)

    def _failed(self, job: DataflowJob, hold: Hold) -> None:
        logger.exception("%s failed, try %s", job, job.tries)
        if job.tries < MAX_TRIES:
            hold.release(counts=True)
            return
        _abort(
            job,
            hold,
            ("The service failed to do this job. Its log tells why, under the job's ID.",),
        )


def _run(job: DataflowJob, hold: Hold) -> None:
    if job.kind in LOADS:
        loading.run(job, hold)
    elif job.kind == JobKind.DOWNLOAD:
        downloads.run(job, hold)
    else:
        versions.run(job, hold)


def _abort(job: DataflowJob, hold: Hold, details: tuple[str, ...]) -> None:
    """End the job as aborted; a data source that never had a version goes with it."""
    log = files.log_name(job.job_id)
    if not files.exists(log):
        files.keep_text("".join(f"# {detail}\n" for detail in details), log)
    try:
        with transaction.atomic():
            hold.abort(details)
            source = versions.find_source(job)
            if source is not None:
                if job.kind == JobKind.DELETE and not job.params.get("staged"):
                    DataSource.objects.filter(pk=source.pk).update(deleting=False)
                versions.forget_if_empty(source, but=job)
    except LeaseLost:
        return
    versions.clean_up(job)
    logger.info("%s aborted: %s", job, details[0])
