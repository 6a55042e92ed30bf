"""Finding the entities of a page in a GeoPackage: the statements of a `Search`."""

# ruff: noqa: S608  (names come from the schema, through `quoted`; values are bound)

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from datasources.formats.geopackage.layout import FID, LOCATION_INDEX, Layout, quoted
from datasources.formats.geopackage.values import wkb_of
from datasources.query.geopackage.where import Sql, bbox_sql, column_sql, where_sql
from datasources.query.model import BBox, OrderKey, Query
from datasources.query.search import ROW, Found, Rows, Search

_CHUNK = 2000
#: Ties at the edge of a page are broken by entity ID; IDs are read in pieces of this many.
_IDS = 500
#: A box that holds more than this part of all entities is read without the index.
_WIDE = 1 / 8


class FileSearch(Search):
    """One query on one open GeoPackage."""

    def __init__(
        self, connection: sqlite3.Connection, layout: Layout, query: Query, count: int
    ) -> None:
        """`count` is the number of all entities, matching or not."""
        super().__init__(query)
        self._connection, self._layout = connection, layout
        self._count = count
        self._table, self._fid = quoted(layout.table), quoted(FID)
        self._filter: Sql = ("1", []) if query.where is None else where_sql(query.where)

    def plain(self) -> Found:
        """No spatial filter, or a box: one statement in SQL."""
        text, values = self._filter
        source = self._table
        if isinstance(self._query.spatial, BBox):
            box, corners = bbox_sql(self._layout, self._query.spatial)
            text, values = f"{box} AND {text}", [*corners, *values]
            source += self._index_for(self._query.spatial)
        total = None
        if self._query.count:
            (total,) = self._connection.execute(
                f"SELECT count(*) FROM {source} WHERE {text}", values
            ).fetchone()
        found = self._connection.execute(
            f"SELECT {self._fid} FROM {source} WHERE {text}"
            f" ORDER BY {self._order_sql(self._query.order)} LIMIT ? OFFSET ?",
            [*values, self._query.top, self._query.skip],
        )
        return Found([fid for (fid,) in found], total)

    def _index_for(self, box: BBox) -> str:
        """The location index, but for a wide box when the features must be looked at anyway."""
        if self._query.where is None and not self._query.order:
            return f" INDEXED BY {LOCATION_INDEX}"
        limit = int(self._count * _WIDE)
        lat = quoted(self._layout.latitude)
        (within_band,) = self._connection.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {self._table} INDEXED BY {LOCATION_INDEX}"
            f" WHERE {lat} BETWEEN ? AND ? LIMIT ?)",
            (box.south, box.north, limit + 1),
        ).fetchone()
        return " NOT INDEXED" if within_band > limit else f" INDEXED BY {LOCATION_INDEX}"

    def located(self, box: BBox) -> Rows:
        """Feature ID, latitude and longitude of what lies in a box and passes the filter."""
        place, corners = bbox_sql(self._layout, box)
        text, values = self._filter
        lat, lon = quoted(self._layout.latitude), quoted(self._layout.longitude)
        found = self._connection.execute(
            f"SELECT {self._fid}, {lat}, {lon} FROM {self._table} INDEXED BY {LOCATION_INDEX}"
            f" WHERE {place} AND {text}",
            [*corners, *values],
        )
        return np.fromiter(found, dtype=ROW)

    def keys(self, fids: list[int]) -> dict[int, str]:
        keys: dict[int, str] = {}
        for at in range(0, len(fids), _IDS):
            chunk = fids[at : at + _IDS]
            keys.update(
                self._connection.execute(
                    f"SELECT {self._fid}, {quoted(self._layout.key)} FROM {self._table}"
                    f" WHERE {self._fid} IN ({','.join('?' * len(chunk))})",
                    chunk,
                )
            )
        return keys

    def chosen(self, fids: Any, distances: Any = None) -> Found:
        """The page of a set of features, in the query's order."""
        self._connection.execute("DROP TABLE IF EXISTS temp.chosen")
        self._connection.execute(
            "CREATE TEMP TABLE chosen (__chosen INTEGER PRIMARY KEY, __distance DOUBLE)"
        )
        kilometres = [None] * len(fids) if distances is None else distances.tolist()
        self._connection.executemany(
            "INSERT INTO temp.chosen VALUES (?,?)", zip(fids.tolist(), kilometres, strict=True)
        )
        page = self._connection.execute(
            f"SELECT {self._fid}, __distance FROM temp.chosen"
            f" CROSS JOIN {self._table} ON {self._fid} = __chosen"
            f" ORDER BY {self._order_sql(self._query.order)} LIMIT ? OFFSET ?",
            [self._query.top, self._query.skip],
        ).fetchall()
        known = {} if distances is None else dict(page)
        return Found([fid for fid, _ in page], len(fids), known)

    def _order_sql(self, order: tuple[OrderKey, ...]) -> str:
        """The order asked for, then by entity ID. Nulls come before all values."""
        keys = [
            ("__distance" if key.property is None else column_sql(key.property))
            + (" DESC" if key.descending else "")
            for key in order
        ]
        return ", ".join([*keys, quoted(self._layout.key)])

    def shapes(self, box: BBox) -> Iterator[tuple[npt.NDArray[np.int64], Any]]:
        """See `Search.shapes`."""
        if self._layout.geography is None:
            yield from self._points_in(box, "1")
            return
        column = quoted(self._layout.geometry)
        yield from self._points_in(box, f"{column} IS NULL")
        text, values = self._filter
        found = self._connection.execute(
            # A subquery, not a join: a property may have the name of a column of the R-tree.
            f"SELECT {self._fid}, {column} FROM {self._table} WHERE {self._fid} IN ("
            f"SELECT id FROM {quoted(self._layout.rtree)}"
            " WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?)"
            f" AND {text}",
            [box.west, box.east, box.south, box.north, *values],
        )
        while chunk := found.fetchmany(_CHUNK):
            fids, blobs = zip(*chunk, strict=True)
            yield np.array(fids), shapely.from_wkb([wkb_of(blob) for blob in blobs])

    def _points_in(self, box: BBox, condition: str) -> Iterator[tuple[npt.NDArray[np.int64], Any]]:
        """Of the entities that have no other geometry: their locations in a box."""
        place, corners = bbox_sql(self._layout, box)
        text, values = self._filter
        lat, lon = quoted(self._layout.latitude), quoted(self._layout.longitude)
        found = self._connection.execute(
            f"SELECT {self._fid}, {lat}, {lon} FROM {self._table} INDEXED BY {LOCATION_INDEX}"
            f" WHERE {place} AND {condition} AND {text}",
            [*corners, *values],
        )
        while chunk := found.fetchmany(_CHUNK):
            rows = np.array(chunk, dtype=ROW)
            yield rows["fid"], shapely.points(rows["lon"], rows["lat"])
