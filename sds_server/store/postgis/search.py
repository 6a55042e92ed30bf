"""Finding the entities of a page in PostGIS: the statements of a `Search`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg
import shapely
from psycopg import sql

from datasources.query.model import BBox, Nearby, OrderKey, Query
from sds_server.store.distance import SLACK
from sds_server.store.postgis.layout import FID, LOCATION, SRID, Known, column
from sds_server.store.postgis.where import TRUE, Sql, bbox_sql, both, where_sql
from sds_server.store.sample import SAMPLE, SCATTER, Sample
from sds_server.store.search import ROW, Entities, Found, Rows, Search, exact

#: Asks the database: a statement and the values of its placeholders.
Ask = Callable[[sql.Composed, tuple[Any, ...]], list[tuple[Any, ...]]]

_CHUNK = 2000
_POINT = f"ST_SetSRID(ST_MakePoint(%s, %s), {SRID})::geography"
#: Metres that the database may find a distance to be off from ours.
_METRES = 0.001
#: Neighbours among which what passes a filter is looked for first.
_NEIGHBOURS = 2000
#: So many are read whole while they are ranked; of more, only those of the page are, afterwards.
_WHOLE = 500
#: A box that holds this part of all entities holds much.
_MUCH = 0.015

#: What matches is put in order by what the order needs, and only the page is read whole: to sort
#: rows of all columns takes twice the time.
_PAGE = sql.SQL(
    "SELECT {fid}, {columns} FROM {table} WHERE {fid} = ANY (ARRAY("
    "SELECT {fid} FROM {table} WHERE {where} ORDER BY {order} LIMIT %s OFFSET %s))"
    " ORDER BY {order}"
)


class TableSearch(Search):
    """One query on the table of one version."""

    def __init__(
        self,
        ask: Ask,
        known: Known,
        query: Query,
        columns: sql.Composable,
        entities: Callable[[list[tuple[Any, ...]]], Entities],
    ) -> None:
        """`columns` are those of the page, of whose rows `entities` makes entities."""
        super().__init__(query)
        self._ask, self._known, self._layout = ask, known, known.layout
        self._columns, self._entities = columns, entities
        #: By feature ID, the columns of the page of what was ranked, or of many its entity ID alone.
        self._seen: dict[int, tuple[Any, ...]] = {}
        self._fid, self._key = sql.Identifier(FID), sql.Identifier(known.layout.key)
        self._place = sql.Identifier(LOCATION)
        self._filter = TRUE if query.where is None else where_sql(query.where)

    def plain(self) -> Found:
        """See `Search.plain`: one statement, which brings the entities with it."""
        box = self._query.spatial if isinstance(self._query.spatial, BBox) else None
        total = None
        if self._query.count:
            total = self._count(both(self._placed(box, by_index=True), self._filter))
        # Of a box that holds much the page is met soon in the order of the answer.
        wide = box is not None and self._holds_much(box)
        where = both(self._placed(box, by_index=not wide), self._filter)
        rows = self._ask(
            _PAGE.format(
                fid=self._fid,
                columns=self._columns,
                table=self._layout.table,
                where=where.text,
                order=self._order(),
            ),
            (*where.values, self._query.top, self._query.skip),
        )
        found = [row[0] for row in rows]
        return Found(found, total, entities=self._entities([row[1:] for row in rows]))

    def _placed(self, box: BBox | None, *, by_index: bool) -> Sql:
        return TRUE if box is None else bbox_sql(self._layout, box, by_index=by_index)

    def _holds_much(self, box: BBox) -> bool:
        """Whether a box holds a good part of all entities, by a sample that is kept."""
        if self._known.sample is None:
            self._known.sample = Sample(self._scattered(), self._known.count)
        return self._known.sample.held(box)[0] >= max(_MUCH * self._known.count, 1)

    def _scattered(self) -> Rows:
        """Where some entities are, from all over the table."""
        found = self._ask(
            sql.SQL(
                "SELECT {fid}, {places} FROM {table} WHERE {fid} IN (SELECT at::bigint * %s %%"
                " (SELECT coalesce(max({fid}), 0) + 1 FROM {table}) FROM generate_series(1, %s) at)"
            ).format(fid=self._fid, places=self._layout.lat_lon, table=self._layout.table),
            (SCATTER, SAMPLE),
        )
        return _rows(found)

    def nearby(self, near: Nearby) -> Found:
        """See `Search.nearby`. The index gives the nearest first, measured on a sphere; so as many
        are taken as must hold the nearest of the page on the ellipsoid.

        At the antimeridian PostGIS's index may promise a distance greater than the one that is
        found then, and PostgreSQL gives up ("index returned tuples in wrong order"): there a box is
        searched, as for queries with an order of their own."""
        if self._query.order:
            return super().nearby(near)
        try:
            return self._by_neighbours(near)
        except psycopg.errors.InternalError_:
            return super().nearby(near)

    def _by_neighbours(self, near: Nearby) -> Found:
        total = self._count(self._within(near)) if self._query.count else None
        wanted = max(self._wanted, 1)
        limit = wanted + max(16, wanted // 16)
        while True:
            rows, spheric = self._nearest(near, limit)
            if len(rows) < limit or _surely_complete(spheric, wanted):
                break
            limit *= 2
        inside = exact(near.latitude, near.longitude, rows) <= near.kilometres
        found = self.ranked(rows[inside], spheric[inside], near.latitude, near.longitude)
        entities = None
        if limit <= _WHOLE:
            entities = self._entities([self._seen[fid] for fid in found.fids])
        return Found(found.fids, total, found.distances, entities)

    def _nearest(self, near: Nearby, limit: int) -> tuple[Rows, Any]:
        """The nearest on a sphere, with their distances there (km), as many as `limit` if so many
        lie within the distance."""
        away = sql.SQL("{}::geography <-> " + _POINT).format(self._place)
        point = (near.longitude, near.latitude)
        among = max(limit, _NEIGHBOURS if self._filter is not TRUE else 0)
        found = self._ask(
            sql.SQL(
                "SELECT {fid}, {places}, __spheric, {more} FROM (SELECT *, {away} AS __spheric"
                " FROM {table} ORDER BY {away} LIMIT %s) AS near WHERE {where} LIMIT %s"
            ).format(
                fid=self._fid,
                places=self._layout.lat_lon,
                more=self._more(limit),
                away=away,
                table=self._layout.table,
                where=self._filter.text,
            ),
            (*point, *point, among, *self._filter.values, limit),
        )
        if len(found) < limit and self._filter is not TRUE and among < self._known.count:
            found = self._all_within(near, away, limit)
        self._seen = {row[0]: row[4:] for row in found}
        places = _rows([row[:3] for row in found])
        return places, np.array([row[3] for row in found], dtype=float) / 1000

    def _all_within(self, near: Nearby, away: sql.Composed, limit: int) -> list[tuple[Any, ...]]:
        """The nearest of what passes the filter, where few of the neighbours do."""
        within, point = self._within(near, _METRES), (near.longitude, near.latitude)
        return self._ask(
            sql.SQL("SELECT {}, {}, {}, {} FROM {} WHERE {} ORDER BY {} LIMIT %s").format(
                self._fid,
                self._layout.lat_lon,
                away,
                self._more(limit),
                self._layout.table,
                within.text,
                away,
            ),
            (*point, *within.values, *point, limit),
        )

    def _more(self, limit: int) -> sql.Composable:
        """What is read of each neighbour beside its place: the columns of the page, its ID first."""
        return self._columns if limit <= _WHOLE else self._key

    def located(self, box: BBox) -> Rows:
        """See `Search.located`."""
        where = both(bbox_sql(self._layout, box), self._filter)
        return _rows(
            self._ask(
                sql.SQL("SELECT {}, {} FROM {} WHERE {}").format(
                    self._fid, self._layout.lat_lon, self._layout.table, where.text
                ),
                where.values,
            )
        )

    def keys(self, fids: list[int]) -> dict[int, str]:
        """See `Search.keys`."""
        if all(fid in self._seen for fid in fids):
            return {fid: self._seen[fid][0] for fid in fids}
        statement = sql.SQL("SELECT {}, {} FROM {} WHERE {} = ANY (%s)").format(
            self._fid, self._key, self._layout.table, self._fid
        )
        return dict(self._ask(statement, (fids,)))

    def chosen(self, fids: Any, distances: Any = None) -> Found:
        """See `Search.chosen`."""
        kilometres = np.full(len(fids), np.nan) if distances is None else distances
        rows = self._ask(
            sql.SQL(
                "SELECT {fid}, __distance FROM unnest(%s::bigint[], %s::float8[])"
                " AS chosen (__chosen, __distance) JOIN {table} ON {fid} = __chosen"
                " ORDER BY {order} LIMIT %s OFFSET %s"
            ).format(fid=self._fid, table=self._layout.table, order=self._order()),
            (fids.tolist(), kilometres.tolist(), self._query.top, self._query.skip),
        )
        known: dict[int, float] = {} if distances is None else dict(rows)
        return Found([fid for fid, _ in rows], len(fids), known)

    def shapes(self, box: BBox) -> Iterator[tuple[npt.NDArray[np.int64], Any]]:
        """See `Search.shapes`."""
        if self._layout.geography is None:
            rows = self.located(box)
            yield rows["fid"], shapely.points(rows["lon"], rows["lat"])
            return
        geography = sql.Identifier(self._layout.geography)
        envelope = sql.SQL("{} && ST_MakeEnvelope(%s, %s, %s, %s, {})")
        corners = (box.west, box.south, box.east, box.north)
        kept = both(
            Sql(
                sql.SQL("({} OR ({} AND {} IS NULL))").format(
                    envelope.format(geography, sql.Literal(SRID)),
                    envelope.format(self._place, sql.Literal(SRID)),
                    geography,
                ),
                (*corners, *corners),
            ),
            self._filter,
        )
        statement = sql.SQL(
            "SELECT {fid}, coalesce({geography}, {place}) FROM {table} WHERE {where}"
            " AND {fid} > %s ORDER BY {fid} LIMIT %s"
        ).format(
            fid=self._fid,
            geography=geography,
            place=self._place,
            table=self._layout.table,
            where=kept.text,
        )
        last = -1
        while found := self._ask(statement, (*kept.values, last, _CHUNK)):
            fids, blobs = zip(*found, strict=True)
            last = fids[-1]
            yield np.array(fids), shapely.from_wkb(list(blobs))

    # --- parts of statements ---

    def _count(self, where: Sql) -> int:
        ((total,),) = self._ask(
            sql.SQL("SELECT count(*) FROM {} WHERE {}").format(self._layout.table, where.text),
            where.values,
        )
        return int(total)

    def _within(self, near: Nearby, more: float = 0.0) -> Sql:
        """Within the distance, and some metres more, as the database measures it."""
        text = sql.SQL("ST_DWithin({}::geography, " + _POINT + ", %s)").format(self._place)
        metres = near.kilometres * 1000 + more
        return both(Sql(text, (near.longitude, near.latitude, metres)), self._filter)

    def _order(self) -> sql.Composable:
        """The order asked for, then by entity ID. Nulls come before all values."""
        keys = [_order_key(key) for key in self._query.order]
        return sql.SQL(", ").join([*keys, self._key])


def _order_key(key: OrderKey) -> sql.Composable:
    name = "__distance" if key.property is None else column(key.property)
    way = " DESC NULLS LAST" if key.descending else " ASC NULLS FIRST"
    return sql.SQL("{}" + way).format(sql.Identifier(name))


def _rows(found: list[tuple[Any, ...]]) -> Rows:
    return np.array(found, dtype=ROW)


def _surely_complete(spheric: Any, wanted: int) -> bool:
    """Whether nobody beyond the last can be among the `wanted` nearest on the ellipsoid."""
    return bool(spheric[-1] * (1 - SLACK) > spheric[wanted - 1] * (1 + SLACK))
