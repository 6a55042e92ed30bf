"""The page of one data source: its stack of versions, its jobs, its facts and what can be done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.people.access import AuthedRequest
from dashboard.people.models import Role
from datasources.forms.query import QueryForm
from datasources.models import Account, DataSource, Job, Version, VersionState
from datasources.views.catalogue import as_of_context
from datasources.views.drafts.pages import drafts_of
from datasources.views.map_page import shown_version
from datasources.views.wording import JobLine

JOBS_SHOWN = 5
JOBS_LOOKED_AT = 15
RETIRED_SHOWN = 5
JUST_ENDED = timedelta(
    minutes=10
)  # so long a job of one's own stays open on the page after its end
PLACES = list(VersionState)


@require_safe
def source(request: AuthedRequest, account: Account, source_id: int) -> HttpResponse:
    """The page."""
    found = _find(account, source_id)
    form = QueryForm(account=account, user=request.user, source=found)
    context = {**_context(request, account, found), "form": form}
    return render(request, "datasources/source/page.html", context)


@require_safe
def live(request: AuthedRequest, account: Account, source_id: int) -> HttpResponse:
    """The parts of the page that a job changes, swapped in when one starts or ends."""
    context = {**_context(request, account, _find(account, source_id)), "is_old": False}
    return render(request, "datasources/source/live.html", context)


@require_safe
def running(request: AuthedRequest, account: Account, source_id: int) -> HttpResponse:
    """The open jobs and their steps, asked for every second while there are any.

    Tells the page by `source-changed` that the jobs it shows as open (`open`) are no longer those.
    """
    found = _find(account, source_id)
    lines = _live_jobs(request, _latest_jobs(found))
    context = {
        "account": account,
        "source": found,
        "live_jobs": lines,
        "open_mark": _open_mark(lines),
    }
    answer = render(request, "datasources/source/running.html", context)
    if request.GET.get("open", "") != context["open_mark"]:
        answer["HX-Trigger"] = "source-changed"
    return answer


def _find(account: Account, source_id: int) -> DataSource:
    found = DataSource.objects.select_related("master_key__owner").defer("master_key__secret")
    return get_object_or_404(found, account=account, pk=source_id)


def _context(request: AuthedRequest, account: Account, found: DataSource) -> dict[str, Any]:
    versions = _stack(found)
    by_state = {version.state: version for version in reversed(versions)}
    latest = _latest_jobs(found)
    lines = _live_jobs(request, latest)
    return {
        **as_of_context(account),
        "account": account,
        "nav_section": "sources",
        "source": found,
        "versions": versions,
        "published": by_state.get(VersionState.PUBLISHED),
        "staged": by_state.get(VersionState.STAGED),
        "map_version": shown_version(versions),
        "drafts": drafts_of(found),
        "jobs": [JobLine.of(job) for job in latest[:JOBS_SHOWN]],
        "live_jobs": lines,
        "open_mark": _open_mark(lines),
        "may_stage": account.role.covers(Role.EDITOR),
        "may_publish": account.role.covers(Role.PUBLISHER),
    }


def _stack(found: DataSource) -> list[Version]:
    """Staged, published, earlier, and the retired ones that a file is held of; newest first."""
    versions = list(found.versions.select_related("made_by", "content")[:200])
    held = [v for v in versions if v.state == VersionState.RETIRED and _has_file(v)]
    kept = [v for v in versions if v.state != VersionState.RETIRED]
    return sorted(kept, key=lambda v: PLACES.index(VersionState(v.state))) + held[:RETIRED_SHOWN]


def _has_file(version: Version) -> bool:
    return version.content is not None and bool(version.content.path)


def _latest_jobs(found: DataSource) -> list[Job]:
    jobs = Job.objects.filter(data_source=found).select_related("user").prefetch_related("steps")
    return list(jobs.order_by("-created_at")[:JOBS_LOOKED_AT])


def _live_jobs(request: AuthedRequest, latest: list[Job]) -> list[JobLine]:
    """Open jobs, and the person's own that ended last, if it has just ended; newest first."""
    since = timezone.now() - JUST_ENDED
    own = (job for job in latest if job.user_id == request.user.pk)
    ended = next((job for job in own if job.ended_at is not None and job.ended_at > since), None)
    return [JobLine.of(job) for job in latest if job.state in Job.OPEN or job is ended]


def _open_mark(lines: list[JobLine]) -> str:
    """Which jobs are open, as one word to compare."""
    return "-".join(str(line.job.pk)[:8] for line in lines if line.is_open)
