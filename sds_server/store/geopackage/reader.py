"""Reading a committed version, and answering queries of it."""

# ruff: noqa: S608  (names come from the schema, through `quoted`; values are bound)

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import shapely

from datasources.formats.geopackage.layout import FID, quoted
from datasources.formats.geopackage.values import wkb_of
from datasources.schema import Batch, Property, Schema
from sds_server.query import Query
from sds_server.store.geopackage.plan import Wish
from sds_server.store.geopackage.pool import OpenFiles
from sds_server.store.geopackage.search import FileSearch
from sds_server.store.geopackage.writer import as_store_fault
from sds_server.store.reader import Answering
from sds_server.store.search import ROW, Entity, Found, Rows


class GeoPackageReader(Answering):
    """A `VersionReader` of one GeoPackage file. For one thread."""

    schema: Schema
    count: int

    def __init__(self, files: OpenFiles, path: Path, wish: Wish) -> None:
        """Raises FileNotFoundError, and StoreFault where the file is none of ours."""
        self._files, self._wish = files, wish
        with as_store_fault():
            self._open = files.take(path)
        self._file, self._beside = self._open.file, self._open.beside
        self._connection = self._file.connection
        self._layout = self._file.layout
        self.schema, self.count = self._file.schema, self._file.count

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if exc[0] is None:
            self._files.give_back(self._open)
        else:  # it may be what went wrong
            self._file.close()

    def batches(self, size: int = 5000) -> Iterator[Batch]:
        """See `VersionReader.batches`."""
        return self._file.batches(size)

    def found(self, query: Query) -> Found:
        """See `Answering.found`."""
        self._beside.refresh()
        return FileSearch(self._file, self._beside, query, self._wish).run()

    def fids_of(self, entity_id: str) -> list[int]:
        """See `Answering.fids_of`."""
        found = self._connection.execute(
            f"SELECT {quoted(FID)} FROM {quoted(self._layout.table)}"
            f" WHERE {quoted(self._layout.key)} = ?",
            (entity_id,),
        )
        return [fid for (fid,) in found]

    def fetch(self, select: Sequence[Property], fids: list[int]) -> list[Entity]:
        """See `Answering.fetch`."""
        names = [prop.name for prop in select]
        reads = [(at, read) for at, prop in enumerate(select) if (read := self._file.reads(prop))]
        rows = {}
        for fid, key, *values in self._of(fids, self._layout.key, *map(self._column, select)):
            for at, read in reads:
                values[at] = read(values[at])
            rows[fid] = (key, dict(zip(names, values, strict=True)))
        return [rows[fid] for fid in fids]

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
            f"SELECT {', '.join(map(quoted, (FID, *names)))} FROM {quoted(self._layout.table)}"
            f" WHERE {quoted(FID)} IN ({','.join('?' * len(fids))})",
            fids,
        )

    def _column(self, prop: Property) -> str:
        """The column of a property; location columns also serve schemas that have no location."""
        names = {"latitude": self._layout.latitude, "longitude": self._layout.longitude}
        return prop.name if prop in self.schema.properties else names[prop.name.lower()]
