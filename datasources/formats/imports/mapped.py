"""What is wrong with a mapping, before a row is read by it."""

from __future__ import annotations

from collections.abc import Iterator

from datasources.formats.imports.surveys import Column, Layer
from datasources.formats.mapping import Mapping
from datasources.schema import MAX_ENTITY_ID, EdmType, Problem, check_schema


def check_mapping(mapping: Mapping, layer: Layer) -> list[Problem]:
    """Every reason why the mapping cannot be used for the layer; all are fatal.

    `column` of a problem is the property's name where the fault is of one property, else the
    column of the file, else "".
    """
    if not layer.entities:
        return [
            _fault(
                "no-entities",
                f"“{layer.name[:60]}” has no rows.",
                "Choose a layer, a sheet or a file with entities in it.",
            )
        ]
    return [
        *_unknown_columns(mapping, layer),
        *_id_problems(mapping, layer),
        *_place_problems(mapping, layer),
        *_schema_problems(mapping, layer),
    ]


def _fault(rule: str, message: str, advice: str, column: str = "") -> Problem:
    return Problem(rule, message, advice, column=column, fatal=True)


def _unknown_columns(mapping: Mapping, layer: Layer) -> Iterator[Problem]:
    named = [column.source for column in mapping.columns]
    for name in dict.fromkeys([*named, mapping.id_column, mapping.latitude, mapping.longitude]):
        if name and layer.column(name) is None:
            yield _fault(
                "column-missing",
                f"The file has no column “{name[:60]}”.",
                "Choose one of its columns, or leave this one out.",
                name,
            )
    for name in dict.fromkeys(named):
        if named.count(name) > 1:
            yield _fault(
                "column-repeated",
                f"The column “{name[:60]}” is mapped {named.count(name)} times.",
                "Load each column once.",
                name,
            )


def _id_problems(mapping: Mapping, layer: Layer) -> Iterator[Problem]:
    column = layer.column(mapping.id_column) if mapping.id_column else None
    if column is None:
        return
    if all(one.source != column.name for one in mapping.columns):
        yield _fault(
            "id-left-out",
            f"The entity ID is the column “{column.name[:60]}”, which is left out.",
            "Load it, or choose another column as the entity ID.",
            column.name,
        )
    if not column.fits_id:
        yield _fault(
            "id-unfit",
            f"The column “{column.name[:60]}” cannot be the entity ID: {_why_unfit(column, layer)}.",
            "Choose a column that is filled and different in every row, or make one.",
            column.name,
        )


def _why_unfit(column: Column, layer: Layer) -> str:
    empty = layer.entities - column.filled
    if empty > 0:
        return f"it is empty in {empty:,} row{'s' if empty > 1 else ''}"
    if column.longest > MAX_ENTITY_ID:
        return f"a value has {column.longest:,} characters, and {MAX_ENTITY_ID} is the most"
    if column.type not in (EdmType.STRING, EdmType.INT64):
        return "its values are neither text nor whole numbers"
    return "a value stands in it twice"


def _place_problems(mapping: Mapping, layer: Layer) -> Iterator[Problem]:
    if mapping.use_geometry:
        if not layer.geometry:
            yield _fault(
                "geometry-missing",
                "The layer has no geometries.",
                "Name the columns of latitude and longitude.",
            )
        elif not layer.crs and not mapping.crs:
            yield _fault(
                "crs-missing",
                "The file names no coordinate system, and its coordinates are no degrees.",
                "State the coordinate system, such as EPSG:27700 for the British National Grid.",
            )
        return
    if bool(mapping.latitude) != bool(mapping.longitude):
        there, absent = ("latitude", "longitude") if mapping.latitude else ("longitude", "latitude")
        yield _fault(
            "location-half",
            f"A column is named for {there}, and none for {absent}.",
            "Name both.",
        )
    elif mapping.latitude == mapping.longitude and mapping.latitude:
        yield _fault(
            "location-same",
            "Latitude and longitude are the same column.",
            "Name two columns.",
            mapping.latitude,
        )
    elif mapping.latitude and not mapping.crs:
        yield from _degrees(mapping, layer)


def _degrees(mapping: Mapping, layer: Layer) -> Iterator[Problem]:
    """Columns most of whose numbers are too large for degrees are in some other system."""
    for name, most in ((mapping.latitude, 90), (mapping.longitude, 180)):
        column = layer.column(name)
        if column is None or column.lowest is None or column.highest is None:
            continue
        if column.lowest > most or column.highest < -most:
            yield _fault(
                "crs-missing",
                f"The values of “{name[:60]}” ({column.lowest:.6g} to {column.highest:.6g}) are no "
                "degrees.",
                "State the coordinate system they are in, such as EPSG:27700 for the British "
                "National Grid, or choose other columns.",
                name,
            )


def _schema_problems(mapping: Mapping, layer: Layer) -> Iterator[Problem]:
    schema = mapping.schema(is_point=layer.is_point)
    half = bool(mapping.latitude) != bool(mapping.longitude)
    for problem in check_schema(schema):
        if problem.rule == "location-half" and half:
            continue  # said above, of the columns
        if problem.rule == "entity-type-name" and not mapping.entity_type:
            yield _fault(
                "entity-type-name",
                "The entity type has no name.",
                "Say what one row is, in letters, digits and underscores, such as Store.",
            )
        elif problem.rule == "location-absent":
            yield _fault(
                "location-absent",
                "The mapping says nothing of where an entity is.",
                "Name the columns of latitude and longitude, use the geometry, or give a column of "
                "well-known text the type Edm.Geography.",
            )
        else:
            yield problem
