"""The background tasks, each in its lane. Each may run twice or be lost: leases and the sweep make
that harmless."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_tasks import task
from django_tasks.base import Task

from datasources.jobs import (
    advance,
    archiving,
    check,
    compare,
    draft_sending,
    drafting,
    follow,
    indexing,
    look,
    lookup_rows,
    mirror,
)
from datasources.jobs.lanes import LOOKUP, PROMPT, TRANSFER, WORK, lane_of
from datasources.jobs.queue import again_soon, enqueue
from datasources.models import Comparison, Draft, Duty, DutyName, Job, Lookup, Upload, Version


@task(queue_name=PROMPT)
def advance_job(job_id: str) -> None:
    """Takes a job one step on: sends it, looks after a lost answer, asks after a download."""
    _advance(job_id, PROMPT)


@task(queue_name=TRANSFER)
def send_file(job_id: str) -> None:
    """Sends a job with a large file."""
    _advance(job_id, TRANSFER)


@task(queue_name=WORK)
def write_download(job_id: str) -> None:
    """Fetches a download that is ready, or writes one from what is kept here."""
    _advance(job_id, WORK)


_STEPS: dict[str, Task[Any, Any]] = {
    PROMPT: advance_job,
    TRANSFER: send_file,
    WORK: write_download,
}


def step_of(job: Job) -> Task[Any, Any]:
    """The task of a job's next step."""
    return _STEPS[lane_of(job)]


def _advance(job_id: str, lane: str) -> None:
    """Takes the job on, or has it done in another lane where its step is one of that."""
    with again_soon(Job.objects.filter(pk=job_id, state__in=Job.OPEN)):
        job = advance.open_job(job_id)
        if job is None:
            return
        if lane_of(job) == lane:
            advance.advance(job)
        else:
            enqueue(step_of(job), job_id)


@task(queue_name=WORK)
def check_upload(upload_id: str) -> None:
    """Checks an upload's file."""
    with again_soon(Upload.objects.filter(pk=upload_id)):
        check.check(upload_id)


@task(queue_name=WORK)
def look_at_upload(upload_id: str) -> None:
    """Looks at an imported file: its layers, its columns."""
    with again_soon(Upload.objects.filter(pk=upload_id)):
        look.look(upload_id)


@task(queue_name=PROMPT)
def follow_account(account_id: int) -> None:
    """Asks once for the account's job list and brings its open jobs up to date."""
    with again_soon(_duties(account_id, DutyName.FOLLOW), "due_at"):
        follow.follow(account_id)


@task(queue_name=TRANSFER)
def refresh_account(account_id: int) -> None:
    """Refreshes the mirror of an account."""
    with again_soon(_duties(account_id, DutyName.REFRESH), "due_at"):
        mirror.refresh(account_id)


def _duties(account_id: int, name: DutyName) -> QuerySet[Duty]:
    return Duty.objects.filter(account_id=account_id, name=name)


@task(queue_name=WORK)
def archive_version(version_id: int) -> None:
    """Keeps a version's entities as an indexed GeoPackage."""
    with again_soon(Version.objects.filter(pk=version_id)):
        archiving.archive_version(version_id)


@task(queue_name=WORK)
def index_version(version_id: int) -> None:
    """Makes what the map of an archived version is drawn from."""
    with again_soon(Version.objects.filter(pk=version_id)):
        indexing.index_version(version_id)


@task(queue_name=WORK)
def compare_versions(comparison_id: int) -> None:
    """Takes a comparison on: fetches, archives, compares."""
    with again_soon(Comparison.objects.filter(pk=comparison_id)):
        compare.run_comparison(comparison_id)


@task(queue_name=WORK)
def prepare_draft(draft_id: str) -> None:
    """Gets the version of a draft ready."""
    with again_soon(Draft.objects.filter(pk=draft_id)):
        drafting.prepare(draft_id)


@task(queue_name=WORK)
def send_draft(draft_id: str) -> None:
    """Takes a draft that is being sent as far as it goes."""
    with again_soon(Draft.objects.filter(pk=draft_id)):
        draft_sending.send(draft_id)


@task(queue_name=LOOKUP)
def look_up_rows(lookup_id: int) -> None:
    """Looks up some rows of a draft."""
    with again_soon(Lookup.objects.filter(pk=lookup_id)):
        lookup_rows.run_lookup(lookup_id)
