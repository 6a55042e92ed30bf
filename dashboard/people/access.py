"""Who may come in: the decorators that stand around views in the URL files, so that permissions are
readable where the addresses are.

An outsider learns nothing of a team, not even that it exists (404). A member whose role is too low
is told which role is needed and who can give it (403, see `dashboard.handlers.forbidden`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, resolve_url
from django.utils.translation import gettext
from django_htmx.middleware import HtmxDetails

from dashboard.people.models import Role, Team, User


class AuthedRequest(HttpRequest):
    """A request whose person is signed in, as `signed_in` lets it through."""

    user: User
    htmx: HtmxDetails


class Refused(PermissionDenied):
    """A signed-in person may not do this; `words` says what is needed, `givers` who can give it."""

    def __init__(self, words: str, givers: list[User]) -> None:
        super().__init__(words)
        self.words = words
        self.givers = givers


class RoleTooLow(Refused):
    """A member of the team whose role does not cover what was asked."""

    def __init__(self, team: Team, has: Role, needed: Role) -> None:
        super().__init__(
            gettext("This needs the role {needed} in {team}. Yours is {has}.").format(
                needed=needed.label, team=team.name, has=has.label
            ),
            team.admins(),
        )
        self.team = team
        self.needed = needed


class SiteAdminNeeded(Refused):
    """Something that only site admins do."""

    def __init__(self) -> None:
        super().__init__(
            gettext("This is for site admins, who look after all teams, services and settings."),
            list(User.objects.filter(is_active=True, is_superuser=True)[:5]),
        )


View = Callable[..., HttpResponseBase]


def signed_in(view: View) -> View:
    """Lets a signed-in person through; a visitor is sent to the sign-in page and back afterwards."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        return view(cast(AuthedRequest, request), *args, **kwargs)

    return guarded


def site_admin_only(view: View) -> View:
    """Lets a site admin through.

    Raises:
        SiteAdminNeeded: anyone else who is signed in.
    """

    @wraps(view)
    def guarded(request: AuthedRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_site_admin:
            raise SiteAdminNeeded
        return view(request, *args, **kwargs)

    return signed_in(guarded)


def for_team(needed: Role, view: View) -> View:
    """Calls `view(request, team, **the other parts of the URL)` for a member whose role covers `needed`.

    The URL names the team by `<slug:slug>`.

    Raises:
        Http404: there is no such team among those the person may see.
        RoleTooLow: the person's role in the team does not cover `needed`.
    """

    @wraps(view)
    def guarded(request: AuthedRequest, slug: str, **kwargs: Any) -> HttpResponseBase:
        team = get_object_or_404(Team.objects.of(request.user), slug=slug)
        require(request.user, team, needed)
        return view(request, team, **kwargs)

    return signed_in(guarded)


def require(user: User, team: Team, needed: Role, known: Role | None = None) -> Role:
    """The person's role in the team, when it covers `needed`; `known` spares asking for it.

    Raises:
        RoleTooLow: it does not; someone who is no member at all counts as a viewer here, so find the
            team through `Team.objects.of(user)` first.
    """
    role = known or team.role_of(user) or Role.VIEWER
    if not role.covers(needed):
        raise RoleTooLow(team, role, needed)
    return role


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The way to the sign-in page, and back to where the person was afterwards."""
    htmx = getattr(request, "htmx", None)
    if not htmx:
        back = request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
        return HttpResponseRedirect(_sign_in_url(back))
    return HttpResponse(
        status=401, headers={"HX-Redirect": _sign_in_url(_page_of(htmx.current_url or "/"))}
    )


def _page_of(url: str) -> str:
    """Path and query of the page that asked; the front page where its address is none."""
    try:
        page = urlsplit(url)
    except ValueError:
        return "/"
    return page.path + (f"?{page.query}" if page.query else "")


def _sign_in_url(back: str) -> str:
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({REDIRECT_FIELD_NAME: back})}"
