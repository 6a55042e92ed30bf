"""The page of notices: what is under way, what ended, and what of it was read."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dashboard.people.access import AuthedRequest
from datasources.models import Notice
from datasources.views.notices.lines import SHOWN, NoticeLine, under_way
from datasources.views.notices.poll import _number
from datasources.views.render import render_page


@require_safe
def listed(request: AuthedRequest) -> HttpResponse:
    """The person's work under way, and the latest notices; htmx gets what changes alone."""
    found = list(Notice.objects.of(request.user).with_what_ended()[:SHOWN])
    context = {
        "nav_section": "notices",
        "work": under_way(request.user),
        "lines": [NoticeLine.of(notice) for notice in found],
        "unread": sum(notice.read_at is None for notice in found),
        "last": found[0].pk if found else 0,
    }
    return render_page(
        request,
        "datasources/notices/page.html",
        context,
        fragment="datasources/notices/list.html",
    )


@require_POST
def read(request: AuthedRequest) -> HttpResponse:
    """Marks the notice `notice`, or all up to `until`, as read."""
    own = Notice.objects.of(request.user).filter(read_at=None)
    one, until = _number(request.POST.get("notice", "")), _number(request.POST.get("until", ""))
    (own.filter(pk=one) if one else own.filter(pk__lte=until)).update(read_at=timezone.now())
    if request.POST.get("quiet"):
        return render(request, "parts/toasts.html", {"lines": []})
    return redirect("notice_list")
