"""The job history of an account: every job, ours and those seen on the service."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from dashboard.people.access import AuthedRequest
from datasources.models import Account, Job, JobKind, JobState
from datasources.views.downloads import csv_download
from datasources.views.render import render_page
from datasources.views.wording import JobLine, job_words

PAGE = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STATES = [
    ("open", _("Not ended yet")),
    *((s.value, s.label) for s in (JobState.DONE, JobState.FAILED)),
]
KINDS = [(kind.value, kind.label) for kind in JobKind]


# --- filters ---


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to. Words that mean nothing are left out and named in `faults`."""

    state: str = ""
    kind: str = ""
    source: str = ""
    person: str = ""
    since: date | None = None
    until: date | None = None
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, query: QueryDict) -> Filters:
        faults: dict[str, str] = {}
        state, kind = query.get("state", ""), query.get("kind", "")
        return cls(
            state=state if state in dict(STATES) else "",
            kind=kind if kind in dict(KINDS) else "",
            source=query.get("source", "").strip()[:50],
            person=query.get("person", "").strip()[:160],
            since=_day(query, "since", faults),
            until=_day(query, "until", faults),
            faults=faults,
        )

    def __bool__(self) -> bool:
        return any((self.state, self.kind, self.source, self.person, self.since, self.until))

    def narrow(self, jobs: QuerySet[Job]) -> QuerySet[Job]:
        if self.state == "open":
            jobs = jobs.filter(state__in=Job.OPEN)
        elif self.state:
            jobs = jobs.filter(state=self.state)
        if self.kind:
            jobs = jobs.filter(kind=self.kind)
        if self.source:
            jobs = jobs.filter(data_source_name__icontains=self.source)
        if self.person:
            names = Q(user_name__icontains=self.person) | Q(user__username__icontains=self.person)
            jobs = jobs.filter(names)
        if self.since:
            jobs = jobs.filter(created_at__gte=_midnight(self.since))
        if self.until:
            jobs = jobs.filter(created_at__lt=_midnight(self.until + timedelta(days=1)))
        return jobs

    def as_query(self) -> str:
        """The filters as they stand in an address, without paging."""
        named = {
            "state": self.state,
            "kind": self.kind,
            "source": self.source,
            "person": self.person,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }
        return urlencode({name: value for name, value in named.items() if value})


def _day(query: QueryDict, name: str, faults: dict[str, str]) -> date | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        _midnight(day + timedelta(days=1))
    except (ValueError, OverflowError):
        faults[name] = gettext("“{text}” is no date. Write it as 2026-11-23.").format(text=text)
        return None
    return day


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


# --- pages by place, not by number: an insert never shifts what is being read ---


@dataclass(frozen=True, slots=True)
class Page:
    """Some jobs, newest first, and the places to read on from."""

    jobs: list[Job]
    newer: str = ""
    older: str = ""


def _place(job: Job) -> str:
    micros = (job.created_at - EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{micros} {job.pk.hex}".encode()).decode().rstrip("=")


def _read_place(text: str) -> tuple[datetime, UUID] | None:
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        micros, key = plain.split(" ")
        return EPOCH + timedelta(microseconds=int(micros)), UUID(key)
    except (binascii.Error, ValueError, OverflowError):
        return None


def page_of(jobs: QuerySet[Job], query: QueryDict) -> Page:
    """The page after (`before=`) or ahead of (`after=`) a place; the newest without one."""
    if place := _read_place(query.get("after", "")):
        at, key = place
        ahead = jobs.filter(Q(created_at__gt=at) | Q(created_at=at, pk__gt=key))
        found = list(ahead.order_by("created_at", "pk")[: PAGE + 1])
        shown = found[:PAGE][::-1]
        if not shown:
            return page_of(jobs, QueryDict())
        return Page(shown, _place(shown[0]) if len(found) > PAGE else "", _place(shown[-1]))
    place = _read_place(query.get("before", ""))
    if place:
        at, key = place
        jobs = jobs.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=key))
    found = list(jobs.order_by("-created_at", "-pk")[: PAGE + 1])
    shown = found[:PAGE]
    more = len(found) > PAGE
    return Page(
        shown,
        _place(shown[0]) if place and shown else "",
        _place(shown[-1]) if more else "",
    )


# --- the page and its export ---


def _listed(account: Account) -> QuerySet[Job]:
    return Job.objects.filter(account=account).select_related("user")


@require_safe
def jobs_list(request: AuthedRequest, account: Account) -> HttpResponse:
    """The list, narrowed and paged; htmx gets the rows alone."""
    filters = Filters.read(request.GET)
    jobs = filters.narrow(_listed(account))
    page = page_of(jobs, request.GET)
    context: dict[str, Any] = {
        "account": account,
        "nav_section": "jobs",
        "filters": filters,
        "query": filters.as_query(),
        "states": STATES,
        "kinds": KINDS,
        "page": page,
        "lines": [JobLine.of(job) for job in page.jobs],
        "total": jobs.count(),
        "watched": any(job.state in Job.OPEN for job in page.jobs),
        "here": request.get_full_path(),
    }
    return render_page(
        request, "datasources/jobs/page.html", context, fragment="datasources/jobs/list.html"
    )


HEAD = (
    "Job", "What", "Operation", "Data source", "Who", "Made here", "Created", "Sent", "Ended",
    "State", "Entities", "Loaded", "Failed", "Key", "Remote job", "Outcome",
)  # fmt: skip


@require_safe
def jobs_csv(request: HttpRequest, account: Account) -> HttpResponseBase:
    """The filtered list as a CSV file, streamed."""
    jobs = Filters.read(request.GET).narrow(_listed(account)).order_by("-created_at", "-pk")
    return csv_download(f"jobs of {account.name}", HEAD, _rows(jobs))


def _rows(jobs: QuerySet[Job]) -> Iterator[tuple[object, ...]]:
    for job in jobs.iterator(chunk_size=500):
        yield (
            job.pk, job_words(job), job.operation, job.data_source_name, job.user_name,
            "yes" if job.made_here else "no", _exact(job.created_at), _exact(job.sent_at),
            _exact(job.ended_at), job.get_state_display(), job.total_entities,
            job.processed_entities, job.failed_entities, job.key_name, job.remote_id,
            job.error_words,
        )  # fmt: skip


def _exact(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
