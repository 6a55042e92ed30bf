"""The steps of a draft: kept as rows before and after, so that each can be undone and done again.

A step of many rows is kept in parts, one transaction each; its parts share a group.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.people.models import User
from dashboard.people.reading import number
from datasources.drafts.state import RowState
from datasources.models import Draft, DraftEdit

SET = "set"
PASTE = "paste"
CLEAR = "clear"
ADD = "add"
DUPLICATE = "duplicate"
DELETE = "delete"
RESTORE = "restore"
REPLACE = "replace"
PLACE = "place"
COLUMNS = "columns"
MERGE = "merge"
KINDS = (SET, PASTE, CLEAR, ADD, DUPLICATE, DELETE, RESTORE, REPLACE, PLACE, COLUMNS, MERGE)

Pairs = Mapping[int, tuple[RowState | None, RowState | None]]


@dataclass(frozen=True, slots=True)
class Note:
    """What is said of a step: its kind, its size, who made it, the browser's token."""

    kind: str
    user: User
    rows: int = 0
    cells: int = 0
    token: str = ""
    group: int = 0  # of the step that this is a further part of; 0: a new one


def record(draft: Draft, note: Note, pairs: Pairs, more: dict[str, Any] | None = None) -> DraftEdit:
    """Appends a step, or the next part of one; what was undone before can then no longer be redone.

    `more` holds what changed beside rows: "columns" and "base", each as [before, after].
    """
    if not note.group:
        DraftEdit.objects.filter(draft=draft, is_applied=False).delete()
    last = DraftEdit.objects.filter(draft=draft).aggregate(number=Max("number"), group=Max("group"))
    return DraftEdit.objects.create(
        draft=draft,
        number=(last["number"] or 0) + 1,
        group=note.group or (last["group"] or 0) + 1,
        kind=note.kind,
        rows=note.rows,
        cells=note.cells,
        token=note.token,
        user=note.user,
        changes=packed(pairs, more),
    )


def packed(pairs: Pairs, more: dict[str, Any] | None = None) -> bytes:
    rows = [
        [number, before and before.as_json(), after and after.as_json()]
        for number, (before, after) in pairs.items()
    ]
    return zlib.compress(json.dumps({"rows": rows, **(more or {})}).encode(), 1)


def unpacked(changes: bytes | memoryview) -> tuple[Pairs, dict[str, Any]]:
    kept = json.loads(zlib.decompress(changes))
    rows = kept.pop("rows")
    pairs = {
        number: (RowState.from_json(before), RowState.from_json(after))
        for number, before, after in rows
    }
    return pairs, kept


def last_applied(draft: Draft) -> list[DraftEdit]:
    """The parts of the step that undo takes back, the last part first; none if there is no step."""
    found = DraftEdit.objects.filter(draft=draft, is_applied=True).defer("changes")
    last = found.order_by("-number").first()
    if last is None:
        return []
    return list(found.filter(group=last.group).order_by("-number"))


def first_undone(draft: Draft) -> list[DraftEdit]:
    """The parts of the step that redo does again, in their order."""
    found = DraftEdit.objects.filter(draft=draft, is_applied=False).defer("changes")
    first = found.order_by("number").first()
    if first is None:
        return []
    return list(found.filter(group=first.group).order_by("number"))


def words_of(parts: list[DraftEdit]) -> str:
    """A step in words: "paste of 10,000 cells"; "" for none."""
    if not parts:
        return ""
    rows, cells = sum(part.rows for part in parts), sum(part.cells for part in parts)
    kind = parts[0].kind
    if kind in (SET, PASTE, CLEAR, REPLACE, PLACE):
        many = {
            SET: ngettext("change of %(n)s cell", "change of %(n)s cells", cells),
            PASTE: ngettext("paste of %(n)s cell", "paste of %(n)s cells", cells),
            CLEAR: ngettext("clearing of %(n)s cell", "clearing of %(n)s cells", cells),
            REPLACE: ngettext("replacement in %(n)s cell", "replacement in %(n)s cells", cells),
            PLACE: ngettext("lookup for %(n)s cell", "lookup for %(n)s cells", cells),
        }
        return many[kind] % {"n": number(cells)}
    if kind == COLUMNS:
        return _("change of properties")
    if kind == MERGE:
        return _("merge with a newer version")
    several = {
        ADD: ngettext("addition of %(n)s row", "addition of %(n)s rows", rows),
        DUPLICATE: ngettext("duplication of %(n)s row", "duplication of %(n)s rows", rows),
        DELETE: ngettext("deletion of %(n)s row", "deletion of %(n)s rows", rows),
        RESTORE: ngettext("restoring of %(n)s row", "restoring of %(n)s rows", rows),
    }
    return several[kind] % {"n": number(rows)}
