"""Properties of a draft added, renamed, retyped and dropped: what it does to the data, and the step."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils.translation import gettext as _

from datasources.archive.sheet import Sheet, converted
from datasources.checks.cells import tidy
from datasources.drafts import log
from datasources.drafts.bases import open_sheet
from datasources.drafts.faults import DraftFault, DraftMoved
from datasources.drafts.state import RowState, columns_of_draft, state_of
from datasources.drafts.step import Author, locked, touch
from datasources.drafts.undo import recheck
from datasources.drafts.writing import write
from datasources.models import Draft, DraftRow, RowKind
from datasources.schema import EdmType, Problem, Value, ValueFault, check_schema
from datasources.schema.columns import Column, schema_of
from datasources.schema.conversion import convert, read_value
from datasources.schema.values import text_of

EXAMPLES = 5  # values of each effect


@dataclass(frozen=True, slots=True)
class Example:
    """A value of one entity, now and then (None: nothing)."""

    key: str
    now: str | None
    then: str | None


@dataclass(slots=True)
class Effect:
    """What one change of a property does to the entities.

    `kept` values stay as they are, `respelt` ones are written otherwise, `lost` ones are no longer
    there: dropped, or no value of the new type. `marked` are values typed into this draft that are
    no value of the new type: they stay, as problems.
    """

    kind: str  # add, rename, retype or drop
    name: str
    before: Column | None = None
    after: Column | None = None
    kept: int = 0
    respelt: int = 0
    lost: int = 0
    marked: int = 0
    respelt_examples: list[Example] = field(default_factory=list)
    lost_examples: list[Example] = field(default_factory=list)


def broken_rules(draft: Draft, columns: Sequence[Column]) -> list[Problem]:
    """Rules of a schema that the properties would break, and new values that are none."""
    found = check_schema(schema_of(draft.entity_type, columns))
    for column in columns:
        try:
            read_value(column.type, column.fill or None)
        except ValueFault as fault:
            found.append(Problem("fill", fault.message, fault.advice, column=column.name))
    return found


def effects(draft: Draft, columns: Sequence[Column]) -> list[Effect]:
    """What the new properties do, one change at a time. Raises DraftFault."""
    after = {column.id: column for column in columns}
    with open_sheet(draft) as sheet:
        before = {column.id: column for column in sheet.columns}
        found = [effect for one in sheet.columns for effect in _changed(draft, sheet, one, after)]
        for column in columns:
            if column.id not in before:
                count = len(sheet.numbers()) if column.fill else 0
                found.append(Effect("add", column.name, after=column, kept=count))
    return found


def _changed(
    draft: Draft, sheet: Sheet, column: Column, after: dict[str, Column]
) -> Iterator[Effect]:
    then = after.get(column.id)
    if then is None:
        yield _dropped(draft, sheet, column)
        return
    if then.name != column.name:
        yield Effect("rename", column.name, column, then)
    if then.type is not column.type:
        yield _retyped(draft, sheet, column, then)


def _values(draft: Draft, sheet: Sheet, column: Column) -> Iterator[tuple[int, str, Value]]:
    """Values of a property as the draft shows them now: the row, the text, and what the version has
    stored, None for a value of the draft's own. Empty ones and rows to delete are left out."""
    own: dict[int, str | None] = {}
    rows = DraftRow.objects.filter(draft=draft).exclude(kind=RowKind.DROPPED)
    for number, kind, cells in rows.values_list("number", "kind", "cells").iterator(2000):
        given = json.loads(cells)
        if kind == RowKind.DELETED:
            own[number] = None
        elif column.id in given:
            own[number] = given[column.id]
        elif number < 0:
            own[number] = column.fill or None
    yield from ((number, text, None) for number, text in own.items() if text)
    if column.origin is None:
        if column.fill:
            rest = (number for number in sheet.numbers().tolist() if number not in own)
            yield from ((number, column.fill, None) for number in rest)
        return
    origin = column.origin
    for numbers, values in sheet.stored_values(origin):
        for number, value in zip(numbers, values, strict=True):
            now = converted(value, origin.type, column.type) if column.is_retyped else value
            if now is not None and number not in own:
                yield number, text_of(now), value


def _dropped(draft: Draft, sheet: Sheet, column: Column) -> Effect:
    effect = Effect("drop", column.name, column)
    found: list[tuple[int, str, str | None]] = []
    for number, text, _stored in _values(draft, sheet, column):
        effect.lost += 1
        if len(found) < EXAMPLES:
            found.append((number, text, None))
    effect.lost_examples = _named(draft, sheet, found)
    return effect


def _retyped(draft: Draft, sheet: Sheet, column: Column, then: Column) -> Effect:
    """A version's value is converted from what it is there, one of the draft's own from its text."""
    effect = Effect("retype", column.name, column, then)
    respelt: list[tuple[int, str, str | None]] = []
    lost: list[tuple[int, str, str | None]] = []
    for number, text, stored in _values(draft, sheet, column):
        if stored is None or column.origin is None:
            new = text_as(text, column.type, then.type)
        else:
            value = converted(stored, column.origin.type, then.type)
            new = None if value is None else text_of(value)
        if new == text:
            effect.kept += 1
        elif new is not None:
            effect.respelt += 1
            if len(respelt) < EXAMPLES:
                respelt.append((number, text, new))
        elif stored is None:
            effect.marked += 1
        else:
            effect.lost += 1
            if len(lost) < EXAMPLES:
                lost.append((number, text, None))
    effect.respelt_examples = _named(draft, sheet, respelt)
    effect.lost_examples = _named(draft, sheet, lost)
    return effect


def text_as(text: str, old: EdmType, new: EdmType) -> str | None:
    """A text of one type as one of another, None where it is no value of that."""
    for kind in (old, new):
        try:
            value = convert(read_value(kind, text), kind, new)
        except ValueFault:
            continue
        return None if value is None else text_of(value)
    return None


def _named(
    draft: Draft, sheet: Sheet, found: Sequence[tuple[int, str, str | None]]
) -> list[Example]:
    """Examples with the IDs of their entities."""
    place = next(at for at, column in enumerate(sheet.columns) if column.is_key)
    base = sheet.texts(number for number, _now, _then in found)
    rows = DraftRow.objects.filter(draft=draft, number__in=[one[0] for one in found])
    own = dict(rows.values_list("number", "key"))
    return [
        Example(own.get(number) or (base[number][place] if number in base else "") or "", now, then)
        for number, now, then in found
    ]


def change_columns(draft: Draft, author: Author, columns: Sequence[Column]) -> None:
    """Gives the draft its new properties, as a step that can be undone. Raises DraftFault."""
    with transaction.atomic():
        draft = locked(draft.pk, author.user)
        if author.revision is not None and author.revision != draft.revision:
            raise DraftMoved
        if list(columns) == columns_of_draft(draft):
            raise DraftFault(_("Nothing changed."))
        broken = broken_rules(draft, columns)
        if broken:
            raise DraftFault(f"{broken[0].message} {broken[0].advice}".strip())
        was = {column.id: column for column in columns_of_draft(draft)}
        retyped = {
            one.id: (was[one.id].type, one.type)
            for one in columns
            if one.id in was and was[one.id].type is not one.type
        }
        before, after = draft.columns, [column.as_json() for column in columns]
        draft.columns = after
        draft.save(update_fields=["columns"])
        with open_sheet(draft) as sheet:
            write(draft, sheet, {})
            pairs = dict(_rewritten(draft, retyped))
            write(draft, sheet, {number: then for number, (_now, then) in pairs.items()})
            recheck(draft, sheet)
        note = log.Note(log.COLUMNS, author.user, rows=len(pairs), token=author.token)
        log.record(draft, note, pairs, {"columns": [before, after]})
        touch(draft)


def _rewritten(
    draft: Draft, retyped: Mapping[str, tuple[EdmType, EdmType]]
) -> Iterator[tuple[int, tuple[RowState, RowState]]]:
    """Rows whose own values are written otherwise as values of the new types."""
    if not retyped:
        return
    for row in DraftRow.objects.filter(draft=draft).iterator(2000):
        state = state_of(row)
        cells = dict(state.cells)
        for column, (old, new) in retyped.items():
            text = cells.get(column)
            if text:
                cells[column] = text_as(text, old, new) or text
        if cells != dict(state.cells):
            yield row.number, (state, replace(state, cells=cells))


def tidied(columns: Sequence[Column]) -> list[Column]:
    """Columns whose new values are spelt as the reference does."""
    return [
        Column(one.id, one.name, one.type, one.is_key, one.origin, tidy(one.type, one.fill) or "")
        for one in columns
    ]


def fresh_id(columns: Sequence[Column], taken: set[str]) -> str:
    """An ID that no column has or had."""
    used = {column.id for column in columns} | taken
    return next(f"n{number}" for number in range(len(used) + 1) if f"n{number}" not in used)
