"""The API's requests, answered apart from the site's pages.

The API has no sessions, no signed-in people, no messages and no forms: what stands between a page
and its view would only cost each request time, and could set a cookie.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.security import SecurityMiddleware
from django.urls import get_resolver

PREFIX = "/rest/v1"
Handler = Callable[[HttpRequest], HttpResponseBase]


def api_apart(get_response: Handler) -> Handler:
    """Middleware: answers what is the API's, hands on everything else."""
    secured = SecurityMiddleware(_answer)

    def answer(http: HttpRequest) -> HttpResponseBase:
        if is_api(http.path_info):
            response: HttpResponseBase = secured(http)  # type: ignore[assignment]
            return response
        return get_response(http)

    return answer


def is_api(path: str) -> bool:
    """Whether a path is the API's, in any case."""
    head = path[: len(PREFIX) + 1].lower()
    return head in (PREFIX, PREFIX + "/")


def _answer(http: HttpRequest) -> HttpResponseBase:
    match = get_resolver("sds_server.urls").resolve(http.path_info)
    http.resolver_match = match
    response: HttpResponseBase = match.func(http, *match.args, **match.kwargs)
    if isinstance(response, HttpResponse) and not response.has_header("Content-Length"):
        response.headers["Content-Length"] = str(len(response.content))
    return response
