"""Writing a version as a table: one transaction, from the first entity to the last index.

Entities go to the database as a stream (COPY), a batch at a time, so that memory stays small here
whatever their number. Whatever ends the writer before its commit - a fault, a kill, a lost line -
the database takes all of it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, LiteralString, Self

import numpy as np
import psycopg
from psycopg import sql

from datasources.schema import Checked, EdmType, Property
from sds_server.store.interface import StoreFault, VersionStats
from sds_server.store.postgis.connections import Connection, away_as_operational
from sds_server.store.postgis.layout import (
    FID,
    REGISTER,
    Layout,
    create_key_index,
    create_other_indexes,
    create_table,
    described,
)
from sds_server.store.postgis.values import column_texts, copy_text

#: Properties that get an index: the first so many that can have one.
MAX_INDEXES = 32
#: A property with a longer text in it gets none: an index holds values of up to 2,704 bytes, the
#: entity ID beside them, and nobody looks for texts of such length.
MAX_INDEXED_TEXT = 500  # characters

_CHUNK = 5000  # IDs a statement


class TableWriter:
    """A `VersionWriter` of one table. Leaving the context without a commit leaves nothing behind."""

    def __init__(
        self,
        connection: Connection,
        version_id: str,
        layout: Layout,
        base: Layout | None = None,
        columns: Sequence[int] | None = None,
    ) -> None:
        """Begin an empty table, or one with all that `base` holds; `columns` then says where in the
        batches each property of the base stands. The connection is the writer's own."""
        self._connection, self._version_id = connection, version_id
        self._layout, self._columns = layout, columns
        self._derived = base is not None
        self._keyed = False
        self._copying: Any = None
        self._copy: psycopg.Copy | None = None
        self._next = 0
        self._longest = [0] * len(layout.schema.properties)
        try:
            with away_as_operational():
                self._prepare(base)
        except BaseException:
            self._abandon()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._abandon()

    def add(self, checked: Checked) -> None:
        """See `VersionWriter.add`."""
        batch, layout = checked.batch, self._layout
        columns: list[Sequence[Any]] = list(batch.columns)
        if self._columns is not None:
            columns = [columns[place] for place in self._columns]
        if len(columns) != len(layout.schema.properties):
            raise StoreFault(
                f"A batch of {len(columns)} columns can't be written to the entity type "
                f"{layout.schema.entity_type}, which has {len(layout.schema.properties)}."
            )
        latitudes, longitudes = np.asarray(checked.latitudes), np.asarray(checked.longitudes)
        with away_as_operational():
            if self._derived:
                self._remove(columns[layout.schema.key_index])
            if batch.deleted:
                kept = [i for i in range(len(batch)) if i not in batch.deleted]
                columns = [[column[i] for i in kept] for column in columns]
                latitudes, longitudes = latitudes[kept], longitudes[kept]
            if len(latitudes):
                self._insert(columns, latitudes.tolist(), longitudes.tolist())

    def remove(self, ids: Iterable[str]) -> int:
        """See `VersionWriter.remove`."""
        with away_as_operational():
            return self._remove(ids)

    def commit(self) -> VersionStats:
        """See `VersionWriter.commit`."""
        layout = self._layout
        with away_as_operational():
            self._end_copy()
            self._index_keys()
            for statement in create_other_indexes(layout, self._indexed()):
                self._connection.execute(statement)
            count = self._value(sql.SQL("SELECT count(*) FROM {}").format(layout.table))
            self._connection.execute(sql.SQL("ANALYZE {}").format(layout.table))
            self._register(count)
            self._connection.execute("COMMIT")
            if self._derived:
                self._tidy()
            size = self._value("SELECT pg_total_relation_size(%s::regclass)", self._regclass())
        self._abandon()
        return VersionStats(count, size, "")

    # --- steps ---

    def _prepare(self, base: Layout | None) -> None:
        self._connection.execute("BEGIN")
        self._connection.execute(create_table(self._layout))
        if base is None:
            return
        names = sql.SQL(", ").join(map(sql.Identifier, self._layout.column_names()))
        self._connection.execute(
            sql.SQL("INSERT INTO {} ({names}) SELECT {names} FROM {} ORDER BY {}").format(
                self._layout.table, base.table, sql.Identifier(FID), names=names
            )
        )
        self._next = 1 + self._value(
            sql.SQL("SELECT coalesce(max({}), -1) FROM {}").format(
                sql.Identifier(FID), self._layout.table
            )
        )
        self._index_keys()

    def _insert(
        self, columns: list[Sequence[Any]], latitudes: list[float], longitudes: list[float]
    ) -> None:
        layout = self._layout
        if layout.located:
            # Checked locations also where an entity gave its geography alone.
            columns[layout.schema.names.index(layout.latitude)] = latitudes
            columns[layout.schema.names.index(layout.longitude)] = longitudes
        self._note_lengths(columns)
        fids = range(self._next, self._next + len(latitudes))
        self._next = fids.stop
        texts = [
            column_texts(prop.type, column)
            for prop, column in zip(layout.schema.properties, columns, strict=True)
        ]
        if not layout.located:
            texts += [column_texts(EdmType.DOUBLE, one) for one in (latitudes, longitudes)]
        with _as_store_fault(layout):
            self._stream().write(copy_text([map(str, fids), *texts]))

    def _note_lengths(self, columns: list[Sequence[Any]]) -> None:
        for place, prop in enumerate(self._layout.schema.properties):
            if prop.type is EdmType.STRING:
                longest = max(map(len, filter(None, columns[place])), default=0)
                self._longest[place] = max(self._longest[place], longest)

    def _stream(self) -> psycopg.Copy:
        """The stream of entities to the database, begun if it is not."""
        if self._copy is None:
            # FREEZE: the rows are as good as vacuumed when they become visible.
            option = sql.SQL("" if self._derived else " WITH (FREEZE)")
            names = sql.SQL(", ").join(map(sql.Identifier, self._layout.column_names()))
            self._copying = self._connection.cursor().copy(
                sql.SQL("COPY {} ({}) FROM STDIN{}").format(self._layout.table, names, option)
            )
            self._copy = self._copying.__enter__()
        return self._copy

    def _end_copy(self) -> None:
        if self._copy is not None:
            copying, self._copy = self._copying, None
            with _as_store_fault(self._layout):
                copying.__exit__(None, None, None)

    def _remove(self, ids: Iterable[str]) -> int:
        self._end_copy()
        self._index_keys()
        statement = sql.SQL("DELETE FROM {} WHERE {} = ANY (%s)").format(
            self._layout.table, sql.Identifier(self._layout.key)
        )
        removed = 0
        for chunk in _chunks(ids, _CHUNK):
            removed += self._connection.execute(statement, (chunk,)).rowcount
        return removed

    def _index_keys(self) -> None:
        if not self._keyed:
            with _as_store_fault(self._layout):
                self._connection.execute(create_key_index(self._layout))
            self._keyed = True

    def _indexed(self) -> list[Property]:
        """The properties that get an index."""
        layout = self._layout
        if self._derived:
            self._measure_base()
        fit = [
            prop
            for prop, longest in zip(layout.schema.properties, self._longest, strict=True)
            if not prop.is_key
            and prop.type is not EdmType.GEOGRAPHY
            and prop.name not in (layout.latitude, layout.longitude)
            and longest <= MAX_INDEXED_TEXT
        ]
        return fit[:MAX_INDEXES]

    def _measure_base(self) -> None:
        """How long the texts are that came with the base."""
        places = [
            place
            for place, prop in enumerate(self._layout.schema.properties)
            if prop.type is EdmType.STRING
        ]
        names = self._layout.column_names()[1:]
        lengths = self._connection.execute(
            sql.SQL("SELECT {} FROM {}").format(
                sql.SQL(", ").join(
                    sql.SQL("coalesce(max(length({})), 0)").format(sql.Identifier(names[place]))
                    for place in places
                ),
                self._layout.table,
            )
        ).fetchone()
        for place, longest in zip(places, lengths or (), strict=True):
            self._longest[place] = max(self._longest[place], longest)

    def _register(self, count: int) -> None:
        layout = self._layout
        try:
            self._connection.execute(
                sql.SQL(
                    "INSERT INTO {} (version_id, table_name, description) VALUES (%s, %s, %s)"
                ).format(sql.Identifier(layout.namespace, REGISTER)),
                (self._version_id, layout.table_name, described(layout.schema, count)),
            )
        except psycopg.errors.UniqueViolation:
            raise StoreFault(
                f"The version {self._version_id} exists. Versions never change once made."
            ) from None

    def _tidy(self) -> None:
        """Free what was replaced in the copy of a base. The version stands already."""
        with suppress(psycopg.Error):
            self._connection.execute(
                sql.SQL("VACUUM (FREEZE, ANALYZE) {}").format(self._layout.table)
            )

    def _regclass(self) -> str:
        return self._layout.table.as_string(self._connection)

    def _value(self, statement: LiteralString | sql.Composed, *values: Any) -> int:
        ((value,),) = self._connection.execute(statement, values).fetchall()
        return int(value)

    def _abandon(self) -> None:
        """Close the connection: what was not committed is gone."""
        if self._copy is not None:
            copying, self._copy = self._copying, None
            left = RuntimeError("The version is not to be made.")
            with suppress(psycopg.Error, RuntimeError):
                copying.__exit__(RuntimeError, left, None)
        self._connection.close()


@contextmanager
def _as_store_fault(layout: Layout) -> Iterator[None]:
    """Raises a doubled or missing entity ID as the store's own fault."""
    entity_type = layout.schema.entity_type
    try:
        yield
    except psycopg.errors.UniqueViolation:
        raise StoreFault(
            f"Two entities of {entity_type} have the same ID. Entity IDs are unique."
        ) from None
    except psycopg.errors.NotNullViolation:
        raise StoreFault(f"An entity of {entity_type} has no ID.") from None


def _chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
