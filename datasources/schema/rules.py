"""The rules for a schema and for names, from "Load Data Source Data Schema and Sample Input"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

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
            "data-source-name", "The data source has no name.", "Give it a name.", fatal=True
        )
    if len(name) > MAX_NAME:
        return Problem(
            "data-source-name",
            f"The name has {len(name)} characters; {MAX_NAME} is the most.",
            "Shorten the name.",
            value=name,
            fatal=True,
        )
    if not _DATA_SOURCE_NAME.fullmatch(name):
        wrong = "".join(sorted(set(_DATA_SOURCE_NAME.sub("", name))))
        shown = "a space" if wrong == " " else " ".join(wrong.replace(" ", "␠"))
        return Problem(
            "data-source-name",
            f"The name “{name}” holds {shown}.",
            "Use letters (A to Z), digits and ~ ` ! $ ^ _ = { } - alone.",
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
            "The file does not name its entity type.",
            "Write it third on line 1: Bing Spatial Data Services, 1.0, EntityTypeName",
        )
    elif len(name) > MAX_NAME or not _ENTITY_TYPE_NAME.fullmatch(name):
        yield _fault(
            "entity-type-name",
            f"“{name}” cannot be the name of an entity type: it stands in URLs and XML elements.",
            f"Use up to {MAX_NAME} letters (A to Z), digits, underscores and hyphens, a letter first.",
        )


def _name_problems(schema: Schema) -> Iterator[Problem]:
    for position, name in enumerate(schema.names, start=1):
        advice = _name_advice(name)
        if advice:
            shown = f"Column {position}, “{name}”," if name else f"Column {position}"
            yield _fault(
                "property-name", f"{shown} has a name that breaks the rules.", advice, name
            )
    counts = Counter(name.lower() for name in schema.names if name)
    for lowered, count in counts.items():
        if count > 1:
            spellings = [name for name in schema.names if name.lower() == lowered]
            yield _fault(
                "property-name-repeated",
                f"{count} columns have the same name: {', '.join(spellings)}.",
                "Names are compared without case. Rename or remove all but one.",
                spellings[1],
            )


def _name_advice(name: str) -> str:
    """What to do about a property's name, or "" where it keeps the rules."""
    if not name:
        return "Give the column a name."
    if name.lower() == DELETE_PROPERTY.lower():
        return ""
    if len(name) > MAX_NAME:
        return f"It has {len(name)} characters; {MAX_NAME} is the most. Shorten it."
    if name.startswith("__"):
        return f"Names with two underscores first are the service's own ({DELETE_PROPERTY})."
    if name[0].isdigit():
        return "Put a letter or an underscore first, not a digit."
    if not _PROPERTY_NAME.fullmatch(name):
        return "Use letters (A to Z), digits and underscores alone."
    return ""


def _key_problems(schema: Schema) -> Iterator[Problem]:
    keys = [prop for prop in schema.properties if prop.is_key]
    if not keys:
        yield _fault(
            "primary-key-missing",
            "No property is marked as the primary key (the entity ID).",
            "Mark one: ID(Edm.String,primaryKey) in a text file, "
            'xs:unique with msdata:PrimaryKey="true" in XML.',
        )
    elif len(keys) > 1:
        yield _fault(
            "primary-key-repeated",
            f"{len(keys)} properties are marked as the primary key: "
            f"{', '.join(prop.name for prop in keys)}.",
            "Keep the mark on the one that holds the entity ID.",
            keys[1].name,
        )
    for prop in keys:
        if prop.type is not EdmType.STRING:
            yield _fault(
                "primary-key-type",
                f"The primary key {prop.name} is {prop.type.value}; an entity ID is a string.",
                f"Write {prop.name}(Edm.String,primaryKey), in XML xs:string.",
                prop.name,
            )


def _location_problems(schema: Schema) -> Iterator[Problem]:
    geographies = [prop.name for prop in schema.properties if prop.type is EdmType.GEOGRAPHY]
    if len(geographies) > 1:
        yield _fault(
            "geography-repeated",
            f"{len(geographies)} properties are geographies: {', '.join(geographies)}.",
            "A schema has one Edm.Geography at most. Move the others to a data source of their own.",
            geographies[1],
        )
    yield from _pair_problems(schema, bool(geographies))
    for prop in schema.properties:
        if prop.name.lower() in _LOCATION_NAMES and prop.type is not EdmType.DOUBLE:
            yield _fault(
                "location-type",
                f"{prop.name} is {prop.type.value}.",
                f"Write {prop.name}(Edm.Double), in XML xs:double.",
                prop.name,
            )


def _pair_problems(schema: Schema, has_geography: bool) -> Iterator[Problem]:
    has_latitude = schema.latitude_index is not None
    has_longitude = schema.longitude_index is not None
    if has_latitude != has_longitude:
        there, absent = ("Latitude", "Longitude") if has_latitude else ("Longitude", "Latitude")
        yield _fault(
            "location-half",
            f"The schema has {there} and no {absent}.",
            f"Add {absent}(Edm.Double); the two go together.",
        )
    elif not has_latitude and not has_geography:
        yield _fault(
            "location-absent",
            "The schema says nothing of where an entity is.",
            "Add Latitude(Edm.Double) and Longitude(Edm.Double), or one Edm.Geography, or both.",
        )


def _count_problems(schema: Schema) -> Iterator[Problem]:
    uncounted = (*_LOCATION_NAMES, DELETE_PROPERTY.lower())
    count = sum(name.lower() not in uncounted for name in schema.names)
    if count > MAX_PROPERTIES:
        yield _fault(
            "too-many-properties",
            f"The schema has {count} properties beside latitude and longitude; "
            f"{MAX_PROPERTIES} is the most.",
            "Remove columns, or join some into one string.",
        )


def _delete_problems(schema: Schema) -> Iterator[Problem]:
    deletes = schema.deletes_index
    if deletes is not None and schema.properties[deletes].type not in _DELETE_TYPES:
        prop = schema.properties[deletes]
        yield _fault(
            "delete-type",
            f"{prop.name} is {prop.type.value}.",
            f"Write {DELETE_PROPERTY}(Edm.Boolean), with 1 or true for entities to delete.",
            prop.name,
        )
