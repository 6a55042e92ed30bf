"""TopoJSON of the world as shapes that a flat map can draw.

Outlines of TopoJSON are meant for a globe: a ring may cross the antimeridian, or go around a pole.
Here such a ring goes on beyond 180 degrees instead, and is closed along its pole.
Source: https://github.com/topojson/topojson-specification
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Line = npt.NDArray[np.float64]

_WORLD = shapely.box(-180, -90, 180, 90)
_FEWEST = 4  # places of a ring, the last of which is the first


class Topology:
    """An opened TopoJSON file; longitude, latitude in degrees."""

    def __init__(self, path: Path) -> None:
        self._topology: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        transform = self._topology["transform"]
        scale, offset = np.array(transform["scale"]), np.array(transform["translate"])
        self._arcs = [
            np.cumsum(np.array(arc), axis=0) * scale + offset for arc in self._topology["arcs"]
        ]

    def shapes(self, name: str) -> Iterator[tuple[dict[str, Any], Any]]:
        """The features of an object: their properties (`id` among them), and polygons.

        Polygons are valid, and may reach beyond 180 degrees.
        """
        for one in self._features(name):
            parts = one["arcs"] if one["type"] == "MultiPolygon" else [one["arcs"]]
            polygons = [polygon for rings in parts if (polygon := self._polygon(rings))]
            shape = shapely.make_valid(shapely.MultiPolygon(polygons))
            yield {**one.get("properties", {}), "id": one.get("id")}, shape

    def borders(self, name: str) -> Iterator[Any]:
        """The lines that two features of an object share."""
        uses: Counter[int] = Counter()
        for one in self._features(name):
            uses.update(set(_indexes(one["arcs"])))
        for number, count in uses.items():
            if count > 1:
                yield shapely.LineString(unwrapped(self._arcs[number]))

    def _features(self, name: str) -> Iterator[dict[str, Any]]:
        found = self._topology["objects"][name]
        for one in found.get("geometries", [found]):
            if one["type"] in ("Polygon", "MultiPolygon"):
                yield one

    def _polygon(self, rings: list[list[int]]) -> Any:
        """A polygon; None where its outer ring is too small to be one."""
        outer, *holes = (unwrapped_ring(self._joined(ring)) for ring in rings)
        if len(outer) < _FEWEST:
            return None
        holes = [hole for hole in holes if len(hole) >= _FEWEST]
        # A hole lies in the same turn of the world as the ring around it.
        holes = [hole + _along(_turn(hole, outer)) for hole in holes]
        return shapely.Polygon(outer, holes)

    def _joined(self, ring: list[int]) -> Line:
        """The arcs of a ring, each from where the one before ends; `~n` is arc n turned around."""
        parts = [self._arcs[n] if n >= 0 else self._arcs[~n][::-1] for n in ring]
        return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def _indexes(arcs: Any) -> Iterator[int]:
    for part in arcs:
        if isinstance(part, int):
            yield part if part >= 0 else ~part
        else:
            yield from _indexes(part)


def _along(degrees: float) -> Line:
    """So far to the east."""
    return np.array([degrees, 0.0])


def _turn(line: Line, other: Line) -> float:
    difference = other[:, 0].mean() - line[:, 0].mean()
    return float(np.round(difference / 360) * 360)


def unwrapped(line: Line) -> Line:
    """A line that goes on beyond 180 degrees where it would jump back around the world."""
    steps = np.diff(line[:, 0])
    turns = np.concatenate(
        ([0.0], np.cumsum(np.where(steps > 180, -360.0, np.where(steps < -180, 360.0, 0.0))))
    )
    return np.column_stack((line[:, 0] + turns, line[:, 1]))


def unwrapped_ring(ring: Line) -> Line:
    """A ring that is closed along a pole where it goes around it."""
    line = unwrapped(ring)
    first, last = line[0], line[-1]
    if first[0] == last[0]:
        return line
    pole = -90.0 if first[1] < 0 else 90.0
    corners = np.array([[last[0], pole], [first[0], pole], first])
    return np.concatenate((line, corners))


def within_the_world(shape: Any) -> Any:
    """The polygons of a shape that reaches beyond 180 degrees, in parts that do not."""
    parts: list[Any] = []
    for turn in (-360, 0, 360):
        inside = shapely.intersection(shape, _shifted(turn))
        moved = shapely.transform(inside, lambda places, by=turn: places - _along(by))
        parts += [part for part in shapely.get_parts(moved) if part.geom_type == "Polygon"]
    return shapely.unary_union(parts)


def _shifted(turn: float) -> Any:
    """The world so many degrees further to the east."""
    return shapely.transform(_WORLD, lambda places: places + _along(turn))
