"""A version's map index, opened: what tiles, tables and searches of the map look things up in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from datasources.archive.keep import local_file
from datasources.archive.tiles.arrays import AnyArray, Arrays
from datasources.archive.tiles.mercator import WORLD, Codes, Steps, Tile

FORMAT = 2  # of the index; tiles that were kept of another are made anew
_SLACK = 2.0**-22  # of the world: boxes are kept in single precision

Places = npt.NDArray[np.int64]


class MapIndex:
    """Entities with a location, sorted by Morton code; a *place* is a position in that order.

    `facts` are those of `build._facts`, for people and legends. Shapes (all but single points) are
    numbered by themselves: `shapes` has the place of each.
    """

    def __init__(self, facts: dict[str, Any], arrays: Arrays | Mapping[str, AnyArray]) -> None:
        self.facts = facts
        self.arrays = arrays
        self.codes: Codes = arrays["codes"]
        self.x: Steps = arrays["x"]
        self.y: Steps = arrays["y"]
        self.fids = arrays["fids"]
        self.shapes = arrays["shapes"]
        self.shape_kinds = arrays["shape_kinds"]
        self.shape_sizes = arrays["shape_sizes"]
        self.shape_boxes = arrays["shape_boxes"]
        self.shape_bytes = arrays["shape_bytes"]

    @classmethod
    def of(cls, facts: dict[str, Any], arrays: Mapping[str, AnyArray]) -> Self:
        """The index of arrays that are in memory."""
        return cls(facts, arrays)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The index of a file. Raises FileNotFoundError or DamagedArrays."""
        arrays = Arrays(path)
        return cls(arrays.facts, arrays)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def whole_from(self) -> int:
        """The zoom from which on entities are drawn one by one."""
        return int(self.facts["whole_from"])

    @property
    def max_zoom(self) -> int:
        """The most detailed tiles; a map enlarges these when it is nearer."""
        return int(self.facts["max_zoom"])

    def run(self, tile: Tile) -> slice:
        """The places whose middle lies in a tile."""
        first, after = tile.codes
        start = np.searchsorted(self.codes, np.uint64(first), side="left")
        end = np.searchsorted(self.codes, np.uint64(after - 1), side="right")
        return slice(int(start), int(end))

    def shapes_in(self, tile: Tile, margin: float, among: Places | None = None) -> Places:
        """Numbers of the shapes whose box meets a tile, `margin` tiles wider on every side."""
        west, north, east, south = (step / WORLD for step in tile.box(margin))
        boxes = self.shape_boxes if among is None else self.shape_boxes[among]
        meets = (
            (boxes[:, 0] <= east + _SLACK)
            & (boxes[:, 2] >= west - _SLACK)
            & (boxes[:, 1] <= south + _SLACK)
            & (boxes[:, 3] >= north - _SLACK)
        )
        return np.flatnonzero(meets) if among is None else among[meets]


@contextmanager
def open_map_index(path: str) -> Iterator[MapIndex]:
    """A kept map index. Raises FileNotFoundError where it is gone, DamagedArrays where it is cut."""
    with local_file(path) as there:
        index = MapIndex.read(Path(there))
    yield index
