"""Polygons that cross themselves: loaded as they are, with a warning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from datasources.phrases import Phrase
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


#: What GEOS says of polygons that are not simple; anything else is shown as it says it.
_REASONS = {
    "self-intersection": Phrase("self-intersection"),
    "ring self-intersection": Phrase("ring self-intersection"),
    "hole lies outside shell": Phrase("hole lies outside shell"),
    "holes are nested": Phrase("holes are nested"),
    "interior is disconnected": Phrase("interior is disconnected"),
    "nested shells": Phrase("nested shells"),
    "duplicate rings": Phrase("duplicate rings"),
    "too few points in geometry component": Phrase("too few points in geometry component"),
}


def _crossing(reason: str) -> ValueFault:
    """`reason` is GEOS's, as in `Self-intersection[10 20]`."""
    words, _, place = reason.partition("[")
    why = _REASONS.get(words.strip().lower(), words.strip().lower())
    message = Phrase("The polygon is not simple: {why}.", why=why)
    if place:
        message = Phrase(
            "The polygon is not simple: {why} near ({place}).", why=why, place=place.rstrip("]")
        )
    return ValueFault(
        "geography-crossing",
        message,
        Phrase(
            "It is loaded as it is, but its area, and queries about it, may be wrong. Repair it where it was drawn (in QGIS: Fix geometries)."
        ),
    )
