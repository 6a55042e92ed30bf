"""What is wrong with a mapping, before a row is read by it."""

from __future__ import annotations

from collections.abc import Iterator

from datasources.formats.imports.surveys import Column, Layer
from datasources.formats.mapping import Mapping
from datasources.phrases import Phrase
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
                Phrase("The file has no column “{name}”.", name=name[:60]),
                Phrase("Choose one of its columns, or leave this one out."),
                name,
            )
    for name in dict.fromkeys(named):
        if named.count(name) > 1:
            yield _fault(
                "column-repeated",
                Phrase(
                    "The column “{name}” is mapped {count} times.",
                    name=name[:60],
                    count=named.count(name),
                ),
                Phrase("Load each column once."),
                name,
            )


def _id_problems(mapping: Mapping, layer: Layer) -> Iterator[Problem]:
    column = layer.column(mapping.id_column) if mapping.id_column else None
    if column is None:
        return
    if all(one.source != column.name for one in mapping.columns):
        yield _fault(
            "id-left-out",
            Phrase(
                "The entity ID is the column “{name}”, which is left out.", name=column.name[:60]
            ),
            Phrase("Load it, or choose another column as the entity ID."),
            column.name,
        )
    if not column.fits_id:
        yield _fault(
            "id-unfit",
            Phrase(
                "The column “{name}” cannot be the entity ID: {why}.",
                name=column.name[:60],
                why=_why_unfit(column, layer),
            ),
            Phrase("Choose a column that is filled and different in every row, or make one."),
            column.name,
        )


def _why_unfit(column: Column, layer: Layer) -> str:
    empty = layer.entities - column.filled
    if empty > 0:
        return Phrase.counted(
            "it is empty in {count:,} row", "it is empty in {count:,} rows", count=empty
        )
    if column.longest > MAX_ENTITY_ID:
        return Phrase(
            "a value has {count:,} characters, and {most} is the most",
            count=column.longest,
            most=MAX_ENTITY_ID,
        )
    if column.type not in (EdmType.STRING, EdmType.INT64):
        return Phrase("its values are neither text nor whole numbers")
    return Phrase("a value stands in it twice")


def _place_problems(mapping: Mapping, layer: Layer) -> Iterator[Problem]:
    if mapping.use_geometry:
        if not layer.geometry:
            yield _fault(
                "geometry-missing",
                Phrase("The layer has no geometries."),
                Phrase("Name the columns of latitude and longitude."),
            )
        elif not layer.crs and not mapping.crs:
            yield _fault(
                "crs-missing",
                Phrase("The file names no coordinate system, and its coordinates are no degrees."),
                Phrase(
                    "State the coordinate system, such as EPSG:27700 for the British National Grid."
                ),
            )
        return
    if bool(mapping.latitude) != bool(mapping.longitude):
        there, absent = ("latitude", "longitude") if mapping.latitude else ("longitude", "latitude")
        yield _fault(
            "location-half",
            Phrase(
                "A column is named for {there}, and none for {absent}.", there=there, absent=absent
            ),
            Phrase("Name both."),
        )
    elif mapping.latitude == mapping.longitude and mapping.latitude:
        yield _fault(
            "location-same",
            Phrase("Latitude and longitude are the same column."),
            Phrase("Name two columns."),
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
                Phrase(
                    "The values of “{name}” ({lowest:.6g} to {highest:.6g}) are no degrees.",
                    name=name[:60],
                    lowest=column.lowest,
                    highest=column.highest,
                ),
                Phrase(
                    "State the coordinate system they are in, such as EPSG:27700 for the British National Grid, or choose other columns."
                ),
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
                Phrase("The entity type has no name."),
                Phrase("Say what one row is, in letters, digits and underscores, such as Store."),
            )
        elif problem.rule == "location-absent":
            yield _fault(
                "location-absent",
                Phrase("The mapping says nothing of where an entity is."),
                Phrase(
                    "Name the columns of latitude and longitude, use the geometry, or give a column of well-known text the type Edm.Geography."
                ),
            )
        else:
            yield problem
