"""Answering queries from one GeoPackage of ours: the entities of a page."""

# ruff: noqa: S608  (names come from the schema, through `quoted`; values are bound)

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import shapely

from datasources.formats.geopackage import GeoPackageFile
from datasources.formats.geopackage.layout import FID, quoted
from datasources.formats.geopackage.values import wkb_of
from datasources.query.answering import Answering
from datasources.query.geopackage.search import FileSearch
from datasources.query.model import Query
from datasources.query.search import ROW, Entities, Found, Rows
from datasources.schema import Property


@lru_cache(maxsize=256)
def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(map(quoted, names))


class FileAnswers(Answering):
    """Answers from an open file. For one thread, as the file is."""

    def __init__(self, file: GeoPackageFile) -> None:
        self._file = file
        self._connection = file.connection
        self._layout = file.layout
        self.schema, self.count = file.schema, file.count
        self._own = frozenset(file.schema.names)

    def found(self, query: Query) -> Found:
        """See `Answering.found`."""
        return FileSearch(self._connection, self._layout, query, self.count).run()

    def fids_of(self, entity_id: str) -> list[int]:
        """See `Answering.fids_of`."""
        found = self._connection.execute(
            f"SELECT {quoted(FID)} FROM {quoted(self._layout.table)}"
            f" WHERE {quoted(self._layout.key)} = ?",
            (entity_id,),
        )
        return [fid for (fid,) in found]

    def fetch(self, select: Sequence[Property], fids: list[int]) -> Entities:
        """See `Answering.fetch`."""
        if not fids:
            return Entities([], {prop.name: [] for prop in select})
        by_fid = {row[0]: row for row in self._of(fids, *self._columns(select))}
        _, ids, *columns = zip(*(by_fid[fid] for fid in fids), strict=True)
        typed = map(self._file.typed, select, columns)
        return Entities(list(ids), dict(zip([prop.name for prop in select], typed, strict=True)))

    def places(self, fids: list[int]) -> Rows:
        """See `Answering.places`."""
        found = self._of(fids, self._layout.latitude, self._layout.longitude)
        return np.fromiter(found, dtype=ROW)

    def geometries(self, fids: list[int]) -> dict[int, Any]:
        """See `Answering.geometries`."""
        layout = self._layout
        places = self._of(fids, layout.longitude, layout.latitude)
        geometries = {fid: shapely.Point(*place) for fid, *place in places}
        if layout.geography is not None:
            blobs = self._of(fids, layout.geometry)
            geometries |= {fid: shapely.from_wkb(wkb_of(blob)) for fid, blob in blobs if blob}
        return geometries

    def _of(self, fids: list[int], *names: str) -> Iterator[Any]:
        """Feature ID and some columns of features."""
        return self._connection.execute(
            f"SELECT {_listed((FID, *names))} FROM {quoted(self._layout.table)}"
            f" WHERE {quoted(FID)} IN ({','.join('?' * len(fids))})",
            fids,
        )

    def _columns(self, select: Sequence[Property]) -> list[str]:
        """The entity ID and the selected properties."""
        return [self._layout.key, *map(self._column, select)]

    def _column(self, prop: Property) -> str:
        """The column of a property; location columns also serve schemas that have no location."""
        if prop.name in self._own:
            return prop.name
        names = {"latitude": self._layout.latitude, "longitude": self._layout.longitude}
        return names[prop.name.lower()]
