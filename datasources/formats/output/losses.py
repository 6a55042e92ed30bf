"""What a format cannot hold of an entity type, in words, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from datasources.formats.names import id_rank
from datasources.formats.output.dbase import MAX_FIELDS, MAX_TEXT, field_names
from datasources.formats.output.kinds import OutputFormat
from datasources.formats.output.kml import name_index
from datasources.formats.output.places import attributes, has_both, is_point, named
from datasources.formats.output.spreadsheet import MAX_SHEET_NAME
from datasources.phrases import Phrase
from datasources.schema import EdmType, Schema

_NAMES_SHOWN = 8
_ZERO = Phrase("A negative zero (-0.0) becomes 0.")


def losses(format: OutputFormat, schema: Schema) -> list[str]:
    """Sentences, the gravest first; none where the file holds all there is.

    Only what can happen with this entity type; values that are at risk are named by their property.
    """
    return list(_OF[format](schema.without_deletes()))


def _nothing(schema: Schema) -> Iterator[str]:
    yield from ()


def _text(schema: Schema) -> Iterator[str]:
    yield Phrase("The data source’s name stands in the name of the file alone.")


def _geopackage(schema: Schema) -> Iterator[str]:
    if dated := named(schema, EdmType.DATETIME):
        yield Phrase(
            "{listed}: times are kept in full, but many programs read them to the millisecond.",
            listed=_listed(dated),
        )
    if named(schema, EdmType.DOUBLE):
        yield _ZERO
    if has_both(schema):
        yield (
            Phrase(
                "Where an entity has {geography} alone, Latitude and Longitude are filled with its middle.",
                geography=_geography(schema),
            )
        )
    yield Phrase("The data source’s name stands in the name of the file alone.")


def _geojson(schema: Schema) -> Iterator[str]:
    yield from _dates_as_text(schema, ", whose times many programs read to the millisecond")
    if whole := named(schema, EdmType.INT64):
        yield (
            Phrase(
                "{listed}: whole numbers are written in full, but many programs round those beyond 9,007,199,254,740,991.",
                listed=_listed(whole),
            )
        )
    yield from _places(schema)
    yield from _turned(schema)
    yield from _key(schema)
    yield from _unnamed(schema)


def _flatgeobuf(schema: Schema) -> Iterator[str]:
    if dated := named(schema, EdmType.DATETIME):
        yield (
            Phrase(
                "{listed}: times are kept to the millisecond; before 1970 those in the last second of a minute to the second.",
                listed=_listed(dated),
            )
        )
    yield Phrase("The order of the entities is that of the spatial index.")
    yield from _places(schema)
    yield from _turned(schema)
    yield from _key(schema)
    yield from _unnamed(schema)


def _parquet(schema: Schema) -> Iterator[str]:
    if dated := named(schema, EdmType.DATETIME):
        yield Phrase("{listed}: times are kept to the microsecond.", listed=_listed(dated))
    yield Phrase("The entity type’s name is not kept.")
    yield from _places(schema)
    yield from _turned(schema)
    yield from _key(schema)
    yield from _unnamed(schema)


def _kml(schema: Schema) -> Iterator[str]:
    yield from _dates_as_text(schema)
    if whole := named(schema, EdmType.INT64):
        yield Phrase(
            "{listed}: programs that follow KML to the letter read whole numbers of 32 bits.",
            listed=_listed(whole),
        )
    yield Phrase(
        "Spaces and line breaks at the beginning and the end of a text are dropped when it is read."
    )
    title = name_index(schema)
    if title is not None and title != attributes(schema)[0]:
        yield Phrase("Name is the Placemark’s name, and so comes before the other properties.")
    yield from _places(schema)
    yield from _turned(schema)
    if not is_point(schema):
        yield (
            Phrase(
                "A multi-geometry of one part becomes plain, a collection of one kind a multi-geometry, and a point of an entity may come back as Latitude and Longitude."
            )
        )
    yield from _key(schema)
    yield from _unnamed(schema)


def _shapefile(schema: Schema) -> Iterator[str]:
    places = attributes(schema)
    names = [schema.properties[at].name for at in places]
    left_out = names[MAX_FIELDS:]
    if left_out:
        yield Phrase(
            "A shapefile holds {max_fields} fields: {listed} are left out.",
            max_fields=MAX_FIELDS,
            listed=_listed(left_out),
        )
    names = names[:MAX_FIELDS]
    for name, short in zip(names, field_names(names), strict=True):
        if name != short:
            yield Phrase("{name} is cut to ten letters: {short}.", name=name, short=short)
    if dated := named(schema, EdmType.DATETIME):
        yield Phrase("{listed}: dates lose their time.", listed=_listed(dated))
    yield Phrase(
        "Texts longer than {max_text} bytes are cut; spaces around them are dropped.",
        max_text=MAX_TEXT,
    )
    if whole := named(schema, EdmType.INT64):
        yield Phrase(
            "{listed}: with a number of more than 18 digits in it, the field becomes one of text.",
            listed=_listed(whole),
        )
    if not is_point(schema):
        yield (
            Phrase(
                "Points, multipoints, lines and polygons go into shapefiles of their own inside the zip, and the entities are sorted by them."
            )
        )
        yield Phrase(
            "Collections of several geometries are left out; their entities stay, without a shape."
        )
        yield Phrase("A multi-geometry of one part becomes plain.")
    yield from _places(schema)
    yield from _key(schema)
    yield from _unnamed(schema)


def _workbook(schema: Schema) -> Iterator[str]:
    if whole := named(schema, EdmType.INT64):
        yield Phrase(
            "{listed}: Excel holds whole numbers exactly to 15 digits.", listed=_listed(whole)
        )
    if doubles := named(schema, EdmType.DOUBLE):
        yield Phrase(
            "{listed}: Excel holds numbers to about 15 digits, and those beyond 9.99E+307 as text.",
            listed=_listed(doubles),
        )
        yield _ZERO
    if dated := named(schema, EdmType.DATETIME):
        yield (
            Phrase(
                "{listed}: times are kept to the millisecond, and dates before March 1900 as text.",
                listed=_listed(dated),
            )
        )
    if not is_point(schema):
        yield (
            Phrase(
                "{geography} is a column of text (WKT); geometries of more than 32,767 characters do not fit into a cell and are left out.",
                geography=_geography(schema),
            )
        )
    yield Phrase(
        "Line breaks in texts are those of Unix; a text of spaces alone is an empty cell to many."
    )
    yield Phrase("A sheet has 1,048,576 rows: more entities cannot be written.")
    if len(schema.entity_type) > MAX_SHEET_NAME or schema.entity_type.lower() == "history":
        yield Phrase("The entity type’s name is the sheet’s, and is changed to be one.")
    yield Phrase("Types are those of the cells: a column of empty cells has none.")
    yield Phrase("That {key} is the entity ID is not kept.", key=schema.key.name)
    yield from _unnamed(schema)


def _dates_as_text(schema: Schema, more: str = "") -> Iterator[str]:
    if dated := named(schema, EdmType.DATETIME):
        yield Phrase(
            "{listed}: dates become text (2026-11-24T07:30:00Z){more}.",
            listed=_listed(dated),
            more=more,
        )


def _places(schema: Schema) -> Iterator[str]:
    """What becomes of latitude, longitude and geography where there is one geometry."""
    if is_point(schema):
        return
    if has_both(schema):
        yield (
            Phrase(
                "Where an entity has no {geography}, its geometry is the point at Latitude and Longitude.",
                geography=_geography(schema),
            )
        )


def _turned(schema: Schema) -> Iterator[str]:
    if not is_point(schema):
        yield Phrase("Rings of polygons are turned: outer ones counterclockwise, holes clockwise.")


def _key(schema: Schema) -> Iterator[str]:
    """Readers take the field with the best name for the entity ID."""
    names = [prop.name for prop in schema.properties if id_rank(prop.name) is not None]
    best = min(names, key=lambda name: id_rank(name) or 0, default="")
    if best != schema.key.name:
        yield Phrase("That {key} is the entity ID is not kept.", key=schema.key.name)


def _unnamed(schema: Schema) -> Iterator[str]:
    if not is_point(schema):
        yield Phrase(
            "The geometry may come back under another name than {geography}.",
            geography=_geography(schema),
        )
    yield Phrase("The data source’s name stands in the name of the file alone.")


def _geography(schema: Schema) -> str:
    at = schema.geography_index
    return "" if at is None else schema.properties[at].name


def _listed(names: Sequence[str]) -> str:
    """`A, B and C`, or the first few and how many more."""
    if len(names) > _NAMES_SHOWN:
        return Phrase(
            "{names} and {count} more",
            names=", ".join(names[:_NAMES_SHOWN]),
            count=len(names) - _NAMES_SHOWN,
        )
    if len(names) == 1:
        return names[0]
    return Phrase("{names} and {last}", names=", ".join(names[:-1]), last=names[-1])


_OF = {
    OutputFormat.XML: _nothing,
    OutputFormat.CSV: _text,
    OutputFormat.TAB: _text,
    OutputFormat.PIPE: _text,
    OutputFormat.GEOPACKAGE: _geopackage,
    OutputFormat.GEOJSON: _geojson,
    OutputFormat.FLATGEOBUF: _flatgeobuf,
    OutputFormat.PARQUET: _parquet,
    OutputFormat.KML: _kml,
    OutputFormat.SHP: _shapefile,
    OutputFormat.XLSX: _workbook,
}
