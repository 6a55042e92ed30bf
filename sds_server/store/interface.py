"""What the server asks of an entity store, whatever keeps the entities.

A store holds versions. A version is made once, by a writer, and never changes after its commit;
readers see committed versions only. GeoPackage files are the default (`geopackage`); a database
with PostGIS can stand behind the same protocols.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

from datasources.query import Query
from datasources.query.answering import Page
from datasources.schema import Batch, Checked, Schema, Value

__all__ = [
    "EntityStore",
    "Page",
    "SchemaMismatch",
    "StoreFault",
    "UnknownVersion",
    "VersionReader",
    "VersionStats",
    "VersionWriter",
]


class StoreFault(Exception):  # noqa: N818  # "fault" is the word of this product
    """The store can't do what was asked; the message is for people."""


class UnknownVersion(StoreFault):
    """No version of this name is in the store."""


class SchemaMismatch(StoreFault):
    """An incremental load whose properties are not those of the version it builds on."""


class OutOfTime(StoreFault):
    """A query took longer than a query may, and was ended."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"The query took longer than {seconds:g} s and was ended. Ask for a smaller area, or with"
            " fewer or simpler conditions."
        )


@dataclass(frozen=True, slots=True)
class VersionStats:
    """What a commit made: entities, and for a store of files its size and SHA-256 (hex)."""

    entity_count: int
    size_bytes: int
    sha256: str


class VersionWriter(Protocol):
    """Makes one version. Leaving the context without a commit leaves nothing behind."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...

    def add(self, checked: Checked) -> None:
        """Add entities; in a derived version those of the same entity ID are replaced.

        Positions in `batch.deleted` are removed instead. The columns are those of
        `schema.without_deletes()` of the schema that the writer was given, as in every checked batch.
        """

    def remove(self, ids: Iterable[str]) -> int:
        """Remove entities by ID; gives how many were there."""

    def commit(self) -> VersionStats:
        """Make the version visible, whole and on disk."""


class VersionReader(Protocol):
    """Reads one committed version."""

    schema: Schema
    count: int

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...

    def query(self, query: Query) -> Page:
        """Answer a query that `parse_query` made for this version's schema.

        Raises OutOfTime if it takes longer than SDS_QUERY_SECONDS.
        """

    def get(self, entity_id: str) -> dict[str, Value] | None:
        """One entity: the schema's properties, and Latitude and Longitude if it has none."""

    def batches(self, size: int = 5000) -> Iterator[Batch]:
        """All entities as typed batches of the schema's properties, in the order they came."""


class EntityStore(Protocol):
    """Where entities live. Version IDs are 1 to 64 of lower-case letters, digits and `-`."""

    def create(self, version_id: str, schema: Schema) -> VersionWriter:
        """A writer of a new version, empty so far."""

    def derive(self, version_id: str, base_version_id: str, schema: Schema) -> VersionWriter:
        """A writer of a new version that starts as a copy of another.

        `schema` is that of the batches to come. Raises UnknownVersion, and SchemaMismatch if the
        properties are not the base version's.
        """

    def open(self, version_id: str) -> VersionReader:
        """A reader; raises UnknownVersion."""

    def exists(self, version_id: str) -> bool: ...

    def delete(self, version_id: str) -> None:
        """Remove a version; nothing happens if it is not there."""

    def prepare(self, version_id: str, like: str) -> None:
        """Before a version is published: make the indexes that queries of another wanted.

        For stores that make them when a query first needs them; nothing is done where either of
        the two is not there.
        """

    def examine(self, version_id: str, sha256: str = "", size: int | None = None) -> list[str]:
        """What is wrong with a version, in words; reads all of it, in little memory.

        sha256 and size are those that its commit told. Raises UnknownVersion.
        """

    def sizes(self) -> Mapping[str, int]:
        """Bytes each version takes."""

    def made_at(self, version_id: str) -> datetime | None:
        """When a version was made, None if it is not there."""

    def leftovers(self, older_than: float = 86_400.0) -> list[str]:
        """What `sweep` would remove: names of files or tables, to tell people."""

    def sweep(self, older_than: float = 86_400.0) -> int:
        """Remove what writers that died left behind, if untouched for so many seconds; how many."""
