"""Reading a GeoPackage of ours. The file never changes, so it is opened without locks."""

# ruff: noqa: S608  (names come from the schema, through `quoted`)

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from datasources.formats.geopackage.faults import GeoPackageFault
from datasources.formats.geopackage.layout import FID, Layout, layout_for, quoted, read_description
from datasources.formats.geopackage.values import READERS, wkt_of
from datasources.phrases import Phrase
from datasources.schema import Batch, Checked, Property, Schema, Value


class GeoPackageFile:
    """A GeoPackage that `GeoPackageWriter` made: its schema, its count, its entities.

    A context manager; for one thread at a time, and for one only unless it is `shared`. Raises
    GeoPackageFault where the file is none of ours.
    """

    schema: Schema
    count: int
    layout: Layout
    indexes: frozenset[str]  # by name: a file of an earlier release may lack one

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        uri = path.resolve().as_uri() + "?mode=ro&immutable=1"
        self.connection = sqlite3.connect(
            uri, uri=True, isolation_level=None, check_same_thread=not shared
        )
        try:
            self.connection.execute("PRAGMA temp_store = MEMORY")
            self.schema, self.count = read_description(self.connection)
            names = self.connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")
            self.indexes = frozenset(name for (name,) in names)
        except (sqlite3.DatabaseError, TypeError) as error:
            self.connection.close()
            raise GeoPackageFault(
                Phrase("The file of the version {stem} can't be read.", stem=path.stem)
            ) from error
        self.layout = layout_for(self.schema)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()

    def batches(self, size: int = 5000) -> Iterator[Batch]:
        """All entities as typed batches of the schema's properties, in the order they came."""
        for checked in self.checked(size):
            yield checked.batch

    def checked(self, size: int = 5000) -> Iterator[Checked]:
        """All entities with their locations, as a check gives them, in the order they came."""
        props = self.schema.properties
        names = [FID, *self.schema.names, self.layout.latitude, self.layout.longitude]
        columns = ", ".join(map(quoted, names))
        last, given = 0, 0
        while True:
            rows = self.connection.execute(
                f"SELECT {columns} FROM {quoted(self.layout.table)} WHERE {quoted(FID)} > ?"
                f" ORDER BY {quoted(FID)} LIMIT ?",
                (last, size),
            ).fetchall()
            if not rows:
                return
            fids, *values, latitudes, longitudes = zip(*rows, strict=True)
            last = fids[-1]
            batch = Batch(
                columns=[
                    self.typed(prop, column) for prop, column in zip(props, values, strict=True)
                ],
                rows=range(given + 1, given + len(rows) + 1),
                lines=[0] * len(rows),
            )
            yield Checked(batch, [], latitudes, longitudes, self.schema)
            given += len(rows)

    def named(self, keys: Sequence[str]) -> Batch:
        """Entities by their ID as one typed batch, in no order; those not there are left out."""
        props = self.schema.properties
        columns = ", ".join(f"t.{quoted(name)}" for name in self.schema.names)
        rows = self.connection.execute(
            f"SELECT {columns} FROM json_each(?) AS j JOIN {quoted(self.layout.table)} AS t"
            f" ON t.{quoted(self.layout.key)} = j.value",
            (json.dumps(list(keys)),),
        ).fetchall()
        values = list(zip(*rows, strict=True)) if rows else [()] * len(props)
        return Batch(
            columns=[self.typed(prop, column) for prop, column in zip(props, values, strict=True)],
            rows=range(1, len(rows) + 1),
            lines=[0] * len(rows),
        )

    def reads(self, prop: Property) -> Callable[[Any], Value] | None:
        """What turns what SQLite gives for a property into a value, if it is not one already."""
        is_geometry = self.layout.geography is not None and prop.name == self.layout.geometry
        return wkt_of if is_geometry else READERS.get(prop.type)

    def typed(self, prop: Property, column: Sequence[Any]) -> Sequence[Value]:
        """What SQLite gives for a property, as values."""
        read = self.reads(prop)
        return column if read is None else [read(value) for value in column]
