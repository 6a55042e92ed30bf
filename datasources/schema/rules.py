"""The rules for a schema and for names, from "Load Data Source Data Schema and Sample Input"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from datasources.phrases import Phrase
from datasources.schema.types import (
    DELETE_PROPERTY,
    MAX_NAME,
    MAX_PROPERTIES,
    EdmType,
    Problem,
    Schema,
)

_PROPERTY_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# The page has no hyphen for these two; the service and its own toolkit take it, and data sources
# in the field are named so (Filialdaten-CH).
_ENTITY_TYPE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_DATA_SOURCE_NAME = re.compile(r"[A-Za-z0-9~`!$^_={}-]+")
_DELETE_TYPES = (EdmType.STRING, EdmType.BOOLEAN, EdmType.INT64)
_LOCATION_NAMES = ("latitude", "longitude")


def check_data_source_name(name: str) -> Problem | None:
    """The rule for a data source's name ("Create a Load Data Source Job"), or None if it holds."""
    if not name:
        return Problem(
            "data-source-name",
            Phrase("The data source has no name."),
            Phrase("Give it a name."),
            fatal=True,
        )
    if len(name) > MAX_NAME:
        return Problem(
            "data-source-name",
            Phrase(
                "The name has {count} characters; {most} is the most.",
                count=len(name),
                most=MAX_NAME,
            ),
            Phrase("Shorten the name."),
            value=name,
            fatal=True,
        )
    if not _DATA_SOURCE_NAME.fullmatch(name):
        wrong = "".join(sorted(set(_DATA_SOURCE_NAME.sub("", name))))
        shown = Phrase("a space") if wrong == " " else " ".join(wrong.replace(" ", "␠"))
        return Problem(
            "data-source-name",
            Phrase("The name “{name}” holds {shown}.", name=name, shown=shown),
            Phrase("Use letters (A to Z), digits and ~ ` ! $ ^ _ = { } - alone."),
            value=name,
            fatal=True,
        )
    return None


def check_schema(schema: Schema) -> list[Problem]:
    """Every rule of a schema that this one breaks; all of them are fatal."""
    return [
        *_entity_type_problems(schema.entity_type),
        *_name_problems(schema),
        *_key_problems(schema),
        *_location_problems(schema),
        *_count_problems(schema),
        *_delete_problems(schema),
    ]


def _fault(rule: str, message: str, advice: str, column: str = "") -> Problem:
    return Problem(rule, message, advice, column=column, fatal=True)


def _entity_type_problems(name: str) -> Iterator[Problem]:
    if not name:
        yield _fault(
            "entity-type-name",
            Phrase("The file does not name its entity type."),
            Phrase("Write it third on line 1: Bing Spatial Data Services, 1.0, EntityTypeName"),
        )
    elif len(name) > MAX_NAME or not _ENTITY_TYPE_NAME.fullmatch(name):
        yield _fault(
            "entity-type-name",
            Phrase(
                "“{name}” cannot be the name of an entity type: it stands in URLs and XML elements.",
                name=name,
            ),
            Phrase(
                "Use up to {most} letters (A to Z), digits, underscores and hyphens, a letter first.",
                most=MAX_NAME,
            ),
        )


def _name_problems(schema: Schema) -> Iterator[Problem]:
    for position, name in enumerate(schema.names, start=1):
        advice = _name_advice(name)
        if advice:
            message = Phrase("Column {position} has no name.", position=position)
            if name:
                message = Phrase(
                    "Column {position}, “{name}”, has a name that breaks the rules.",
                    position=position,
                    name=name,
                )
            yield _fault("property-name", message, advice, name)
    counts = Counter(name.lower() for name in schema.names if name)
    for lowered, count in counts.items():
        if count > 1:
            spellings = [name for name in schema.names if name.lower() == lowered]
            yield _fault(
                "property-name-repeated",
                Phrase(
                    "{count} columns have the same name: {names}.",
                    count=count,
                    names=", ".join(spellings),
                ),
                Phrase("Names are compared without case. Rename or remove all but one."),
                spellings[1],
            )


def _name_advice(name: str) -> str:
    """What to do about a property's name, or "" where it keeps the rules."""
    if not name:
        return Phrase("Give the column a name.")
    if name.lower() == DELETE_PROPERTY.lower():
        return ""
    if len(name) > MAX_NAME:
        return Phrase(
            "It has {count} characters; {most} is the most. Shorten it.",
            count=len(name),
            most=MAX_NAME,
        )
    if name.startswith("__"):
        return Phrase(
            "Names with two underscores first are the service's own ({property}).",
            property=DELETE_PROPERTY,
        )
    if name[0].isdigit():
        return Phrase("Put a letter or an underscore first, not a digit.")
    if not _PROPERTY_NAME.fullmatch(name):
        return Phrase("Use letters (A to Z), digits and underscores alone.")
    return ""


def _key_problems(schema: Schema) -> Iterator[Problem]:
    keys = [prop for prop in schema.properties if prop.is_key]
    if not keys:
        yield _fault(
            "primary-key-missing",
            Phrase("No property is marked as the primary key (the entity ID)."),
            Phrase(
                'Mark one: ID(Edm.String,primaryKey) in a text file, xs:unique with msdata:PrimaryKey="true" in XML.'
            ),
        )
    elif len(keys) > 1:
        yield _fault(
            "primary-key-repeated",
            Phrase(
                "{count} properties are marked as the primary key: {names}.",
                count=len(keys),
                names=", ".join(prop.name for prop in keys),
            ),
            Phrase("Keep the mark on the one that holds the entity ID."),
            keys[1].name,
        )
    for prop in keys:
        if prop.type is not EdmType.STRING:
            yield _fault(
                "primary-key-type",
                Phrase(
                    "The primary key {prop} is {type}; an entity ID is a string.",
                    prop=prop.name,
                    type=prop.type.value,
                ),
                Phrase("Write {prop}(Edm.String,primaryKey), in XML xs:string.", prop=prop.name),
                prop.name,
            )


def _location_problems(schema: Schema) -> Iterator[Problem]:
    geographies = [prop.name for prop in schema.properties if prop.type is EdmType.GEOGRAPHY]
    if len(geographies) > 1:
        yield _fault(
            "geography-repeated",
            Phrase(
                "{count} properties are geographies: {names}.",
                count=len(geographies),
                names=", ".join(geographies),
            ),
            Phrase(
                "A schema has one Edm.Geography at most. Move the others to a data source of their own."
            ),
            geographies[1],
        )
    yield from _pair_problems(schema, bool(geographies))
    for prop in schema.properties:
        if prop.name.lower() in _LOCATION_NAMES and prop.type is not EdmType.DOUBLE:
            yield _fault(
                "location-type",
                Phrase("{prop} is {type}.", prop=prop.name, type=prop.type.value),
                Phrase("Write {prop}(Edm.Double), in XML xs:double.", prop=prop.name),
                prop.name,
            )


def _pair_problems(schema: Schema, has_geography: bool) -> Iterator[Problem]:
    has_latitude = schema.latitude_index is not None
    has_longitude = schema.longitude_index is not None
    if has_latitude != has_longitude:
        there, absent = ("Latitude", "Longitude") if has_latitude else ("Longitude", "Latitude")
        yield _fault(
            "location-half",
            Phrase("The schema has {there} and no {absent}.", there=there, absent=absent),
            Phrase("Add {absent}(Edm.Double); the two go together.", absent=absent),
        )
    elif not has_latitude and not has_geography:
        yield _fault(
            "location-absent",
            Phrase("The schema says nothing of where an entity is."),
            Phrase(
                "Add Latitude(Edm.Double) and Longitude(Edm.Double), or one Edm.Geography, or both."
            ),
        )


def _count_problems(schema: Schema) -> Iterator[Problem]:
    uncounted = (*_LOCATION_NAMES, DELETE_PROPERTY.lower())
    count = sum(name.lower() not in uncounted for name in schema.names)
    if count > MAX_PROPERTIES:
        yield _fault(
            "too-many-properties",
            Phrase(
                "The schema has {count} properties beside latitude and longitude; {most} is the most.",
                count=count,
                most=MAX_PROPERTIES,
            ),
            Phrase("Remove columns, or join some into one string."),
        )


def _delete_problems(schema: Schema) -> Iterator[Problem]:
    deletes = schema.deletes_index
    if deletes is not None and schema.properties[deletes].type not in _DELETE_TYPES:
        prop = schema.properties[deletes]
        yield _fault(
            "delete-type",
            Phrase("{prop} is {type}.", prop=prop.name, type=prop.type.value),
            Phrase(
                "Write {property}(Edm.Boolean), with 1 or true for entities to delete.",
                property=DELETE_PROPERTY,
            ),
            prop.name,
        )
