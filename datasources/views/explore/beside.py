"""Two answers to one query side by side: what one version says and the other does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasources.api import QueryAnswer
from datasources.views.explore.result import MOST_COLUMNS, Cell, Row, cell_of

SAME, CHANGED, REMOVED, ADDED = "same", "changed", "removed", "added"
_DIGITS = 6  # decimals of a position that a service writes


@dataclass(frozen=True, slots=True)
class Pair:
    """A value in both versions; only `one` where they are the same."""

    one: Cell
    other: Cell | None = None


@dataclass(frozen=True, slots=True)
class PairLine:
    """An entity in both answers, or in one; `kind` says which, from the first to the second."""

    key: str
    entity_id: str
    kind: str
    cells: list[Pair]


@dataclass(frozen=True, slots=True)
class PairTable:
    """Entities of both answers: in the order of the first, then those of the second alone.

    `is_whole` says that both answers hold all that match, so that what is in one alone is in one
    version alone; otherwise it may stand on another page of the other.
    """

    columns: tuple[str, ...]
    lines: list[PairLine]
    counts: Mapping[str, int]
    is_whole: bool
    left_out: int = 0


def pair_up(one: QueryAnswer, other: QueryAnswer, *, is_whole: bool) -> PairTable:
    """The two answers in one table. Entities are known by their IDs."""
    left, right = _by_id(one), _by_id(other)
    order = list(dict.fromkeys((*left, *right)))
    columns = _arranged(tuple(dict.fromkeys((*one.columns, *other.columns))), left, right)
    shown = columns[:MOST_COLUMNS]
    lines = [
        _line(str(place), entity_id, left.get(entity_id), right.get(entity_id), shown)
        for place, entity_id in enumerate(order)
    ]
    counts = {
        kind: sum(line.kind == kind for line in lines) for kind in (SAME, CHANGED, REMOVED, ADDED)
    }
    return PairTable(shown, lines, counts, is_whole, len(columns) - len(shown))


def _by_id(answer: QueryAnswer) -> dict[str, Row]:
    return {
        entity_id or f"#{place}": entity
        for place, (entity_id, entity) in enumerate(zip(answer.ids, answer.entities, strict=True))
    }


def _arranged(
    columns: tuple[str, ...], left: Mapping[str, Row], right: Mapping[str, Row]
) -> tuple[str, ...]:
    """The first column, then those with a difference, then the others: nobody has to look for them."""
    both = [(left[entity_id], right[entity_id]) for entity_id in left if entity_id in right]

    def differs(name: str) -> bool:
        return any(not _alike(one.get(name), other.get(name)) for one, other in both)

    return columns[:1] + tuple(sorted(columns[1:], key=lambda name: not differs(name)))


def _line(
    key: str,
    entity_id: str,
    one: Row | None,
    other: Row | None,
    columns: Sequence[str],
) -> PairLine:
    if one is None or other is None:
        there = one if one is not None else other or {}
        kind = ADDED if one is None else REMOVED
        return PairLine(key, entity_id, kind, [Pair(cell_of(there.get(name))) for name in columns])
    cells = [_pair(name, one, other) for name in columns]
    kind = CHANGED if any(pair.other for pair in cells) else SAME
    return PairLine(key, entity_id, kind, cells)


def _pair(name: str, one: Row, other: Row) -> Pair:
    before, after = one.get(name), other.get(name)
    if _alike(before, after):
        return Pair(cell_of(before))
    return Pair(cell_of(before), cell_of(after))


def _alike(one: object, other: object) -> bool:
    """Whether two answers say the same: a service may write the empty text for one that is not
    there, and positions with six decimals."""
    if one in (None, "") and other in (None, ""):
        return True
    if isinstance(one, float) and isinstance(other, int | float):
        return round(one, _DIGITS) == round(other, _DIGITS)
    return one == other


def pair_features(table: PairTable, one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """The features of both answers by what became of their entities, the second version's first."""
    by_id = {line.entity_id: line for line in table.lines}
    found: dict[str, Any] = {}
    for features in (one, other):
        for feature in features["features"]:
            line = by_id.get(feature["properties"]["id"])
            if line is not None:
                given = {**feature["properties"], "key": line.key, "kind": line.kind}
                found[line.key] = {**feature, "properties": given}
    return {"type": "FeatureCollection", "features": list(found.values())}
