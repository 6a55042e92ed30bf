"""A job's line of steps: those done, the one under way, those to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django import template
from django.utils.translation import gettext_lazy as _

from datasources.formats.output import OutputFormat
from datasources.jobs.kinds import FROM_ARCHIVE, FROM_QUERY
from datasources.models import Job, JobKind, JobState
from datasources.phrases.told import told

register = template.Library()

#: What a job goes through when all is well, by kind; names as `JobStep.name` has them.
PLANS: dict[str, tuple[str, ...]] = {
    JobKind.LOAD: ("checked", "sent", "accepted", "loading", "done"),
    JobKind.DOWNLOAD: ("checked", "sent", "accepted", "loading", "done"),
    JobKind.DELETE: ("checked", "sent", "done"),
    JobKind.DISCARD: ("checked", "sent", "done"),
}
PLAN = ("checked", "sent", "accepted", "done")
PLAN_FROM_ARCHIVE = ("checked", "writing", "done")
#: What a step is called; of those by names that are not listed, the name is shown.
WORDS = {
    "checked": _("Checked"),
    "sent": _("Sent"),
    "accepted": _("Accepted"),
    "loading": _("Loading"),
    "writing": _("Writing"),
    "waiting": _("Waiting"),
    "seen": _("Seen"),
    "unsure": _("Looking it up"),
    "fetching": _("Fetching the file"),
    "done": _("Done"),
    "failed": _("Failed"),
}
LOOKS = {"done": "published", "now": "running", "failed": "failed", "todo": "earlier"}


@dataclass(frozen=True, slots=True)
class Step:
    """`look` is done, now, failed or todo."""

    name: str
    look: str
    at: datetime | None = None
    words: str = ""

    @property
    def shape(self) -> str:
        return LOOKS[self.look]


@register.simple_tag
def steps_of(job: Job) -> list[Step]:
    """The line of a job whose steps are prefetched; a job made elsewhere shows only what was seen."""
    seen = list(job.steps.all())
    is_open = job.state in Job.OPEN
    line = [
        Step(_words(step.name), _look(step.name, is_open and step is seen[-1]), step.at, step.words)
        for step in seen
    ]
    if not is_open or not job.made_here:
        return line
    reached = {step.name for step in seen}
    is_written = job.operation in (FROM_ARCHIVE, FROM_QUERY)
    plan = PLAN_FROM_ARCHIVE if is_written else PLANS.get(job.kind, PLAN)
    last = max((place for place, name in enumerate(plan) if name in reached), default=-1)
    return line + [Step(_words(name), "todo") for name in plan[last + 1 :]]


@register.filter
def output_words(job: Job) -> str:
    """The format of a download."""
    return told(OutputFormat(job.output_format or OutputFormat.XML).words)


@register.simple_tag
def bar_of(job: Job) -> float:
    """How much of the job's entities the service has processed, 0 to 1."""
    return (job.processed_entities or 0) / job.total_entities if job.total_entities else 0.0


def _look(name: str, is_last: bool) -> str:
    if name == JobState.FAILED:
        return "failed"
    return "now" if is_last else "done"


def _words(name: str) -> str:
    return str(WORDS.get(name, name.capitalize()))
