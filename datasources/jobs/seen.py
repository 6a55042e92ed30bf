"""Jobs that others made, in the Account Center say: seen, not made, here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from datasources.api.types import JobStatus, RemoteJob
from datasources.jobs.kinds import kind_of_word, word_of
from datasources.jobs.send import without_query
from datasources.models import Account, Job, JobKind, JobState, JobStep
from datasources.phrases import Phrase

_STATES = {
    JobStatus.IN_PROCESS: JobState.RUNNING,
    JobStatus.COMPLETED: JobState.DONE,
    JobStatus.ABORTED: JobState.FAILED,
}


def record_unknown(account: Account, listed: Sequence[RemoteJob]) -> int:
    """Writes down the listed jobs that we have no row of; gives how many.

    The rows are read after the list: a job of ours that the list shows has its row by then, in a
    state that says that its ID may still be missing. What may be ours is left for later.
    """
    ids = [remote.id for remote in listed if remote.id]
    known = set(account.jobs.filter(remote_id__in=ids).values_list("remote_id", flat=True))
    unknown = [remote for remote in listed if remote.id and remote.id not in known]
    if not unknown:
        return 0
    perhaps_ours = _without_id(account)
    sources = dict(account.data_sources.filter(gone_at=None).values_list("name", "pk"))
    recorded = 0
    for remote in unknown:
        if not _may_be(remote, perhaps_ours):
            recorded += _record(account, remote, sources.get(remote.name))
    return recorded


def _without_id(account: Account) -> list[Job]:
    """Our jobs that may be on the service without our knowing their ID."""
    return list(
        account.jobs.filter(made_here=True, remote_id="", sent_at__isnull=False)
        .exclude(kind=JobKind.DOWNLOAD)
        .filter(Q(state__in=Job.OPEN) | Q(ended_at__gt=timezone.now() - timedelta(hours=1)))
    )


def _may_be(remote: RemoteJob, ours: list[Job]) -> bool:
    skew = timedelta(seconds=settings.CLOCK_SKEW_SECONDS)
    return any(
        word_of(job).lower() == remote.word.lower()
        and job.data_source_name == remote.name
        and job.sent_at is not None
        and (remote.created_at is None or remote.created_at >= job.sent_at - skew)
        for job in ours
    )


def _record(account: Account, remote: RemoteJob, source_id: int | None) -> bool:
    kind, operation = kind_of_word(remote.word)
    state = _STATES[remote.status]
    created_at = remote.created_at or timezone.now()
    failed = state == JobState.FAILED
    job = Job(
        account=account,
        kind=kind,
        operation=operation,
        state=state,
        made_here=False,
        data_source_id=source_id,
        data_source_name=remote.name[:50],
        created_at=created_at,
        sent_at=created_at,
        ended_at=None if state == JobState.RUNNING else (remote.completed_at or created_at),
        remote_id=remote.id,
        remote_link=without_query(remote.self_url),
        remote_status=remote.status_word[:30],
        total_entities=remote.total,
        processed_entities=remote.processed,
        failed_entities=remote.failed,
        error_code="aborted" if failed else "",
        error_words=aborted_words(remote) if failed else "",
        error_remote="\n".join(remote.error_details),
    )
    try:
        with transaction.atomic():
            job.save()
            JobStep.objects.create(job=job, name="seen", at=timezone.now())
    except IntegrityError:  # another worker was first
        return False
    return True


def aborted_words(remote: RemoteJob) -> str:
    """Why a job was aborted, in the service's words where it gave any."""
    said = remote.error_message or "; ".join(remote.error_details)
    if not said:
        return Phrase("The service aborted it.")
    return Phrase("The service aborted it: {said}", said=said)
