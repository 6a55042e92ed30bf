"""The geometries of an import: out of WKB, flat, in WGS 84, and what is wrong with single ones."""

from __future__ import annotations

import contextlib
import struct
from dataclasses import dataclass, field
from typing import Any

from datasources.formats.imports.tables import Chunk, Said, Table
from datasources.formats.projection import (
    Bounds,
    Projection,
    looks_like_degrees,
    projection,
)

KINDS = (
    "Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon",
    "GeometryCollection",
)  # fmt: skip
_LAST_STRAIGHT = 7  # of the codes of shapely and of WKB: curves and surfaces come after it
_CURVES = {
    8: "CircularString", 9: "CompoundCurve", 10: "CurvePolygon", 11: "MultiCurve",
    12: "MultiSurface",
}  # fmt: skip
_COLLECTION = 7
_SURFACES = (15, 16, 17)
_SHAPE: Said = (
    "geography-shape",
    "The shape cannot be read: a ring is not closed or has fewer than four points.",
    "Mend it in a GIS (in QGIS: Fix geometries).",
)
HEIGHTS: Said = (
    "heights-dropped",
    "Heights (Z) or measures (M) of the shapes are left out.",
    "A place is longitude and latitude; keep a height as a column if you need it.",
)
_OUTSIDE: Said = (
    "crs-range",
    "A coordinate lies where the file's coordinate system has no longitude and latitude.",
    "Check the coordinate, and that the coordinate system stated is the file's own.",
)


def shapes_of(chunk: Chunk) -> tuple[Any, bool]:
    """The flat shapes of a chunk (None where absent, empty or at fault), and whether heights were
    dropped; faults are added to the chunk's own."""
    import numpy as np
    import shapely

    wkb = chunk.wkb
    with np.errstate(invalid="ignore"):
        shapes = _from_wkb(wkb)
        kinds = shapely.get_type_id(shapes)
        unread = shapely.is_missing(shapes) & (wkb != None)  # noqa: E711  # each of an array
        for place in np.flatnonzero(unread | (kinds > _LAST_STRAIGHT)).tolist():
            chunk.faults.setdefault(place, _unread(wkb[place]))
            shapes[place] = None
        heights = bool(np.any(shapely.has_z(shapes) | shapely.has_m(shapes)))
        if heights:
            shapes = shapely.force_2d(shapes)
        shapes[shapely.is_empty(shapes)] = None
    return shapes, heights


def _from_wkb(wkb: Any) -> Any:
    """Shapes, None where one cannot be read; a curve makes the reading of all of them fail."""
    import numpy as np
    import shapely

    try:
        return shapely.from_wkb(wkb, on_invalid="ignore")
    except NotImplementedError:
        pass
    shapes = np.full(len(wkb), None, dtype=object)
    for place, one in enumerate(wkb):
        with contextlib.suppress(NotImplementedError):
            shapes[place] = shapely.from_wkb(one, on_invalid="ignore")
    return shapes


def _unread(wkb: bytes) -> Said:
    order = "<" if wkb[:1] == b"\1" else ">"
    code = struct.unpack_from(f"{order}I", wkb, 1)[0] & 0x0FFFFFFF if len(wkb) > 4 else 0
    curve = _CURVES.get(code % 1000)
    if code % 1000 in _SURFACES:
        return (
            "geography-shape",
            "The shape is a surface in space (TIN, triangle); no geography can hold it.",
            "Save it as polygons.",
        )
    if code % 1000 == _COLLECTION:
        curve = "in a collection"
    if curve is None:
        return _SHAPE
    return (
        "geography-curve",
        f"The shape is a curve ({curve}); geographies have straight edges.",
        "Convert it to lines in a GIS (in QGIS: Segmentize; ogr2ogr: -nlt CONVERT_TO_LINEAR).",
    )


@dataclass(slots=True)
class Extent:
    """What all geometries of a layer have in common, in the file's own coordinates."""

    kinds: set[str] = field(default_factory=set)
    bounds: Bounds | None = None

    def add(self, shapes: Any) -> None:
        import numpy as np
        import shapely

        codes = np.unique(shapely.get_type_id(shapes))
        self.kinds.update(KINDS[code] for code in codes.tolist() if code >= 0)
        boxes = shapely.bounds(shapes)
        boxes = boxes[np.isfinite(boxes).all(axis=1)]
        if len(boxes):
            low, high = boxes[:, :2].min(axis=0).tolist(), boxes[:, 2:].max(axis=0).tolist()
            old = self.bounds or (*low, *high)
            self.bounds = (
                min(low[0], old[0]),
                min(low[1], old[1]),
                max(high[0], old[2]),
                max(high[1], old[3]),
            )

    @property
    def words(self) -> str:
        """The kinds of geometry, "Point" where all are single points."""
        return ", ".join(kind for kind in KINDS if kind in self.kinds)


def extent(table: Table) -> Extent:
    """Reads all geometries of a layer."""
    found = Extent()
    for chunk in table.chunks([], geometry=True):
        if chunk.wkb is not None:
            found.add(shapes_of(chunk)[0])
    return found


def way_to_wgs84(table: Table, crs: str, bounds: Bounds | None) -> Projection | None:
    """By the coordinate system asked for, else the file's; None where there is none and the
    coordinates are no degrees. CrsFault where PROJ knows no way."""
    named = crs or table.crs
    if named:
        return projection(named, bounds)
    if bounds is not None and not looks_like_degrees(bounds):
        return None
    made = projection("EPSG:4326", bounds)
    made.notes.append(
        (
            "crs-assumed",
            "The file names no coordinate system; its coordinates are taken for longitude and "
            "latitude in WGS 84.",
            "State the coordinate system if they are not.",
        )
    )
    return made


def missing(bounds: Bounds) -> Said:
    """The fault of coordinates that no coordinate system explains."""
    west, south, east, north = bounds
    return (
        "crs-missing",
        f"The file names no coordinate system, and its coordinates ({west:.6g} to {east:.6g}, "
        f"{south:.6g} to {north:.6g}) are no degrees.",
        "State the coordinate system, such as EPSG:27700 for the British National Grid.",
    )


def moved(shapes: Any, way: Projection, faults: dict[int, Said]) -> Any:
    """The shapes in WGS 84; those that have no place there are faults."""
    import numpy as np
    import shapely

    if way.transformer is None:
        return shapes
    with np.errstate(invalid="ignore"):
        found = way.shapes(shapes)
        points, owners = shapely.get_coordinates(found, return_index=True)
        for place in np.unique(owners[~np.isfinite(points).all(axis=1)]).tolist():
            faults.setdefault(place, _OUTSIDE)
            found[place] = None
    return found
