"""Finding the entities of a page in a GeoPackage: which, in what order, and how many in all.

Everything here works on feature IDs and narrow index rows; the features themselves are read by the
reader, for the page alone. Boxes and distances go by the location of an entity (its latitude and
longitude, the centroid where only a geography was given), `intersects` by its geography.
"""

# ruff: noqa: S608  (names come from the schema, through `quoted`; values are bound)

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from datasources.formats.geopackage.layout import FID, LOCATION_INDEX, Layout, quoted
from datasources.formats.geopackage.values import wkb_of
from sds_server.query.along import pieces
from sds_server.query.model import (
    AlongRoute,
    BBox,
    Intersects,
    NearAddress,
    Nearby,
    NearRoute,
    OrderKey,
    Query,
)
from sds_server.store.distance import geodesic, nearest, reach, spherical, within
from sds_server.store.interface import StoreFault
from sds_server.store.where import Sql, bbox_sql, column_sql, where_sql

_ROW = np.dtype([("fid", "<i8"), ("lat", "<f8"), ("lon", "<f8")])
_CHUNK = 2000
#: Ties at the edge of a page are broken by entity ID; IDs are read in pieces of this many.
_IDS = 500

#: Parts of the radius of nearby that are searched one after the other until a page is full.
_WIDENING = (1 / 64, 1 / 16, 1 / 4, 1)
#: A box that holds more than this part of all entities is read without the index.
_WIDE = 1 / 8

Rows = npt.NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Found:
    """Feature IDs of the page in order, all matches if they were counted, distances (km) by ID."""

    fids: list[int]
    total: int | None = None
    distances: dict[int, float] = field(default_factory=dict)


class Search:
    """One query on one open GeoPackage."""

    def __init__(
        self, connection: sqlite3.Connection, layout: Layout, query: Query, count: int
    ) -> None:
        """`count` is the number of all entities, matching or not."""
        self._connection, self._layout, self._query = connection, layout, query
        self._count = count
        self._table, self._fid = quoted(layout.table), quoted(FID)
        self._filter: Sql = ("1", []) if query.where is None else where_sql(query.where)

    def run(self) -> Found:
        query = self._query
        match query.spatial:
            case Nearby() as near:
                return self._nearby(near)
            case NearAddress() | NearRoute():
                raise StoreFault("A store was asked for an address that nobody looked up.")
            case AlongRoute() as route:
                return self._along(route)
            case Intersects() as wanted:
                return self._chosen(np.array(sorted(self._intersecting(wanted)), dtype="<i8"))
            case BBox() as box if any(key.property is None for key in query.order):
                return self._by_distance_from_centre(box)
            case _:
                return self._plain()

    def _plain(self) -> Found:
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

    def _nearby(self, near: Nearby) -> Found:
        wanted = self._query.skip + self._query.top
        if self._query.order or self._query.count:
            rows, rough = self._members(near, near.kilometres)
        else:
            # The nearest few of a wide circle mostly lie in a small one: widen it step by step.
            for part in _WIDENING:
                rows, rough = self._members(near, near.kilometres * part)
                if len(rows) >= wanted:
                    break
        if self._query.order:
            return self._chosen(rows["fid"], _exact(near.latitude, near.longitude, rows))
        return self._ranked(rows, rough, near.latitude, near.longitude)

    def _members(self, near: Nearby, kilometres: float) -> tuple[Rows, Any]:
        """All within a distance, with their rough distances."""
        latitude, longitude = near.latitude, near.longitude
        rows = self._located(BBox(*reach(latitude, longitude, kilometres)))
        rough = _rough(latitude, longitude, rows)
        inside = within(rough, kilometres, lambda places: _exact(latitude, longitude, rows[places]))
        return rows[inside], rough[inside]

    def _along(self, route: AlongRoute) -> Found:
        """In order of the distance from the start of the route, then from it, then entity ID."""
        nearest: dict[int, tuple[float, float]] = {}
        for piece in pieces(route):
            rows = self._located(piece.box)
            inside, along, away = piece.measure(rows["lat"], rows["lon"])
            found = zip(away.tolist(), along.tolist(), strict=True)
            for fid, place in zip(rows["fid"][inside].tolist(), found, strict=True):
                if fid not in nearest or place < nearest[fid]:
                    nearest[fid] = place
        if self._query.order:
            away = np.array([km for km, _ in nearest.values()])
            return self._chosen(np.fromiter(nearest, dtype="<i8"), away)
        shared = Counter(nearest.values())
        keys = self._keys([fid for fid, place in nearest.items() if shared[place] > 1])
        ranked = sorted(
            nearest,
            key=lambda fid: (
                *nearest[fid][::-1],
                keys.get(fid, "").encode("utf-8", "surrogatepass"),
            ),
        )
        page = ranked[self._query.skip : self._query.skip + self._query.top]
        return Found(page, len(ranked), {fid: nearest[fid][0] for fid in page})

    def _by_distance_from_centre(self, box: BBox) -> Found:
        latitude, longitude = box.centre()
        rows = self._located(box)
        if self._query.order == (OrderKey(None),):
            return self._ranked(rows, _rough(latitude, longitude, rows), latitude, longitude)
        return self._chosen(rows["fid"], _exact(latitude, longitude, rows))

    def _located(self, box: BBox) -> Rows:
        """Feature ID, latitude and longitude of what lies in a box and passes the filter."""
        place, corners = bbox_sql(self._layout, box)
        text, values = self._filter
        lat, lon = quoted(self._layout.latitude), quoted(self._layout.longitude)
        found = self._connection.execute(
            f"SELECT {self._fid}, {lat}, {lon} FROM {self._table} INDEXED BY {LOCATION_INDEX}"
            f" WHERE {place} AND {text}",
            [*corners, *values],
        )
        return np.fromiter(found, dtype=_ROW)

    def _ranked(self, rows: Rows, rough: Any, latitude: float, longitude: float) -> Found:
        """The page in order of distance, then entity ID."""
        start, stop = self._query.skip, self._query.skip + self._query.top
        places = nearest(rough, stop)
        rows, total = rows[places], len(rough)
        exact = _exact(latitude, longitude, rows)
        order = np.argsort(exact, kind="stable")
        rows, exact = rows[order], exact[order]
        stop = min(stop, len(rows))
        if start >= stop:
            return Found([], total)
        # Widen the page to whole groups of equal distance, so that the ID can decide in each.
        first = int(np.searchsorted(exact, exact[start], "left"))
        last = int(np.searchsorted(exact, exact[stop - 1], "right"))
        fids = rows["fid"][first:last].tolist()
        keys = self._keys(fids)
        ranked = sorted(
            zip(exact[first:last].tolist(), fids, strict=True),
            key=lambda pair: (pair[0], keys[pair[1]].encode("utf-8", "surrogatepass")),
        )[start - first : stop - first]
        return Found([fid for _, fid in ranked], total, {fid: km for km, fid in ranked})

    def _keys(self, fids: list[int]) -> dict[int, str]:
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

    def _chosen(self, fids: Any, distances: Any = None) -> Found:
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

    def _intersecting(self, wanted: Intersects) -> Iterator[int]:
        shape = wanted.shape
        shapely.prepare(shape)
        west, south, east, north = shape.bounds
        box = BBox(max(south, -90.0), max(west, -180.0), min(north, 90.0), min(east, 180.0))
        if self._layout.geography is None:
            yield from self._points_in(shape, box, "1")
            return
        column = quoted(self._layout.geometry)
        yield from self._points_in(shape, box, f"{column} IS NULL")
        text, values = self._filter
        found = self._connection.execute(
            # A subquery, not a join: a property may have the name of a column of the R-tree.
            f"SELECT {self._fid}, {column} FROM {self._table} WHERE {self._fid} IN ("
            f"SELECT id FROM {quoted(self._layout.rtree)}"
            " WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?)"
            f" AND {text}",
            [west, east, south, north, *values],
        )
        while chunk := found.fetchmany(_CHUNK):
            hits = _hits(shape, shapely.from_wkb([wkb_of(blob) for _, blob in chunk]))
            yield from (fid for (fid, _), hit in zip(chunk, hits.tolist(), strict=True) if hit)

    def _points_in(self, shape: Any, box: BBox, condition: str) -> Iterator[int]:
        """Of the entities that have no other geometry: those whose location meets the shape."""
        place, corners = bbox_sql(self._layout, box)
        text, values = self._filter
        lat, lon = quoted(self._layout.latitude), quoted(self._layout.longitude)
        found = self._connection.execute(
            f"SELECT {self._fid}, {lat}, {lon} FROM {self._table} INDEXED BY {LOCATION_INDEX}"
            f" WHERE {place} AND {condition} AND {text}",
            [*corners, *values],
        )
        while chunk := found.fetchmany(_CHUNK):
            rows = np.array(chunk, dtype=_ROW)
            yield from rows["fid"][_hits(shape, shapely.points(rows["lon"], rows["lat"]))].tolist()


def _hits(shape: Any, geometries: Any) -> npt.NDArray[np.bool_]:
    try:
        hits: npt.NDArray[np.bool_] = shapely.intersects(shape, geometries)
    except shapely.errors.GEOSException:
        # A stored polygon that crosses itself may have no answer; its mended form has one.
        hits = shapely.intersects(shape, shapely.make_valid(geometries))
    return hits


def _rough(latitude: float, longitude: float, rows: Rows) -> Any:
    return spherical(latitude, longitude, rows["lat"], rows["lon"])


def _exact(latitude: float, longitude: float, rows: Rows) -> Any:
    return geodesic(latitude, longitude, rows["lat"], rows["lon"])
