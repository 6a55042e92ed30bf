"""Indexes of properties, in a file beside the version's own, made when a query first needs one.

A version has hundreds of properties, and applications filter by two or three. To index all of them
would take longer than to load the file, so none is indexed at first: a filter on 200,000 entities
then takes some 30 milliseconds and leaves a wish, and in the background the index is made, which
takes 0.2 seconds and 5 MB and answers the same filter in a hundredth of one. A new version gets the
indexes of the one it replaces before it is published.

`<version>.index` is an SQLite file with a table for each such property (by its place in the
schema): whether there is a value, the value, the entity ID, the feature ID, in this order. Like a
version it never changes: another index makes a new file, renamed into its place. It holds nothing
that can't be made again.
"""

# ruff: noqa: S608  (names are our own, or come from the schema through `quoted`; values are bound)

from __future__ import annotations

import logging
import os
import queue
import secrets
import sqlite3
import threading
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

from datasources.formats.geopackage import GeoPackageFile
from datasources.formats.geopackage.layout import FID, quoted
from datasources.schema import Property, Schema
from sds_server.store.geopackage.terms import FILLED, KEY, ROW, VALUE, can_be_indexed
from sds_server.store.geopackage.where import column_sql

logger = logging.getLogger("cairn.sds")

SUFFIX = ".index"
ASIDE = ".partial"
MAX_INDEXES = 32  # of one version
MIN_ENTITIES = 2_000  # a version with fewer is read through in a millisecond
_BESIDE = "beside"  # the name by which a connection knows the file


def index_path(version: Path) -> Path:
    return version.with_suffix(SUFFIX)


class Beside:
    """The indexes of one open version, as far as its connection has taken notice of them."""

    def __init__(self, file: GeoPackageFile, version: Path) -> None:
        self._file, self._path = file, index_path(version)
        self._seen: tuple[int, int] | None = None
        self._there: frozenset[str] = frozenset()

    def refresh(self) -> None:
        """Take notice of what was made since the last look."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return  # what was seen once stays open and good
        current = (found.st_ino, found.st_mtime_ns)
        if current == self._seen:
            return
        execute = self._file.connection.execute
        if self._seen is not None:
            execute(f"DETACH {_BESIDE}")
        self._seen, self._there = None, frozenset()
        uri = self._path.resolve().as_uri() + "?mode=ro&immutable=1"
        try:
            execute(f"ATTACH ? AS {_BESIDE}", (uri,))
            self._seen = current
            self._there = frozenset(_tables(self._file.connection))
        except sqlite3.DatabaseError as error:
            logger.warning("The indexes %s can't be read: %s", self._path.name, error)

    def table(self, prop: Property) -> str | None:
        """The index of a property, as SQL names it, if there is one."""
        name = _table(self._file.schema, prop)
        return f"{_BESIDE}.{quoted(name)}" if name in self._there else None


class IndexMaker:
    """Makes the indexes that queries wish for, one after the other, in a thread of its own."""

    def __init__(self) -> None:
        self._wishes: queue.SimpleQueue[tuple[Path, str]] = queue.SimpleQueue()
        self._known: set[tuple[Path, str]] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._idle = threading.Event()
        self._idle.set()

    def wish(self, version: Path, prop: Property) -> None:
        """Have an index made, if it is not being made already. Returns at once."""
        one = (version, prop.name)
        with self._lock:
            if one in self._known:
                return
            self._known.add(one)
            self._wishes.put(one)
            self._idle.clear()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="indexes", daemon=True)
                self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Until all that was wished for is made."""
        return self._idle.wait(seconds)

    def _work(self) -> None:
        while True:
            version, name = self._wishes.get()
            try:
                make_indexes(version, [name])
            except (OSError, sqlite3.Error) as error:  # queries are answered without it
                logger.warning("An index of %s was not made: %s", version.name, error)
            with self._lock:
                # An index that could not be made may be wished for again, by another process too.
                self._known.discard((version, name))
                if not self._known:
                    self._idle.set()


def make_indexes(version: Path, names: Iterable[str]) -> None:
    """Make indexes of properties by their names, beside those that there are; none of a version
    that is gone."""
    if not version.exists():
        return
    aside = version.with_name(f"{version.stem}.{secrets.token_hex(4)}{ASIDE}")
    try:
        with closing(GeoPackageFile(version)) as file:
            wanted = _wanted(file.schema, {*indexed(version, file.schema), *names})
            if not wanted:
                return
            _write(file, wanted, aside)
        aside.replace(index_path(version))
        if not version.exists():  # it was deleted meanwhile
            index_path(version).unlink(missing_ok=True)
    except FileNotFoundError:
        return
    finally:
        aside.unlink(missing_ok=True)


def indexed(version: Path, schema: Schema) -> list[str]:
    """The names of the properties of a version that have an index."""
    path = index_path(version)
    if not path.exists():
        return []
    with (
        suppress(sqlite3.DatabaseError),
        closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)) as connection,
    ):
        tables = set(_tables(connection, "main"))
        return [prop.name for prop in schema.properties if _table(schema, prop) in tables]
    return []


def _wanted(schema: Schema, names: set[str]) -> list[Property]:
    wanted = {name.lower() for name in names}
    fit = [
        prop for prop in schema.properties if prop.name.lower() in wanted and can_be_indexed(prop)
    ]
    return fit[:MAX_INDEXES]


def _write(file: GeoPackageFile, properties: list[Property], aside: Path) -> None:
    connection, layout = file.connection, file.layout
    connection.execute("ATTACH ? AS made", (aside.resolve().as_uri() + "?mode=rwc",))
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE"):
        connection.execute(f"PRAGMA made.{pragma}")
    connection.execute("BEGIN")
    for prop in properties:
        table = f"made.{quoted(_table(file.schema, prop))}"
        connection.execute(
            f"CREATE TABLE {table} ({FILLED} INTEGER, {VALUE}, {KEY} TEXT, {ROW} INTEGER,"
            f" PRIMARY KEY ({FILLED}, {VALUE}, {KEY})) WITHOUT ROWID"
        )
        value = column_sql(prop)
        connection.execute(
            f"INSERT INTO {table} SELECT {value} IS NOT NULL, coalesce({value}, 0),"
            f" {quoted(layout.key)}, {quoted(FID)} FROM main.{quoted(layout.table)}"
            " ORDER BY 1, 2, 3"
        )
    connection.execute("COMMIT")
    connection.execute("DETACH made")
    with aside.open("rb+") as written:
        os.fsync(written.fileno())


def _table(schema: Schema, prop: Property) -> str:
    place = schema.properties.index(prop) if prop in schema.properties else -1
    return f"p{place}"


def _tables(connection: sqlite3.Connection, database: str = _BESIDE) -> list[str]:
    found = connection.execute(f"SELECT name FROM {database}.sqlite_master WHERE type = 'table'")
    return [name for (name,) in found]
