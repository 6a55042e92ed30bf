"""What a page asks every few seconds while work is open: which ended, and how much is left."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.people.access import AuthedRequest
from datasources.models import Account, Job, Notice
from datasources.views.notices.lines import NoticeLine, open_work

SHOWN = 4


@require_safe
def notices(request: AuthedRequest, account: Account) -> HttpResponse:
    """The person's unread notices above `after`, of any account, as toasts, oldest first.

    The headers say what to ask next and what the frame shows: `X-Last-Notice`, `X-Unread`,
    `X-Open-Jobs` of the account, and `X-Working`, the person's own open work; a page with neither
    stops asking.
    """
    own = Notice.objects.of(request.user).filter(read_at=None)
    fresh = own.filter(pk__gt=_number(request.GET.get("after", "")))
    found = list(fresh.with_what_ended().order_by("-pk")[:SHOWN])
    lines = [NoticeLine.of(notice) for notice in reversed(found)]
    answer = render(request, "parts/toasts.html", {"lines": lines})
    if found:
        answer["X-Last-Notice"] = str(found[0].pk)
    answer["X-Unread"] = str(own.count())
    answer["X-Open-Jobs"] = str(account.jobs.filter(state__in=Job.OPEN).count())
    answer["X-Working"] = str(sum(rows.count() for rows, _by in open_work(request.user)))
    answer["Cache-Control"] = "no-store"
    return answer


def _number(text: str) -> int:
    """The notice named; 0 for what is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
