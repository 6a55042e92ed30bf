"""Reading a committed version. The file never changes, so it is opened without locks."""

# ruff: noqa: S608  (names come from the schema, through `quoted`; values are bound)

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from datasources.schema import Batch, Property, Value
from sds_server.query import DISTANCE, Query, readable_properties
from sds_server.query.model import BBox, Nearby
from sds_server.store.distance import geodesic
from sds_server.store.interface import Page, StoreFault
from sds_server.store.layout import FID, Layout, layout_for, quoted, read_description
from sds_server.store.search import Found, Search
from sds_server.store.values import READERS, wkt_of


class GeoPackageReader:
    """A `VersionReader` of one GeoPackage file. For one thread."""

    def __init__(self, path: Path) -> None:
        uri = path.resolve().as_uri() + "?mode=ro&immutable=1"
        self._connection = sqlite3.connect(uri, uri=True, isolation_level=None)
        try:
            self._connection.execute("PRAGMA temp_store = MEMORY")
            self.schema, self.count = read_description(self._connection)
        except (sqlite3.DatabaseError, TypeError) as error:
            self._connection.close()
            raise StoreFault(f"The file of the version {path.stem} can't be read.") from error
        self._layout: Layout = layout_for(self.schema)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._connection.close()

    def query(self, query: Query) -> Page:
        """See `VersionReader.query`."""
        if query.entity_id is not None:
            fids = self._fids_of(query.entity_id)
            found = Found(fids, len(fids))
        else:
            found = Search(self._connection, self._layout, query, self.count).run()
        rows = self._fetch(query.select, found.fids)
        if query.with_distance:
            self._add_distances(query, found, rows)
        ids = [row[0] for row in rows]
        return Page(
            properties=query.select,
            rows=[row[1] for row in rows],
            ids=ids,
            total=found.total if query.count else None,
        )

    def get(self, entity_id: str) -> dict[str, Value] | None:
        """See `VersionReader.get`."""
        rows = self._fetch(readable_properties(self.schema), self._fids_of(entity_id))
        return rows[0][1] if rows else None

    def batches(self, size: int = 5000) -> Iterator[Batch]:
        """See `VersionReader.batches`."""
        props = self.schema.properties
        columns = ", ".join([quoted(FID), *(quoted(prop.name) for prop in props)])
        last, given = 0, 0
        while True:
            rows = self._connection.execute(
                f"SELECT {columns} FROM {quoted(self._layout.table)} WHERE {quoted(FID)} > ?"
                f" ORDER BY {quoted(FID)} LIMIT ?",
                (last, size),
            ).fetchall()
            if not rows:
                return
            fids, *values = zip(*rows, strict=True)
            last = fids[-1]
            yield Batch(
                columns=[
                    self._typed(prop, column) for prop, column in zip(props, values, strict=True)
                ],
                rows=range(given + 1, given + len(rows) + 1),
                lines=[0] * len(rows),
            )
            given += len(rows)

    def _typed(self, prop: Property, column: Sequence[Any]) -> Sequence[Value]:
        read = wkt_of if self._is_geometry(prop) else READERS.get(prop.type)
        return column if read is None else [read(value) for value in column]

    def _is_geometry(self, prop: Property) -> bool:
        return self._layout.geography is not None and prop.name == self._layout.geometry

    def _fids_of(self, entity_id: str) -> list[int]:
        found = self._connection.execute(
            f"SELECT {quoted(FID)} FROM {quoted(self._layout.table)}"
            f" WHERE {quoted(self._layout.key)} = ?",
            (entity_id,),
        )
        return [fid for (fid,) in found]

    def _column(self, prop: Property) -> str:
        """The column of a property; location columns also serve schemas that have no location."""
        names = {"latitude": self._layout.latitude, "longitude": self._layout.longitude}
        if self.schema.index(prop.name) is None:
            return names[prop.name.lower()]
        return prop.name

    def _fetch(
        self, select: Sequence[Property], fids: list[int]
    ) -> list[tuple[str, dict[str, Value]]]:
        """Entity ID and selected properties of features, in the order of `fids`."""
        names = [FID, self._layout.key, *map(self._column, select)]
        sql = (
            f"SELECT {', '.join(map(quoted, names))} FROM {quoted(self._layout.table)}"
            f" WHERE {quoted(FID)} IN ({','.join('?' * len(fids))})"
        )
        rows = {}
        for fid, key, *values in self._connection.execute(sql, fids):
            rows[fid] = (key, self._row(select, values))
        return [rows[fid] for fid in fids]

    def _row(self, select: Sequence[Property], values: list[Any]) -> dict[str, Value]:
        row: dict[str, Value] = {}
        for prop, value in zip(select, values, strict=True):
            (row[prop.name],) = self._typed(prop, (value,))
        return row

    def _add_distances(
        self, query: Query, found: Found, rows: list[tuple[str, dict[str, Value]]]
    ) -> None:
        """Put `__Distance` into the rows, measured here where the search did not need it."""
        distances = found.distances
        if rows and not distances:
            match query.spatial:
                case Nearby(latitude, longitude, _):
                    distances = self._measure(latitude, longitude, found.fids)
                case BBox() as box:
                    distances = self._measure(*box.centre(), found.fids)
        for fid, (_, row) in zip(found.fids, rows, strict=True):
            row[DISTANCE] = distances[fid]

    def _measure(self, latitude: float, longitude: float, fids: list[int]) -> dict[int, float]:
        lat, lon = quoted(self._layout.latitude), quoted(self._layout.longitude)
        places = self._connection.execute(
            f"SELECT {quoted(FID)}, {lat}, {lon} FROM {quoted(self._layout.table)}"
            f" WHERE {quoted(FID)} IN ({','.join('?' * len(fids))})",
            fids,
        ).fetchall()
        if not places:
            return {}
        numbers, latitudes, longitudes = zip(*places, strict=True)
        kilometres = geodesic(latitude, longitude, np.array(latitudes), np.array(longitudes))
        return dict(zip(numbers, kilometres.tolist(), strict=True))
