"""The pages of drafts: the list, and the one where a draft is edited."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.people.access import AuthedRequest
from dashboard.people.models import Role
from dashboard.people.reading import exact
from datasources import jobs
from datasources.drafts.bases import gone
from datasources.drafts.faults import DraftFault
from datasources.drafts.order import numbers_of
from datasources.models import Account, DataSource, Draft, DraftState, Version, VersionState
from datasources.views.drafts.found import find_draft, may_edit
from datasources.views.drafts.grid_words import grid_words
from datasources.views.drafts.lookups import waiting_suggestions
from datasources.views.drafts.others import others_at
from datasources.views.drafts.standing import state_json
from datasources.views.render import render_page

SHOWN = 100
CLOSED_SHOWN = 20


@require_safe
def drafts(request: AuthedRequest, account: Account) -> HttpResponse:
    """Live drafts of the account, and the person's own everywhere; those that ended last below."""
    live = listed(Draft.objects.filter(account=account, state__in=Draft.LIVE))[:SHOWN]
    closed = listed(
        Draft.objects.filter(account=account, owner=request.user).exclude(state__in=Draft.LIVE)
    )
    elsewhere = listed(
        Draft.objects.filter(
            owner=request.user,
            state__in=Draft.LIVE,
            account__in=Account.objects.visible_to(request.user),
        ).exclude(account=account)
    )
    found = list(live)
    context = {
        "account": account,
        "nav_section": "drafts",
        "own": [draft for draft in found if draft.owner_id == request.user.pk],
        "others": [draft for draft in found if draft.owner_id != request.user.pk],
        "elsewhere": list(elsewhere[:SHOWN]),
        "closed": list(closed.order_by("-closed_at")[:CLOSED_SHOWN]),
    }
    return render_page(request, "datasources/drafts/page.html", context)


def listed(found: QuerySet[Draft]) -> QuerySet[Draft]:
    """Drafts with what a list shows of them."""
    return found.select_related("data_source", "owner", "account", "base", "job").defer("columns")


def drafts_of(source: DataSource) -> list[Draft]:
    """The live drafts of a data source, for its page."""
    return list(listed(source.drafts.filter(state__in=Draft.LIVE))[:SHOWN])


@require_safe
def draft(request: AuthedRequest, account: Account, draft_id: UUID) -> HttpResponse:
    """A draft: its grid, or what it waits for, or how it ended."""
    found = find_draft(account, draft_id)
    return render_page(
        request,
        "datasources/draft/page.html",
        page_context(request, account, found),
        fragment="datasources/draft/body.html",
    )


def page_context(request: AuthedRequest, account: Account, found: Draft) -> dict[str, Any]:
    """What the page of a draft shows."""
    is_own = found.owner_id == request.user.pk
    is_admin = account.role is Role.ADMIN
    context = {
        "account": account,
        "nav_section": "drafts",
        "draft": found,
        "source": found.data_source,
        "base": found.base,
        "base_words": base_words(found.base),
        "may_edit": may_edit(request, found),
        "is_own": is_own,
        "may_publish": account.role.covers(Role.PUBLISHER),
        "may_hand_over": (is_own or is_admin) and found.state in _HANDED,
        "may_discard": (is_own or is_admin) and found.state in _HANDED,
        "may_take_back": is_own and found.state == DraftState.DISCARDED and found.base_file_id,
        "is_shown": found.state in _SHOWN and found.base_file_id is not None,
        "is_waiting": found.state == DraftState.PREPARING,
        "lost": gone() if found.state == DraftState.OPEN and found.base_file_id is None else "",
    }
    context |= _standing_context(request, found)
    return context | _grid_context(request, found) if context["is_shown"] else context


def _standing_context(request: AuthedRequest, found: Draft) -> dict[str, Any]:
    """Whether another version was published under the draft, and who else is at its rows."""
    if found.state != DraftState.OPEN:
        return {}
    version = jobs.moved_to(found)
    return {
        "moved": moved_words(found.base, version) if version else "",
        "others_at_it": others_at(found),
    }


def _grid_context(request: AuthedRequest, found: Draft) -> dict[str, Any]:
    """What the grid starts with."""
    try:
        total = len(numbers_of(found))
    except DraftFault as fault:
        return {"is_shown": False, "lost": str(fault)}
    values = {
        "columns_json": _columns(found),
        "words_json": grid_words(),
        "urls_json": _urls(found),
        "state_json": state_json(request, found),
    }
    return {
        "total": total,
        "suggested": waiting_suggestions(found),
        **{name: json.dumps(value, ensure_ascii=False) for name, value in values.items()},
    }


def _urls(found: Draft) -> dict[str, str]:
    names = (
        "rows", "state", "order", "edit", "back", "cell", "row", "place", "problems", "problem",
        "find", "locate", "lookup",
    )  # fmt: skip
    return {name: reverse(f"draft_{name}", args=[found.account_id, found.pk]) for name in names}


_HANDED = (DraftState.OPEN, DraftState.PREPARING)
_SHOWN = (DraftState.OPEN, DraftState.SENDING, DraftState.SENT, DraftState.DISCARDED)


def base_words(base: Version | None) -> str:
    """ "the published version of 24 November 2026, 08:12" """
    if base is None:
        return ""
    words = {
        VersionState.STAGED: _("the staged version of %(moment)s"),
        VersionState.PUBLISHED: _("the published version of %(moment)s"),
        VersionState.EARLIER: _("the earlier version of %(moment)s"),
        VersionState.RETIRED: _("the retired version of %(moment)s"),
    }
    return words[VersionState(base.state)] % {"moment": exact(base.made_at)}


def moved_words(base: Version | None, version: Version) -> str:
    """Why a draft's base and what is published have parted, in a sentence."""
    now = base_words(version)
    if base is None:
        return _("The version that this draft was begun on is no longer known here.")
    if base.made_at > version.made_at and base.state != VersionState.PUBLISHED:
        return _(
            "The version that this draft was begun on was rolled back. Published now: %(now)s."
        ) % {"now": now}
    return _("Another version was published since this draft was begun: %(now)s.") % {"now": now}


def _columns(found: Draft) -> list[dict[str, Any]]:
    return [
        {"id": one["id"], "name": one["name"], "type": one["type"], "key": one["is_key"]}
        for one in found.columns
    ]
