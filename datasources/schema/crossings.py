"""Polygons that cross themselves: loaded as they are, with a warning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from datasources.schema.types import ValueFault

_POLYGONS = ("Polygon", "MultiPolygon")


def find_crossings(geometries: Sequence[Any]) -> dict[int, ValueFault]:
    """Of a column of geometries, the polygons that cross themselves or have misplaced holes."""
    import shapely

    found: dict[int, ValueFault] = {}
    for position in (~shapely.is_valid(geometries)).nonzero()[0].tolist():
        geometry = geometries[position]
        if geometry is not None and geometry.geom_type in _POLYGONS:
            found[position] = _crossing(shapely.is_valid_reason(geometry))
    return found


def _crossing(reason: str) -> ValueFault:
    """`reason` is GEOS's, as in `Self-intersection[10 20]`."""
    words, _, place = reason.partition("[")
    where = f" near ({place.rstrip(']')})" if place else ""
    return ValueFault(
        "geography-crossing",
        f"The polygon is not simple: {words.lower()}{where}.",
        "It is loaded as it is, but its area, and queries about it, may be wrong. Repair it where it "
        "was drawn (in QGIS: Fix geometries).",
    )
