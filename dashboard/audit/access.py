"""Whose events a person may read: a team admin their teams', a site admin all."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.translation import gettext

from dashboard.audit.models import Event, EventQuerySet
from dashboard.people.access import AuthedRequest, Refused, signed_in
from dashboard.people.models import Role, Team, User


def readable_by(user: User) -> EventQuerySet:
    """A site admin reads of sign-ins and settings too, which belong to no team."""
    events = Event.objects.all()
    return events if user.is_site_admin else events.filter(team__in=Team.objects.led_by(user))


def audit_readers_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Lets team admins and site admins through.

    Raises:
        Refused: the person leads no team; it names the admins of the teams they are in.
    """

    @wraps(view)
    def guarded(request: AuthedRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_site_admin and not Team.objects.led_by(request.user).exists():
            raise Refused(
                gettext("The audit record is read by those with the role {role}.").format(
                    role=Role.ADMIN.label
                ),
                _leaders_of(request.user),
            )
        return view(request, *args, **kwargs)

    return signed_in(guarded)


def _leaders_of(user: User) -> list[User]:
    teams = Team.objects.of(user)
    leaders = User.objects.filter(
        is_active=True, memberships__team__in=teams, memberships__role=Role.ADMIN
    )
    return list(leaders.distinct().order_by("username")[:10])
