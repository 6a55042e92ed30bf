"""How a job ends: its log is fetched, the mirror is brought up to date, and the row says so."""

from __future__ import annotations

import tempfile
from typing import Any

from django.conf import settings
from django.utils import timezone

from datasources.api.client import Client
from datasources.api.errors import ServiceError
from datasources.api.scrub import scrub
from datasources.api.types import RemoteJob
from datasources.jobs import mirror
from datasources.jobs.duties import ask_refresh
from datasources.jobs.keep import keep_file
from datasources.jobs.leases import Lease
from datasources.jobs.seen import aborted_words
from datasources.jobs.steps import fail, finish
from datasources.models import Account, Job, JobKind, JobState, StoredFile
from datasources.phrases import Phrase

LOG_LIMIT = 64 * 1024 * 1024  # bytes


def done(lease: Lease, job: Job, remote: RemoteJob | None, client: Client) -> None:
    """Ends a completed job. Completed does not mean that every entity was loaded."""
    values: dict[str, Any] = {}
    words = ""
    if remote is not None:
        values = _counts(remote)
        words = _loaded_words(job, remote)
        if remote.failed:
            values["failed_log"] = _log(job.account, remote, client)
    _show(job, remote, client)
    if job.made_here:
        finish(lease, job, words, **values)
    else:
        lease.update(state=JobState.DONE, ended_at=_ended(remote), **values)


def aborted(lease: Lease, job: Job, remote: RemoteJob, client: Client) -> None:
    """Ends an aborted job with the service's words and its log."""
    values = _counts(remote) | {"failed_log": _log(job.account, remote, client)}
    words = aborted_words(remote)
    # The service may quote the location that it was to load from, with its signature.
    said = scrub("\n".join(filter(None, (remote.error_message, *remote.error_details))))
    if job.made_here:
        if job.kind == JobKind.LOAD:
            mend = Phrase("Nothing was changed. Mend the file, then upload it again.")
            words = Phrase.sentences(words, mend)
        fail(lease, job, "aborted", words, said, **values)
    else:
        lease.update(
            state=JobState.FAILED,
            ended_at=_ended(remote),
            error_code="aborted",
            error_words=words,
            error_remote=said,
            **values,
        )


def _ended(remote: RemoteJob | None) -> Any:
    return (remote.completed_at if remote else None) or timezone.now()


def _counts(remote: RemoteJob) -> dict[str, Any]:
    counts = {
        "total_entities": remote.total,
        "processed_entities": remote.processed,
        "failed_entities": remote.failed,
        "remote_status": remote.status_word[:30],
    }
    return {name: value for name, value in counts.items() if value is not None}


def _loaded_words(job: Job, remote: RemoteJob) -> str:
    if job.kind != JobKind.LOAD or not remote.total:
        return ""
    failed = remote.failed or 0
    if not failed:
        return Phrase.counted(
            "{count:,} entity loaded", "{count:,} entities loaded", count=remote.total
        )
    return Phrase(
        "{good:,} of {all:,} entities loaded; {failed:,} were skipped: their rows and reasons stand "
        "in the log",
        good=remote.total - failed,
        all=remote.total,
        failed=failed,
    )


def _log(account: Account, remote: RemoteJob, client: Client) -> StoredFile | None:
    """The log of failed entities, kept; None where the service gives none."""
    url = remote.failed_url
    if not url:
        return None
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as log:
        try:
            client.fetch(url, log, limit=LOG_LIMIT)
        except ServiceError:  # the job's end counts for more than its log
            return None
        return keep_file(account, log)


def _show(job: Job, remote: RemoteJob | None, client: Client) -> None:
    """Brings the data source up to date in the mirror before the job is shown as done."""
    if job.kind in (JobKind.GEOCODE, JobKind.OTHER):
        return
    try:
        mirror.show_result(job, remote, client)
    except ServiceError:  # the service works, the job is done: the mirror follows when it can
        ask_refresh(job.account)
