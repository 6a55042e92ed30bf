"""Filling SQLite's R-tree in bulk.

Inserted one by one, 200,000 boxes take SQLite three seconds; packed here they take a fifth of one,
and the tree is tighter. The packing is Sort-Tile-Recursive (Leutenegger and others, 1997); the
nodes are written in the form that SQLite documents for its R-tree's shadow tables (`rtree.c`,
"Database Format of R-Tree Tables"), and `rtreecheck()` holds them to it in the tests.
"""

# ruff: noqa: S608  (names come from the schema, through `quoted`; values are bound)

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from datasources.formats.geopackage.layout import Layout, quoted

CELLS = 51  # boxes a node: what SQLite itself puts into one at this page size
PACKED_AT_MOST = 1_000_000  # boxes kept in memory until they are packed, 24 bytes each

_CHUNK = 20_000
_CELL = np.dtype([("id", ">i8"), ("box", ">f4", (4,))])
_HEAD = 4  # bytes: depth of the tree (in the root only) and number of cells, big-endian
_NODE_BYTES = _HEAD + CELLS * _CELL.itemsize

Cells = npt.NDArray[np.void]


class RTreeFiller:
    """Collects the boxes of features and puts them into a GeoPackage's empty R-tree.

    Up to `PACKED_AT_MOST` boxes are packed at the end; beyond that, so that memory stays bounded,
    all are inserted as they come.
    """

    def __init__(self, connection: sqlite3.Connection, layout: Layout, *, pack: bool) -> None:
        self._connection, self._name = connection, layout.rtree
        self._waiting: list[Cells] = []
        self._count = 0
        self._pack = pack

    def add(self, fids: range, boxes: npt.NDArray[np.float64]) -> None:
        """Take boxes (min x, max x, min y, max y); NaN where a feature has none."""
        there = ~np.isnan(boxes[:, 0])
        cells = np.empty(int(there.sum()), dtype=_CELL)
        cells["id"] = np.arange(fids.start, fids.stop)[there]
        cells["box"] = _outward(boxes[there])
        self._waiting.append(cells)
        self._count += len(cells)
        if not self._pack or self._count > PACKED_AT_MOST:
            self._pack = False
            self._insert()

    def finish(self) -> None:
        """Bring the R-tree up to date with all that was added."""
        if not self._pack or not self._count:
            self._insert()
            return
        # Joining turns the numbers to the byte order of the machine; `astype` turns them back.
        cells = np.concatenate(self._waiting).astype(_CELL)
        self._waiting = []
        self._pack = False
        self._write(cells)

    def _insert(self) -> None:
        for cells in self._waiting:
            self._connection.executemany(
                f"INSERT INTO {quoted(self._name)} VALUES (?,?,?,?,?)",
                ((fid, *box) for fid, box in zip(*_lists(cells), strict=True)),
            )
        self._waiting = []

    def _write(self, cells: Cells) -> None:
        """Level by level from the leaves up; the root is node 1."""
        nodes, next_node, depth = cells, 2, 0
        while True:
            nodes = _tiled(nodes)
            groups = math.ceil(len(nodes) / CELLS)
            numbers = np.arange(next_node, next_node + groups) if groups > 1 else np.array([1])
            next_node += groups
            owners = np.repeat(numbers, CELLS)[: len(nodes)]
            self._write_nodes(nodes, numbers, depth if groups == 1 else 0)
            self._write_owners("rowid" if depth == 0 else "parent", nodes["id"], owners)
            if groups == 1:
                return
            nodes, depth = _parents(nodes, numbers), depth + 1

    def _write_nodes(self, cells: Cells, numbers: npt.NDArray[np.int64], depth: int) -> None:
        def rows() -> Iterator[tuple[int, bytes]]:
            for place, number in enumerate(numbers.tolist()):
                body = cells[place * CELLS : (place + 1) * CELLS].tobytes()
                count = len(body) // _CELL.itemsize
                head = depth.to_bytes(2, "big") + count.to_bytes(2, "big")
                yield number, (head + body).ljust(_NODE_BYTES, b"\0")

        self._connection.executemany(
            f"INSERT OR REPLACE INTO {quoted(self._name + '_node')} (nodeno, data) VALUES (?,?)",
            rows(),
        )

    def _write_owners(self, table: str, ids: Cells, owners: npt.NDArray[np.int64]) -> None:
        order = np.argsort(ids)
        for start in range(0, len(order), _CHUNK):
            part = order[start : start + _CHUNK]
            self._connection.executemany(
                f"INSERT INTO {quoted(f'{self._name}_{table}')} VALUES (?,?)",
                zip(ids[part].tolist(), owners[part].tolist(), strict=True),
            )


def _outward(boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Boxes in single precision, rounded so that they still hold what they held."""
    near = boxes.astype(np.float32)
    for column, away in ((0, -np.inf), (1, np.inf), (2, -np.inf), (3, np.inf)):
        value, exact = near[:, column], boxes[:, column]
        short = value > exact if away < 0 else value < exact
        near[short, column] = np.nextafter(value[short], np.float32(away))
    return near


def _tiled(cells: Cells) -> Cells:
    """In an order in which each run of `CELLS` boxes lies close together."""
    box = cells["box"].astype(np.float32)
    x, y = box[:, 0] + box[:, 1], box[:, 2] + box[:, 3]
    slices = math.ceil(math.sqrt(math.ceil(len(cells) / CELLS)))
    rank = np.empty(len(cells), dtype=np.int64)
    rank[np.argsort(x, kind="stable")] = np.arange(len(cells))
    return cells[np.lexsort((y, rank // (slices * CELLS)))]


def _parents(cells: Cells, numbers: npt.NDArray[np.int64]) -> Cells:
    """One cell for each node of a level: its number and the box around its boxes."""
    starts = np.arange(0, len(cells), CELLS)
    parents = np.empty(len(numbers), dtype=_CELL)
    parents["id"] = numbers
    box = cells["box"].astype(np.float32)
    for column, around in ((0, np.minimum), (1, np.maximum), (2, np.minimum), (3, np.maximum)):
        parents["box"][:, column] = around.reduceat(box[:, column], starts)
    return parents


def _lists(cells: Cells) -> tuple[list[int], list[list[float]]]:
    return cells["id"].tolist(), cells["box"].tolist()
