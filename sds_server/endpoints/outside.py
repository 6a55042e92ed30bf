"""Answers to requests outside the API, where the server runs without the dashboard."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

_PLAIN = "text/plain; charset=utf-8"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse("The request cannot be understood.\n", status=400, content_type=_PLAIN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(
        "There is nothing here: the API is at /REST/v1/.\n", status=404, content_type=_PLAIN
    )


def failed(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        "The service could not complete the request.\n", status=500, content_type=_PLAIN
    )
