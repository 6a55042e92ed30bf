"""Rows of a draft written to their new states: checked, kept, and counted, in one transaction.

Whatever changes a draft's rows (an edit, undo, a merge) comes through `write`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection

from datasources.archive.sheet import Sheet
from datasources.checks.cells import CellProblem, check_rows, repeated_id
from datasources.drafts.state import SHOWN, RowState, kind_of, state_of
from datasources.models import Draft, DraftRow, RowKind
from datasources.schema import MAX_ENTITY_ID
from datasources.schema.columns import schema_of

#: States of rows by number; None: as the version has it, or not there.
States = Mapping[int, RowState | None]

_REPEATED = "duplicate-id"
_KEYED = (RowKind.ADDED, RowKind.CHANGED, RowKind.IDLE)  # rows whose `key` is taken
_COLUMNS = (
    "draft_id", "number", "kind", "anchor", "key", "cells", "problems", "faults", "refused",
    "revision",
)  # fmt: skip
_COUNTED = {RowKind.ADDED: "added", RowKind.CHANGED: "changed", RowKind.DELETED: "deleted"}


@dataclass(slots=True)
class _Line:
    """A row as it is to be written."""

    number: int
    kind: RowKind
    state: RowState
    key: str = ""
    problems: list[list[object]] | None = None
    faults: int = 0


def write(draft: Draft, sheet: Sheet, after: States) -> dict[int, RowState | None]:
    """Brings rows into the given states; gives those they were in before.

    The caller holds the draft's row locked. `draft.revision` and its counts are changed in the
    instance and in the database.
    """
    old = {row.number: row for row in _rows(draft, after)}
    before = {number: state_of(old[number]) if number in old else None for number in after}
    draft.revision += 1
    lines, touched_keys = _lines(draft, sheet, after)
    touched_keys |= {row.key for row in old.values()}
    _store(draft, lines)
    there = {line.number for line in lines}
    _forget(draft, [number for number in old if number not in there])
    _count(draft, old.values(), lines)
    _mark_repeats(draft, sheet, touched_keys - {""})
    _save(draft)
    return before


def _rows(draft: Draft, numbers: Iterable[int]) -> list[DraftRow]:
    return list(DraftRow.objects.filter(draft=draft, number__in=list(numbers)))


def _lines(draft: Draft, sheet: Sheet, after: States) -> tuple[list[_Line], set[str]]:
    """The rows to write, checked, and the entity IDs that came or went."""
    lines: list[_Line] = []
    for number, state in after.items():
        kind = kind_of(number, state, sheet.columns) if state else None
        if state is not None and kind is not None:
            lines.append(_Line(number, kind, state))
    base = sheet.texts(number for number in after if number > 0)
    place = next(at for at, column in enumerate(sheet.columns) if column.is_key)
    keys = {texts[place] or "" for texts in base.values()}
    checked = [line for line in lines if line.kind in _KEYED]
    rows = [sheet.row(base.get(line.number), line.state.cells) for line in checked]
    schema = schema_of(draft.entity_type, sheet.columns)
    for line, texts, problems in zip(checked, rows, check_rows(schema, rows), strict=True):
        line.key = _key(texts[place])
        _note(line, sheet, problems)
    return lines, keys | {line.key for line in lines}


def _key(text: str | None) -> str:
    """An entity ID as it is compared; "" where it breaks a rule, which the check says."""
    good = text is not None and len(text) <= MAX_ENTITY_ID and "\0" not in text
    return text if good and text is not None else ""


def _note(line: _Line, sheet: Sheet, problems: list[CellProblem]) -> None:
    line.problems = [
        [sheet.columns[one.place].id, one.rule, one.message, one.advice, one.warning]
        for one in problems
    ]
    line.faults = sum(not one.warning for one in problems)


def _store(draft: Draft, lines: list[_Line]) -> None:
    """One statement for all rows: a paste of ten thousand takes no longer than it must."""
    if not lines:
        return
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, _COLUMNS))
    sets = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in _COLUMNS[2:])
    marks = ", ".join(["%s"] * len(_COLUMNS))
    draft_id = Draft._meta.pk.get_db_prep_value(draft.pk, connection)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(DraftRow._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608  # constants
            f" ON CONFLICT ({quote('draft_id')}, {quote('number')}) DO UPDATE SET {sets}",
            [
                (
                    draft_id,
                    line.number,
                    line.kind.value,
                    line.state.anchor,
                    line.key,
                    json.dumps(dict(line.state.cells)),
                    json.dumps(line.problems) if line.problems else "",
                    line.faults,
                    "",
                    draft.revision,
                )
                for line in lines
            ],
        )


def _forget(draft: Draft, numbers: list[int]) -> None:
    if numbers:
        DraftRow.objects.filter(draft=draft, number__in=numbers).delete()


def _count(draft: Draft, old: Iterable[DraftRow], lines: list[_Line]) -> None:
    for row in old:
        _add(draft, row.kind, row.faults, -1)
    for line in lines:
        _add(draft, line.kind, line.faults, 1)


def _add(draft: Draft, kind: str, faults: int, step: int) -> None:
    if kind not in SHOWN:
        return
    name = _COUNTED[RowKind(kind)]
    setattr(draft, name, getattr(draft, name) + step)
    if faults and kind != RowKind.DELETED:
        draft.faulty += step


def _mark_repeats(draft: Draft, sheet: Sheet, keys: set[str]) -> None:
    """Marks rows whose entity ID another row has, and unmarks those whose twin is gone."""
    if not keys:
        return
    own = DraftRow.objects.filter(draft=draft, kind__in=_KEYED, key__in=list(keys))
    in_version = sheet.numbers_of(keys)
    beneath = DraftRow.objects.filter(draft=draft, number__in=list(in_version.values()))
    laid = set(beneath.values_list("number", flat=True))
    holders = Counter(own.values_list("key", flat=True))
    holders.update(key for key, number in in_version.items() if number not in laid)
    repeated = [key for key, count in holders.items() if count > 1]
    marked = own.filter(problems__contains=f'"{_REPEATED}"')
    changed = [
        row
        for row in own.filter(key__in=repeated)
        if _set_repeated(draft, row, sheet, is_repeated=True)
    ]
    changed += [
        row
        for row in marked.exclude(key__in=repeated)
        if _set_repeated(draft, row, sheet, is_repeated=False)
    ]
    if changed:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {connection.ops.quote_name(DraftRow._meta.db_table)}"  # noqa: S608  # a constant
                " SET problems = %s, faults = %s WHERE id = %s",
                [(row.problems, row.faults, row.pk) for row in changed],
            )


def _set_repeated(draft: Draft, row: DraftRow, sheet: Sheet, *, is_repeated: bool) -> bool:
    """Puts the problem into a row or takes it out; gives whether that changed anything."""
    problems = json.loads(row.problems or "[]")
    others = [one for one in problems if one[1] != _REPEATED]
    if is_repeated == (len(others) < len(problems)):
        return False
    _add(draft, row.kind, row.faults, -1)
    if is_repeated:
        key = next(column.id for column in sheet.columns if column.is_key)
        others.append([key, *repeated_id(row.key), False])
    row.problems = json.dumps(others) if others else ""
    row.faults += 1 if is_repeated else -1
    _add(draft, row.kind, row.faults, 1)
    return True


def _save(draft: Draft) -> None:
    draft.save(update_fields=["revision", "added", "changed", "deleted", "faulty", "rows_made"])


def recount(draft: Draft) -> None:
    """Counts the rows anew, as after a merge."""
    rows = DraftRow.objects.filter(draft=draft)
    for kind, name in _COUNTED.items():
        setattr(draft, name, rows.filter(kind=kind).count())
    shown = rows.filter(kind__in=(RowKind.ADDED, RowKind.CHANGED))
    draft.faulty = shown.filter(faults__gt=0).count()
    _save(draft)
