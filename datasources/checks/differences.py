"""The differences of two versions, entity by entity: a GeoPackage, written once, read in pages.

QGIS opens it as it is. Entities lie in it by kind, added first, then changed, then removed, so that
a page of one kind is a run of feature IDs.
"""

# ruff: noqa: S608  (no name in the SQL comes from a file)

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import shapely

from datasources.formats.geopackage import GeoPackageFile, GeoPackageWriter
from datasources.formats.geopackage.layout import FID
from datasources.formats.geopackage.values import wkb_of, wkt_of
from datasources.schema import Batch, Checked, EdmType, Property, Schema

ADDED, CHANGED, REMOVED = "added", "changed", "removed"
KINDS = (ADDED, CHANGED, REMOVED)

_PROPERTIES = (
    Property("EntityID", EdmType.STRING, is_key=True),
    Property("Kind", EdmType.STRING),
    Property("Changes", EdmType.STRING),
    Property("Latitude", EdmType.DOUBLE),
    Property("Longitude", EdmType.DOUBLE),
    Property("OldLatitude", EdmType.DOUBLE),
    Property("OldLongitude", EdmType.DOUBLE),
)
_SHAPE = Property("Shape", EdmType.GEOGRAPHY)
_TABLE = "Difference"

Place = tuple[float | None, float | None]  # latitude, longitude


class DifferencesWriter:
    """Writes the differences; leaving the context without a commit leaves nothing behind."""

    def __init__(self, path: Path, has_shapes: bool) -> None:
        self._has_shapes = has_shapes
        self._schema = Schema(_TABLE, _PROPERTIES + ((_SHAPE,) if has_shapes else ()))
        self._writer = GeoPackageWriter(path.with_name(path.name + ".partial"), path, self._schema)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._writer.__exit__(*exc)

    def add(
        self,
        kind: str,
        *,
        keys: Sequence[str],
        places: Sequence[Place],
        old_places: Sequence[Place],
        changes: Sequence[str | None],
        shapes: Sequence[bytes | None],
    ) -> None:
        """Entities of one kind; `shapes` are GeoPackage blobs, `changes` JSON."""
        latitudes = [place[0] or 0.0 for place in places]
        longitudes = [place[1] or 0.0 for place in places]
        columns: list[Sequence[Any]] = [
            keys,
            [kind] * len(keys),
            changes,
            latitudes,
            longitudes,
            [place[0] for place in old_places],
            [place[1] for place in old_places],
        ]
        if self._has_shapes:
            columns.append([wkt_of(shape) for shape in shapes])
        batch = Batch(columns, range(len(keys)), [0] * len(keys))
        self._writer.add(Checked(batch, [], latitudes, longitudes, self._schema))

    def commit(self) -> None:
        self._writer.commit()


@dataclass(frozen=True, slots=True)
class Difference:
    """One entity: what became of it, and of a changed one each value before and after."""

    kind: str
    key: str
    latitude: float
    longitude: float
    changes: dict[str, tuple[Any, Any]]


class Differences:
    """Reads the differences in pages; a context manager, for one thread.

    Raises GeoPackageFault where the file is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._file = GeoPackageFile(path)
        self._connection = self._file.connection
        self._has_shapes = self._file.layout.geography is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()

    def count(self, kind: str = "", search: str = "") -> int:
        """How many there are, of a kind, whose entity ID holds the text whatever its case."""
        where, values = _where(kind, search)
        (found,) = self._connection.execute(
            f"SELECT count(*) FROM {_TABLE} WHERE {where}", values
        ).fetchone()
        return int(found)

    def page(
        self, kind: str = "", search: str = "", *, offset: int = 0, limit: int = 50
    ) -> list[Difference]:
        """Differences in their order: added, changed, removed, each as in its version."""
        where, values = _where(kind, search)
        rows = self._connection.execute(
            f"SELECT Kind, EntityID, Latitude, Longitude, Changes FROM {_TABLE} WHERE {where}"
            f" ORDER BY {FID} LIMIT ? OFFSET ?",
            [*values, limit, offset],
        )
        return [
            Difference(found, key, latitude, longitude, _changes(text))
            for found, key, latitude, longitude, text in rows
        ]

    def keys(self, kind: str, size: int = 5000) -> Iterator[list[str]]:
        """The entity IDs of a kind, in batches."""
        cursor = self._connection.execute(
            f"SELECT EntityID FROM {_TABLE} WHERE Kind = ? ORDER BY {FID}", (kind,)
        )
        while rows := cursor.fetchmany(size):
            yield [row[0] for row in rows]

    def features(self, limit: int) -> dict[str, Any]:
        """The first `limit` differences as a GeoJSON feature collection.

        Each has `kind`, `key` and `changes` ("Name: old → new" texts); a changed one that moved has
        a second feature, the line from where it was, whose kind is `moved`.
        """
        shape = "Shape" if self._has_shapes else "NULL"
        rows = self._connection.execute(
            "SELECT Kind, EntityID, Latitude, Longitude, OldLatitude, OldLongitude, Changes,"
            f" {shape} FROM {_TABLE} ORDER BY {FID} LIMIT ?",
            (limit,),
        )
        found: list[dict[str, Any]] = []
        for kind, key, latitude, longitude, old_latitude, old_longitude, text, blob in rows:
            changes = [list(change) for change in _worded(_changes(text))]
            properties = {"kind": kind, "key": key, "changes": changes}
            here = [longitude, latitude]
            found.append(_feature(_geometry(blob, here), properties))
            before = [old_longitude, old_latitude]
            if None not in before and before != here:
                line = {"type": "LineString", "coordinates": [before, here]}
                found.append(_feature(line, {"kind": "moved", "key": key, "changes": changes}))
        return {"type": "FeatureCollection", "features": found}


def _where(kind: str, search: str) -> tuple[str, list[Any]]:
    terms, values = ["1"], list[Any]()
    if kind:
        terms.append("Kind = ?")
        values.append(kind)
    if search:
        terms.append("instr(lower(EntityID), lower(?)) > 0")
        values.append(search)
    return " AND ".join(terms), values


def _changes(text: str | None) -> dict[str, tuple[Any, Any]]:
    return {name: (old, new) for name, (old, new) in json.loads(text or "{}").items()}


def _worded(changes: dict[str, tuple[Any, Any]]) -> Iterator[tuple[str, str, str]]:
    for name, (old, new) in changes.items():
        yield name, in_words(old), in_words(new)


def in_words(value: Any) -> str:
    """A value as a page shows it."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _geometry(blob: bytes | None, here: list[float]) -> dict[str, Any]:
    """The shape, simplified to some metres; the location where there is none."""
    if blob:
        shape = shapely.simplify(shapely.from_wkb(wkb_of(blob)), _TOLERANCE)
        if not shape.is_empty:
            drawn: dict[str, Any] = json.loads(shapely.to_geojson(shape))
            return drawn
    return {"type": "Point", "coordinates": here}


_TOLERANCE = 0.0001  # degrees
