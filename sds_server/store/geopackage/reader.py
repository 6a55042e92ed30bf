"""Reading a committed version, and answering queries of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Self

from datasources.query import Query
from datasources.query.geopackage import FileAnswers
from datasources.schema import Batch
from sds_server.store.geopackage.plan import Wish
from sds_server.store.geopackage.pool import OpenFiles
from sds_server.store.geopackage.search import FileSearch
from sds_server.store.geopackage.writer import as_store_fault
from sds_server.store.interface import Page
from sds_server.store.limit import interrupted_in_time
from sds_server.store.search import Found


class GeoPackageReader(FileAnswers):
    """A `VersionReader` of one GeoPackage file. For one thread."""

    def __init__(self, files: OpenFiles, path: Path, wish: Wish) -> None:
        """Raises FileNotFoundError, and StoreFault where the file is none of ours."""
        self._files, self._wish = files, wish
        with as_store_fault():
            self._open = files.take(path)
        super().__init__(self._open.file)

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

    def query(self, query: Query) -> Page:
        """See `VersionReader.query`."""
        with interrupted_in_time(self._connection):
            return super().query(query)

    def found(self, query: Query) -> Found:
        """See `Answering.found`."""
        self._open.beside.refresh()
        return FileSearch(self._open, query, self._wish).run()
