"""Where the problems of a file lie on the Earth, for a map: those whose row says where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from datasources.schema import Batch, Problem, Schema
from datasources.schema.geography import GeographyFault, centroid, read_wkt

MOST = 300  # problems with a place that are kept
_LOOKED_AT = 5000  # problems whose place is looked for: where none has one, it is given up
_CUT = 80  # characters of a value
#: Rules whose problems carry their place as “latitude, longitude”.
_TOLD = ("location-zero", "location-far", "location-swapped")

Place = tuple[float, float]  # longitude, latitude


@dataclass(frozen=True, slots=True)
class Placed:
    """A problem and where its entity lies."""

    problem: Problem
    place: Place

    def as_json(self) -> dict[str, Any]:
        problem = self.problem
        return {
            "rule": problem.rule,
            "severity": "warning" if problem.warning else "error",
            "row": problem.row,
            "column": problem.column,
            "value": problem.value[:_CUT],
            "message": problem.message,
            "place": [round(side, 7) for side in self.place],
        }


class Where:
    """Takes in problems as they are found; keeps the first `MOST` that have a place.

    `unplaced` counts those of a row that does not say where it is, or says it wrongly.
    """

    def __init__(self) -> None:
        self.placed: list[Placed] = []
        self.unplaced = 0

    def take(self, schema: Schema, raw: Batch | None, problems: Sequence[Problem]) -> None:
        """Looks up the places of a batch's problems, while it is at hand."""
        positions: dict[int, int] | None = None
        for problem in problems:
            if problem.row is None or problem.fatal or problem.is_row:
                continue
            if len(self.placed) >= MOST:
                return
            place = _told(problem) if problem.rule in _TOLD else None
            if place is None and raw is not None and self.unplaced < _LOOKED_AT:
                positions = positions or {row: at for at, row in enumerate(raw.rows)}
                at = positions.get(problem.row)
                place = None if at is None else _place_of(schema, raw, at)
            if place is None:
                self.unplaced += 1
            else:
                self.placed.append(Placed(problem, place))


def _told(problem: Problem) -> Place | None:
    latitude, _, longitude = problem.value.partition(",")
    return _on_earth(latitude, longitude)


def _place_of(schema: Schema, raw: Batch, at: int) -> Place | None:
    """The location of an entity as it stands in the file: its coordinates, else its geography."""

    def cell(index: int | None) -> Any:
        return None if index is None or index >= len(raw.columns) else raw.columns[index][at]

    place = _on_earth(cell(schema.latitude_index), cell(schema.longitude_index))
    if place is not None:
        return place
    shape = raw.shapes[at] if raw.shapes is not None else _shape(cell(schema.geography_index))
    if shape is None or shapely.is_empty(shape):
        return None
    latitude, longitude = centroid(shape)
    return _on_earth(latitude, longitude)


def _shape(text: Any) -> Any:
    if not isinstance(text, str) or not text.strip():
        return None
    try:
        return read_wkt(text.strip())
    except GeographyFault:
        return None


def _on_earth(latitude: Any, longitude: Any) -> Place | None:
    try:
        north, east = float(latitude), float(longitude)
    except (TypeError, ValueError):
        return None
    return (east, north) if abs(north) <= 90 and abs(east) <= 180 else None
