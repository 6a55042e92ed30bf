"""From a file's coordinate system to longitude and latitude in WGS 84, by PROJ, and said in words.

Only the processes that read files use it; grids are never downloaded (PROJ_NETWORK=OFF).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

from datasources.phrases import Phrase

_WGS84 = 4326
_CONFIDENCE = 70  # per cent, of a system that has no code being the one of that code
_NAMELESS = ("unnamed", "unknown", "")
_DECIMALS = 9  # of degrees that were computed: a tenth of a millimetre

Bounds = tuple[float, float, float, float]  # west, south, east, north


class CrsFault(Exception):  # noqa: N818  # "fault" is the word of this product
    """What is wrong with the coordinate system: rule, message and advice."""


@dataclass(slots=True)
class Projection:
    """A transformation to WGS 84, longitude before latitude; `words` is "" where none is needed."""

    name: str = ""
    code: str = ""
    words: str = ""
    advice: str = ""
    transformer: Any = None
    notes: list[tuple[str, str, str]] = field(default_factory=list)

    def shapes(self, shapes: Any) -> Any:
        """An array of geometries, moved."""
        if self.transformer is None:
            return shapes
        import shapely

        return shapely.transform(shapes, self.points)

    def bounds(self, bounds: Bounds) -> Bounds | None:
        """The extent in degrees; None where it has none."""
        if self.transformer is None:
            return bounds
        west, south, east, north = (
            round(one, 6) for one in self.transformer.transform_bounds(*bounds)
        )
        found = (west, south, east, north)
        return found if _on_earth(found) else None

    def points(self, points: Any) -> Any:
        """Pairs of coordinates, moved: an array of two columns."""
        import numpy as np

        x, y = self.transformer.transform(points[:, 0], points[:, 1])
        return np.column_stack([np.round(x, _DECIMALS), np.round(y, _DECIMALS)])


def looks_like_degrees(bounds: Bounds) -> bool:
    """Whether coordinates can be longitude and latitude."""
    return _on_earth(bounds)


def projection(crs: str, bounds: Bounds | None) -> Projection:
    """The best transformation from `crs` (anything PROJ reads) for that extent, in its own units.

    CrsFault where PROJ does not know the system, or no way from it to WGS 84.
    """
    import pyproj

    found = read_crs(crs)
    authority = found.to_authority(min_confidence=_CONFIDENCE)
    if authority and found.name in _NAMELESS:  # MapInfo's, which have no names in the file
        found = pyproj.CRS.from_authority(*authority)
    made = Projection(found.name, ":".join(authority) if authority else "")
    if _is_wgs84(found):
        return made
    try:
        group = _transformers(found, bounds)
        made.transformer = group.transformers[0]
    except (pyproj.exceptions.ProjError, IndexError):
        raise CrsFault(
            "crs-unknown",
            Phrase(
                "From the coordinate system {name} no transformation to longitude and latitude is known.",
                name=found.name[:60],
            ),
            Phrase("Save the file in WGS 84 (EPSG:4326), or state another coordinate system."),
        ) from None
    _describe(made, group.best_available)
    return made


def read_crs(crs: str) -> Any:
    """A coordinate system without its heights; CrsFault where PROJ does not know it."""
    import pyproj

    try:
        found = pyproj.CRS.from_user_input(crs.strip())
        return found.to_2d() if len(found.axis_info) > 2 else found
    except pyproj.exceptions.CRSError:
        shown = " ".join(crs.split())
        shown = shown if len(shown) <= 60 else shown[:59] + "…"
        raise CrsFault(
            "crs-unknown",
            Phrase("The coordinate system “{shown}” is not known.", shown=shown),
            Phrase(
                "State it by its code, such as EPSG:27700 for the British National Grid, or save the file in WGS 84 (EPSG:4326)."
            ),
        ) from None


def _is_wgs84(crs: Any) -> bool:
    if crs.to_epsg() == _WGS84:
        return True
    authority = crs.to_authority()
    return authority is not None and authority == ("OGC", "CRS84")


def _transformers(crs: Any, bounds: Bounds | None) -> Any:
    """Transformations for the extent of the layer, the best first."""
    from pyproj.aoi import AreaOfInterest
    from pyproj.transformer import Transformer, TransformerGroup

    area: Any = None
    if bounds is not None:
        degrees = Transformer.from_crs(crs, _WGS84, always_xy=True).transform_bounds(*bounds)
        if _on_earth(degrees) and degrees[0] <= degrees[2]:
            area = AreaOfInterest(*degrees)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they say of absent grids is said in the note
        return TransformerGroup(crs, _WGS84, always_xy=True, area_of_interest=area)


def _describe(made: Projection, is_best: bool) -> None:
    steps = [
        step
        for step in made.transformer.description.split(" + ")
        if not step.startswith("axis order change")
    ]
    accuracy = made.transformer.accuracy
    made.words = " + ".join(steps)  # in the English of the EPSG register
    if accuracy > 0:
        made.words = Phrase("{steps}, to about {accuracy:g} m", steps=made.words, accuracy=accuracy)
    made.notes.append(
        (
            "crs-transformed",
            Phrase(
                "Coordinates were transformed from {crs} to WGS 84 by {way}.",
                crs=made.name,
                way=made.words,
            ),
            ""
            if is_best
            else Phrase(
                "A finer transformation exists, whose grid is not installed here. If metres matter, transform with a GIS that has it."
            ),
        )
    )


def _on_earth(bounds: Any) -> bool:
    west, south, east, north = bounds
    return bool(-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90)
