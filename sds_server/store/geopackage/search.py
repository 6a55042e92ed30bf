"""Finding the entities of a page in a GeoPackage: the statements of a `Search`."""

# ruff: noqa: S608  (names come from the schema, through `quoted`; values are bound)

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from datasources.formats.geopackage.layout import FID, LOCATION_INDEX, quoted
from datasources.formats.geopackage.values import wkb_of
from datasources.query.model import BBox, OrderKey, Query
from sds_server.store.geopackage.places import Places
from sds_server.store.geopackage.plan import ALL, Planner, Way, Wish, rtree_sql
from sds_server.store.geopackage.pool import OpenFile
from sds_server.store.geopackage.where import Sql, bbox_sql, column_sql, where_sql
from sds_server.store.search import ROW, Found, Rows, Search

_CHUNK = 2000
#: Ties at the edge of a page are broken by entity ID; IDs are read in pieces of this many.
_IDS = 500


class FileSearch(Search):
    """One query on one open GeoPackage."""

    def __init__(self, opened: OpenFile, query: Query, wish: Wish) -> None:
        """`wish` is told of a property whose index would have helped."""
        super().__init__(query)
        self._opened, file = opened, opened.file
        self._connection, self._layout = file.connection, file.layout
        self._table, self._fid = quoted(self._layout.table), quoted(FID)
        self._filter: Sql = ALL if query.where is None else where_sql(query.where)
        self._condition = self._filter
        if isinstance(query.spatial, BBox):
            box, corners = bbox_sql(self._layout, query.spatial)
            self._condition = f"{box} AND {self._filter[0]}", [*corners, *self._filter[1]]
        self._planner = Planner(opened, query, self._condition, wish)

    def plain(self) -> Found:
        """See `Search.plain`."""
        query = self._query
        if isinstance(query.spatial, BBox) and not query.order and self._places is not None:
            return Found(*self._places.page(query.spatial, query.top, query.skip))
        way = self._planner.best()
        total = None
        if query.count:
            counting = self._planner.counting(way)
            (total,) = self._ask(counting, "count(*)").fetchone()
        order = way.order or self._order_sql(query.order)
        page = f" ORDER BY {order} LIMIT ? OFFSET ?"
        found = self._ask(way, way.fid, page, query.top, query.skip)
        return Found([fid for (fid,) in found], total)

    @cached_property
    def _places(self) -> Places | None:
        """Where all entities are, if that is at hand and decides alone."""
        return self._opened.places() if self._query.where is None else None

    def _ask(self, way: Way, what: str, rest: str = "", *more: int) -> sqlite3.Cursor:
        """What lies on a way and meets the condition, unless the way meets it by itself."""
        text, values = ALL if way.is_all else self._condition
        return self._connection.execute(
            f"SELECT {what} FROM {way.source} WHERE {way.text} AND {text}{rest}",
            [*way.values, *values, *more],
        )

    def located(self, box: BBox) -> Rows:
        """See `Search.located`."""
        if self._places is not None:
            return self._places.rows(box)
        place, corners = bbox_sql(self._layout, box)
        text, values = self._filter
        lat, lon = quoted(self._layout.latitude), quoted(self._layout.longitude)
        way = self._planner.in_box(box)
        found = self._connection.execute(
            f"SELECT {self._fid}, {lat}, {lon} FROM {way.source}"
            f" WHERE {way.text} AND {place} AND {text}",
            [*way.values, *corners, *values],
        )
        return np.fromiter(found, dtype=ROW)

    def keys(self, fids: list[int]) -> dict[int, str]:
        """See `Search.keys`."""
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
        """See `Search.chosen`."""
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
        near, corners = rtree_sql(self._layout, box)
        found = self._connection.execute(
            f"SELECT {self._fid}, {column} FROM {self._table} WHERE {near} AND {text}",
            [*corners, *values],
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
