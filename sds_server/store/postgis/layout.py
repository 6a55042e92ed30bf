"""How an entity type lies in PostGIS: a table a version, its columns, indexes and registration.

All tables stand in one database schema of the store's own. `cairn_versions` registers the versions;
a version is there once its row is, and row, table and indexes become visible in one transaction.
Names of our own start with `__`, which no property of the reference can; a property with the name
of one of PostgreSQL's system columns is stored under such a name too.

Texts, entity IDs among them, have the collation "C": they compare and sort by their bytes, letter
for letter, as in a GeoPackage and whatever the language of the database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from psycopg import sql

from datasources.schema import EdmType, Property, Schema
from sds_server.store.sample import Sample

REGISTER = "cairn_versions"
FID = "__fid"
LOCATION = "__location"
SRID = 4326

_SYSTEM_COLUMNS = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
_PAGES = 64  # selections of one version whose text is kept
_LONGEST_NAME = 63  # bytes; PostgreSQL cuts a longer one off
#: Edm.DateTime is text with all seven decimals: PostgreSQL's own type has six.
_TEXT = 'text COLLATE "C"'
_COLUMN_TYPES = {
    EdmType.STRING: _TEXT,
    EdmType.INT64: "bigint",
    EdmType.DOUBLE: "double precision",
    EdmType.BOOLEAN: "boolean",
    EdmType.DATETIME: _TEXT,
    EdmType.GEOGRAPHY: f"geometry(Geometry,{SRID})",
}


@dataclass(frozen=True)
class Layout:
    """Names of the table and columns that hold an entity type."""

    schema: Schema  # without __deleteEntity
    namespace: str  # the store's database schema
    table_name: str

    @cached_property
    def table(self) -> sql.Identifier:
        return sql.Identifier(self.namespace, self.table_name)

    @cached_property
    def located(self) -> bool:
        """Whether latitude and longitude are properties of the entity type itself."""
        return self.schema.latitude_index is not None and self.schema.longitude_index is not None

    @cached_property
    def latitude(self) -> str:
        place = self.schema.latitude_index
        return self.schema.names[place] if self.located and place is not None else "__latitude"

    @cached_property
    def longitude(self) -> str:
        place = self.schema.longitude_index
        return self.schema.names[place] if self.located and place is not None else "__longitude"

    @cached_property
    def geography(self) -> str | None:
        """The column of the geography, if the entity type has one."""
        place = self.schema.geography_index
        return None if place is None else column(self.schema.properties[place])

    @cached_property
    def key(self) -> str:
        return column(self.schema.key)

    @cached_property
    def lat_lon(self) -> sql.Composed:
        """The two columns of a location, latitude first."""
        return sql.SQL(", ").join(map(sql.Identifier, (self.latitude, self.longitude)))

    def column_names(self) -> list[str]:
        """Every column that is written, in table order."""
        added = [] if self.located else [self.latitude, self.longitude]
        return [FID, *map(column, self.schema.properties), *added]

    def column_of(self, prop: Property) -> str:
        """The column of a property; location columns also serve entity types without location."""
        if prop.name in self._own:
            return column(prop)
        return {"latitude": self.latitude, "longitude": self.longitude}[prop.name.lower()]

    @cached_property
    def _own(self) -> frozenset[str]:
        return frozenset(self.schema.names)


@dataclass
class Known:
    """What a process remembers of a version, which never changes: how it lies, how many entities
    it has, and where some of them are, once somebody looked."""

    layout: Layout
    count: int
    sample: Sample | None = None
    _pages: dict[tuple[str, ...], sql.SQL] = field(default_factory=dict)

    def page_columns(self, select: Sequence[Property]) -> sql.SQL:
        """The entity ID and the selected properties, as text: to put it together takes longer than
        to answer many a query."""
        names = tuple(prop.name for prop in select)
        found = self._pages.get(names)
        if found is None:
            if len(self._pages) >= _PAGES:
                self._pages.clear()
            columns = [self.layout.key, *map(self.layout.column_of, select)]
            found = rendered(sql.SQL(", ").join(map(sql.Identifier, columns)))
            self._pages[names] = found
        return found


def rendered(text: sql.Composable) -> sql.SQL:
    """A piece of a statement put together for good."""
    return sql.SQL(text.as_string(None))


def column(prop: Property) -> str:
    """The name of the column of a property."""
    return "__" + prop.name if prop.name in _SYSTEM_COLUMNS else prop.name


def table_name(version_id: str) -> str:
    """The table of a version: `v_` and its ID, or a digest where that would be too long."""
    name = f"v_{version_id}"
    if len(name) <= _LONGEST_NAME:
        return name
    return f"h_{hashlib.sha256(version_id.encode()).hexdigest()[: _LONGEST_NAME - 2]}"


def create_register(namespace: str) -> sql.Composed:
    """The table of versions."""
    return sql.SQL(
        'CREATE TABLE IF NOT EXISTS {} (version_id text COLLATE "C" PRIMARY KEY,'
        " table_name name NOT NULL UNIQUE, description jsonb NOT NULL,"
        " made_at timestamptz NOT NULL DEFAULT now())"
    ).format(sql.Identifier(namespace, REGISTER))


def create_table(layout: Layout) -> sql.Composed:
    """The table of a version, without indexes. The database makes the location's point itself."""
    columns = [sql.SQL("{} bigint NOT NULL").format(sql.Identifier(FID))]
    columns += [
        sql.SQL("{} " + _COLUMN_TYPES[prop.type] + (" NOT NULL" if prop.is_key else "")).format(
            sql.Identifier(column(prop))
        )
        for prop in layout.schema.properties
    ]
    if not layout.located:
        columns += [
            sql.SQL("{} double precision").format(sql.Identifier(name))
            for name in (layout.latitude, layout.longitude)
        ]
    columns.append(
        sql.SQL(
            "{} geometry(Point,{}) GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint({}, {}), {})) STORED"
        ).format(
            sql.Identifier(LOCATION),
            sql.Literal(SRID),
            sql.Identifier(layout.longitude),
            sql.Identifier(layout.latitude),
            sql.Literal(SRID),
        )
    )
    return sql.SQL("CREATE TABLE {} ({})").format(layout.table, sql.SQL(", ").join(columns))


def create_key_index(layout: Layout) -> sql.Composed:
    """The unique entity ID, with all that a wide box asks of entities in the answer's order."""
    return sql.SQL("CREATE UNIQUE INDEX ON {} ({}) INCLUDE ({}, {}, {})").format(
        layout.table,
        *map(sql.Identifier, (layout.key, FID, layout.latitude, layout.longitude)),
    )


def create_other_indexes(layout: Layout, properties: list[Property]) -> list[sql.Composed]:
    """What queries need beside the entity ID: order of arrival, boxes, distances, shapes, and of
    each of some properties its values, nulls first, with the entities of one value in order."""
    table, fid = layout.table, sql.Identifier(FID)
    place, key = sql.Identifier(LOCATION), sql.Identifier(layout.key)
    made = [
        sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(table, fid),
        sql.SQL("CREATE INDEX ON {} USING gist ({})").format(table, place),
        sql.SQL("CREATE INDEX ON {} USING gist (({}::geography))").format(table, place),
    ]
    if layout.geography is not None:
        made.append(
            sql.SQL("CREATE INDEX ON {} USING gist ({})").format(
                table, sql.Identifier(layout.geography)
            )
        )
    made += [
        sql.SQL("CREATE INDEX ON {} ({} NULLS FIRST, {})").format(
            table, sql.Identifier(column(prop)), key
        )
        for prop in properties
    ]
    return made


def described(schema: Schema, entity_count: int) -> str:
    """What the register keeps about a version, as JSON."""
    return json.dumps(
        {
            "entity_type": schema.entity_type,
            "entity_count": entity_count,
            "properties": [
                {"name": prop.name, "type": prop.type.value, "key": prop.is_key}
                for prop in schema.properties
            ],
        }
    )


def read_description(facts: dict[str, Any]) -> tuple[Schema, int]:
    """The entity type and the number of entities that the register says a version has."""
    properties = tuple(
        Property(entry["name"], EdmType(entry["type"]), entry["key"])
        for entry in facts["properties"]
    )
    return Schema(facts["entity_type"], properties), int(facts["entity_count"])
