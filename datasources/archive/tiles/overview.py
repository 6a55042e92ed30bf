"""The shapes of the tiles that are slow to make, cut out and encoded when a version is archived.

At the first zooms few tiles hold many shapes, all of which have to be read, cut and simplified.
Kept are the geometries alone: with them a tile of any style is put together in some milliseconds.
Dots need no such thing: those of a tile are one run of the index.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from datasources.archive.tiles.arrays import AnyArray
from datasources.archive.tiles.index import MapIndex, Places
from datasources.archive.tiles.mercator import MAX_ZOOM, Tile
from datasources.archive.tiles.mvt import Encoded
from datasources.archive.tiles.shapes import MARGIN, SMALL, Drawn, shapes_of
from datasources.formats.geopackage import GeoPackageFile

ALWAYS = 3  # the last zoom of which every tile is kept
HEAVY = 2_000_000  # bytes of geometries, beyond which a tile is kept at any zoom up to
LAST = 11

_ROOT = Tile(0, 0, 0)


def write_overview(index: MapIndex, file: GeoPackageFile) -> dict[str, AnyArray]:
    """The arrays of a map index that hold its overview."""
    keys: list[int] = []
    tiles: list[Drawn] = []
    if len(index.shapes):
        every = np.arange(len(index.shapes))
        for tile in _slow_tiles(index, _ROOT, every):
            drawn = shapes_of(index, file, tile)
            if len(drawn.places):
                keys.append(_key(tile))
                tiles.append(drawn)
    order = np.argsort(np.array(keys, dtype=np.uint64), kind="stable").tolist()
    tiles = [tiles[place] for place in order]
    return {
        "overview_tiles": np.array([keys[place] for place in order], dtype=np.uint64),
        "overview_counts": np.array([len(one.places) for one in tiles], dtype=np.int64),
        "overview_bytes": np.array([len(one.geometry.data) for one in tiles], dtype=np.int64),
        "overview_places": _joined([one.places for one in tiles], np.uint32),
        "overview_types": _joined([one.types for one in tiles], np.uint8),
        "overview_lengths": _joined([one.geometry.lengths for one in tiles], np.uint32),
        "overview_data": _joined([one.geometry.data for one in tiles], np.uint8),
    }


def _joined(parts: list[AnyArray], kind: type[np.generic]) -> AnyArray:
    return np.concatenate(parts).astype(kind) if parts else np.empty(0, dtype=kind)


def _slow_tiles(index: MapIndex, tile: Tile, above: Places) -> Iterator[Tile]:
    """The tiles to keep, from one down; `above` are the shapes of the tile that it is part of."""
    numbers = index.shapes_in(tile, MARGIN, above)
    if not len(numbers):
        return
    sizes = index.shape_bytes[numbers]
    drawn = index.shape_sizes[numbers] * (1 << tile.z) >= SMALL
    if tile.z <= ALWAYS or int(sizes[drawn].sum()) > HEAVY:
        yield tile
    if tile.z < LAST and (tile.z < ALWAYS or int(sizes.sum()) > HEAVY):
        for down in (0, 1):
            for right in (0, 1):
                part = Tile(tile.z + 1, 2 * tile.x + right, 2 * tile.y + down)
                yield from _slow_tiles(index, part, numbers)


def overview_of(index: MapIndex, tile: Tile) -> Drawn | None:
    """The shapes of a tile where its overview is kept; None where it has to be made."""
    arrays = index.arrays
    keys = arrays["overview_tiles"]
    key = _key(tile)
    at = int(np.searchsorted(keys, np.uint64(key)))
    if at == len(keys) or int(keys[at]) != key:
        is_kept = tile.z <= ALWAYS or not len(index.shapes)
        return Drawn.joined([]) if is_kept else None
    first = int(arrays["overview_counts"][:at].sum())
    start = int(arrays["overview_bytes"][:at].sum())
    these = slice(first, first + int(arrays["overview_counts"][at]))
    data = arrays["overview_data"][start : start + int(arrays["overview_bytes"][at])]
    return Drawn(
        arrays["overview_places"][these].astype(np.int64),
        arrays["overview_types"][these].astype(np.int64),
        Encoded(data, arrays["overview_lengths"][these].astype(np.int64)),
    )


def _key(tile: Tile) -> int:
    """A tile as one number."""
    return (tile.z << 2 * MAX_ZOOM) | (tile.y << MAX_ZOOM) | tile.x
