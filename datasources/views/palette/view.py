"""The palette's view: what answers the words typed so far, within what the person may see."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.people.access import AuthedRequest
from dashboard.people.models import Role, Team
from datasources.models import Account
from datasources.views.access import last_account_id
from datasources.views.palette import found, places
from datasources.views.palette.entries import Group, answering, numbered, words_of
from datasources.views.render import render_page

ACCOUNTS = 200


@require_safe
def palette(request: AuthedRequest) -> HttpResponse:
    """What answers `q`; its page has the same list for who comes without scripts.

    `account` names the account of the page that asks: its pages and actions are meant.
    """
    typed = request.GET.get("q", "").strip()
    groups = _groups(request, words_of(typed))
    context = {
        "q": typed,
        "groups": numbered(groups),
        "count": sum(len(group.entries) for group in groups),
    }
    answer = render_page(
        request,
        "datasources/palette/page.html",
        context,
        fragment="datasources/palette/found.html",
    )
    answer["Cache-Control"] = "no-store"
    return answer


def _groups(request: AuthedRequest, words: list[str]) -> list[Group]:
    user = request.user
    accounts = _accounts(request)
    current = _current(request, accounts)
    leads = Team.objects.led_by(user).exists()
    sources = found.sources(accounts, words) if words else []
    actions = [*places.actions(current), *found.doings(sources, accounts, words)]
    return answering(
        words,
        [
            (_("Data sources"), found.entries(sources, accounts)),
            (_("Pages"), places.pages(user, current, leads)),
            (_("Actions"), actions),
            (_("Drafts"), found.drafts(user, accounts, words)),
            (_("Jobs"), found.jobs(accounts, words)),
            (_("Accounts"), places.switches(list(accounts.values()), current)),
        ],
    )


def _accounts(request: AuthedRequest) -> dict[int, Account]:
    """Those the person may see, each with their role in its team."""
    visible = Account.objects.visible_to(request.user).with_role_of(request.user)
    known = {}
    for account in visible.select_related("team", "service")[:ACCOUNTS]:
        account.role = Role(getattr(account, "role_word", None) or Role.VIEWER)
        known[account.pk] = account
    return known


def _current(request: AuthedRequest, accounts: dict[int, Account]) -> Account | None:
    """The account of the page that asks, the one worked on last, or the first."""
    asked = request.GET.get("account", "")
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 18 else 0
    known = accounts.get(wanted) or accounts.get(last_account_id(request))
    return known or next(iter(accounts.values()), None)
