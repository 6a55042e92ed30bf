"""Writing a GeoPackage: made aside, then renamed into place whole.

While it is written there is neither journal nor sync: a crash leaves a file with a name of its own
that no reader looks at. Only the commit syncs it to disk and gives it the name it is known by.
"""

# ruff: noqa: S608  (names come from the schema, through `quoted`; values are bound)

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Self

import numpy as np

from datasources.formats.geopackage.faults import GeoPackageFault
from datasources.formats.geopackage.layout import (
    DELETES,
    FID,
    create_indexes,
    create_tables,
    layout_for,
    quoted,
    write_description,
)
from datasources.formats.geopackage.rtree import RTreeFiller
from datasources.formats.geopackage.triggers import create_triggers, drop_triggers
from datasources.formats.geopackage.values import geometry_blobs, point_blobs, stored_date
from datasources.phrases import Phrase
from datasources.schema import Checked, EdmType, Schema

_CACHE = "PRAGMA cache_size = -8000"  # KiB
_CHUNK = 500  # IDs a statement


@dataclass(frozen=True, slots=True)
class Written:
    """What a commit made: entities, and the file's size (bytes) and SHA-256 (hex)."""

    entity_count: int
    size_bytes: int
    sha256: str


class GeoPackageWriter:
    """Writes one GeoPackage file. Leaving the context without a commit leaves nothing behind."""

    def __init__(
        self,
        aside: Path,
        target: Path,
        schema: Schema,
        columns: Sequence[int] | None = None,
        *,
        list_deletes: bool = False,
    ) -> None:
        """Begin a file at `aside`, or go on with the copy of a base file that lies there.

        `schema` is that of the stored entities. For a copy, `columns` says where in the batches
        each of its properties stands. With `list_deletes` the IDs of entities to delete are listed
        in the table `DELETES`: the file then holds an incremental load by itself.
        """
        self._aside, self._target = aside, target
        self._layout = layout_for(schema)
        self._columns = columns
        self._list_deletes = list_deletes
        self._open = True
        self._connection = sqlite3.connect(aside, isolation_level=None)
        try:
            self._prepare()
        except BaseException:
            self._abandon()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._open:
            self._abandon()

    def add(self, checked: Checked) -> None:
        """Add entities; in a copy those of the same entity ID are replaced.

        Positions in `batch.deleted` are removed instead. The columns are those of
        `schema.without_deletes()` of the schema that the batches were checked with. Raises
        GeoPackageFault for an entity ID that stands twice.
        """
        batch, layout = checked.batch, self._layout
        columns = list(batch.columns)
        if self._columns is not None:
            columns = [columns[place] for place in self._columns]
        if len(columns) != len(layout.schema.properties):
            raise GeoPackageFault(
                Phrase(
                    "A batch of {count} columns can't be written to the entity type {entity_type}, which has {count2}.",
                    count=len(columns),
                    entity_type=layout.schema.entity_type,
                    count2=len(layout.schema.properties),
                )
            )
        latitudes, longitudes = checked.latitudes, checked.longitudes
        ids = columns[layout.schema.key_index]
        if self._derived:
            self._remove(ids)
        if batch.deleted:
            if self._list_deletes:
                self._connection.executemany(
                    f"INSERT OR IGNORE INTO {DELETES} VALUES (?)",
                    [(ids[i],) for i in sorted(batch.deleted)],
                )
            kept = [i for i in range(len(batch)) if i not in batch.deleted]
            columns = [[column[i] for i in kept] for column in columns]
            latitudes = [latitudes[i] for i in kept]
            longitudes = [longitudes[i] for i in kept]
        if len(latitudes):
            self._insert(columns, latitudes, longitudes)

    def remove(self, ids: Iterable[str]) -> int:
        """Remove entities by ID; gives how many were there."""
        self._index_for_lookup()
        self._boxes.finish()
        return self._remove(ids)

    def commit(self) -> Written:
        """Put the file in its place, whole and on disk."""
        try:
            count = self._finish()
            self._connection.close()
            size, digest = _sync_and_hash(self._aside)
            self._aside.rename(self._target)
            _sync_folder(self._target.parent)
        except BaseException:
            self._abandon()
            raise
        self._open = False
        return Written(count, size, digest)

    def _prepare(self) -> None:
        connection, layout = self._connection, self._layout
        self._derived = self._columns is not None
        self._indexed = self._derived
        for pragma in ("page_size = 4096", "journal_mode = OFF", "synchronous = OFF",
                       "locking_mode = EXCLUSIVE", "secure_delete = OFF"):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(_CACHE)
        if not self._derived:
            create_tables(connection, layout)
        if self._list_deletes:
            connection.execute(f"CREATE TABLE {DELETES} (key TEXT PRIMARY KEY) WITHOUT ROWID")
        connection.execute("BEGIN")
        drop_triggers(connection, layout)
        self._boxes = RTreeFiller(connection, layout, pack=not self._derived)
        table = quoted(layout.table)
        (last,) = connection.execute(f"SELECT max({quoted(FID)}) FROM {table}").fetchone()
        self._next = (last or 0) + 1
        names = [FID, *layout.column_names()]
        self._insert_sql = (
            f"INSERT INTO {table} ({', '.join(map(quoted, names))})"
            f" VALUES ({', '.join('?' * len(names))})"
        )

    def _insert(
        self, columns: list[Any], latitudes: Sequence[float], longitudes: Sequence[float]
    ) -> None:
        layout = self._layout
        props = layout.schema.properties
        boxes = None
        for index, prop in enumerate(props):
            if index == layout.geography:
                columns[index], boxes = geometry_blobs(columns[index])
            elif prop.type is EdmType.DATETIME:
                columns[index] = map(stored_date, columns[index])
        self._locate(columns, latitudes, longitudes)
        fids = range(self._next, self._next + len(latitudes))
        self._next = fids.stop
        try:
            self._connection.executemany(self._insert_sql, zip(fids, *columns, strict=True))
        except sqlite3.IntegrityError as error:
            raise GeoPackageFault(
                Phrase(
                    "An entity of {entity_type} has an ID that another has, or none.",
                    entity_type=layout.schema.entity_type,
                )
            ) from error
        if boxes is None:
            boxes = np.column_stack((longitudes, longitudes, latitudes, latitudes))
        self._boxes.add(fids, boxes)

    def _locate(
        self, columns: list[Any], latitudes: Sequence[float], longitudes: Sequence[float]
    ) -> None:
        """Put the location where the layout keeps it, and the point if that is the geometry."""
        layout = self._layout
        if layout.located:
            # Checked locations also where an entity gave its geography alone.
            columns[layout.schema.names.index(layout.latitude)] = latitudes
            columns[layout.schema.names.index(layout.longitude)] = longitudes
        else:
            columns += [latitudes, longitudes]
        if layout.geography is None:
            columns.append(point_blobs(longitudes, latitudes))

    def _remove(self, ids: Iterable[Any]) -> int:
        layout = self._layout
        table, fid, key = quoted(layout.table), quoted(FID), quoted(layout.key)
        removed = 0
        for chunk in _chunks(ids, _CHUNK):
            marks = ",".join("?" * len(chunk))
            gone = self._connection.execute(
                f"DELETE FROM {table} WHERE {key} IN ({marks}) RETURNING {fid}", chunk
            ).fetchall()
            self._connection.executemany(f"DELETE FROM {quoted(layout.rtree)} WHERE id = ?", gone)
            removed += len(gone)
        return removed

    def _index_for_lookup(self) -> None:
        if not self._indexed:
            self._create_indexes()
            self._indexed = True

    def _create_indexes(self) -> None:
        try:
            create_indexes(self._connection, self._layout)
        except sqlite3.IntegrityError as error:
            raise GeoPackageFault(
                Phrase(
                    "Two entities of {entity_type} have the same ID. Entity IDs are unique.",
                    entity_type=self._layout.schema.entity_type,
                )
            ) from error

    def _finish(self) -> int:
        """Indexes, R-tree, extent, description and triggers; gives the number of entities."""
        connection, layout = self._connection, self._layout
        table, rtree = quoted(layout.table), quoted(layout.rtree)
        self._index_for_lookup()
        self._boxes.finish()
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        connection.execute(
            "UPDATE gpkg_contents SET (min_x, min_y, max_x, max_y) ="
            f" (SELECT min(minx), min(miny), max(maxx), max(maxy) FROM {rtree}),"
            " last_change = strftime('%Y-%m-%dT%H:%M:%fZ','now')"
        )
        write_description(connection, layout, count)
        create_triggers(connection, layout)
        connection.execute("COMMIT")
        return int(count)

    def _abandon(self) -> None:
        self._open = False
        self._connection.close()
        self._aside.unlink(missing_ok=True)


def _chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def _sync_and_hash(path: Path) -> tuple[int, str]:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), digest


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows can't open a folder, and needs no sync for a rename.
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
