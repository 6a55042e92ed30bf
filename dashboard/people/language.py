"""Which language, zone and style a request is answered in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from dashboard.people import reading
from dashboard.people.models import User

Answer = Callable[[HttpRequest], HttpResponseBase]
YEAR = 365 * 24 * 3600  # seconds


def as_they_read(get_response: Answer) -> Answer:
    """Middleware: the person's own choice, a visitor's browser's; the API speaks English alone.

    The language chosen last is kept in a cookie, so that the sign-in page speaks it too.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith("/REST/"):
            return get_response(request)
        user = request.user if isinstance(request.user, User) else None
        language = language_of(request, user)
        reading.begin(language, user.time_zone if user else "", user.style if user else "")
        try:
            response = get_response(request)
        finally:
            reading.end()
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        if user and user.language and request.COOKIES.get(COOKIE) != user.language:
            keep_language(response, user.language)
        return response

    return answer


COOKIE = settings.LANGUAGE_COOKIE_NAME


def keep_language(response: HttpResponseBase, language: str) -> None:
    """For the pages before one is in."""
    response.set_cookie(COOKIE, language, max_age=YEAR, samesite="Lax", httponly=True)


def language_of(request: HttpRequest, user: User | None) -> str:
    """The person's language, or what the browser asks for of those there are."""
    chosen = user.language if user else ""
    if chosen in dict(settings.LANGUAGES):
        return chosen
    return translation.get_language_from_request(request)


@receiver(user_logged_in)
def take_from_browser(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """What the first browser says that a person signs in with becomes their own, to be changed later.

    The sign-in page sends its zone and its tag (static/js/reads.js); once a person has a zone, nothing
    is taken any more.
    """
    zone = request.POST.get("time_zone", "")
    if user.time_zone or not reading.is_zone(zone):
        return
    user.time_zone = zone
    user.language = user.language or translation.get_language_from_request(request)
    user.style = user.style or reading.style_for(request.POST.get("style", ""))
    user.save(update_fields=["time_zone", "language", "style"])
