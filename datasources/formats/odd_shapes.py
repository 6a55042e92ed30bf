"""Shapes on their way to WGS 84, and those that do not get there: what is wrong with each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from datasources.formats.outlines import Outline
from datasources.formats.projection import Projection
from datasources.phrases import Phrase

_SHOWN = 2000  # characters of a shape that has no place


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row; `value` is what stands there, and if `is_row` all of the row,
    which could not be taken apart."""

    rule: str
    message: str
    advice: str
    value: str = ""
    is_row: bool = False


UNREADABLE = Fault(
    "geography-shape",
    Phrase("The shape cannot be read: its numbers do not fit together."),
    Phrase("Mend it in a GIS (in QGIS: Fix geometries), or export the file again."),
)


def not_finite(text: str) -> Fault:
    """The fault of a shape with a coordinate that is none; `text` is what stands in the file."""
    return Fault(
        "geography-finite",
        Phrase("The shape has a coordinate that is not a finite number."),
        Phrase("Leave the point out, or give it its place."),
        text[:_SHOWN],
    )


def outside(text: str) -> Fault:
    """The fault of a shape where the file's coordinate system has no degrees."""
    return Fault(
        "crs-range",
        Phrase(
            "A coordinate lies where the file's coordinate system has no longitude and latitude."
        ),
        Phrase("Check the coordinate, and that the coordinate system stated is the file's own."),
        text[:_SHOWN],
    )


def moved(shapes: Any, way: Projection, odd: dict[int, Outline], faults: dict[int, Fault]) -> Any:
    """An array of shapes in WGS 84, and with them the odd ones, of which shapely can make none.

    Those that have no place there become faults, by position. Odd ones stay, to be told by their
    text, unless their coordinates are still the file's own.
    """
    import numpy as np
    import shapely

    for place, outline in list(odd.items()):
        if not outline.is_finite:
            faults.setdefault(place, not_finite(outline.text))
            if way.transformer is not None:
                del odd[place]
    if way.transformer is None:
        return shapes
    with np.errstate(invalid="ignore"):
        found = way.shapes(shapes)
        points, owners = shapely.get_coordinates(found, return_index=True)
        for place in np.unique(owners[~np.isfinite(points).all(axis=1)]).tolist():
            faults.setdefault(place, outside(shapely.to_wkt(shapes[place])))
            found[place] = None
        for place, outline in list(odd.items()):
            odd[place] = outline.moved(way.points)
            if not odd[place].is_finite:
                del odd[place]
                faults.setdefault(place, outside(outline.text))
    return found
