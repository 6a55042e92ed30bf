"""Warnings about where entities are: at 0, 0, far from all others, or with coordinates swapped.

Entities are counted in cells of one degree, 64,800 at most, so memory does not grow with the file.

A point is far from the others if it lies outside their extent (a box of degrees) by more than that
extent's own diagonal, and by more than 200 km. That leaves data alone which are spread over the
world, a country and its islands, or one city and its suburbs. “The others” are found by leaving
out, on each side, the outermost 2 % of the entities (at least one), and points are named only if
they are that few and there are ten entities or more.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from datasources.phrases import Phrase
from datasources.schema import Checked, Problem, Schema

FEW = 10  # entities: among fewer, none is an exception
SHARE = 0.02
NEAR = 200.0  # km
_WIDE = 8000.0  # km: nothing can lie farther outside than such an extent measures
_DEGREE = 111.2  # km
_CELL = 0.7  # degrees that a point may be from the middle of its cell

Cell = tuple[int, int]  # latitude, longitude, in whole degrees


@dataclass(frozen=True, slots=True)
class Box:
    """An extent in degrees."""

    south: float
    north: float
    west: float
    east: float

    @property
    def diagonal(self) -> float:
        """In kilometres."""
        wide = math.cos(math.radians((self.south + self.north) / 2))
        return _DEGREE * math.hypot(self.north - self.south, (self.east - self.west) * wide)

    def distance(self, cell: Cell) -> float:
        """How far outside a point lies, in kilometres; 0 inside. Roughly: the Earth is a ball."""
        latitude, longitude = cell
        nearest = min(max(latitude, self.south), self.north)
        wide = math.cos(math.radians((latitude + nearest) / 2))
        aside = 0.0
        if not self.west <= longitude <= self.east:
            aside = min((self.west - longitude) % 360, (longitude - self.east) % 360)
        return _DEGREE * math.hypot(latitude - nearest, aside * wide)


class Places:
    """Takes in located entities, a batch at a time."""

    def __init__(self, schema: Schema) -> None:
        # Centroids of geographies can't be swapped by mistake, nor is there a column to name.
        has_columns = schema.latitude_index is not None and schema.longitude_index is not None
        self._column = "Latitude" if has_columns else ""
        self._cells: Counter[Cell] = Counter()
        self._first: dict[Cell, tuple[int, int, float, float]] = {}
        self._count = 0
        self._zeros = 0
        self._look_at = 50_000
        self._is_wide = False

    def take(self, checked: Checked) -> Iterator[Problem]:
        """Count a batch; gives a warning for each point at 0, 0."""
        batch = checked.batch
        latitudes, longitudes = checked.latitudes, checked.longitudes
        rows, lines = batch.rows, batch.lines
        if batch.deleted:
            kept = [place for place in range(len(batch)) if place not in batch.deleted]
            latitudes = [latitudes[place] for place in kept]
            longitudes = [longitudes[place] for place in kept]
            rows, lines = [rows[place] for place in kept], [lines[place] for place in kept]
        if 0.0 in latitudes and 0.0 in longitudes:
            for place, (north, east) in enumerate(zip(latitudes, longitudes, strict=True)):
                if north == 0.0 and east == 0.0:
                    self._zeros += 1
                    yield self._at_zero(rows[place], lines[place])
        if not self._is_wide:
            self._add(latitudes, longitudes, rows, lines)

    def _add(
        self,
        latitudes: Sequence[float],
        longitudes: Sequence[float],
        rows: Sequence[int],
        lines: Sequence[int],
    ) -> None:
        cells = list(zip(map(round, latitudes), map(round, longitudes), strict=True))
        self._count += len(cells)
        counts = Counter(cells)
        fresh = counts.keys() - self._first.keys()
        if fresh:
            places = dict(zip(reversed(cells), reversed(range(len(cells))), strict=True))
            for cell in fresh:
                at = places[cell]
                self._first[cell] = rows[at], lines[at], latitudes[at], longitudes[at]
        self._cells.update(counts)
        if self._count >= self._look_at:
            self._look_at *= 2
            box = self._without_outermost(0.05)
            # So wide that nothing can be outside: what follows need not be counted.
            self._is_wide = box is not None and box.diagonal > _WIDE

    def _at_zero(self, row: int, line: int) -> Problem:
        return Problem(
            "location-zero",
            Phrase("The entity is at latitude 0, longitude 0: in the sea off Africa."),
            Phrase(
                "Zeros often stand for places that are not known. Give the right place, or leave the entity out."
            ),
            row=row,
            line=line or None,
            column=self._column,
            value="0, 0",
            warning=True,
        )

    def of_whole_file(self) -> Iterator[Problem]:
        """Warnings of points that lie far from all others, or that would be among them if swapped."""
        if self._is_wide or self._count - self._zeros < FEW:
            return
        self._leave_out_zeros()
        far, others = self._far()
        swapped = [cell for cell in far if self._column and _is_among(others, cell[::-1])]
        lonely = [cell for cell in far if cell not in swapped]
        if swapped:
            said = Phrase.counted(
                "{count:,} point would lie among all others if latitude and longitude were swapped.",
                "{count:,} points would lie among all others if latitude and longitude were swapped.",
                count=self._total(swapped),
            )
            advice = Phrase("Swap the two in these rows if that is where they belong.")
            yield from self._named("location-swapped", said, advice, swapped)
        if lonely:
            distance = min(others.distance(cell) for cell in lonely) - _CELL * _DEGREE
            said = Phrase.counted(
                "{count:,} point lies more than {distance:,} km outside the extent of all others, "
                "which is {extent:,} km across.",
                "{count:,} points lie more than {distance:,} km outside the extent of all others, "
                "which is {extent:,} km across.",
                count=self._total(lonely),
                distance=_rounded(distance),
                extent=_rounded(others.diagonal),
            )
            advice = Phrase("Look at their coordinates: a sign or a digit may be wrong.")
            yield from self._named("location-far", said, advice, lonely)

    def _total(self, cells: Sequence[Cell]) -> int:
        return sum(self._cells[cell] for cell in cells)

    def _named(self, rule: str, said: str, advice: str, cells: Sequence[Cell]) -> Iterator[Problem]:
        """The same words for each cell, with its first entity."""
        for row, line, latitude, longitude in sorted(self._first[cell] for cell in cells):
            yield Problem(
                rule,
                said,
                advice,
                row=row,
                line=line or None,
                column=self._column,
                value=f"{latitude:g}, {longitude:g}",
                warning=True,
            )

    def _leave_out_zeros(self) -> None:
        self._count -= self._zeros
        self._cells[0, 0] -= self._zeros
        self._zeros = 0
        if self._cells[0, 0] <= 0:
            del self._cells[0, 0]

    def _far(self) -> tuple[list[Cell], Box]:
        """The cells far from all others, and the extent of the others."""
        everything = _box(self._cells)
        core = self._without_outermost(SHARE)
        if core is None:
            return [], everything
        candidates = {cell for cell in self._cells if _is_far(core, cell)}
        others = _box([cell for cell in self._cells if cell not in candidates])
        far = [cell for cell in candidates if _is_far(others, cell)]
        if self._total(far) > max(1, SHARE * self._count):
            return [], everything
        return far, others

    def _without_outermost(self, share: float) -> Box | None:
        """The extent without the outermost entities of each side; None if nothing is left."""
        left_out = max(1, int(share * self._count))
        if self._count <= 2 * left_out:
            return None
        edges = []
        for axis in (0, 1):
            counts: Counter[int] = Counter()
            for cell, count in self._cells.items():
                counts[cell[axis]] += count
            ordered = sorted(counts.items())
            edges += [_past(ordered, left_out), _past(ordered[::-1], left_out)]
        return Box(*edges) if edges[0] <= edges[1] and edges[2] <= edges[3] else None


def _past(ordered: Sequence[tuple[int, int]], left_out: int) -> int:
    """The degree that so many entities lie beyond, at most."""
    seen = 0
    for degree, count in ordered:
        seen += count
        if seen > left_out:
            return degree
    return ordered[-1][0]


def _is_far(box: Box, cell: Cell) -> bool:
    return box.distance(cell) - _CELL * _DEGREE > max(NEAR, box.diagonal)


def _is_among(box: Box, cell: Sequence[int]) -> bool:
    return box.south <= cell[0] <= box.north and box.west <= cell[1] <= box.east


def _box(cells: Counter[Cell] | list[Cell]) -> Box:
    latitudes = [cell[0] for cell in cells]
    longitudes = [cell[1] for cell in cells]
    return Box(min(latitudes), max(latitudes), min(longitudes), max(longitudes))


def _rounded(km: float) -> int:
    """A distance with two digits that count, never more than it is: the cells tell it no better."""
    unit: int = 10 ** max(0, int(math.log10(max(km, 1))) - 1)
    return int(km // unit) * unit
