"""The status page: for anybody what is harmless, for those who run the server also what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from datasources.schema import PLAN_LIMITS
from sds_server.limits import RULES
from sds_server.models import JobStatus, Plan
from sds_server.observing.context import observed
from sds_server.observing.facts import RUNNING, WAITING, Facts, find_facts
from sds_server.observing.probes import may_read_metrics
from sds_server.observing.readiness import OK, readiness
from sds_server.observing.version import version
from sds_server.store.selected import POSTGIS

_SHEETS = ("tokens", "base", "page", "panels", "tables", "states", "status")
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class PlanLine:
    """What a plan allows; None means no limit."""

    name: str
    data_sources: int | None
    jobs_in_process: int | None
    jobs_a_day: int | None
    entities: int | None
    file_bytes: int | None


@require_safe
def alone(http: HttpRequest) -> HttpResponse:
    """The page at / of a server without the dashboard; 503 while a part cannot be used."""
    observed(http).operation = "status"
    context = status_context(details=is_insider(http))
    status = 200 if context["ready"] else 503
    page = HttpResponse(render_to_string("status/alone.html", context), status=status)
    page.headers["Cache-Control"] = "no-store"
    return page


@require_safe
def sheet(http: HttpRequest) -> HttpResponse:
    """Its style sheet: this server has no static files beside it."""
    observed(http).operation = "status"
    found = [finders.find(f"css/{name}.css") for name in _SHEETS]
    text = "\n".join(Path(path).read_text(encoding="utf-8") for path in found if path)
    return HttpResponse(text, content_type="text/css; charset=utf-8")


def is_insider(http: HttpRequest) -> bool:
    """Who may read the metrics; on a server that only its own machine reaches, anybody."""
    return may_read_metrics(http) or (
        _is_loopback(settings.HOST)
        and _is_loopback(urlsplit(settings.SITE_URL).hostname or "")
        and not settings.BEHIND_PROXY
    )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def status_context(*, details: bool) -> dict[str, Any]:
    """What the page shows; with `details` also what the store and the disk hold."""
    parts = readiness()
    try:
        facts = find_facts()
    except DatabaseError:
        facts = None
    return {
        "version": version(),
        "store": _store_name(),
        "base_url": f"{settings.SITE_URL}/REST/v1",
        "openapi": f"{get_script_prefix()}REST/v1/openapi.json",
        "parts": parts,
        "ready": all(state == OK for state in parts.values()),
        "plans": [_plan(plan) for plan in Plan],
        "jobs": _jobs(facts) if facts else None,
        "facts": facts if details else None,
    }


def _store_name() -> str:
    return _("PostGIS") if settings.SDS_STORE == POSTGIS else _("GeoPackage files")


def _plan(plan: Plan) -> PlanLine:
    rules, limits = RULES[plan], PLAN_LIMITS[plan]
    return PlanLine(
        plan.label,
        rules.data_sources,
        rules.jobs_in_process,
        rules.jobs_a_day,
        limits.max_entities,
        limits.max_uncompressed,
    )


def _jobs(facts: Facts) -> dict[str, Any]:
    waiting = facts.oldest_waiting
    return {
        "waiting": facts.jobs_in(WAITING),
        "running": facts.jobs_in(RUNNING),
        "completed": facts.jobs_in(JobStatus.COMPLETED.lower()),
        "aborted": facts.jobs_in(JobStatus.ABORTED.lower()),
        "oldest": None if waiting is None else age(waiting),
        "workers": len(facts.workers),
    }


def age(seconds: float) -> str:
    """In words: the largest unit that is there twice."""
    count = round(seconds)
    if count < 2 * 60:
        words = ngettext("%(count)d second", "%(count)d seconds", count)
    elif count < 2 * 3600:
        count //= 60
        words = ngettext("%(count)d minute", "%(count)d minutes", count)
    elif count < 2 * _DAY:
        count //= 3600
        words = ngettext("%(count)d hour", "%(count)d hours", count)
    else:
        count //= _DAY
        words = ngettext("%(count)d day", "%(count)d days", count)
    return words % {"count": count}
