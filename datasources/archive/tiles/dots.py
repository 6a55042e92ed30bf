"""Dots: entities that are points, or too small to be seen as a shape, alone or as many together.

At zooms where a tile holds more than can be drawn one by one, those in one cell of a grid become one
dot that says how many they are; every entity of the tile is counted in exactly one dot, and a dot
lies in exactly one tile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from datasources.archive.tiles.columns import Column
from datasources.archive.tiles.index import MapIndex, Places
from datasources.archive.tiles.mercator import BITS, EXTENT, Tile
from datasources.archive.tiles.mvt import POINT, Layer, encode_points
from datasources.archive.tiles.shapes import SMALL

#: Cells a tile's side has, in powers of two: 128 for thinned dots (4 pixels each on a tile of 512),
#: 8 for clusters with their number written in them.
THINNED, CLUSTERED = 7, 3
LAYER = "dots"


@dataclass(frozen=True, slots=True)
class Dots:
    """Where dots lie in a tile's own steps, how many entities each stands for, and one of these."""

    x: npt.NDArray[np.int64]
    y: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    fids: npt.NDArray[np.int64]


def dot_places(index: MapIndex, tile: Tile) -> Places:
    """The places of the entities that are dots in a tile."""
    run = index.run(tile)
    places = np.arange(run.start, run.stop)
    low, high = np.searchsorted(index.shapes, (run.start, run.stop))
    large = index.shape_sizes[low:high] * (1 << tile.z) >= SMALL
    if not large.any():
        return places
    drawn = np.zeros(len(places), dtype=bool)
    drawn[index.shapes[low:high][large].astype(np.int64) - run.start] = True
    return places[~drawn]


def dots_layer(
    index: MapIndex, tile: Tile, column: Column | None, *, clustered: bool = False
) -> Layer:
    """The dots of a tile, with their counts (`n`) and values of a column (`v`)."""
    places = dot_places(index, tile)
    if clustered:
        groups = _cells(index, tile, places, CLUSTERED)
    elif tile.z < index.whole_from:
        groups = _cells(index, tile, places, THINNED)
    else:
        groups = np.arange(len(places))
    dots = _gather(index, tile, places, groups)
    attributes: dict[str, npt.NDArray[Any]] = {"n": dots.counts}
    if column is not None:
        attributes["v"] = column.of_groups(places, groups)
    types = np.full(len(dots.x), POINT)
    return Layer(LAYER, dots.fids, types, encode_points(dots.x, dots.y), attributes)


def _cells(index: MapIndex, tile: Tile, places: Places, bits: int) -> Places:
    """Where each cell's run of places begins. Sorted codes keep the places of a cell together."""
    below = max(0, BITS - tile.z - bits)
    cells = index.codes[places] >> np.uint64(2 * below)
    return np.concatenate(([0], np.flatnonzero(np.diff(cells)) + 1))[: len(places)]


def _gather(index: MapIndex, tile: Tile, places: Places, groups: Places) -> Dots:
    """One dot a group, in the middle of its entities."""
    if not len(places):
        nothing = np.empty(0, dtype=np.int64)
        return Dots(nothing, nothing, nothing, nothing)
    counts = np.diff(groups, append=len(places))
    fids = np.minimum.reduceat(index.fids[places].astype(np.int64), groups)
    left, top, *_ = tile.box()
    scale = EXTENT / (1 << tile.shift)

    def middle(steps: npt.NDArray[np.uint32], edge: float) -> npt.NDArray[np.int64]:
        sums = np.add.reduceat(steps[places].astype(np.float64) - edge, groups)
        inside = np.clip(np.floor(sums / counts * scale), 0, EXTENT - 1)
        return inside.astype(np.int64)

    return Dots(middle(index.x, left), middle(index.y, top), counts, fids)
