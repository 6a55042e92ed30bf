"""Entities of an answer as a file: CSV for spreadsheets, GeoJSON for a GIS."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import shapely

from dashboard.spreadsheet import csv_lines, guarded
from datasources.formats.output.places import counterclockwise
from datasources.query.places import geographies, shape_of

CSV, GEOJSON = "csv", "geojson"
FORMATS = (CSV, GEOJSON)

#: An entity: its ID, "" where the answer does not name it, and its properties.
Entity = tuple[str, Mapping[str, Any]]


def write_rows(
    file: BinaryIO,
    format: str,
    columns: Sequence[str],
    entities: Iterable[Entity],
    named: Sequence[str] | None,
) -> None:
    """Writes entities as `csv` or `geojson`, one after the other; nothing is held in memory.

    `named` are the properties that hold geographies; None where nobody knows, to look at values.
    """
    lines = _csv(columns, entities) if format == CSV else _geojson(columns, entities, named)
    for line in lines:
        file.write(line.encode("utf-8", "replace"))


def _csv(columns: Sequence[str], entities: Iterable[Entity]) -> Iterator[str]:
    """No cell is a formula to a spreadsheet, nor is a head."""
    rows = ([_cell(entity.get(name)) for name in columns] for _, entity in entities)
    return csv_lines([str(guarded(name)) for name in columns], rows)


def _cell(value: Any) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _geojson(
    columns: Sequence[str], entities: Iterable[Entity], named: Sequence[str] | None
) -> Iterator[str]:
    """As RFC 7946 has it; the property that is the geometry is not repeated among the others."""
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=str).encode
    yield '{"type": "FeatureCollection", "features": ['
    before = "\n"
    for entity_id, entity in entities:
        names = geographies((entity,), None) if named is None else named
        shape, used = shape_of(entity, names)
        geometry = "null" if shape is None else _geometry(shape)
        properties = {name: entity.get(name) for name in columns if name != used}
        known = f'"id": {encode(entity_id)}, ' if entity_id else ""
        yield (
            f'{before}{{"type": "Feature", {known}"properties": {encode(properties)}, '
            f'"geometry": {geometry}}}'
        )
        before = ",\n"
    yield "\n]}\n"


def _geometry(shape: Any) -> str:
    (turned,) = counterclockwise([shape])
    return str(shapely.to_geojson(turned))
