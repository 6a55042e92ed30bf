"""The steps of a job as people see them, and its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from dashboard.audit.record import record
from datasources.api.errors import ServiceError
from datasources.jobs.kinds import action_of
from datasources.jobs.leases import Lease
from datasources.jobs.telling import tell_of_job
from datasources.models import Job, JobState, JobStep

WAITING_STEP = "waiting"  # one a job, rewritten as long as something is in the way


def add_step(job: Job, name: str, words: str = "", at: datetime | None = None) -> None:
    """Records that the job got this far; what was in the way is gone with it."""
    job.steps.filter(name=WAITING_STEP).delete()
    JobStep.objects.create(job=job, name=name, at=at or timezone.now(), words=words)


def note_wait(job: Job, words: str) -> None:
    """Says what the job waits for; the next step takes its place."""
    found = job.steps.filter(name=WAITING_STEP)
    if not found.update(words=words):
        JobStep.objects.create(job=job, name=WAITING_STEP, at=timezone.now(), words=words)


def in_seconds(seconds: float) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)


def finish(lease: Lease, job: Job, words: str, **values: Any) -> None:
    """Ends a job well."""
    values |= {"error_code": "", "error_words": "", "error_remote": ""}
    _end(lease, job, JobState.DONE, words, values)


def fail(
    lease: Lease, job: Job, code: str, words: str, remote_words: str = "", **values: Any
) -> None:
    """Ends a job badly, with words for people and the service's own."""
    values |= {"error_code": code[:40], "error_words": words, "error_remote": remote_words}
    _end(lease, job, JobState.FAILED, words, values)


def fail_with(lease: Lease, job: Job, error: ServiceError, **values: Any) -> None:
    fail(lease, job, error.code, error.message, error.remote_words, **values)


def _end(lease: Lease, job: Job, state: JobState, words: str, values: dict[str, Any]) -> None:
    now = timezone.now()
    with transaction.atomic():
        lease.update(state=state, ended_at=now, next_look_at=None, unsure_at=None, **values)
        add_step(job, state.value, words, at=now)
        if job.made_here:
            record_end(job)
            tell_of_job(job)


def record_end(job: Job) -> None:
    """The audit event of a job's outcome, in its submitter's name."""
    record(
        "job.ended",
        actor=job.user,
        team=job.account.team,
        data_source=job.data_source_name,
        target=job.get_kind_display(),
        detail={
            "job": str(job.pk),
            "act": action_of(job),
            "outcome": job.state,
            "code": job.error_code,
        },
    )
