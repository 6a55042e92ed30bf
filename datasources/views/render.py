"""One helper that answers with a page, or with the part of it that htmx asked for."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from dashboard.people.access import AuthedRequest


def render_page(
    request: AuthedRequest,
    page: str,
    context: dict[str, Any],
    *,
    fragment: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """The template `page`, or `fragment` for an htmx request; the page includes the same fragment.

    A request whose history was lost (htmx restores it by asking again) gets the whole page.
    """
    wants_part = fragment and request.htmx and not request.htmx.history_restore_request
    template = fragment if wants_part and fragment else page
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
