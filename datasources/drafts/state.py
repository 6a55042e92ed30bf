"""What a draft holds of a row: the state that edits change and the log remembers.

No state at all (None) is a row of the version as it is, or an added row that is not there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from datasources.archive.sheet import Laid
from datasources.models import Draft, DraftRow, RowKind
from datasources.schema.columns import Column

Cells = dict[str, str | None]

#: Kinds that are shown as a difference, counted and sent.
SHOWN = (RowKind.ADDED, RowKind.CHANGED, RowKind.DELETED)


@dataclass(frozen=True, slots=True)
class RowState:
    """The row's own values by column ID, whether it is deleted, and what an added one stands after."""

    cells: Mapping[str, str | None] = field(default_factory=dict)
    gone: bool = False
    anchor: int | None = None

    def as_json(self) -> list[Any]:
        return [dict(self.cells), self.gone, self.anchor]

    @classmethod
    def from_json(cls, kept: list[Any] | None) -> RowState | None:
        return None if kept is None else cls(kept[0], kept[1], kept[2])


def state_of(row: DraftRow) -> RowState:
    gone = row.kind in (RowKind.DELETED, RowKind.DROPPED)
    return RowState(json.loads(row.cells), gone, row.anchor)


def kind_of(number: int, state: RowState, columns: Iterable[Column]) -> RowKind | None:
    """What a row with that state is; None if it is as the version has it."""
    if number < 0:
        return RowKind.DROPPED if state.gone else RowKind.ADDED
    if state.gone:
        return RowKind.DELETED
    if any(column.id in state.cells for column in columns):
        return RowKind.CHANGED
    return RowKind.IDLE if state.cells else None


def columns_of_draft(draft: Draft) -> list[Column]:
    return [Column.from_json(one) for one in draft.columns]


def laid_rows(draft: Draft) -> Iterable[Laid]:
    """All rows that are there and differ, for sorting and finding."""
    rows = DraftRow.objects.filter(draft=draft).exclude(kind=RowKind.DROPPED)
    for number, kind, cells, faults in rows.values_list(
        "number", "kind", "cells", "faults"
    ).iterator(chunk_size=5000):
        shown = "" if kind == RowKind.IDLE else kind
        yield Laid(number, shown, json.loads(cells), bool(faults))
