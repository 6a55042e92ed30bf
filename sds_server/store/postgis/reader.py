"""Reading a committed version, and answering queries of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Self

import numpy as np
import psycopg
import shapely
from psycopg import sql

from datasources.query import Query
from datasources.schema import Batch, Property, Value
from sds_server.store.interface import OutOfTime, Page, UnknownVersion
from sds_server.store.limit import Deadline, query_seconds
from sds_server.store.postgis.connections import Connection, Connections, away_as_operational
from sds_server.store.postgis.layout import FID, LOCATION, Known, Layout
from sds_server.store.postgis.search import TableSearch
from sds_server.store.postgis.values import READERS
from sds_server.store.reader import Answering
from sds_server.store.search import ROW, Entity, Found, Rows


class PostgisReader(Answering):
    """A `VersionReader` of one table. For one thread.

    A version may be deleted at any time: then the next question raises UnknownVersion. `batches`
    keeps the table until the reader is closed.
    """

    def __init__(self, connections: Connections, version_id: str, known: Known) -> None:
        self._connections, self._version_id = connections, version_id
        self._known, self._layout = known, known.layout
        self._connection: Connection | None = None
        self._deadline: Deadline | None = None
        self.schema, self.count = known.layout.schema, known.count

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._connection is not None:
            self._connections.give_back(self._connection)
            self._connection = None

    def batches(self, size: int = 5000) -> Iterator[Batch]:
        """See `VersionReader.batches`: pages by feature ID, in one transaction."""
        properties = self.schema.properties
        fid = sql.Identifier(FID)
        statement = sql.SQL("SELECT {}, {} FROM {} WHERE {} > %s ORDER BY {} LIMIT %s").format(
            fid, _columns(self._layout, properties), self._layout.table, fid, fid
        )
        last, given = -1, 0
        with away_as_operational(), self._connected().transaction():
            while rows := self._ask(statement, (last, size)):
                fids, *columns = zip(*rows, strict=True)
                last = fids[-1]
                yield Batch(
                    columns=[
                        _values(prop, column)
                        for prop, column in zip(properties, columns, strict=True)
                    ],
                    rows=range(given + 1, given + len(rows) + 1),
                    lines=[0] * len(rows),
                )
                given += len(rows)

    def query(self, query: Query) -> Page:
        """See `VersionReader.query`: the database ends a statement, and none begins too late."""
        self._deadline = Deadline()
        try:
            return super().query(query)
        finally:
            self._deadline = None

    def found(self, query: Query) -> Found:
        """See `Answering.found`."""
        return TableSearch(
            self._ask,
            self._known,
            query,
            self._page_columns(query.select),
            lambda row: _entity(query.select, row),
        ).run()

    def fids_of(self, entity_id: str) -> list[int]:
        """See `Answering.fids_of`."""
        statement = sql.SQL("SELECT {} FROM {} WHERE {} = %s").format(
            sql.Identifier(FID), self._layout.table, sql.Identifier(self._layout.key)
        )
        return [fid for (fid,) in self._ask(statement, (entity_id,))]

    def fetch(self, select: Sequence[Property], fids: list[int]) -> list[Entity]:
        """See `Answering.fetch`."""
        rows = self._of(fids, self._page_columns(select))
        by_fid = {fid: _entity(select, values) for fid, *values in rows}
        return [by_fid[fid] for fid in fids]

    def places(self, fids: list[int]) -> Rows:
        """See `Answering.places`."""
        lat_lon = sql.SQL("{}, {}").format(
            sql.Identifier(self._layout.latitude), sql.Identifier(self._layout.longitude)
        )
        return np.array(self._of(fids, lat_lon), dtype=ROW)

    def geometries(self, fids: list[int]) -> dict[int, Any]:
        """See `Answering.geometries`."""
        shape: sql.Composable = sql.Identifier(LOCATION)
        if self._layout.geography is not None:
            shape = sql.SQL("coalesce({}, {})").format(
                sql.Identifier(self._layout.geography), shape
            )
        return {fid: shapely.from_wkb(blob) for fid, blob in self._of(fids, shape)}

    def _page_columns(self, select: Sequence[Property]) -> sql.Composable:
        """The entity ID and the selected properties."""
        return _page_columns(self._layout, tuple(select))

    def _of(self, fids: list[int], columns: sql.Composable) -> list[tuple[Any, ...]]:
        """Feature ID and some columns of features."""
        if not fids:
            return []
        fid = sql.Identifier(FID)
        statement = sql.SQL("SELECT {}, {} FROM {} WHERE {} = ANY (%s)").format(
            fid, columns, self._layout.table, fid
        )
        return self._ask(statement, (fids,))

    def _ask(self, statement: sql.Composed, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if self._deadline is not None:
            self._deadline.check()
        with away_as_operational():
            try:
                # In binary: geometries come as WKB, and no digit of a number is written and read.
                cursor = self._connected().cursor(binary=True)
                return cursor.execute(statement, values).fetchall()
            except psycopg.errors.UndefinedTable:
                raise UnknownVersion(f"There is no version {self._version_id}.") from None
            except psycopg.errors.QueryCanceled:
                raise OutOfTime(query_seconds()) from None

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._connections.take()
        return self._connection


@lru_cache(maxsize=256)
def _page_columns(layout: Layout, select: tuple[Property, ...]) -> sql.Composable:
    """As text, once: to put it together takes longer than to answer many a query."""
    return sql.SQL(_columns(layout, (layout.schema.key, *select)).as_string(None))


def _columns(layout: Layout, properties: Sequence[Property]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(layout.column_of(prop)) for prop in properties)


def _entity(select: Sequence[Property], row: Sequence[Any]) -> Entity:
    """An entity of its ID and its selected properties."""
    key, *values = row
    return key, {
        prop.name: READERS[prop.type](value)
        if value is not None and prop.type in READERS
        else value
        for prop, value in zip(select, values, strict=True)
    }


def _values(prop: Property, column: Sequence[Any]) -> Sequence[Value]:
    read = READERS.get(prop.type)
    if read is None:
        return column
    return [None if value is None else read(value) for value in column]
