"""An `EntityStore` in a PostgreSQL database with PostGIS."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from datetime import datetime

import psycopg
from psycopg import sql

from datasources.schema import Schema
from sds_server.store.interface import StoreFault, UnknownVersion
from sds_server.store.matching import matched
from sds_server.store.postgis.connections import Connection, Connections
from sds_server.store.postgis.examine import examine
from sds_server.store.postgis.layout import (
    REGISTER,
    Known,
    Layout,
    create_register,
    read_description,
    table_name,
)
from sds_server.store.postgis.reader import PostgisReader
from sds_server.store.postgis.writer import TableWriter

NAMESPACE = "cairn_entities"
_VERSION_ID = re.compile(r"[a-z0-9-]{1,64}")
_REMEMBERED = 256  # versions whose layout is kept in memory: it never changes
_LOCK_MILLISECONDS = 500  # how long a deletion waits for readers; the sweep is patient after it
_SETTING_UP = 0x436169726E  # the advisory lock of whoever makes the store's schema


class PostgisStore:
    """A store of tables. Safe among threads and processes."""

    def __init__(self, url: str, namespace: str = NAMESPACE) -> None:
        """`url` is that of the database, as psycopg takes it; `namespace` the schema in it."""
        self._connections = Connections(url)
        self._namespace = namespace
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Known] = OrderedDict()

    def create(self, version_id: str, schema: Schema) -> TableWriter:
        """See `EntityStore.create`; raises StoreFault if there is such a version."""
        layout = self._new(version_id, schema.without_deletes())
        return TableWriter(self._connections.opened(), version_id, layout)

    def derive(self, version_id: str, base_version_id: str, schema: Schema) -> TableWriter:
        """See `EntityStore.derive`."""
        base = self._looked_up(base_version_id).layout
        columns = matched(base.schema, schema.without_deletes())
        layout = self._new(version_id, base.schema)
        try:
            return TableWriter(self._connections.opened(), version_id, layout, base, columns)
        except psycopg.errors.UndefinedTable:
            raise _unknown(base_version_id) from None

    def open(self, version_id: str) -> PostgisReader:
        """See `EntityStore.open`."""
        return PostgisReader(self._connections, version_id, self._looked_up(version_id))

    def exists(self, version_id: str) -> bool:
        return self._registered(_checked(version_id)) is not None

    def delete(self, version_id: str) -> None:
        """See `EntityStore.delete`. The version is gone at once; a table that somebody still reads
        from is dropped by `sweep`."""
        _checked(version_id)
        with self._lock:
            self._known.pop(version_id, None)
        with self._connections.write() as connection:
            if not self._set_up(connection):
                return
            connection.execute(
                sql.SQL("DELETE FROM {} WHERE version_id = %s").format(self._register),
                (version_id,),
            )
            self._drop(connection, table_name(version_id))

    def prepare(self, version_id: str, like: str) -> None:
        """See `EntityStore.prepare`: a table has all its indexes from the start."""

    def examine(self, version_id: str, sha256: str = "", size: int | None = None) -> list[str]:
        """See `EntityStore.examine`. A table has no SHA-256, and its size is the database's own."""
        found = self._registered(_checked(version_id))
        if found is None:
            raise _unknown(version_id)
        with self._connections.write() as connection:
            return examine(connection, found.layout, found.count)

    def sizes(self) -> dict[str, int]:
        """See `EntityStore.sizes`: the table with its indexes."""
        with self._connections.read() as connection:
            try:
                rows = connection.execute(
                    sql.SQL(
                        "SELECT version_id, pg_total_relation_size(c.oid) FROM {} JOIN pg_class c"
                        " ON c.relname = table_name AND c.relnamespace = %s::regnamespace"
                        " ORDER BY version_id"
                    ).format(self._register),
                    (self._quoted_namespace(connection),),
                ).fetchall()
            except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
                return {}
        return dict(rows)

    def made_at(self, version_id: str) -> datetime | None:
        """See `EntityStore.made_at`."""
        with self._connections.read() as connection:
            try:
                row = connection.execute(
                    sql.SQL("SELECT made_at FROM {} WHERE version_id = %s").format(self._register),
                    (_checked(version_id),),
                ).fetchone()
            except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
                return None
        return row[0] if row else None

    def leftovers(self, older_than: float = 86_400.0) -> list[str]:
        """See `EntityStore.leftovers`: tables that belong to no version, whatever their age."""
        with self._connections.write() as connection:
            return self._orphans(connection) if self._set_up(connection) else []

    def _orphans(self, connection: Connection) -> list[str]:
        rows = connection.execute(
            sql.SQL(
                "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace"
                " AND relkind = 'r' AND relname ~ '^[vh]_' AND NOT EXISTS"
                " (SELECT FROM {} WHERE table_name = relname) ORDER BY relname"
            ).format(self._register),
            (self._quoted_namespace(connection),),
        ).fetchall()
        return [name for (name,) in rows]

    def sweep(self, older_than: float = 86_400.0) -> int:
        """Drop tables that belong to no version, whatever their age, and forget versions without a
        table. A writer that died left nothing: its work was one transaction. What is found here is
        what `delete` had to leave, or what a backup brought back in part."""
        with self._connections.write() as connection:
            if not self._set_up(connection):
                return 0
            connection.execute(
                sql.SQL(
                    "DELETE FROM {} WHERE NOT EXISTS (SELECT FROM pg_class c WHERE"
                    " c.relname = table_name AND c.relnamespace = %s::regnamespace)"
                ).format(self._register),
                (self._quoted_namespace(connection),),
            )
            return sum(self._drop(connection, name) for name in self._orphans(connection))

    def close(self) -> None:
        """Close the connections that wait for readers."""
        self._connections.close()

    # --- the register ---

    @property
    def _register(self) -> sql.Identifier:
        return sql.Identifier(self._namespace, REGISTER)

    def _quoted_namespace(self, connection: Connection) -> str:
        return sql.Identifier(self._namespace).as_string(connection)

    def _new(self, version_id: str, schema: Schema) -> Layout:
        """The layout of a version to be made, in a database that is ready for it."""
        _checked(version_id)
        with self._connections.write() as connection:
            self._set_up(connection, make=True)
        if self._registered(version_id) is not None:
            raise StoreFault(f"The version {version_id} exists. Versions never change once made.")
        return Layout(schema, self._namespace, table_name(version_id))

    def _looked_up(self, version_id: str) -> Known:
        """Layout and number of entities of a version; raises UnknownVersion."""
        _checked(version_id)
        with self._lock:
            if version_id in self._known:
                self._known.move_to_end(version_id)
                return self._known[version_id]
        found = self._registered(version_id)
        if found is None:
            raise _unknown(version_id)
        with self._lock:
            self._known[version_id] = found
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found

    def _registered(self, version_id: str) -> Known | None:
        with self._connections.read() as connection:
            try:
                row = connection.execute(
                    sql.SQL(
                        "SELECT description, table_name::text FROM {} WHERE version_id = %s"
                    ).format(self._register),
                    (version_id,),
                ).fetchone()
            except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
                return None
        if row is None:
            return None
        facts, name = row
        schema, count = read_description(facts)
        return Known(Layout(schema, self._namespace, name), count)

    def _set_up(self, connection: Connection, *, make: bool = False) -> bool:
        """Whether the store's schema and register are there; made if `make` says so."""
        there = connection.execute(
            "SELECT to_regclass(%s) IS NOT NULL", (self._register.as_string(connection),)
        ).fetchone()
        if there == (True,):
            return True
        if make:
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (_SETTING_UP,))
                connection.execute(
                    sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(
                        sql.Identifier(self._namespace)
                    )
                )
                connection.execute(create_register(self._namespace))
        return make

    def _drop(self, connection: Connection, name: str) -> bool:
        """Drop a table unless somebody reads from it; whether it is gone."""
        connection.execute(sql.SQL("SET lock_timeout = {}").format(sql.Literal(_LOCK_MILLISECONDS)))
        try:
            connection.execute(
                sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(self._namespace, name))
            )
        except psycopg.errors.LockNotAvailable:
            return False
        return True


def _checked(version_id: str) -> str:
    if not _VERSION_ID.fullmatch(version_id):
        raise UnknownVersion("A version ID is 1 to 64 lower-case letters, digits and hyphens.")
    return version_id


def _unknown(version_id: str) -> UnknownVersion:
    return UnknownVersion(f"There is no version {version_id}.")
