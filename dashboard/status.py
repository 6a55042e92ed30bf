"""How the site's own API server stands, for site admins."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.people.access import AuthedRequest
from sds_server.observing.status import status_context


@require_safe
def status(request: AuthedRequest) -> HttpResponse:
    """200 also where a part is not ready: the page says which, and /readyz is for machines."""
    context = status_context(details=True)
    return render(request, "status/page.html", {"nav_section": "settings", **context})
