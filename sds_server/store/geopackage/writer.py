"""Writing a version as a GeoPackage file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Self

from datasources.formats.geopackage import GeoPackageFault, GeoPackageWriter
from datasources.schema import Checked
from sds_server.store.interface import StoreFault, VersionStats


class FileWriter:
    """A `VersionWriter` of one GeoPackage file, with the faults of a store."""

    def __init__(self, inner: GeoPackageWriter) -> None:
        self._inner = inner

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._inner.__exit__(*exc)

    def add(self, checked: Checked) -> None:
        """See `VersionWriter.add`; raises StoreFault for an entity ID that stands twice."""
        with as_store_fault():
            self._inner.add(checked)

    def remove(self, ids: Iterable[str]) -> int:
        """See `VersionWriter.remove`."""
        with as_store_fault():
            return self._inner.remove(ids)

    def commit(self) -> VersionStats:
        """See `VersionWriter.commit`."""
        with as_store_fault():
            made = self._inner.commit()
        return VersionStats(made.entity_count, made.size_bytes, made.sha256)


@contextmanager
def as_store_fault() -> Iterator[None]:
    """Raises what is wrong with a file as the store's own fault, in the same words."""
    try:
        yield
    except GeoPackageFault as fault:
        raise StoreFault(str(fault)) from fault
