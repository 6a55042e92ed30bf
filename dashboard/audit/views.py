"""The audit record: read, narrowed down and exported."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from dashboard.audit.export import export_lines
from dashboard.audit.forms import EventFilter
from dashboard.audit.record import record, words_for
from dashboard.audit.words import detail_words
from dashboard.people.access import AuthedRequest
from dashboard.spreadsheet import CSV_TYPE

PAGE_SIZE = 100


@require_safe
def events(request: AuthedRequest) -> HttpResponse:
    """A page of events; htmx gets the table alone when a filter changes."""
    form = EventFilter(request.GET, user=request.user)
    page = Paginator(form.found(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "nav_section": "audit",
        "form": form,
        "page": page,
        "rows": [(event, words_for(event.action), detail_words(event.detail)) for event in page],
        "query": request.GET.urlencode(),
    }
    part = request.htmx and not request.htmx.history_restore_request
    template = "audit/table.html" if part else "audit/audit.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def export(request: AuthedRequest) -> StreamingHttpResponse:
    """What the filter finds, all pages of it; that it was exported goes on record."""
    found = EventFilter(request.GET, user=request.user).found()
    asked = {name: value for name, value in request.GET.items() if value and name != "page"}
    record("audit.export", actor=request.user, detail={"filter": asked}, request=request)
    response = StreamingHttpResponse(export_lines(found), content_type=CSV_TYPE)
    name = f"audit-{timezone.localtime():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
