"""Lines and polygons of a tile: cut at its edge, simplified to what can be seen, in whole steps.

What is drawn is valid: rings that rounding made cross themselves are mended, rings and lines of no
size are left out, outer rings turn as the format wants them.
"""

# ruff: noqa: S608  (names come from the schema, through `quoted`)

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from datasources.archive.tiles.index import MapIndex, Places
from datasources.archive.tiles.mercator import EXTENT, WORLD, Tile, project
from datasources.archive.tiles.mvt import (
    LINE,
    POINT,
    POLYGON,
    Encoded,
    encode_paths,
    encode_points,
)
from datasources.formats.geopackage import GeoPackageFile
from datasources.formats.geopackage.layout import FID, quoted
from datasources.formats.geopackage.values import wkb_of

MARGIN = 64 / EXTENT  # tiles around a tile that shapes reach into, so that their edges meet
COARSE, FINE = 3.0, 0.5  # steps that a simplified line may be off; the second at the last zoom
SMALL = 4 / 512  # of a tile: shapes of less are dots

_AT_ONCE = 8_000_000  # bytes of geometry in memory

_BOUNDS = (-MARGIN * EXTENT, -MARGIN * EXTENT, (1 + MARGIN) * EXTENT, (1 + MARGIN) * EXTENT)
_TYPES = np.array([POINT, LINE, LINE, POLYGON, POINT, LINE, POLYGON, 0])  # by shapely's type ID
_COLLECTION = 7

Shapes = npt.NDArray[Any]  # of shapely geometries


@dataclass(frozen=True, slots=True)
class Drawn:
    """Geometries of a tile: whose they are (places of the index), their types, and their bytes.

    An entity may have several, as a collection has.
    """

    places: Places
    types: npt.NDArray[np.int64]
    geometry: Encoded

    @classmethod
    def joined(cls, parts: list[Drawn]) -> Drawn:
        """All parts as one; nothing where there are none."""
        if not parts:
            none = np.empty(0, dtype=np.int64)
            return cls(none, none, Encoded(np.empty(0, np.uint8), none))
        return cls(
            np.concatenate([part.places for part in parts]),
            np.concatenate([part.types for part in parts]),
            Encoded(
                np.concatenate([part.geometry.data for part in parts]),
                np.concatenate([part.geometry.lengths for part in parts]),
            ),
        )


def shapes_of(index: MapIndex, file: GeoPackageFile, tile: Tile) -> Drawn:
    """The shapes of a tile that are no dots in it."""
    numbers = index.shapes_in(tile, MARGIN)
    numbers = numbers[index.shape_sizes[numbers] * (1 << tile.z) >= SMALL]
    parts = []
    for some in _batches(numbers, index.shape_bytes[numbers]):
        places = index.shapes[some].astype(np.int64)
        shapes = read_shapes(file, index.fids[places])
        parts += draw(to_tile(shapes, tile), places, tile.z >= index.max_zoom)
    return Drawn.joined(parts)


def _batches(numbers: Places, sizes: npt.NDArray[Any]) -> Iterator[Places]:
    """Parts of some megabytes of geometry each, so that memory stays level."""
    if len(numbers):
        batch = np.cumsum(sizes, dtype=np.int64) // _AT_ONCE
        yield from np.split(numbers, np.flatnonzero(np.diff(batch)) + 1)


def read_shapes(file: GeoPackageFile, fids: npt.NDArray[Any]) -> Shapes:
    """The geometries of entities by their fid, in that order; longitude, latitude."""
    layout = file.layout
    rows = file.connection.execute(
        f"SELECT {quoted(FID)}, {quoted(layout.geometry)} FROM {quoted(layout.table)}"
        f" WHERE {quoted(FID)} IN (SELECT value FROM json_each(?))",
        (json.dumps(fids.tolist()),),
    )
    blobs = {fid: wkb_of(blob) for fid, blob in rows}
    shapes: Shapes = shapely.from_wkb([blobs.get(fid) for fid in fids.tolist()])
    return shapes


def to_tile(shapes: Shapes, tile: Tile) -> Shapes:
    """Geometries of degrees in a tile's own steps, y to the south."""
    left, top, *_ = tile.box()
    scale = EXTENT * (1 << tile.z)

    def steps(places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        x, y = project(places[:, 0], places[:, 1])
        return np.column_stack((x - left / WORLD, y - top / WORLD)) * scale

    placed: Shapes = shapely.transform(shapes, steps)
    return placed


def draw(shapes: Shapes, places: Places, is_last_zoom: bool) -> list[Drawn]:
    """Cuts, simplifies and rounds shapes that are in a tile's steps, and encodes them, by type."""
    shapes, owners = _without_collections(_cut(shapes))
    kinds = _TYPES[shapely.get_type_id(shapes)]
    parts = []
    for kind in (POLYGON, LINE, POINT):
        chosen = np.flatnonzero(kinds == kind)
        if len(chosen):
            parts += _encoded(kind, shapes[chosen], places[owners[chosen]], is_last_zoom)
    return parts


def _cut(shapes: Shapes) -> Shapes:
    """What lies in the tile and its margin."""
    try:
        cut: Shapes = shapely.clip_by_rect(shapes, *_BOUNDS)
        return cut
    except shapely.GEOSException:  # a ring of too few different places, say
        return np.array([_cut_one(shape) for shape in shapes], dtype=object)


def _cut_one(shape: Any) -> Any:
    try:
        return shapely.clip_by_rect(shape, *_BOUNDS)
    except shapely.GEOSException:
        return shapely.clip_by_rect(shapely.make_valid(shape), *_BOUNDS)


def _without_collections(shapes: Shapes) -> tuple[Shapes, Places]:
    """Geometries in place of the collections they are in, and whose they were."""
    owners = np.arange(len(shapes))
    while (shapely.get_type_id(shapes) == _COLLECTION).any():
        nested = shapely.get_type_id(shapes) == _COLLECTION
        inner, inner_owners = shapely.get_parts(shapes[nested], return_index=True)
        shapes, owners = (
            np.concatenate((shapes[~nested], inner)),
            np.concatenate((owners[~nested], owners[nested][inner_owners])),
        )
    return shapes, owners


def _encoded(kind: int, shapes: Shapes, places: Places, is_last_zoom: bool) -> list[Drawn]:
    if kind == POINT:
        return [_points(shapes, places)]
    tolerance = FINE if is_last_zoom else COARSE
    simple = shapely.simplify(shapes, tolerance, preserve_topology=False)
    simple = shapely.transform(simple, np.rint)
    if kind == LINE:
        return [_paths(LINE, simple, places)]
    drawn = _paths(POLYGON, _mended(simple), places)
    return [drawn, _collapsed(shapes, places, drawn)]


def _collapsed(shapes: Shapes, places: Places, drawn: Drawn) -> Drawn:
    """The outlines of the polygons that are too narrow to be drawn as such."""
    lost = ~np.isin(places, drawn.places) & ~shapely.is_empty(shapes)
    outlines = shapely.transform(shapely.boundary(shapes[lost]), np.rint)
    return _paths(LINE, outlines, places[lost])


def _mended(shapes: Shapes) -> Shapes:
    """Valid polygons; what rounding made cross itself is put right on the same grid."""
    wrong = np.flatnonzero(~shapely.is_valid(shapes))
    if len(wrong):
        shapes = shapes.copy()
        shapes[wrong] = shapely.set_precision(shapely.make_valid(shapes[wrong]), 1.0)
    return shapes


def _points(shapes: Shapes, places: Places) -> Drawn:
    points, owners = shapely.get_coordinates(shapes, return_index=True)
    steps = np.floor(points).astype(np.int64)
    inside = ((steps >= 0) & (steps < EXTENT)).all(axis=1)  # a point lies in one tile alone
    geometry = encode_points(steps[inside, 0], steps[inside, 1])
    return Drawn(places[owners[inside]], np.full(len(geometry), POINT), geometry)


def _paths(kind: int, shapes: Shapes, places: Places) -> Drawn:
    """Lines and rings of whole steps as the format writes them."""
    parts, owners = shapely.get_parts(shapes, return_index=True)
    if kind == POLYGON:  # mending may have made collections of polygons and lines
        parts, owners = _parts_of(parts, owners, 3)
        parts = shapely.orient_polygons(parts)
        lines, ring_owners = shapely.get_rings(parts, return_index=True)
        is_outer = np.diff(ring_owners, prepend=-1) != 0
        owners = owners[ring_owners]
    else:
        lines, owners = _parts_of(parts, owners, 1)
        ring_owners, is_outer = np.arange(len(lines)), np.ones(len(lines), dtype=bool)
    steps, paths = _without_repeats(lines, closed=kind == POLYGON)
    return _assembled(kind, steps, paths, owners, ring_owners, is_outer, places)


def _parts_of(parts: Shapes, owners: Places, type_id: int) -> tuple[Shapes, Places]:
    while len(parts) and (shapely.get_type_id(parts) > 3).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        owners = owners[inner]
    fit = (shapely.get_type_id(parts) == type_id) & ~shapely.is_empty(parts)
    return parts[fit], owners[fit]


def _without_repeats(lines: Shapes, *, closed: bool) -> tuple[npt.NDArray[np.int64], Places]:
    """Places of all lines that differ from the one before, and how many each line has; a ring's
    last place, which is its first, is left out."""
    coordinates, which = shapely.get_coordinates(lines, return_index=True)
    steps = coordinates.astype(np.int64)
    is_first = np.diff(which, prepend=-1) != 0
    moved = (np.diff(steps, axis=0, prepend=0) != 0).any(axis=1) | is_first
    if closed:
        moved &= ~(np.diff(which, append=-1) != 0)
    return steps[moved], np.bincount(which[moved], minlength=len(lines))


def _assembled(
    kind: int,
    steps: npt.NDArray[np.int64],
    paths: Places,
    owners: Places,
    ring_owners: Places,
    is_outer: npt.NDArray[np.bool_],
    places: Places,
) -> Drawn:
    """Leaves out paths of no size, and the holes of rings left out; one feature an owner."""
    fit = paths >= (3 if kind == POLYGON else 2)
    if kind == POLYGON and len(fit):
        outer = np.zeros(int(ring_owners.max()) + 1, dtype=bool)
        outer[ring_owners[is_outer]] = fit[is_outer]
        fit &= outer[ring_owners]
    if not fit.any():
        return Drawn.joined([])
    steps = steps[np.repeat(fit, paths)]
    paths, owners = paths[fit], owners[fit]
    firsts = np.flatnonzero(np.diff(owners, prepend=-1) != 0)
    counts = np.diff(firsts, append=len(owners))
    geometry = encode_paths(steps, paths, counts, closed=kind == POLYGON)
    return Drawn(places[owners[firsts]], np.full(len(geometry), kind), geometry)
