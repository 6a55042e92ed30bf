"""What people are told while the bucket that holds the files does not answer."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from dashboard.errors import Fault, answer

log = logging.getLogger("cairn.site")


def _files_away() -> Fault:
    return Fault(
        503,
        "files_away",
        _("The file store does not answer"),
        _(
            "Nothing was changed, and nothing is lost: the files lie on another machine, which "
            "cannot be reached from here at the moment."
        ),
        _("Try again in a minute. If it stays so, tell a site admin."),
    )


class FilesAway:
    """Middleware that answers 503 where a view could not reach the files."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, ConnectionError):
            return None
        log.error("The files could not be reached: %s", error)
        response = answer(request, _files_away())
        response["Retry-After"] = "60"
        return response
