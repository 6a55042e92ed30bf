"""Reading a committed version, and answering queries of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from sds_server.store.search import ROW, Entities, Found, Rows


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
            self._known.page_columns(query.select),
            lambda rows: _entities(query.select, rows),
        ).run()

    def fids_of(self, entity_id: str) -> list[int]:
        """See `Answering.fids_of`."""
        statement = sql.SQL("SELECT {} FROM {} WHERE {} = %s").format(
            sql.Identifier(FID), self._layout.table, sql.Identifier(self._layout.key)
        )
        return [fid for (fid,) in self._ask(statement, (entity_id,))]

    def fetch(self, select: Sequence[Property], fids: list[int]) -> Entities:
        """See `Answering.fetch`."""
        by_fid = {row[0]: row[1:] for row in self._of(fids, self._known.page_columns(select))}
        return _entities(select, [by_fid[fid] for fid in fids])

    def places(self, fids: list[int]) -> Rows:
        """See `Answering.places`."""
        return np.array(self._of(fids, self._layout.lat_lon), dtype=ROW)

    def geometries(self, fids: list[int]) -> dict[int, Any]:
        """See `Answering.geometries`."""
        shape: sql.Composable = sql.Identifier(LOCATION)
        if self._layout.geography is not None:
            shape = sql.SQL("coalesce({}, {})").format(
                sql.Identifier(self._layout.geography), shape
            )
        return {fid: shapely.from_wkb(blob) for fid, blob in self._of(fids, shape)}

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


def _columns(layout: Layout, properties: Sequence[Property]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(layout.column_of(prop)) for prop in properties)


def _entities(select: Sequence[Property], rows: Sequence[tuple[Any, ...]]) -> Entities:
    """Entities of rows of their ID and their selected properties."""
    if not rows:
        return Entities([], {prop.name: [] for prop in select})
    ids, *columns = zip(*rows, strict=True)
    typed = map(_values, select, columns)
    return Entities(list(ids), dict(zip([prop.name for prop in select], typed, strict=True)))


def _values(prop: Property, column: Sequence[Any]) -> Sequence[Value]:
    read = READERS.get(prop.type)
    if read is None:
        return column
    return [None if value is None else read(value) for value in column]
