"""Rows of a draft as the grid shows them: windows of an order, single rows, problems."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from datasources.archive.sheet import Sheet, Texts
from datasources.drafts.bases import open_sheet
from datasources.models import Draft, DraftRow, RowKind
from datasources.schema.columns import Column

SHOWN = 200  # characters of a value in the grid; the whole is asked for one by one
MOST = 500  # rows of one window


@dataclass(slots=True)
class Row:
    """A row: its values as texts, which of them the draft changed and from what, what is wrong.

    `problems` are [place of the column, rule, message, advice, is a warning].
    """

    number: int
    kind: str  # "", added, changed or deleted
    texts: Texts
    was: dict[int, str | None] = field(default_factory=dict)
    problems: list[list[Any]] = field(default_factory=list)
    refused: str = ""

    def as_json(self) -> list[Any]:
        """[number, kind, texts, more]; long texts are cut, and `more.long` says which."""
        more: dict[str, Any] = {}
        long = [place for place, text in enumerate(self.texts) if text and len(text) > SHOWN]
        if long:
            more["long"] = {place: len(self.texts[place] or "") for place in long}
        if self.was:
            more["was"] = {place: _cut(text) for place, text in self.was.items()}
        if self.problems:
            more["problems"] = self.problems
        if self.refused:
            more["refused"] = self.refused
        return [self.number, self.kind, [_cut(text) for text in self.texts], more]


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= SHOWN else text[:SHOWN] + "…"


def rows_of(draft: Draft, numbers: Sequence[int], sheet: Sheet | None = None) -> list[Row]:
    """Rows by number, in that order; those that are not there left out."""
    if sheet is None:
        with open_sheet(draft) as opened:
            return rows_of(draft, numbers, opened)
    wanted = [int(number) for number in numbers]
    own = {row.number: row for row in DraftRow.objects.filter(draft=draft, number__in=wanted)}
    base = sheet.texts(wanted)
    found = []
    for number in wanted:
        row = own.get(number)
        if row is None and number in base:
            found.append(Row(number, "", base[number]))
        elif row is not None and row.kind != RowKind.DROPPED and (number < 0 or number in base):
            found.append(_changed(row, sheet, base.get(number)))
    return found


def _changed(row: DraftRow, sheet: Sheet, base: Texts | None) -> Row:
    cells = json.loads(row.cells)
    was = {}
    if base is not None:
        was = {at: base[at] for at, one in enumerate(sheet.columns) if one.id in cells}
    return Row(
        row.number,
        "" if row.kind == RowKind.IDLE else row.kind,
        sheet.row(base, cells),
        was,
        [] if row.kind == RowKind.DELETED else placed(row.problems, sheet.columns),
        row.refused,
    )


def placed(problems: str, columns: Iterable[Column]) -> list[list[Any]]:
    """A row's problems with the places of their columns; those of dropped columns left out."""
    if not problems:
        return []
    places = {column.id: place for place, column in enumerate(columns)}
    return [[places[one[0]], *one[1:]] for one in json.loads(problems) if one[0] in places]
