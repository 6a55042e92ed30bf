"""How an entity type lies in a GeoPackage: table, columns, index and metadata.

OGC GeoPackage 1.3 with the R-tree extension. Names of our own start with `__` (columns) or
`cairn_` (indexes), which no property of the reference can, so that nothing collides.
"""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from datasources.schema import EdmType, Property, Schema

APPLICATION_ID = 0x47504B47  # "GPKG"
USER_VERSION = 10300
SRS = 4326

FID = "__fid"
LOCATION_INDEX = "cairn_location"
KEY_INDEX = "cairn_key"
ORDER_INDEX = "cairn_order"
DELETES = "cairn_deletes"  # table of the IDs that an incremental load deletes
METADATA_URI = "urn:cairn:entity-type:1"

_RESERVED = re.compile(r"(gpkg_|sqlite_|rtree_|cairn_)", re.IGNORECASE)

_COLUMN_TYPES = {
    EdmType.STRING: "TEXT",
    EdmType.INT64: "INTEGER",
    EdmType.DOUBLE: "DOUBLE",
    EdmType.BOOLEAN: "BOOLEAN",
    EdmType.DATETIME: "DATETIME",
    EdmType.GEOGRAPHY: "TEXT",
}


def quoted(name: str) -> str:
    """An SQL identifier. The one place where a name enters SQL."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Layout:
    """Names of the table and columns that hold an entity type."""

    schema: Schema  # without __deleteEntity
    table: str
    geometry: str  # column of the geometry blob
    geography: int | None  # position of the geography that is the geometry, if there is one
    latitude: str  # columns of the location, always filled
    longitude: str
    key: str

    @property
    def rtree(self) -> str:
        return f"rtree_{self.table}_{self.geometry}"

    @property
    def located(self) -> bool:
        """Whether latitude and longitude are properties of the schema itself."""
        return self.latitude != "__latitude"

    def column_names(self) -> list[str]:
        """Every column but the feature ID, in table order."""
        names = [prop.name for prop in self.schema.properties]
        if not self.located:
            names += [self.latitude, self.longitude]
        return names if self.geography is not None else [*names, self.geometry]


def layout_for(schema: Schema) -> Layout:
    """Choose table and columns for an entity type."""
    schema = schema.without_deletes()
    names = schema.names
    geography = schema.geography_index
    latitude, longitude = schema.latitude_index, schema.longitude_index
    located = latitude is not None and longitude is not None
    reserved = _RESERVED.match(schema.entity_type)
    return Layout(
        schema=schema,
        table="__" + schema.entity_type if reserved else schema.entity_type,
        geometry="__geometry" if geography is None else names[geography],
        geography=geography,
        latitude=names[latitude] if located and latitude is not None else "__latitude",
        longitude=names[longitude] if located and longitude is not None else "__longitude",
        key=schema.key.name,
    )


_FRAME = """
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset',
  md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml',
  metadata TEXT NOT NULL DEFAULT '');
CREATE TABLE gpkg_metadata_reference (
  reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id));
"""

_WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,'
    'AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,'
    'AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],'
    'AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]'
)
_SRS_ROWS = [
    ("WGS 84 geodetic", SRS, "EPSG", 4326, _WGS84, "longitude/latitude coordinates in degrees"),
    ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", "undefined Cartesian reference"),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic reference"),
]
_EXTENSIONS_URI = "http://www.geopackage.org/spec131/"


def create_tables(connection: sqlite3.Connection, layout: Layout) -> None:
    """Lay out an empty GeoPackage for an entity type, without indexes."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {USER_VERSION}")
    connection.executescript(_FRAME)
    connection.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,?)", _SRS_ROWS)
    connection.execute(_feature_table(layout))
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)"
        " VALUES (?, 'features', ?, ?)",
        (layout.table, layout.schema.entity_type, SRS),
    )
    shape = "POINT" if layout.geography is None else "GEOMETRY"
    connection.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?,?,?,?,0,0)",
        (layout.table, layout.geometry, shape, SRS),
    )
    create_rtree(connection, layout)
    connection.executemany(
        "INSERT INTO gpkg_extensions VALUES (?,?,?,?,?)",
        [
            (layout.table, layout.geometry, "gpkg_rtree_index",
             _EXTENSIONS_URI + "#extension_rtree", "write-only"),
            ("gpkg_metadata", None, "gpkg_metadata",
             _EXTENSIONS_URI + "#extension_metadata", "read-write"),
            ("gpkg_metadata_reference", None, "gpkg_metadata",
             _EXTENSIONS_URI + "#extension_metadata", "read-write"),
        ],
    )  # fmt: skip


def _feature_table(layout: Layout) -> str:
    lines = [f"{quoted(FID)} INTEGER NOT NULL PRIMARY KEY"]
    for index, prop in enumerate(layout.schema.properties):
        kind = "GEOMETRY" if index == layout.geography else _COLUMN_TYPES[prop.type]
        lines.append(f"{quoted(prop.name)} {kind}{' NOT NULL' if prop.is_key else ''}")
    if not layout.located:
        lines += [f"{quoted(name)} DOUBLE" for name in (layout.latitude, layout.longitude)]
    if layout.geography is None:
        lines.append(f"{quoted(layout.geometry)} POINT")
    return f"CREATE TABLE {quoted(layout.table)} ({', '.join(lines)})"


def create_rtree(connection: sqlite3.Connection, layout: Layout) -> None:
    """The empty R-tree of the geometry column."""
    connection.execute(
        f"CREATE VIRTUAL TABLE {quoted(layout.rtree)} USING rtree(id, minx, maxx, miny, maxy)"
    )


def create_indexes(connection: sqlite3.Connection, layout: Layout) -> None:
    """The unique entity ID, and two covering indexes that boxes and distances are answered from.

    Both hold location and entity ID, so that features are read only for the page that is shown:
    one by location, for what is not too large to be put in order; one in the order of the answer,
    for a box that holds so much that its first page is soon met.
    """
    table, key = quoted(layout.table), quoted(layout.key)
    connection.execute(f"CREATE UNIQUE INDEX {KEY_INDEX} ON {table} ({key})")
    connection.execute(
        f"CREATE INDEX {LOCATION_INDEX} ON {table}"
        f" ({quoted(layout.latitude)}, {quoted(layout.longitude)}, {key})"
    )
    connection.execute(
        f"CREATE INDEX {ORDER_INDEX} ON {table}"
        f" ({key}, {quoted(layout.latitude)}, {quoted(layout.longitude)})"
    )


def describe(layout: Layout, entity_count: int) -> str:
    """What the version keeps about itself, as JSON."""
    return json.dumps(
        {
            "entity_type": layout.schema.entity_type,
            "entity_count": entity_count,
            "properties": [
                {"name": prop.name, "type": prop.type.value, "key": prop.is_key}
                for prop in layout.schema.properties
            ],
        },
        ensure_ascii=False,
    )


def read_description(connection: sqlite3.Connection) -> tuple[Schema, int]:
    """The schema and the number of entities that a version says it holds."""
    (text,) = connection.execute(
        "SELECT metadata FROM gpkg_metadata WHERE md_standard_uri = ?", (METADATA_URI,)
    ).fetchone()
    facts: dict[str, Any] = json.loads(text)
    properties = tuple(
        Property(entry["name"], EdmType(entry["type"]), entry["key"])
        for entry in facts["properties"]
    )
    return Schema(facts["entity_type"], properties), int(facts["entity_count"])


def write_description(connection: sqlite3.Connection, layout: Layout, entity_count: int) -> None:
    """Keep the schema and the count inside the file, as GeoPackage metadata of the table."""
    connection.execute("DELETE FROM gpkg_metadata_reference")
    connection.execute("DELETE FROM gpkg_metadata")
    connection.execute(
        "INSERT INTO gpkg_metadata VALUES (1, 'featureType', ?, 'application/json', ?)",
        (METADATA_URI, describe(layout, entity_count)),
    )
    connection.execute(
        "INSERT INTO gpkg_metadata_reference (reference_scope, table_name, md_file_id)"
        " VALUES ('table', ?, 1)",
        (layout.table,),
    )
