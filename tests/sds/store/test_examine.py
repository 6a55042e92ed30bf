"""Damage in a version is found and told, in every store, and nothing is found in a sound one."""

from __future__ import annotations

import random
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from psycopg import sql

from datasources.formats.geopackage import examine
from sds_server.store import BucketStore, EntityStore, GeoPackageStore, PostgisStore, UnknownVersion
from tests.sds.store.samples import CITIES, SHAPES, Row, cities, fill

SHAPE_ROWS: list[Row] = [
    {"ID": "a", "Geom": "POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))", "Note": "x" * 10_000},
    {"ID": "b", "Geom": "POINT (5 5)", "Note": None},
]


def test_a_sound_version_has_no_faults(store: EntityStore) -> None:
    points = fill(store.create("points", CITIES), CITIES, cities())
    shapes = fill(store.create("shapes", SHAPES), SHAPES, SHAPE_ROWS)
    fill(store.derive("more", "points", CITIES), CITIES, cities()[:3])
    assert store.examine("points", points.sha256, points.size_bytes) == []
    assert store.examine("shapes", shapes.sha256, shapes.size_bytes) == []
    assert store.examine("more") == []
    with pytest.raises(UnknownVersion):
        store.examine("none")


def test_what_was_changed_behind_our_back_is_told(store: EntityStore) -> None:
    made = fill(store.create("v1", CITIES), CITIES, cities())
    take_an_entity(store, "v1")
    (told, *_) = store.examine("v1", made.sha256, made.size_bytes)
    assert "SHA-256" in told or f"{len(cities()) - 1:,} entities" in told


def take_an_entity(store: EntityStore, version_id: str) -> None:
    if isinstance(store, GeoPackageStore):
        with sqlite3.connect(store._folder / f"{version_id}.gpkg") as connection:
            # GDAL's functions for the triggers are not here, and need not be.
            connection.execute("DROP TRIGGER IF EXISTS rtree_City___geometry_delete")
            connection.execute('DELETE FROM "City" WHERE __fid = 7')
        connection.close()
    elif isinstance(store, BucketStore):
        with store._files.open(f"versions/{version_id}.gpkg") as stored:
            content = bytearray(stored.read())
        content[-1] ^= 1
        replace(store, version_id, bytes(content))
    else:
        assert isinstance(store, PostgisStore)
        change(store, version_id, "DELETE FROM {} WHERE __fid = 7")


def replace(store: BucketStore, version_id: str, content: bytes) -> None:
    from django.core.files.base import ContentFile

    store._files.save(f"versions/{version_id}.gpkg", ContentFile(content))


def change(store: PostgisStore, version_id: str, statement: str) -> None:
    layout = store._looked_up(version_id).layout
    with store._connections.write() as connection:
        connection.execute(sql.SQL(statement).format(layout.table))  # type: ignore[arg-type]


# --- files ---


def forget_boxes(connection: sqlite3.Connection) -> None:
    connection.execute('DELETE FROM "rtree_City___geometry" WHERE id < 4')


def lose_an_index(connection: sqlite3.Connection) -> None:
    connection.execute("DROP INDEX cairn_location")


def break_the_rtree(connection: sqlite3.Connection) -> None:
    connection.execute('DELETE FROM "rtree_City___geometry_parent"')


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (forget_boxes, "3 entities are not in it"),
        (lose_an_index, "lacks cairn_location"),
        (break_the_rtree, "R-tree is damaged"),
    ],
)
def test_an_index_that_differs_from_its_table_is_told(
    files: GeoPackageStore, folder: Path, damage: Callable[[sqlite3.Connection], None], told: str
) -> None:
    fill(files.create("v1", CITIES), CITIES, cities())
    with sqlite3.connect(folder / "v1.gpkg") as connection:
        damage(connection)
    connection.close()
    (found,) = examine(folder / "v1.gpkg")
    assert told in found


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_bytes_that_rotted_are_told_and_never_an_exception(
    files: GeoPackageStore, folder: Path, part: float
) -> None:
    made = fill(files.create("v1", CITIES), CITIES, cities())
    path = folder / "v1.gpkg"
    content = bytearray(path.read_bytes())
    start = int(len(content) * part)
    content[start : start + 20_000] = random.Random(part).randbytes(20_000)
    path.write_bytes(content)
    assert any("SHA-256" in told for told in examine(path, sha256=made.sha256))
    assert examine(path) != []
    path.write_bytes(content[:start])
    assert any(f"had {made.size_bytes:,}" in told for told in examine(path, size=made.size_bytes))
    path.write_bytes(b"")
    assert examine(path) != []


# --- tables ---


@pytest.fixture
def tables(postgis_url: str) -> Iterator[PostgisStore]:
    """A store of tables, for what only tables have."""
    store = PostgisStore(postgis_url, f"examined {uuid.uuid4().hex}")
    yield store
    store.close()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DROP TABLE {}", "table is gone"),
        ("ALTER TABLE {} DROP CONSTRAINT", "no index of the order of arrival"),
    ],
)
def test_a_table_that_lost_something_is_told(
    tables: PostgisStore, statement: str, told: str
) -> None:
    fill(tables.create("v1", CITIES), CITIES, cities()[:10])
    if statement.endswith("CONSTRAINT"):
        statement += ' "v_v1_pkey"'
    change(tables, "v1", statement)
    assert any(told in found for found in tables.examine("v1"))


def test_an_index_that_was_never_finished_is_told(tables: PostgisStore) -> None:
    fill(tables.create("v1", CITIES), CITIES, cities()[:10])
    change(
        tables, "v1",
        "UPDATE pg_index SET indisvalid = false WHERE indrelid = '{}'::regclass AND indisunique"
        " AND NOT indisprimary",
    )  # fmt: skip
    found = tables.examine("v1")
    assert "1 of its indexes are not finished." in found
    assert "It has no index of the entity ID." in found
