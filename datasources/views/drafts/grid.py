"""What the grid asks for and sends, in JSON: rows, orders, edits, undo, problems, finding."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dashboard.people.access import AuthedRequest
from datasources.archive.selection import Selection
from datasources.drafts import finding, step, undo
from datasources.drafts.bases import open_sheet
from datasources.drafts.faults import DraftFault
from datasources.drafts.operations import OperationFault, read_operation, read_sought
from datasources.drafts.order import make_order, numbers_of, place_of
from datasources.drafts.problems import next_problem, problems_page
from datasources.drafts.rows import MOST, rows_of
from datasources.drafts.step import Author, Done
from datasources.models import Account, Draft
from datasources.views.drafts.found import answers_json, read_json, whole_number
from datasources.views.drafts.standing import state_json
from datasources.views.drafts.words import done_words, overtaken_words

FAR = 10**9
TOUCHED = 200  # rows that an edit gives back; of more, the grid asks for what it shows
PREVIEWED = 100  # cells of a replacement


@require_safe
@answers_json
def rows(request: AuthedRequest, account: Account, draft: Draft) -> dict[str, Any]:
    """Rows `from` (`count` of them) of an order (`order`), and how many there are in all."""
    start = whole_number(request.GET.get("from", "0"), FAR)
    count = whole_number(request.GET.get("count", "100"), MOST)
    numbers = _numbers(draft, request.GET.get("order", ""))
    found = rows_of(draft, numbers[start : start + count].tolist())
    return {
        "revision": draft.revision,
        "from": start,
        "total": len(numbers),
        "rows": [row.as_json() for row in found],
    }


@require_safe
@answers_json
def state(request: AuthedRequest, account: Account, draft: Draft) -> dict[str, Any]:
    """How the draft stands: revision, counts, what can be undone, whether it may be edited."""
    return state_json(request, draft)


@require_POST
@answers_json
def order(request: AuthedRequest, account: Account, draft: Draft) -> dict[str, Any]:
    """Sorts and narrows the rows; gives the token of the order, "" for all rows as they come."""
    given = read_json(request)
    try:
        selection = Selection.from_json(given)
    except (KeyError, TypeError, ValueError) as error:
        raise OperationFault(str(error)) from None
    token = make_order(draft, selection)
    return {"order": token, "total": len(numbers_of(draft, token)), "revision": draft.revision}


@require_POST
@answers_json
def edit(request: AuthedRequest, account: Account, draft: Draft) -> dict[str, Any]:
    """Makes a step: {"do": …, "token", "revision"}, see `datasources.drafts.operations`."""
    given = read_json(request)
    operation = read_operation(given)
    done = step.make(
        draft.pk,
        _author(request, given),
        operation.kind,
        operation.changes,
        expected=operation.expected,
    )
    answer = _done(request, done, operation.kind)
    if operation.accepted is not None and operation.accepted.overtaken:
        words = overtaken_words(operation.accepted.overtaken)
        answer["said"] = f"{answer['said']}; {words}"
    return answer


@require_POST
@answers_json
def back(request: AuthedRequest, account: Account, draft: Draft) -> dict[str, Any]:
    """Undoes the last step, or with {"forward": true} does the last one undone again."""
    given = read_json(request)
    forward = bool(given.get("forward"))
    turn = undo.redo if forward else undo.undo
    answer = _done(request, turn(draft.pk, _author(request, given)), "")
    words = _("Done again: %(step)s") if forward else _("Undone: %(step)s")
    return answer | {"said": words % {"step": answer["undo" if forward else "redo"]}}


@require_safe
@answers_json
def cell(request: AuthedRequest, account: Account, draft: Draft) -> dict[str, Any]:
    """The whole text of one cell (`row`, `column`), and what it is in the version."""
    number = _number(request)
    with open_sheet(draft) as sheet:
        found = rows_of(draft, [number], sheet)
        place = next(
            (at for at, one in enumerate(sheet.columns) if one.id == request.GET.get("column")),
            None,
        )
    if not found or place is None:
        raise OperationFault("no cell")
    row = found[0]
    return {"text": row.texts[place], "was": row.was.get(place, row.texts[place])}


@require_safe
@answers_json
def whole_row(request: AuthedRequest, account: Account, draft: Draft) -> dict[str, Any]:
    """One row (`row`) with all its texts in full, and what they are in the version."""
    found = rows_of(draft, [_number(request)])
    if not found:
        raise DraftFault(_("This row is no longer there."))
    row = found[0]
    return {
        "revision": draft.revision,
        "number": row.number,
        "kind": row.kind,
        "texts": row.texts,
        "was": row.was,
        "problems": row.problems,
        "refused": row.refused,
    }


@require_safe
@answers_json
def place(request: AuthedRequest, account: Account, draft: Draft) -> dict[str, Any]:
    """Where a row (`row`) stands in an order (`order`), from 0; null if it is not in it."""
    return {"place": place_of(_numbers(draft, request.GET.get("order", "")), _number(request))}


@require_safe
@answers_json
def problems(request: AuthedRequest, account: Account, draft: Draft) -> dict[str, Any]:
    """Rows with problems, a page (`page`) at a time."""
    return problems_page(draft, whole_number(request.GET.get("page", "0"), FAR))


@require_safe
@answers_json
def problem(request: AuthedRequest, account: Account, draft: Draft) -> dict[str, Any]:
    """The next row with a problem behind a place (`from`) of an order, or before it (`back`)."""
    numbers = _numbers(draft, request.GET.get("order", ""))
    start = whole_number(request.GET.get("from", "0"), FAR)
    return next_problem(draft, numbers, start, forward="back" not in request.GET)


@require_POST
@answers_json
def find(request: AuthedRequest, account: Account, draft: Draft) -> dict[str, Any]:
    """How many cells match, in how many rows, and the first of them as they would become."""
    given = read_json(request)
    try:
        sought = read_sought(given)
    except (KeyError, TypeError, ValueError) as error:
        raise OperationFault(str(error)) from None
    sought.check()
    with open_sheet(draft) as sheet:
        found = finding.hits(draft, sheet, sought)
        shown = list(finding.replacements(draft, sheet, sought, found[:PREVIEWED]))
    return {
        "revision": draft.revision,
        "cells": len(found),
        "rows": len({hit.number for hit in found}),
        "shown": [[number, column, now, then] for number, column, now, then in shown],
    }


# --- parts ---


def _numbers(draft: Draft, token: str) -> Any:
    try:
        return numbers_of(draft, token)
    except KeyError:
        raise OrderGone from None


class OrderGone(DraftFault):
    """The order is no longer kept: the grid asks for it anew."""


def _number(request: AuthedRequest) -> int:
    text = request.GET.get("row", "")
    sign = -1 if text.startswith("-") else 1
    return sign * whole_number(text.lstrip("-"), FAR)


def _author(request: AuthedRequest, given: dict[str, Any]) -> Author:
    revision, token = given.get("revision"), str(given.get("token", ""))[:40]
    if revision is not None and not isinstance(revision, int):
        raise OperationFault("revision")
    return Author(request.user, revision, token)


def _done(request: AuthedRequest, done: Done, kind: str) -> dict[str, Any]:
    draft = done.draft
    touched = list(dict.fromkeys(done.touched))
    is_many = done.is_whole or len(touched) > TOUCHED
    few = [] if is_many else touched
    return {
        **state_json(request, draft),
        "added": done.added if len(done.added) <= TOUCHED else [],
        "rows": [row.as_json() for row in rows_of(draft, few)],
        "gone": _gone(draft, few),
        "many": is_many,
        "said": done_words(done, kind),
    }


def _gone(draft: Draft, numbers: list[int]) -> list[int]:
    """Of the touched rows, those that are not there any more."""
    added = [number for number in numbers if number < 0]
    there = {row.number for row in rows_of(draft, added)} if added else set()
    return [number for number in added if number not in there]
