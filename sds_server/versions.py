"""What jobs do to versions: publish, roll back, open and close, delete; and which are dropped.

Publishing and rolling back move a pointer, in the transaction that ends the job. A version's
entities are removed from the store after that transaction, so that a crash leaves at worst a file
too many, which housekeeping finds.
"""

from __future__ import annotations

from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sds_server import files
from sds_server.jobs import Hold, JobFault
from sds_server.models import DataflowJob, DataSource, JobKind, JobStatus, Version
from sds_server.store import store


def run(job: DataflowJob, hold: Hold) -> None:
    """Carry out a job that moves pointers and loads nothing."""
    with transaction.atomic():
        source = locked_source(job)
        if job.kind == JobKind.PUBLISH:
            publish(source, _version(source, job))
        elif job.kind == JobKind.ROLLBACK:
            _roll_back(source, _version(source, job))
        elif job.kind == JobKind.ACCESS:
            source.is_public = job.params["set_public"]
            source.save(update_fields=["is_public"])
        elif job.params.get("staged"):
            _drop_staged(source, job)
        else:
            delete_source(source)
        hold.complete()


def find_source(job: DataflowJob, among: QuerySet[DataSource] | None = None) -> DataSource | None:
    """The job's data source as it is now, None if it was deleted."""
    if job.data_source_id is None:
        return None
    rows = DataSource.objects.all() if among is None else among
    return rows.filter(pk=job.data_source_id).first()


def locked_source(job: DataflowJob) -> DataSource:
    """The job's data source, locked until the transaction ends."""
    source = find_source(job, DataSource.objects.select_for_update())
    if source is None:
        raise JobFault(f'The data source "{job.data_source_name}" does not exist any more.')
    return source


def _version(source: DataSource, job: DataflowJob) -> Version:
    version = source.versions.filter(job_id=job.params["version"]).first()
    if version is None:
        raise JobFault(f'This version of "{source.name}" does not exist any more.')
    return version


def publish(source: DataSource, version: Version) -> None:
    """Make a version the published one; the one before becomes an earlier version."""
    version.updated_at = timezone.now()
    version.save(update_fields=["updated_at"])
    if source.staged_id == version.pk:
        source.staged = None
    source.published = version
    source.save(update_fields=["published", "staged"])
    trim(source)


def _roll_back(source: DataSource, version: Version) -> None:
    if version.pk in (source.published_id, source.staged_id):
        raise JobFault("This version is not an earlier one any more: it is published or staged.")
    publish(source, version)


def stage(source: DataSource, version: Version) -> None:
    """Make a version the staged one, in place of the one staged before."""
    before = source.staged
    source.staged = version
    source.save(update_fields=["staged"])
    if before is not None:
        drop(before)


def _drop_staged(source: DataSource, job: DataflowJob) -> None:
    if source.staged is None:
        raise JobFault(f'"{source.name}" has no staged version any more.')
    drop(source.staged)
    forget_if_empty(source, but=job)


def trim(source: DataSource) -> None:
    """Drop the earlier versions beyond SDS_EARLIER_VERSIONS."""
    for version in source.earlier_versions()[settings.SDS_EARLIER_VERSIONS :]:
        drop(version)


def drop(version: Version) -> None:
    """Remove a version: its row now, its entities once the transaction holds."""
    job_id = version.job_id
    version.delete()
    transaction.on_commit(partial(store().delete, job_id))


def delete_source(source: DataSource) -> None:
    """Remove a data source with all its versions. Its jobs stay, for the job list."""
    for version in source.versions.all():
        drop(version)
    source.delete()


def forget_if_empty(source: DataSource, but: DataflowJob | None = None) -> None:
    """Remove a data source that has no version, nor a job (but one) that could give it one."""
    if source.versions.exists():
        return
    waiting = source.jobs.filter(status=JobStatus.PENDING)
    if but is not None:
        waiting = waiting.exclude(pk=but.pk)
    if not waiting.exists():
        DataSource.objects.filter(pk=source.pk).delete()


def clean_up(job: DataflowJob) -> None:
    """After a job's end: the data it was sent are not needed any more."""
    files.delete(files.body_name(job.job_id))
