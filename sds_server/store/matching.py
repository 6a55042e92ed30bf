"""Whether an incremental load fits the version it builds on."""

from __future__ import annotations

from datasources.schema import Schema
from sds_server.store.interface import SchemaMismatch


def matched(stored: Schema, given: Schema) -> list[int]:
    """Where each stored property stands in the given schema; raises SchemaMismatch."""
    unknown = [name for name in given.names if stored.index(name) is None]
    missing = [name for name in stored.names if given.index(name) is None]
    if unknown or missing:
        raise SchemaMismatch(
            f"An incremental load needs the properties of the entity type {stored.entity_type}."
            + (f" Not among them: {', '.join(unknown)}." if unknown else "")
            + (f" Missing in the file: {', '.join(missing)}." if missing else "")
            + " Send these properties, or load the whole data source anew."
        )
    places = [given.names.index(_same(given, name)) for name in stored.names]
    for prop, place in zip(stored.properties, places, strict=True):
        other = given.properties[place]
        if (prop.type, prop.is_key) != (other.type, other.is_key):
            raise SchemaMismatch(
                f"{prop.name} is {prop.type}{', the primary key,' if prop.is_key else ''} in the "
                f"data source, and {other.type}{', the primary key,' if other.is_key else ''} in "
                "the file. An incremental load can't change that; load the data source anew."
            )
    return places


def _same(schema: Schema, name: str) -> str:
    index = schema.index(name)
    return name if index is None else schema.names[index]
