"""What the server lets go of: old staged versions, versions beyond the setting, old jobs, leftovers.

Source: "Create a Load Data Source Job" (a staged version is deleted after 30 days), "Get Job List"
(15 days).
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from sds_server import files, versions
from sds_server.models import DataflowJob, DataSource, JobStatus, Version
from sds_server.store import store

STAGED_DAYS = 30
JOB_DAYS = 15
LEFTOVER_SECONDS = 24 * 3600


def keep_house() -> None:
    """Everything that is due. Safe to run in several workers at once, and at any time."""
    drop_old_staged()
    trim_all()
    forget_old_jobs()
    sweep_store()
    sweep_files()


def drop_old_staged() -> None:
    """Staged versions that were not published within 30 days."""
    before = timezone.now() - timedelta(days=STAGED_DAYS)
    due = DataSource.objects.filter(staged__uploaded_at__lt=before).exclude(
        jobs__status=JobStatus.PENDING
    )
    for pk in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            source = DataSource.objects.select_for_update().filter(pk=pk).first()
            if source is None or source.staged is None or source.staged.uploaded_at >= before:
                continue
            versions.drop(source.staged)
            versions.forget_if_empty(source)


def trim_all() -> None:
    """Earlier versions beyond the setting, should it have been lowered."""
    most = settings.SDS_EARLIER_VERSIONS + 1  # and a staged one, which `trim` leaves alone
    due = DataSource.objects.annotate(kept=Count("versions")).filter(kept__gt=most)
    for pk in list(due.order_by().values_list("pk", flat=True)):
        with transaction.atomic():
            # Read anew, and locked: what another worker has published since is not to be dropped.
            source = DataSource.objects.select_for_update().filter(pk=pk).first()
            if source is not None:
                versions.trim(source)


def forget_old_jobs() -> None:
    """Jobs that ended and are older than the job list goes back, with their files."""
    before = timezone.now() - timedelta(days=JOB_DAYS)
    old = DataflowJob.objects.filter(created_at__lt=before).exclude(status=JobStatus.PENDING)
    for job_id in list(old.values_list("job_id", flat=True)):
        DataflowJob.objects.filter(job_id=job_id).delete()
        files.forget(job_id)


def sweep_store() -> None:
    """Versions of the store that no row knows, left by a crash after a transaction, and what
    writers that were killed left half-made.

    The store is listed first: a version that appears later belongs to a job still pending then.
    """
    kept = set(store().sizes())
    kept -= set(
        DataflowJob.objects.filter(status=JobStatus.PENDING).values_list("job_id", flat=True)
    )
    kept -= set(Version.objects.values_list("job_id", flat=True))
    for version_id in kept:
        store().delete(version_id)
    store().sweep(LEFTOVER_SECONDS)


def sweep_files() -> None:
    """Files of jobs that are gone, and bodies of jobs that ended, once they are a day old."""
    known = set(DataflowJob.objects.values_list("job_id", flat=True))
    pending = set(
        DataflowJob.objects.filter(status=JobStatus.PENDING).values_list("job_id", flat=True)
    )
    for name, needed in ((files.BODIES, pending), (files.LOGS, known), (files.DOWNLOADS, known)):
        for found in files.storage().walk(name):
            if files.job_of(found.name) not in needed:
                files.remove_old(found, LEFTOVER_SECONDS)
    files.storage().sweep(LEFTOVER_SECONDS)
