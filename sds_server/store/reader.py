"""Reading a committed version, and answering queries of it."""

# ruff: noqa: S608  (names come from the schema, through `quoted`; values are bound)

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import shapely

from datasources.formats.geopackage import GeoPackageFile
from datasources.formats.geopackage.layout import FID, quoted
from datasources.formats.geopackage.values import wkb_of
from datasources.schema import Batch, Property, Value
from sds_server.query import DISTANCE, Query, readable_properties
from sds_server.query.model import INTERSECTED, BBox, Nearby
from sds_server.query.shapes import common_parts
from sds_server.store.distance import geodesic
from sds_server.store.interface import Page
from sds_server.store.search import Found, Search
from sds_server.store.writer import as_store_fault


class GeoPackageReader:
    """A `VersionReader` of one GeoPackage file. For one thread."""

    def __init__(self, path: Path) -> None:
        with as_store_fault():
            self._file = GeoPackageFile(path)
        self._connection = self._file.connection
        self._layout = self._file.layout
        self.schema, self.count = self._file.schema, self._file.count

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()

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
        if query.intersection is not None:
            self._add_intersections(query.intersection, found.fids, rows)
        return Page(
            properties=query.select,
            rows=[query.arranged(row) for _, row in rows],
            ids=[key for key, _ in rows],
            total=found.total if query.count else None,
        )

    def get(self, entity_id: str) -> dict[str, Value] | None:
        """See `VersionReader.get`."""
        rows = self._fetch(readable_properties(self.schema), self._fids_of(entity_id))
        return rows[0][1] if rows else None

    def batches(self, size: int = 5000) -> Iterator[Batch]:
        """See `VersionReader.batches`."""
        return self._file.batches(size)

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
            (row[prop.name],) = self._file.typed(prop, (value,))
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

    def _add_intersections(
        self, shape: Any, fids: list[int], rows: list[tuple[str, dict[str, Value]]]
    ) -> None:
        """Put `__IntersectedGeom` into the rows: of the geography, or else of the location."""
        layout = self._layout
        geometry = "NULL" if layout.geography is None else quoted(layout.geometry)
        stored = self._connection.execute(
            f"SELECT {quoted(FID)}, {quoted(layout.longitude)}, {quoted(layout.latitude)},"
            f" {geometry} FROM {quoted(layout.table)}"
            f" WHERE {quoted(FID)} IN ({','.join('?' * len(fids))})",
            fids,
        )
        geometries = {
            fid: shapely.Point(longitude, latitude)
            if blob is None
            else shapely.from_wkb(wkb_of(blob))
            for fid, longitude, latitude, blob in stored
        }
        parts = common_parts(shape, [geometries[fid] for fid in fids])
        for (_, row), part in zip(rows, parts, strict=True):
            row[INTERSECTED] = part

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
