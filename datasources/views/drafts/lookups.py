"""All missing locations, in JSON: how far the lookup is, and what it found that nobody has judged."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dashboard.people.access import AuthedRequest
from datasources import jobs
from datasources.drafts.bases import open_sheet
from datasources.drafts.faults import DraftClosed, DraftFault
from datasources.drafts.operations import OperationFault, read_choice
from datasources.drafts.suggestions import LEVELS, Standing, leave_out, standings
from datasources.models import (
    Account,
    Draft,
    Lookup,
    LookupKind,
    Suggestion,
    SuggestionState,
)
from datasources.phrases.told import told
from datasources.views.drafts.found import answers_json, may_edit, read_json, whole_number
from datasources.views.wording import lookup_words

SHOWN = 25
MOST_SHOWN = 500


@require_http_methods(["GET", "HEAD", "POST"])
@answers_json
def lookup(request: AuthedRequest, account: Account, draft: Draft) -> dict[str, Any]:
    """How the lookup of a `kind` stands, with its first suggestions (`count` of them).

    Posted, first does: "start" (with "columns"), "stop", "go on", or "leave out" (with "rows" or
    "sure"). Accepting is an edit: see `datasources.drafts.operations`.
    """
    if request.method != "POST":
        count = whole_number(request.GET.get("count", str(SHOWN)), MOST_SHOWN)
        return _state(draft, _kind(request.GET.get("kind", LookupKind.FIND)), count)
    if not may_edit(request, draft):
        raise DraftClosed(_("Only the owner of an open draft can look up places."))
    given = read_json(request)
    kind = _kind(given.get("kind"))
    try:
        _do(request, draft, kind, given)
    except jobs.JobRefused as refused:
        raise DraftFault(str(told(refused.args[0]))) from None
    except PermissionDenied as refused:  # handed over in this very moment
        raise DraftClosed(str(refused)) from None
    return _state(draft, kind, SHOWN)


def waiting_suggestions(draft: Draft) -> int:
    """Positions that wait to be accepted."""
    waiting = Suggestion.objects.filter(state=SuggestionState.WAITING)
    return waiting.filter(lookup__draft=draft, lookup__kind=LookupKind.FIND).count()


def _kind(name: object) -> LookupKind:
    try:
        return LookupKind(str(name))
    except ValueError:
        raise OperationFault("kind") from None


def _do(request: AuthedRequest, draft: Draft, kind: LookupKind, given: dict[str, Any]) -> None:
    act, columns = given.get("do"), given.get("columns")
    if act == "start" and isinstance(columns, list):
        jobs.start_lookup(request.user, draft, kind, [str(one) for one in columns])
    elif act == "stop":
        jobs.stop_lookup(request.user, draft, kind)
    elif act == "go on":
        jobs.go_on_with_lookup(request.user, draft, kind)
    elif act == "leave out":
        try:
            leave_out(draft, read_choice(given))
        except (KeyError, TypeError, ValueError) as error:
            raise OperationFault(str(error)) from None
    else:
        raise OperationFault("do")


def _state(draft: Draft, kind: LookupKind, count: int) -> dict[str, Any]:
    found = Lookup.objects.filter(draft=draft, kind=kind).first()
    if found is None:
        return {"state": "", "waiting": 0, "rows": []}
    waiting = found.suggestions.filter(state=SuggestionState.WAITING)
    counted = waiting.order_by().values_list("confidence").annotate(number=Count("pk"))
    levels = dict(counted)
    failed = list(found.suggestions.filter(state=SuggestionState.FAILED)[:SHOWN])
    return {
        "state": found.state,
        "columns": found.columns,
        "said": lookup_words(found),
        "share": found.done / found.total if found.total else None,
        "waiting": sum(levels.values()),
        "sure": {level: _at_least(levels, level) for level in LEVELS},
        "rows": _rows(draft, found, list(waiting[:count])),
        "failed": [
            {"row": one.number, "id": one.key, "asked": one.asked, "words": told(one.words)}
            for one in failed
        ],
    }


def _at_least(levels: dict[str, int], level: str) -> int:
    return sum(levels.get(one, 0) for one in LEVELS[: LEVELS.index(level) + 1])


def _rows(draft: Draft, found: Lookup, some: list[Suggestion]) -> list[dict[str, Any]]:
    if not some:
        return []
    try:
        with open_sheet(draft) as sheet:
            judged = standings(draft, sheet, found, some)
    except DraftFault:  # its properties or its version are gone: each row is another
        judged = [Standing.CHANGED for _one in some]
    return [_row(one, is_now) for one, is_now in zip(some, judged, strict=True)]


def _row(one: Suggestion, is_now: Standing) -> dict[str, Any]:
    return {
        "row": one.number,
        "id": one.key,
        "asked": one.asked,
        "latitude": one.latitude,
        "longitude": one.longitude,
        "words": told(one.words),
        "confidence": one.confidence,
        "overtaken": _overtaken(is_now),
    }


def _overtaken(is_now: Standing) -> str:
    return {
        Standing.OPEN: "",
        Standing.GONE: _("The row was deleted since. Nothing is put in."),
        Standing.FILLED: _("The row was filled in since. Nothing is written over."),
        Standing.CHANGED: _("The row was changed since it was looked up. Look up again."),
    }[is_now]
