"""Where the entities of a version lie: read from its GeoPackage in one go."""

# ruff: noqa: S608  (names come from the schema, through `quoted`)

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from datasources.archive.tiles.mercator import (
    Codes,
    Floats,
    Steps,
    interleave,
    project,
    to_steps,
)
from datasources.formats.geopackage import GeoPackageFile
from datasources.formats.geopackage.layout import FID, quoted

POINTS, LINES, POLYGONS, COLLECTIONS = 1, 2, 3, 4
KINDS = {POINTS: "points", LINES: "lines", POLYGONS: "polygons", COLLECTIONS: "collections"}

_BATCH = 20_000
_HEAD = 45  # bytes of a blob up to its geometry type: head, envelope, byte order, type
#: Of well-known binary: the type's number -> what it is drawn as.
_DRAWN = np.array([0, POINTS, LINES, POLYGONS, POINTS, LINES, POLYGONS, COLLECTIONS], np.uint8)
_BLOB = np.dtype(
    [("head", "V3"), ("flags", "u1"), ("srs", "<i4"), ("box", "<f8", (4,)),
     ("order", "u1"), ("type", "<u4")]
)  # fmt: skip
_ENVELOPE = 0b00000010  # flags: an envelope of two dimensions follows


@dataclass(frozen=True, slots=True)
class Locations:
    """Entities with a location, sorted by the code of the middle of what is drawn of each.

    `kinds` says what (`POINTS` …), `boxes` are west, north, east, south in shares of the world,
    `sizes` the bytes that the geometry takes in the GeoPackage.
    """

    fids: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.uint8]
    boxes: Floats
    sizes: npt.NDArray[np.uint32]
    x: Steps
    y: Steps
    codes: Codes

    def __len__(self) -> int:
        return len(self.fids)


def read_locations(file: GeoPackageFile) -> Locations:
    """Reads fids, kinds and boxes of all entities that have a location."""
    parts = [_batch(rows, has_shapes) for rows, has_shapes in _rows(file)]
    if parts:
        fids, kinds, boxes, sizes = map(np.concatenate, zip(*parts, strict=True))
    else:
        fids, kinds, boxes = np.empty(0, np.int64), np.empty(0, np.uint8), np.empty((0, 4))
        sizes = np.empty(0, np.uint32)
    there = np.isfinite(boxes).all(axis=1)
    fids, kinds, boxes, sizes = fids[there], kinds[there], boxes[there], sizes[there]
    west, north = project(boxes[:, 0], boxes[:, 3])
    east, south = project(boxes[:, 2], boxes[:, 1])
    x, y = to_steps((west + east) / 2), to_steps((north + south) / 2)
    codes = interleave(x.astype(np.uint64), y.astype(np.uint64))
    order = np.argsort(codes, kind="stable")
    shares = np.column_stack((west, north, east, south))
    return Locations(
        fids[order], kinds[order], shares[order], sizes[order], x[order], y[order], codes[order]
    )


def _rows(file: GeoPackageFile) -> Any:
    layout = file.layout
    has_shapes = layout.geography is not None
    names = [FID, layout.longitude, layout.latitude]
    columns = ", ".join(map(quoted, names))
    if has_shapes:
        geometry = quoted(layout.geometry)
        columns += f", substr({geometry}, 1, {_HEAD}), length({geometry})"
    cursor = file.connection.execute(
        f"SELECT {columns} FROM {quoted(layout.table)} ORDER BY {quoted(FID)}"
    )
    while rows := cursor.fetchmany(_BATCH):
        yield rows, has_shapes


def _batch(rows: list[tuple[Any, ...]], has_shapes: bool) -> tuple[npt.NDArray[Any], ...]:
    """Fids, kinds, boxes in degrees (west, south, east, north), and bytes of geometry."""
    fids, longitudes, latitudes, *shapes = zip(*rows, strict=True)
    x = np.array(longitudes, dtype=np.float64)  # None becomes NaN
    y = np.array(latitudes, dtype=np.float64)
    boxes = np.column_stack((x, y, x, y))
    kinds = np.full(len(rows), POINTS, dtype=np.uint8)
    sizes = np.zeros(len(rows), dtype=np.uint32)
    if has_shapes:
        blobs, lengths = shapes
        _take_shapes(blobs, kinds, boxes)
        sizes = np.array([length or 0 for length in lengths], dtype=np.uint32)
    return np.array(fids, dtype=np.int64), kinds, boxes, sizes


def _take_shapes(
    blobs: tuple[bytes | None, ...], kinds: npt.NDArray[np.uint8], boxes: Floats
) -> None:
    """Puts in the kinds and boxes of the shapes that there are; the others keep their location."""
    whole = [place for place, blob in enumerate(blobs) if blob is not None and len(blob) == _HEAD]
    heads = np.frombuffer(b"".join(blobs[place] or b"" for place in whole), dtype=_BLOB)
    fit = (heads["flags"] & 0b1110 == _ENVELOPE) & (heads["type"] < len(_DRAWN))
    places = np.array(whole, dtype=np.int64)[fit]
    kinds[places] = _DRAWN[heads["type"][fit]]
    boxes[places] = heads["box"][fit][:, [0, 2, 1, 3]]
