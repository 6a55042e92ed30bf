"""Jobs in words: what they do, who made them, how long they took; and how far lookups are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from dashboard.people.reading import number
from datasources.forms.operations import STAGED, words_of
from datasources.jobs import output_of
from datasources.jobs.kinds import FROM_ARCHIVE, FROM_QUERY
from datasources.models import Job, JobKind, JobState, Lookup, LookupState
from datasources.phrases.counts import entities
from datasources.phrases.told import told

ELSEWHERE = _("seen, not made, here")


def job_words(job: Job) -> str:
    """What a job does: “Create and publish”, “Roll back”, “Make public”."""
    if job.kind == JobKind.LOAD:
        return words_of(job.operation, creates=job.makes_source) or gettext("Load")
    if job.kind == JobKind.ACCESS and job.set_public is not None:
        return gettext("Make public") if job.set_public else gettext("Make private")
    if job.operation == FROM_QUERY:
        return gettext("Export what a query finds")
    return job.get_kind_display()


def who(job: Job) -> str:
    """The person who made a job, by name; a job that others started has none."""
    if not job.made_here:
        return str(ELSEWHERE)
    return job.user_name or (job.user.display_name if job.user else "")


def duration_words(span: timedelta) -> str:
    """A span in at most two units: “0.8 s”, “42 s”, “3 min 5 s”, “2 h 14 min”, “3 d 4 h”."""
    seconds = max(0.0, span.total_seconds())
    if seconds < 10:
        return f"{number(seconds, 1)} s"
    whole = round(seconds)
    units = ((86_400, gettext("d")), (3600, "h"), (60, "min"), (1, "s"))
    at = next(at for at, (size, _unit) in enumerate(units) if whole >= size)
    said, rest = [], whole
    for size, unit in units[at : at + 2]:
        count, rest = divmod(rest, size)
        said += [f"{count} {unit}"] if count else []
    return " ".join(said)


def duration(job: Job) -> str:
    """How long a job took, or has taken so far."""
    return duration_words((job.ended_at or timezone.now()) - job.created_at)


_UNDER_WAY = {
    JobState.WAITING: _("It waits to be sent; nothing has reached the service yet."),
    JobState.SENDING: _("It is on its way to the service."),
    JobState.UNSURE: _(
        "The service’s answer was lost. Its job list is being asked whether the job arrived, so "
        "that nothing is sent twice."
    ),
    JobState.RUNNING: _("The service has it and works on it."),
    JobState.FETCHING: _("The service is done; the file is being fetched."),
}
_DONE = {
    JobKind.PUBLISH: _(
        "The staged version of {source} is published. Applications see it within minutes."
    ),
    JobKind.DISCARD: _("The staged version of {source} is gone. The published one is as it was."),
    JobKind.ROLLBACK: _(
        "{source} is rolled back. Applications see the earlier entities within minutes."
    ),
    JobKind.DELETE: _("{source} is deleted, with all its versions."),
    JobKind.DOWNLOAD: _("{source} has been fetched from the service."),
}


def outcome(job: Job) -> str:
    """What happened, or is happening, in a sentence or two."""
    name = job.data_source_name or gettext("the data source")
    if job.operation == FROM_ARCHIVE and job.state != JobState.FAILED:
        said = _from_here(job, name)
    elif job.operation == FROM_QUERY and job.state != JobState.FAILED:
        said = _of_query(job, name)
    elif job.state in Job.OPEN:
        said = str(_UNDER_WAY[JobState(job.state)])
    elif job.state == JobState.FAILED:
        said = gettext("It did not succeed.")
    elif job.kind == JobKind.LOAD:
        said = _loaded(job, name)
    elif job.kind == JobKind.ACCESS:
        said = _access(job, name)
    else:
        said = str(_DONE.get(JobKind(job.kind), _("It is done."))).format(source=name)
    return said[:1].upper() + said[1:]


def _access(job: Job, name: str) -> str:
    if job.set_public:
        words = gettext("{source} is public: anyone with a key of the service can query it.")
    else:
        words = gettext("{source} is private: only keys of the account can query it.")
    return words.format(source=name)


def _from_here(job: Job, name: str) -> str:
    if job.state in Job.OPEN:
        words = gettext("{source} is being written as {format}, from the copy kept here.")
    else:
        words = gettext("{source} has been written as {format}, from the copy kept here.")
    return words.format(source=name, format=told(output_of(job).words))


def _of_query(job: Job, name: str) -> str:
    if job.state in Job.OPEN:
        words = gettext("What a query of {source} finds is being written as {format}.")
    else:
        words = gettext("What a query of {source} finds has been written as {format}.")
    return words.format(source=name, format=told(output_of(job).words))


def _loaded(job: Job, name: str) -> str:
    good = max(0, (job.processed_entities or 0) - (job.failed_entities or 0))
    if job.operation in STAGED and job.failed_entities:
        words = gettext(
            "{entities} of {source} are staged; {failed} failed and were left out. Applications see "
            "no change yet."
        )
    elif job.operation in STAGED:
        words = gettext("{entities} of {source} are staged. Applications see no change yet.")
    elif job.failed_entities:
        words = gettext(
            "{entities} of {source} are loaded and published; {failed} failed and were left out."
        )
    else:
        words = gettext("{entities} of {source} are loaded and published.")
    failed = number(job.failed_entities or 0)
    return words.format(source=name, entities=entities(good), failed=failed)


def next_step(job: Job) -> str:
    """What the person does next, where it is not said elsewhere on the page."""
    if job.state == JobState.DONE and job.operation in STAGED:
        return gettext(
            "Look at the staged version on the data source’s page, then publish or discard it there."
        )
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


def lookup_words(found: Lookup) -> str:
    """ "412 of 500 rows looked up: 380 found, 30 not found." and what is in the way, if anything."""
    if found.state == LookupState.DONE and not found.total:
        return gettext("There was nothing to look up: no row lacks it.")
    if found.state == LookupState.RUNNING and not (found.total or found.words):
        return gettext("It begins in a moment.")
    parts = [
        gettext("%(n)s found") % {"n": number(found.found)},
        gettext("%(n)s not found") % {"n": number(found.unknown)},
    ]
    if found.failed:
        parts.append(gettext("%(n)s without an answer") % {"n": number(found.failed)})
    counted = ngettext(
        "%(done)s of %(total)s row looked up: %(counts)s.",
        "%(done)s of %(total)s rows looked up: %(counts)s.",
        found.total,
    ) % {"done": number(found.done), "total": number(found.total), "counts": ", ".join(parts)}
    return f"{told(found.words)} {counted}" if found.words else counted
