"""What the server does, as a plain dictionary: the measure for its stores.

A version is a dictionary of rows by entity ID. Each function does what a job of that kind does, and
says how it ends; nothing here knows of files, tables, jobs or HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyproj import Geod

from datasources.schema import Value

Row = Mapping[str, Value]
EARLIER = 2  # versions kept beside the published one
DELETE = "__deleteEntity"
GEOD = Geod(ellps="WGS84")


@dataclass(eq=False)
class Version:
    """Rows by ID; `job_ids` are what each server calls it."""

    rows: dict[str, Row]
    job_ids: dict[str, str] = field(default_factory=dict)


@dataclass
class Source:
    """A data source: its pointers, and what was published before, the latest first."""

    public: bool = False
    published: Version | None = None
    staged: Version | None = None
    earlier: list[Version] = field(default_factory=list)

    def versions(self) -> list[Version]:
        return [one for one in (self.published, self.staged, *self.earlier) if one is not None]

    def publish(self, version: Version) -> None:
        if version in self.earlier:
            self.earlier.remove(version)
        if self.staged is version:
            self.staged = None
        if self.published is not None:
            self.earlier.insert(0, self.published)
        self.published = version
        del self.earlier[EARLIER:]


@dataclass(frozen=True)
class File:
    """A file to load: rows as they stand in it, and what is wrong with it as a whole.

    Rows with a latitude beyond the pole are bad. In an incremental load `other_columns` is a
    property too many, and rows with `__deleteEntity` delete their ID; a complete load has neither.
    """

    rows: tuple[Row, ...]
    broken: bool = False  # no file of entities at all
    other_columns: bool = False


class Book:
    """All data sources by name."""

    def __init__(self) -> None:
        self.sources: dict[str, Source] = {}

    def base(self, name: str, operation: str) -> Version | None:
        """What an incremental load builds on."""
        source = self.sources.get(name, Source())
        staged = source.staged if operation == "incrementalStaging" else None
        return staged or source.published

    def load(self, name: str, operation: str, file: File, public: bool | None) -> Version | None:
        """The version that a load makes, None where it is aborted."""
        incremental = operation.startswith("incremental")
        made = self._rows(name, operation, file) if incremental else _loaded(file)
        if made is None:
            return None
        version = Version(made)
        source = self.sources.setdefault(name, Source())
        if operation.endswith("Staging"):
            source.staged = version
        else:
            source.publish(version)
        if public is not None:
            source.public = public
        return version

    def _rows(self, name: str, operation: str, file: File) -> dict[str, Row] | None:
        base = self.base(name, operation)
        good = _good(file, deletes=True)
        if base is None or file.other_columns or not good:
            return None
        rows = dict(base.rows)
        for row in good:
            rows.pop(str(row["ID"]), None)
            if not row.get(DELETE):
                rows[str(row["ID"])] = row
        return rows

    def discard(self, name: str) -> None:
        source = self.sources[name]
        source.staged = None
        if not source.versions():
            del self.sources[name]


def _loaded(file: File) -> dict[str, Row] | None:
    good = _good(file, deletes=False)
    return {str(row["ID"]): row for row in good} or None


def _good(file: File, *, deletes: bool) -> list[Row]:
    """What can be loaded; nothing of a file that is broken, or that holds an ID twice."""
    good = [
        row
        for row in file.rows
        if (deletes and row.get(DELETE)) or abs(float(row["Latitude"])) <= 90  # type: ignore[arg-type]
    ]
    ids = [row["ID"] for row in good]
    return [] if file.broken or len(set(ids)) < len(ids) else good


# --- questions ---


def kilometres(row: Row, place: tuple[float, float]) -> float:
    """Geodesic on WGS 84."""
    latitude, longitude = float(row["Latitude"]), float(row["Longitude"])  # type: ignore[arg-type]
    _, _, metres = GEOD.inv(place[1], place[0], longitude, latitude)
    return float(metres) / 1000


def in_order(rows: list[Row], keys: list[tuple[str, bool]]) -> list[Row]:
    """Sorted by properties (name, descending), nulls before all values, then by entity ID."""
    found = sorted(rows, key=lambda row: str(row["ID"]).encode())
    for name, descending in reversed(keys):
        found.sort(key=lambda row, name=name: _sortable(row[name]), reverse=descending)
    return found


def _sortable(value: Value) -> tuple[bool, Value]:
    key = value.encode() if isinstance(value, str) else value
    return (value is not None, key if value is not None else 0)  # type: ignore[return-value]
