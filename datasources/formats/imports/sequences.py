"""GeoJSON sequences: one Feature a line, or each after a record separator (RFC 8142).

GDAL passes over records that it cannot read; here each of them is a fault of its row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from datasources.formats import outlines
from datasources.formats.imports.tables import (
    CHUNK,
    Chunk,
    Field,
    Head,
    ImportFault,
    Said,
    Texts,
)
from datasources.formats.imports.types import is_date
from datasources.formats.odd_shapes import Fault
from datasources.phrases import Phrase
from datasources.schema import EdmType

_RS = "\x1e"
_LONGEST = 64 * 1024 * 1024  # characters of a record
_SHOWN = 2000  # characters of a geometry that cannot be read
_INT64 = range(-(2**63), 2**63)

Record = tuple[int, dict[str, Any] | None, Fault | None]


class RecordFile:
    """A file of records is one layer."""

    def __init__(self, path: str, name: str) -> None:
        self._table = _Records(Path(path), name)
        self.heads = [Head(name, self._table.count, self._table.geometry)]

    def open(self, name: str) -> _Records:
        return self._table


class _Records:
    geometry = "Unknown"
    crs = "OGC:CRS84"

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self.notes: list[Said] = []
        self._path = path
        self.count = 0
        kinds: dict[str, set[EdmType]] = {}
        has_id = False
        for _, feature, _ in self._features():
            self.count += 1
            if feature is None:
                continue
            has_id = has_id or feature.get("id") is not None
            for key, value in _properties(feature).items():
                kinds.setdefault(key, set()).update(_kind(value))
        if not self.count:
            raise ImportFault(
                "empty-file",
                Phrase("The file holds no record."),
                Phrase("Choose a file with entities in it."),
            )
        self._own_id = has_id and "id" not in kinds
        self.fields = [Field("id", EdmType.STRING)] if self._own_id else []
        self.fields += [Field(key, _common(found)) for key, found in kinds.items()]

    def chunks(self, places: Sequence[int], *, geometry: bool) -> Iterator[Chunk]:
        lines: list[int] = []
        features: list[dict[str, Any]] = []
        faults: dict[int, Fault] = {}
        for line, feature, fault in self._features():
            if fault is not None:
                faults[len(features)] = fault
            features.append(feature or {})
            lines.append(line)
            if len(features) == CHUNK:
                yield self._chunk(places, features, lines, faults, geometry)
                lines, features, faults = [], [], {}
        if features:
            yield self._chunk(places, features, lines, faults, geometry)

    def _chunk(
        self,
        places: Sequence[int],
        features: list[dict[str, Any]],
        lines: list[int],
        faults: dict[int, Fault],
        geometry: bool,
    ) -> Chunk:
        columns: list[Texts] = []
        for place in places:
            name = self.fields[place].name
            if self._own_id and place == 0:
                columns.append([_text(one.get("id")) for one in features])
            else:
                columns.append([_text(_properties(one).get(name)) for one in features])
        chunk = Chunk(columns, len(features), lines=lines, faults=faults)
        if geometry:
            _add_shapes(chunk, features)
        return chunk

    def _features(self) -> Iterator[Record]:
        for line, text in self._records():
            try:
                found = json.loads(text)
            except (ValueError, RecursionError) as error:
                yield line, None, _malformed(error, text)
                continue
            kind = found.get("type") if isinstance(found, dict) else None
            if kind == "Feature":
                yield line, found, None
            elif kind in _GEOMETRIES:
                yield line, {"geometry": found}, None
            else:
                yield line, None, _no_feature(text)

    def _records(self) -> Iterator[tuple[int, str]]:
        """The line (from 1) that each record begins on, and its text."""
        with self._path.open(encoding="utf-8-sig", errors="replace") as file:
            pending, start, line = "", 1, 0
            separated = False
            while text := file.readline(_LONGEST):
                line += 1
                begins = text.lstrip(" \t").startswith(_RS)
                separated = separated or begins
                if begins or not separated:
                    if pending.strip(_RS + " \t\r\n"):
                        yield start, pending.strip(_RS + " \t\r\n")
                    pending, start = text, line
                else:
                    pending += text
                if len(pending) >= _LONGEST:
                    raise ImportFault(
                        "json-long",
                        Phrase(
                            "The record on line {start} has {longest:,} characters or more.",
                            start=start,
                            longest=_LONGEST,
                        ),
                        Phrase("Simplify its geometry."),
                    )
            if pending.strip(_RS + " \t\r\n"):
                yield start, pending.strip(_RS + " \t\r\n")


_GEOMETRIES = (
    "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon",
    "GeometryCollection",
)  # fmt: skip


def _add_shapes(chunk: Chunk, features: list[dict[str, Any]]) -> None:
    import numpy as np
    import shapely

    texts = [
        json.dumps(one["geometry"]) if isinstance(one.get("geometry"), dict) else None
        for one in features
    ]
    given = np.array(texts, dtype=object)
    shapes = shapely.from_geojson(given, on_invalid="ignore")
    for place in np.flatnonzero(shapely.is_missing(shapes)).tolist():
        if texts[place] is not None:
            try:
                chunk.odd[place] = outlines.from_geojson(features[place]["geometry"])
            except outlines.OutlineFault:
                said = _unread_geometry(features[place]["geometry"], texts[place] or "")
                chunk.faults.setdefault(place, said)
    chunk.wkb = shapely.to_wkb(shapes)


def _unread_geometry(geometry: dict[str, Any], text: str) -> Fault:
    kind = str(geometry.get("type"))
    if kind not in _GEOMETRIES:
        return Fault(
            "geography-type",
            Phrase("“{kind}” is no type of geometry.", kind=kind[:30]),
            Phrase("GeoJSON has {names}.", names=", ".join(_GEOMETRIES)),
            text[:_SHOWN],
        )
    return Fault(
        "geography-shape",
        Phrase("The {kind} cannot be read: a coordinate is missing or no number.", kind=kind),
        Phrase(
            "Write longitude and latitude of every point as numbers, in as many brackets as GeoJSON has."
        ),
        text[:_SHOWN],
    )


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    found = feature.get("properties")
    return found if isinstance(found, dict) else {}


def _kind(value: Any) -> set[EdmType]:
    if value is None:
        return set()
    if isinstance(value, bool):
        return {EdmType.BOOLEAN}
    if isinstance(value, int):
        return {EdmType.INT64 if value in _INT64 else EdmType.STRING}
    if isinstance(value, float):
        return {EdmType.DOUBLE}
    if isinstance(value, str) and is_date(value):
        return {EdmType.DATETIME}
    return {EdmType.STRING}


def _common(kinds: set[EdmType]) -> EdmType:
    if kinds == {EdmType.INT64, EdmType.DOUBLE}:
        return EdmType.DOUBLE
    return next(iter(kinds)) if len(kinds) == 1 else EdmType.STRING


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _malformed(error: Exception, text: str) -> Fault:
    said = Phrase("The record is no JSON.")
    if isinstance(error, json.JSONDecodeError):
        said = Phrase("The record is no JSON at character {place}.", place=error.pos + 1)
    return Fault(
        "json",
        said,
        Phrase(
            "It may be cut off; each record is one whole Feature, on one line or after a separator."
        ),
        text,
        is_row=True,
    )


def _no_feature(text: str) -> Fault:
    return Fault(
        "json-feature",
        Phrase("The record is no GeoJSON Feature."),
        Phrase('Write {"type": "Feature", "geometry": …, "properties": …} in each record.'),
        text,
        is_row=True,
    )
