"""The pages for what went wrong, named in the root URL file and in the settings."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.errors import (
    BAD_REQUEST,
    EXPIRED_PAGE,
    NOT_FOUND,
    TOO_LARGE,
    Fault,
    answer,
    wants_json,
)
from dashboard.people.access import Refused

FAILED = _(
    "Something failed on our side, and was written to the server's log. Nothing half-done is kept."
)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    too_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent)
    return answer(request, TOO_LARGE if too_large else BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Says which role is needed and who can give it, when `dashboard.people.access` refused."""
    if isinstance(exception, Refused):
        names = [person.display_name for person in exception.givers]
        return answer(
            request,
            Fault(
                403, "role_too_low", gettext("Not with your role"), exception.words, helpers=names
            ),
        )
    words = str(exception) if isinstance(exception, PermissionDenied) else ""
    return answer(
        request,
        Fault(
            403,
            "forbidden",
            gettext("You may not do this"),
            words or gettext("Your account does not allow it."),
        ),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, NOT_FOUND)


def failed(request: HttpRequest) -> HttpResponse:
    """Uses neither the database nor the base page: either may be what failed."""
    if wants_json(request):
        return JsonResponse({"error": {"code": "failed", "message": str(FAILED)}}, status=500)
    fragment = getattr(request, "htmx", False)
    template = "people/failed_fragment.html" if fragment else "500.html"
    return HttpResponse(render_to_string(template, {"words": FAILED}), status=500)


def csrf_failed(request: HttpRequest, reason: str = "", **_: Any) -> HttpResponse:
    return answer(request, EXPIRED_PAGE)
