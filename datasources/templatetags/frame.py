"""What the frame of every page needs: the account worked on, the others, the quota, open jobs."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import RequestContext
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from dashboard.people.models import Role, Team, User
from datasources.jobs.quota import Meter, Quota, quota
from datasources.models import Account
from datasources.views.access import last_account_id
from datasources.views.notices.unread import Told, with_told

register = template.Library()

ACCOUNTS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class RailLink:
    section: str
    label: str
    icon: str
    url: str
    short: str  # for the bar at the bottom, where seven share the width


@dataclass(frozen=True, slots=True)
class Frame:
    """The rail, the switcher and the meters. Without an account they are empty."""

    account: Account | None
    accounts: list[Account]
    role: Role | None
    quota: Quota | None
    rail: list[RailLink]
    admin_rail: list[RailLink]
    told: Told

    @property
    def open_jobs(self) -> int:
        return self.quota.in_process.used if self.quota else 0


@register.simple_tag(takes_context=True)
def frame(context: RequestContext) -> Frame | None:
    """The frame for the signed-in person; None for a visitor. Five queries at most."""
    request: HttpRequest | None = context.get("request")
    user = getattr(request, "user", None)
    if request is None or not isinstance(user, User):
        return None
    visible = Account.objects.visible_to(user).select_related("team", "service")
    accounts = list(with_told(visible, user)[:ACCOUNTS_SHOWN])
    account = _account(context, request, accounts)
    role = _role(account, user)
    return Frame(
        account=account,
        accounts=accounts,
        role=role,
        quota=quota(account) if account else None,
        rail=_rail(account),
        admin_rail=_admin_rail(account, role, user),
        told=Told.of(accounts),
    )


def _account(
    context: RequestContext, request: HttpRequest, accounts: list[Account]
) -> Account | None:
    """The page's own account, or the one worked on last, or the first."""
    given = context.get("account")
    if isinstance(given, Account):
        return given
    last = last_account_id(request)
    return next((a for a in accounts if a.pk == last), accounts[0] if accounts else None)


def _role(account: Account | None, user: User) -> Role | None:
    if account is None:
        return None
    known: Role | None = getattr(account, "role", None)
    return known or account.role_of(user)


def _rail(account: Account | None) -> list[RailLink]:
    if account is None:
        return []
    wanted = (
        ("sources", gettext("Data sources"), "sources", "catalogue"),
        ("drafts", gettext("Drafts"), "drafts", "drafts"),
        ("jobs", gettext("Jobs"), "jobs", "jobs"),
        ("explore", gettext("Explore"), "explore", "explore"),
        ("keys", gettext("Keys"), "keys", "keys"),
        ("directory", gettext("Directory"), "directory", "directory"),
    )
    return _existing([(*entry, {"account_id": account.pk}) for entry in wanted])


def _admin_rail(account: Account | None, role: Role | None, user: User) -> list[RailLink]:
    wanted: list[tuple[str, str, str, str, dict[str, Any]]] = []
    if account:
        wanted.append(("people", gettext("People"), "people", "team", {"slug": account.team.slug}))
    else:
        wanted.append(("people", gettext("People"), "people", "teams", {}))
    if role is Role.ADMIN or Team.objects.led_by(user).exists():
        wanted.append(("audit", gettext("Audit"), "audit", "audit", {}))
    if user.is_site_admin:
        wanted.append(("settings", gettext("Services"), "settings", "services", {}))
    elif role is Role.ADMIN:
        wanted.append(("settings", gettext("Accounts"), "settings", "accounts", {}))
    return _existing(wanted)


def _existing(entries: list[tuple[str, str, str, str, dict[str, Any]]]) -> list[RailLink]:
    """The links whose pages there are."""
    short = {"sources": gettext("Sources")}
    links = []
    for section, label, icon, view, arguments in entries:
        with suppress(NoReverseMatch):
            url = reverse(view, kwargs=arguments)
            links.append(RailLink(section, label, icon, url, short.get(section, label)))
    return links


@register.filter
def share_of(use: Meter) -> float:
    """How full a meter is, 0 to 1."""
    return use.percent / 100


@register.filter
def job_cost(quota: Quota) -> str:
    """What one more job means: "Uses 1 of 50 jobs; 12 left today."."""
    day = quota.in_day
    if day.limit is None:
        return gettext("Uses one job; this account's plan sets no limit on jobs.")
    left = day.limit - day.used
    if left <= 0:
        words = gettext(
            "All {limit} jobs of the last 24 hours are used: the service will refuse another until "
            "the oldest of them is a day old."
        )
        return words.format(limit=day.limit)
    return gettext("Uses 1 of {limit} jobs; {left} left today.").format(limit=day.limit, left=left)
