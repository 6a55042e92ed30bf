"""Reading a written file back through our own readers, whatever its format."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely

from datasources.formats import (
    ColumnMapping,
    EntityReader,
    ImportFormat,
    InputFormat,
    Mapping,
    open_entities,
    open_import,
)
from datasources.formats.output import OutputFormat
from datasources.formats.output.dbase import field_names
from datasources.formats.output.places import attribute_properties
from datasources.schema import EdmType, Property, Schema, Value, check_batch

OWN = (OutputFormat.XML, OutputFormat.CSV, OutputFormat.TAB, OutputFormat.PIPE)
LEFT_OUT = {OutputFormat.SHP: {"location-missing"}}
#: Large whole numbers are floats to whoever reads them.
ROUNDED = (OutputFormat.GEOJSON, OutputFormat.XLSX)
PLAIN = (OutputFormat.XLSX, OutputFormat.GEOPACKAGE)  # latitude and longitude stay columns


@dataclass
class Back:
    """An entity as it came back: its values by the name of the property, and its geometry."""

    values: dict[str, Value]
    shape: Any


def read_back(path: Path, format: OutputFormat, schema: Schema) -> dict[str, Back]:
    """Entities by their ID."""
    found: dict[str, Back] = {}
    for reader in _readers(path, format, schema):
        with reader:
            for raw in reader:
                checked = check_batch(reader.schema, raw)
                assert not reader.problems, reader.problems
                # A collection has no shape in a shapefile, and so its entity no place.
                rules = {problem.rule for problem in checked.problems}
                assert rules <= LEFT_OUT.get(format, set()), checked.problems
                shapes = raw.shapes
                for number, row in enumerate(zip(*checked.batch.columns, strict=True)):
                    values = dict(zip(reader.schema.names, row, strict=True))
                    shape = None if shapes is None or rules else shapes[number]
                    entity = _entity(format, schema, values, shape)
                    found[str(entity.values[schema.key.name])] = entity
    return found


def _readers(path: Path, format: OutputFormat, schema: Schema) -> Iterator[EntityReader]:
    if format is OutputFormat.SHP:
        for part in single_shapefiles(path):
            yield open_entities(part, InputFormat.SHP, max_uncompressed=None)
    elif format is OutputFormat.KML or format in OWN:
        yield open_entities(path, InputFormat(format.value))
    else:
        yield open_import(path, ImportFormat(format.value), _mapping(format, schema), batch_size=9)  # type: ignore[misc]


def single_shapefiles(path: Path) -> Iterator[Path]:
    """A zip of one shapefile for each of those in a zip."""
    with zipfile.ZipFile(path) as packed:
        for stem in [name[:-4] for name in packed.namelist() if name.endswith(".shp")]:
            single = path.with_name(f"{stem}.single.zip")
            with zipfile.ZipFile(single, "w") as one:
                for name in packed.namelist():
                    if name.startswith(f"{stem}."):
                        one.writestr(name, packed.read(name))
            yield single


def _mapping(format: OutputFormat, schema: Schema) -> Mapping:
    properties: list[Property] = (
        list(schema.properties) if format in PLAIN else attribute_properties(schema)
    )
    at = schema.geography_index
    if format is OutputFormat.GEOPACKAGE and at is not None:
        properties.remove(schema.properties[at])
    has_geometry = format is not OutputFormat.XLSX and not (
        format is OutputFormat.GEOPACKAGE and at is None
    )
    return Mapping(
        entity_type=schema.entity_type,
        columns=tuple(
            ColumnMapping(prop.name, prop.name, _type(format, prop)) for prop in properties
        ),
        id_column=schema.key.name,
        use_geometry=has_geometry,
        layer=schema.entity_type if format is not OutputFormat.PARQUET else "",
    )


def _type(format: OutputFormat, prop: Property) -> EdmType:
    if prop.type is EdmType.INT64 and format in ROUNDED:
        return EdmType.DOUBLE
    return prop.type


def _entity(format: OutputFormat, schema: Schema, values: dict[str, Value], shape: Any) -> Back:
    names = field_names([prop.name for prop in attribute_properties(schema)])
    short = dict(zip((prop.name for prop in attribute_properties(schema)), names, strict=True))
    given: dict[str, Value] = {}
    for prop in schema.properties:
        for name in (prop.name, short.get(prop.name, ""), f"{prop.name}_2"):
            if name in values:
                given[prop.name] = values[name]
        # A field gives way to the place of a point, which has the name.
        if f"{prop.name}_2" in values:
            given[prop.name] = values[f"{prop.name}_2"]
    if shape is None:
        text = values.get("Geom") or values.get("Layout")
        shape = shapely.from_wkt(text) if isinstance(text, str) else None
    if shape is None and isinstance(values.get("Latitude"), float):
        shape = shapely.Point(values["Longitude"], values["Latitude"])
    return Back(given, shape)
