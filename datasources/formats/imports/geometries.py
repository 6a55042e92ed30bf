"""The geometries of an import: out of WKB, flat, in WGS 84, and what is wrong with single ones."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from datasources.formats import outlines
from datasources.formats.imports.tables import Chunk, Said, Table
from datasources.formats.odd_shapes import UNREADABLE, Fault
from datasources.formats.outlines import Outline
from datasources.formats.projection import (
    Bounds,
    Projection,
    looks_like_degrees,
    projection,
)
from datasources.phrases import Phrase

KINDS = (
    "Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon",
    "GeometryCollection",
)  # fmt: skip
_LAST_STRAIGHT = 7  # of the codes of shapely: curves and surfaces come after it
_SURFACE = Fault(
    "geography-shape",
    Phrase("The shape is a surface in space (TIN, triangle); no geography can hold it."),
    Phrase("Save it as polygons."),
)
HEIGHTS: Said = (
    "heights-dropped",
    Phrase("Heights (Z) or measures (M) of the shapes are left out."),
    Phrase("A place is longitude and latitude; keep a height as a column if you need it."),
)
CURVES: Said = (
    "curves-straightened",
    Phrase(
        "Curves (arcs of circles) were made straight, with a point in {step:g} degrees of an arc at most; geographies have straight edges.",
        step=outlines.ARC_STEP,
    ),
    Phrase(
        "If metres matter, convert them in a GIS with the tolerance you need (in QGIS: Segmentize)."
    ),
)


def shapes_of(chunk: Chunk) -> tuple[Any, list[Said]]:
    """The flat shapes of a chunk (None where absent, empty, odd or at fault), and what was changed
    in them; odd ones and faults are added to the chunk's own."""
    import numpy as np
    import shapely

    wkb = chunk.wkb
    with np.errstate(invalid="ignore"):
        shapes = _from_wkb(wkb)
        kinds = shapely.get_type_id(shapes)
        unread = shapely.is_missing(shapes) & (wkb != None)  # noqa: E711  # each of an array
        made = _outlined(chunk, shapes, np.flatnonzero(unread | (kinds > _LAST_STRAIGHT)).tolist())
        heights = bool(np.any(shapely.has_z(shapes) | shapely.has_m(shapes)))
        if heights:
            shapes = shapely.force_2d(shapes)
        shapes[shapely.is_empty(shapes)] = None
        points, owners = shapely.get_coordinates(shapes, return_index=True)
        for place in np.unique(owners[~np.isfinite(points).all(axis=1)]).tolist():
            chunk.odd[place] = outlines.from_wkb(shapely.to_wkb(shapes[place]))
            shapes[place] = None
    notes = []
    if heights or any(one.heights for one in made):
        notes.append(HEIGHTS)
    if any(one.curved for one in made):
        notes.append(CURVES)
    return shapes, notes


def _outlined(chunk: Chunk, shapes: Any, places: list[int]) -> list[Outline]:
    """Those that shapely does not read, by their outlines: `shapes` takes in what can be made."""
    found: list[Outline] = []
    for place in places:
        shapes[place] = None
        try:
            outline = outlines.from_wkb(chunk.wkb[place])
        except outlines.OutlineFault as fault:
            said = _SURFACE if fault.code in outlines.SURFACES else UNREADABLE
            chunk.faults.setdefault(place, said)
            continue
        found.append(outline)
        shapes[place] = outline.shape()
        if shapes[place] is None:
            chunk.odd[place] = outline
    return found


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


@dataclass(slots=True)
class Extent:
    """What all geometries of a layer have in common, in the file's own coordinates."""

    kinds: set[str] = field(default_factory=set)
    bounds: Bounds | None = None

    def add(self, shapes: Any, odd: Iterable[Outline] = ()) -> None:
        """Take in shapes, and the kinds of those that cannot be made."""
        import numpy as np
        import shapely

        self.kinds.update(kind for kind in KINDS for one in odd if one.word == kind.upper())
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
            found.add(shapes_of(chunk)[0], chunk.odd.values())
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
            Phrase(
                "The file names no coordinate system; its coordinates are taken for longitude and latitude in WGS 84."
            ),
            Phrase("State the coordinate system if they are not."),
        )
    )
    return made


def missing(bounds: Bounds) -> Said:
    """The fault of coordinates that no coordinate system explains."""
    west, south, east, north = bounds
    return (
        "crs-missing",
        Phrase(
            "The file names no coordinate system, and its coordinates ({west:.6g} to {east:.6g}, {south:.6g} to {north:.6g}) are no degrees.",
            west=west,
            east=east,
            south=south,
            north=north,
        ),
        Phrase("State the coordinate system, such as EPSG:27700 for the British National Grid."),
    )
