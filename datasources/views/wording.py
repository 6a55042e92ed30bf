"""Jobs in words: what they do, who made them, how long they took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from datasources.forms.operations import STAGED, words_of
from datasources.jobs import output_of
from datasources.jobs.kinds import FROM_ARCHIVE
from datasources.models import Job, JobKind, JobState

ELSEWHERE = "seen, not made, here"


def job_words(job: Job) -> str:
    """What a job does: “Create and publish”, “Roll back”, “Make public”."""
    if job.kind == JobKind.LOAD:
        return words_of(job.operation, creates=job.makes_source) or "Load"
    if job.kind == JobKind.ACCESS and job.set_public is not None:
        return "Make public" if job.set_public else "Make private"
    return job.get_kind_display()


def who(job: Job) -> str:
    """The person who made a job, by name; a job that others started has none."""
    if not job.made_here:
        return ELSEWHERE
    return job.user_name or (job.user.display_name if job.user else "")


def duration_words(span: timedelta) -> str:
    """A span in at most two units: “0.8 s”, “42 s”, “3 min 5 s”, “2 h 14 min”, “3 d 4 h”."""
    seconds = max(0.0, span.total_seconds())
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for size, unit, below, small in ((86_400, "d", 3600, "h"), (3600, "h", 60, "min")):
        if whole >= size:
            rest = whole % size // below
            return f"{whole // size} {unit}" + (f" {rest} {small}" if rest else "")
    if whole >= 60:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")
    return f"{whole} s"


def duration(job: Job) -> str:
    """How long a job took, or has taken so far."""
    return duration_words((job.ended_at or timezone.now()) - job.created_at)


_UNDER_WAY = {
    JobState.WAITING: "It waits to be sent; nothing has reached the service yet.",
    JobState.SENDING: "It is on its way to the service.",
    JobState.UNSURE: (
        "The service’s answer was lost. Its job list is being asked whether the job arrived, so "
        "that nothing is sent twice."
    ),
    JobState.RUNNING: "The service has it and works on it.",
    JobState.FETCHING: "The service is done; the file is being fetched.",
}
_DONE = {
    JobKind.PUBLISH: "The staged version of {name} is published. Applications see it within minutes.",
    JobKind.DISCARD: "The staged version of {name} is gone. The published one is as it was.",
    JobKind.ROLLBACK: "{name} is rolled back. Applications see the earlier entities within minutes.",
    JobKind.DELETE: "{name} is deleted, with all its versions.",
    JobKind.DOWNLOAD: "{name} has been fetched from the service.",
}


def outcome(job: Job) -> str:
    """What happened, or is happening, in a sentence or two."""
    name = job.data_source_name or "the data source"
    if job.operation == FROM_ARCHIVE and job.state != JobState.FAILED:
        return _from_here(job, name)
    if job.state in Job.OPEN:
        return _UNDER_WAY[JobState(job.state)]
    if job.state == JobState.FAILED:
        return "It did not succeed."
    if job.kind == JobKind.LOAD:
        return _loaded(job, name)
    if job.kind == JobKind.ACCESS:
        return (
            f"{name} is public: anyone with a key of the service can query it."
            if job.set_public
            else f"{name} is private: only keys of the account can query it."
        )
    words = _DONE.get(JobKind(job.kind), "It is done.").format(name=name)
    return words[:1].upper() + words[1:]


def _from_here(job: Job, name: str) -> str:
    format = output_of(job).words
    if job.state in Job.OPEN:
        return f"{name} is being written as {format}, from the copy kept here."
    return f"{name} has been written as {format}, from the copy kept here."


def _loaded(job: Job, name: str) -> str:
    good = max(0, (job.processed_entities or 0) - (job.failed_entities or 0))
    count = f"{good:,} {'entity' if good == 1 else 'entities'}"
    left = f"; {job.failed_entities:,} failed and were left out" if job.failed_entities else ""
    if job.operation in STAGED:
        return f"{count} of {name} are staged{left}. Applications see no change yet."
    return f"{count} of {name} are loaded and published{left}."


def next_step(job: Job) -> str:
    """What the person does next, where it is not said elsewhere on the page."""
    if job.state == JobState.DONE and job.operation in STAGED:
        return "Look at the staged version on the data source’s page, then publish or discard it there."
    return ""


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job as it stands in a list."""

    job: Job
    what: str
    who: str
    duration: str
    is_open: bool

    @classmethod
    def of(cls, job: Job) -> JobLine:
        return cls(job, job_words(job), who(job), duration(job), job.state in Job.OPEN)
