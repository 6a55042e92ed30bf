"""Making a version's map index from its archived GeoPackage, once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from datasources.archive.tiles.arrays import AnyArray, write_arrays
from datasources.archive.tiles.index import FORMAT, MapIndex
from datasources.archive.tiles.locations import KINDS, POINTS, Locations, read_locations
from datasources.archive.tiles.mercator import BITS, MAX_ZOOM, Codes, unproject
from datasources.archive.tiles.overview import write_overview
from datasources.archive.tiles.statistics import statistics
from datasources.formats.geopackage import GeoPackageFile
from datasources.schema import EdmType, Schema

WHOLE = 4000  # entities in a tile that are drawn one by one
NEAREST = 14  # zoom of the most detailed tiles; farther in where places lie closer together
_TITLES = re.compile(r"(^|_|display|full)(name|title|label)$", re.IGNORECASE)
_COLUMNS = 4096  # the world's width in columns, to find where it is empty
_WORTH_IT = _COLUMNS // 8  # so much narrower an extent has to become to reach beyond 180 degrees


def write_map_index(geopackage: Path, to: Path) -> None:
    """Writes the map index of an archived version.

    Raises GeoPackageFault where the GeoPackage is damaged, FileNotFoundError where it is gone.
    """
    with GeoPackageFile(geopackage) as file:
        locations = read_locations(file)
        facts = _facts(file, locations)
        arrays = _arrays(locations)
        arrays |= write_overview(MapIndex.of(facts, arrays), file)
    write_arrays(to, facts, arrays)


def _facts(file: GeoPackageFile, locations: Locations) -> dict[str, Any]:
    whole = _whole_from(locations.codes)
    kinds = np.bincount(locations.kinds, minlength=max(KINDS) + 1)
    return {
        "format": FORMAT,
        "entity_type": file.schema.entity_type,
        "count": file.count,
        "located": len(locations),
        "kinds": {word: int(kinds[kind]) for kind, word in KINDS.items()},
        "extent": _extent(locations),
        "whole_from": whole,
        "max_zoom": max(NEAREST, min(whole, MAX_ZOOM)),
        "key": file.schema.key.name,
        "title": _title(file.schema),
        "properties": statistics(file),
    }


def _title(schema: Schema) -> str:
    """The property that names an entity to people; the entity ID where none does."""
    texts = [p.name for p in schema.properties if p.type is EdmType.STRING and not p.is_key]
    named = sorted((name for name in texts if _TITLES.search(name)), key=len)
    return next(iter(named or texts), schema.key.name)


def _whole_from(codes: Codes) -> int:
    """The first zoom at which no tile has too many entities to draw one by one."""
    for zoom in range(MAX_ZOOM + 1):
        tiles = codes >> np.uint64(2 * (BITS - zoom)) if zoom else np.zeros(len(codes), np.uint64)
        ends = np.flatnonzero(np.diff(tiles)) + 1
        bounds = np.concatenate(([0], ends, [len(tiles)]))
        if not len(tiles) or int(np.diff(bounds).max()) <= WHOLE:
            return zoom
    return MAX_ZOOM + 1  # so many are at one place


def _extent(locations: Locations) -> list[float] | None:
    """West, south, east, north in degrees; east is beyond 180 where the data lie across it.

    The narrowest extent: the world is cut where the widest stretch of it is empty.
    """
    if not len(locations):
        return None
    boxes = locations.boxes
    north, south = float(boxes[:, 1].min()), float(boxes[:, 3].max())
    west, east = float(boxes[:, 0].min()), float(boxes[:, 2].max())
    cut = _widest_gap(boxes)
    if cut is not None:
        right = boxes[:, 0] >= cut
        west, east = float(boxes[right, 0].min()), float(boxes[~right, 2].max()) + 1
    longitudes, latitudes = unproject(np.array([west, east]), np.array([south, north]))
    corners = (longitudes[0], latitudes[0], longitudes[1], latitudes[1])
    return [round(float(corner), 7) for corner in corners]


def _widest_gap(boxes: npt.NDArray[np.float64]) -> float | None:
    """Where an empty stretch ends that is wider than that around the antimeridian, in shares of
    the world; None if there is none."""
    first = np.clip((boxes[:, 0] * _COLUMNS).astype(np.int64), 0, _COLUMNS - 1)
    last = np.clip((boxes[:, 2] * _COLUMNS).astype(np.int64), 0, _COLUMNS - 1)
    marks = np.bincount(first, minlength=_COLUMNS + 1)
    marks -= np.bincount(last + 1, minlength=_COLUMNS + 1)
    used = np.flatnonzero(np.cumsum(marks[:-1]) > 0)
    gaps = np.diff(used)
    around = used[0] + _COLUMNS - used[-1]
    if not len(gaps) or gaps.max() <= around + _WORTH_IT:
        return None
    return float(used[int(gaps.argmax()) + 1]) / _COLUMNS


def _arrays(locations: Locations) -> dict[str, AnyArray]:
    has_size = (locations.boxes[:, :2] != locations.boxes[:, 2:]).any(axis=1)
    shapes = np.flatnonzero((locations.kinds != POINTS) | has_size)
    boxes = locations.boxes[shapes]
    wide = (boxes[:, 2] - boxes[:, 0]).astype(np.float32)
    high = (boxes[:, 3] - boxes[:, 1]).astype(np.float32)
    fid_type = np.uint32 if locations.fids.max(initial=0) < 1 << 32 else np.uint64
    return {
        "codes": locations.codes,
        "x": locations.x,
        "y": locations.y,
        "fids": locations.fids.astype(fid_type),
        "shapes": shapes.astype(np.uint32),  # places of the entities that are no single point
        "shape_kinds": locations.kinds[shapes],
        "shape_sizes": np.maximum(wide, high),
        "shape_boxes": boxes.astype(np.float32),
        "shape_bytes": locations.sizes[shapes],
    }
