"""Around every request: its ID, a line in the access log, and how long it took."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from sds_server.observing import metrics
from sds_server.observing.context import Observed, during, observed
from sds_server.observing.probes import probe

access = logging.getLogger("cairn.access")

PAGE = "page"
Handler = Callable[[HttpRequest], HttpResponseBase]


def observe(get_response: Handler) -> Handler:
    """Middleware, the outermost one. Probes are answered here, whatever host they ask for."""

    def answer(http: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response: HttpResponseBase | None = None
        with during(observed(http)) as seen:
            try:
                response = probe(http) or get_response(http)
                response.headers["X-Request-ID"] = seen.request_id
                return response
            finally:
                _note(http, seen, response, time.perf_counter() - started)

    return answer


def _note(
    http: HttpRequest, seen: Observed, response: HttpResponseBase | None, seconds: float
) -> None:
    """One line without the URL: paths and query strings may hold keys, tokens and names."""
    status = response.status_code if response else 500
    operation = seen.operation or PAGE
    metrics.count_request(operation, status, seconds)
    if not access.isEnabledFor(logging.INFO):
        return
    match = http.resolver_match
    access.info(
        "%s %s %s %.1f ms",
        _method(http),
        seen.operation or (match.view_name if match else "") or PAGE,
        status,
        seconds * 1000,
        extra={
            "method": _method(http),
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
            "bytes": _size(response),
            "client": http.META.get("REMOTE_ADDR", ""),
        },
    )


def _method(http: HttpRequest) -> str:
    """A method of HTTP; a caller may send any word."""
    method = http.method or ""
    return method if method in _METHODS else "OTHER"


_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def _size(response: HttpResponseBase | None) -> int | None:
    if isinstance(response, StreamingHttpResponse) or not isinstance(response, HttpResponse):
        return None
    return len(response.content)
