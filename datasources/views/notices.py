"""Quiet notices: which jobs of an account ended since a page last asked."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from dashboard.people.access import AuthedRequest
from datasources.models import Account, Job
from datasources.views.wording import JobLine

SHOWN = 4
LONGEST = timedelta(hours=1)  # an older page starts afresh


@require_safe
def notices(request: AuthedRequest, account: Account) -> HttpResponse:
    """The person's own jobs that ended after `since` (ISO), as notices, oldest first.

    The headers say what to ask next: `X-Now`, and `X-Open-Jobs`, after which a page at 0 stops asking.
    """
    now = timezone.now()
    ended = Job.objects.filter(
        account=account,
        user=request.user,
        ended_at__gt=_since(request, now - LONGEST),
        ended_at__lte=now,
    ).order_by("-ended_at")[:SHOWN]
    still_open = Job.objects.filter(account=account, state__in=Job.OPEN).count()
    lines = [JobLine.of(job) for job in list(ended)[::-1]]
    answer = render(request, "parts/toasts.html", {"lines": lines})
    answer["X-Now"] = now.isoformat()
    answer["X-Open-Jobs"] = str(still_open)
    answer["Cache-Control"] = "no-store"
    return answer


def _since(request: AuthedRequest, earliest: datetime) -> datetime:
    try:
        asked = parse_datetime(request.GET.get("since", ""))
    except ValueError:
        asked = None
    if asked is None or timezone.is_naive(asked):
        return timezone.now()
    return max(asked, earliest)
