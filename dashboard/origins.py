"""Lets single pages ask single other sites: where a base map comes from."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase


def let_page_ask(request: HttpRequest, origins: list[str]) -> None:
    """Opens the content security policy of this answer to pictures and data of these origins."""
    request.asked_origins = origins  # type: ignore[attr-defined]  # ours, read below


def origins_of_page(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that puts what `let_page_ask` said into the policy; stands after CSPMiddleware."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        origins = getattr(request, "asked_origins", [])
        if origins:
            response._csp_update = {"img-src": origins, "connect-src": origins}  # type: ignore[attr-defined]  # django-csp's own
        return response

    return answer
