"""Jobs and data sources that cannot go on, or that nothing is left of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from django.db.models import Exists, F, Q, QuerySet
from django.utils import timezone

from sds_server import files
from sds_server.fsck.findings import DAMAGE, LEFTOVER, STUCK, Finding
from sds_server.models import LOADS, DataflowJob, DataSource, JobKind, JobStatus

DAY = timedelta(days=1)
SILENCE = timedelta(hours=1)  # of a worker whose lease has run out
PIECE = 500  # rows read at once
_NO_WORKER = "See that `manage.py sds_worker` runs."


def look() -> Iterator[Finding]:
    """All that is wrong with jobs and data sources."""
    yield from _waiting_jobs()
    yield from _lost_downloads()
    yield from _half_deleted()
    yield from _empty_sources()
    yield from _crossed_pointers()


def _pending() -> QuerySet[DataflowJob]:
    return DataflowJob.objects.filter(status=JobStatus.PENDING).select_related("account")


def _waiting_jobs() -> Iterator[Finding]:
    now = timezone.now()
    for job in _pending().iterator(PIECE):
        if _lacks_its_data(job):
            words = "The data that were sent with this load are gone."
            yield _of(DAMAGE, job, words, "A worker will abort it. Load the data again.")
        elif job.lease_until is not None and now - job.lease_until > SILENCE:
            since = f"{job.lease_until:%Y-%m-%d %H:%M} UTC"
            words = f"Its worker fell silent at {since}, and no other has taken it up."
            yield _of(STUCK, job, words, _NO_WORKER)
        elif job.lease_until is None and now - job.created_at > DAY:
            since = f"{job.created_at:%Y-%m-%d %H:%M} UTC"
            words = f"It waits since {since}, and no worker has taken it."
            yield _of(STUCK, job, words, _NO_WORKER)


def _of(kind: int, job: DataflowJob, words: str, advice: str) -> Finding:
    return Finding(
        kind,
        f"job {job.job_id}",
        words,
        account=job.account.name,
        data_source=job.data_source_name,
        advice=advice,
    )


def _lacks_its_data(job: DataflowJob) -> bool:
    if job.kind not in LOADS or job.params.get("location"):
        return False
    return not files.exists(files.body_name(job.job_id)) and _pending().filter(pk=job.pk).exists()


def _lost_downloads() -> Iterator[Finding]:
    done = DataflowJob.objects.filter(kind=JobKind.DOWNLOAD, status=JobStatus.COMPLETED)
    for job in done.select_related("account").iterator(PIECE):
        if files.exists(files.download_name(job.job_id)):
            continue
        if done.filter(pk=job.pk).exists():
            words = "The file that this download made is gone."
            yield _of(DAMAGE, job, words, "Start the download again.")


def _half_deleted() -> Iterator[Finding]:
    """Marked as being deleted, and nobody is at it: no job on it would be taken for ever."""
    deleting = Q(kind=JobKind.DELETE, status=JobStatus.PENDING)
    for source in _sources().filter(deleting=True).iterator(PIECE):
        if not source.jobs.filter(deleting).exists() and _is_still(source, deleting=True):
            yield Finding(
                STUCK,
                f"data source {source.access_id}",
                "It is marked as being deleted, and no job deletes it: it takes no other job.",
                account=source.account.name,
                data_source=source.name,
                advice="With --repair it can be worked on again; delete it anew if it is to go.",
                mend=partial(_unmark, source.pk),
            )


def _unmark(pk: int) -> None:
    """Looked at again in the statement: somebody may have asked for its deletion since."""
    asked = DataflowJob.objects.filter(
        data_source=pk, kind=JobKind.DELETE, status=JobStatus.PENDING
    )
    DataSource.objects.filter(pk=pk).exclude(Exists(asked)).update(deleting=False)


def _empty_sources() -> Iterator[Finding]:
    """Rows that a first load made and that never got a version."""
    empty = _sources().filter(versions=None).exclude(jobs__status=JobStatus.PENDING)
    for source in empty.iterator(PIECE):
        old = timezone.now() - source.created_at > DAY
        yield Finding(
            LEFTOVER,
            f"data source {source.access_id}",
            "It has no version, and no job that would give it one.",
            account=source.account.name,
            data_source=source.name,
            mend=partial(_forget, source.pk) if old else None,
        )


def _forget(pk: int) -> None:
    """Looked at again in the deleting statement: a load may have been accepted since."""
    empty = DataSource.objects.filter(pk=pk, versions=None)
    empty.exclude(jobs__status=JobStatus.PENDING).delete()


def _crossed_pointers() -> Iterator[Finding]:
    for name in ("published", "staged"):
        crossed = _sources().exclude(**{name: None}).exclude(**{f"{name}__data_source": F("pk")})
        for source in crossed.iterator(PIECE):
            yield Finding(
                DAMAGE,
                f"data source {source.access_id}",
                f"Its {name} version is one of another data source.",
                account=source.account.name,
                data_source=source.name,
                advice="Load it anew, or restore the database from a backup.",
            )


def _sources() -> QuerySet[DataSource]:
    return DataSource.objects.select_related("account").order_by("pk")


def _is_still(source: DataSource, **values: object) -> bool:
    return DataSource.objects.filter(pk=source.pk, **values).exists()
