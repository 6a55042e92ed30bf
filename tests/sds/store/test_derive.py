"""An incremental load makes a new version from a copy of another, which stays as it was."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from datasources.query import parse_query
from datasources.schema import EdmType, Property, Schema
from sds_server.store import EntityStore, GeoPackageStore, SchemaMismatch, UnknownVersion
from tests.sds.store.samples import (
    CITIES,
    SHAPES,
    Breaking,
    Row,
    batches_of,
    cities,
    fill,
    fingerprint,
    stored,
    traces,
)


def tree(folder: Path, version_id: str, table: str, column: str) -> dict[str, tuple[float, ...]]:
    """The R-tree's box of every entity, by entity ID; fails if the tree is not sound."""
    connection = sqlite3.connect(folder / f"{version_id}.gpkg")
    (verdict,) = connection.execute(f"SELECT rtreecheck('rtree_{table}_{column}')").fetchone()
    assert verdict == "ok"
    key = "EntityID" if table == "City" else "ID"
    rows = connection.execute(
        f'SELECT t.{key}, minx, maxx, miny, maxy FROM {table} t JOIN "rtree_{table}_{column}" r'
        " ON r.id = __fid"
    ).fetchall()
    (boxes,) = connection.execute(f'SELECT count(*) FROM "rtree_{table}_{column}"').fetchone()
    assert boxes == len(rows)
    connection.close()
    return {row[0]: row[1:] for row in rows}


def test_entities_are_added_replaced_and_deleted(store: EntityStore) -> None:
    fill(store.create("v1", CITIES), CITIES, cities())
    before = fingerprint(store, "v1")
    moved: Row = {**cities()[5], "Name": "Moved", "Latitude": -45.25, "Longitude": 170.5}
    new: Row = {**cities()[6], "EntityID": "new", "Population": 2**62}
    gone = [str(row["EntityID"]) for row in cities()[100:1300]]
    with store.derive("v2", "v1", CITIES) as writer:
        assert writer.remove(gone) == len(gone)
        assert writer.remove(["never there"]) == 0
        writer.add(next(batches_of(CITIES, [moved, new])))
        stats = writer.commit()

    expected = {str(row["EntityID"]): row for row in cities() if row["EntityID"] not in gone}
    expected |= {str(moved["EntityID"]): moved, "new": new}
    assert {str(row["EntityID"]): row for row in stored(store, "v2")} == expected
    assert stats.entity_count == len(expected)
    assert fingerprint(store, "v1") == before
    with store.open("v2") as reader:
        assert reader.count == len(expected)
        box = parse_query({"spatialfilter": "bbox(-45.3,170.4,-45.2,170.6)"}, CITIES)
        assert reader.query(box).ids == [moved["EntityID"]]


def test_the_index_of_a_derived_file_holds_what_the_file_holds(
    files: GeoPackageStore, folder: Path
) -> None:
    fill(files.create("v1", CITIES), CITIES, cities())
    moved: Row = {**cities()[5], "Latitude": -45.25, "Longitude": 170.5}
    gone = [str(row["EntityID"]) for row in cities()[100:1300]]
    with files.derive("v2", "v1", CITIES) as writer:
        assert writer.remove(gone) == len(gone)
        writer.add(next(batches_of(CITIES, [moved])))
        writer.commit()
    expected = {str(row["EntityID"]) for row in cities() if row["EntityID"] not in gone}
    boxes = tree(folder, "v2", "City", "__geometry")
    assert boxes.keys() == expected
    assert boxes[str(moved["EntityID"])] == (170.5, 170.5, -45.25, -45.25)


def test_the_marked_rows_of_a_batch_are_deleted(store: EntityStore) -> None:
    fill(store.create("v1", CITIES), CITIES, cities()[:20])
    gone = str(cities()[3]["EntityID"])
    rows: list[Row] = [{"EntityID": gone}, {**cities()[4], "Name": "Renamed"}]
    with store.derive("v2", "v1", CITIES) as writer:
        writer.add(next(batches_of(CITIES, rows, deleted=frozenset({gone}))))
        assert writer.commit().entity_count == 19
    with store.open("v2") as reader:
        assert reader.get(gone) is None
        renamed = reader.get(str(cities()[4]["EntityID"]))
        assert renamed is not None
        assert renamed["Name"] == "Renamed"


def test_replaced_and_nulled_geometries_leave_no_old_box(
    files: GeoPackageStore, folder: Path
) -> None:
    rows: list[Row] = [
        {"ID": "a", "Geom": "POLYGON ((10 50, 12 50, 12 52, 10 52, 10 50))", "Note": ""},
        {"ID": "b", "Geom": "LINESTRING (0 0, 8 8)", "Note": None},
        {"ID": "c", "Geom": "POINT (1 1)", "Note": None},
    ]
    fill(files.create("v1", SHAPES), SHAPES, rows)
    changed: list[Row] = [{**rows[0], "Geom": "POINT (-70 -30)"}, {**rows[1], "Geom": None}]
    fill(files.derive("v2", "v1", SHAPES), SHAPES, changed)
    assert tree(folder, "v1", "Region", "Geom").keys() == {"a", "b", "c"}
    assert tree(folder, "v2", "Region", "Geom") == {
        "a": (-70, -70, -30, -30),
        "c": (1, 1, 1, 1),
    }


def test_a_derived_version_can_be_derived_from(store: EntityStore) -> None:
    fill(store.create("v1", CITIES), CITIES, cities()[:5])
    fill(store.derive("v2", "v1", CITIES), CITIES, cities()[5:10])
    fill(store.derive("v3", "v2", CITIES), CITIES, cities()[10:15])
    assert stored(store, "v3") == list(cities()[:15])


def test_columns_may_come_in_another_order_and_case(store: EntityStore) -> None:
    fill(store.create("v1", CITIES), CITIES, cities()[:5])
    turned = Schema(
        "City", tuple(Property(p.name.upper(), p.type, p.is_key) for p in CITIES.properties[::-1])
    )
    row = {name.upper(): value for name, value in cities()[7].items()}
    latitude, longitude = cities()[7]["Latitude"], cities()[7]["Longitude"]
    (checked,) = batches_of(turned, [{**row, "Latitude": latitude, "Longitude": longitude}])
    with store.derive("v2", "v1", turned) as writer:
        writer.add(checked)
        writer.commit()
    assert stored(store, "v2") == [*cities()[:5], cities()[7]]


def test_other_properties_are_refused_in_words(store: EntityStore) -> None:
    fill(store.create("v1", CITIES), CITIES, cities()[:5])
    fewer = Schema("City", (*CITIES.properties[:-1], Property("Extra", EdmType.STRING)))
    with pytest.raises(SchemaMismatch, match=r"Extra.*Missing in the file: Surveyed"):
        store.derive("v2", "v1", fewer)
    other = Schema("City", (*CITIES.properties[:-1], Property("Surveyed", EdmType.STRING)))
    with pytest.raises(SchemaMismatch, match=r"Surveyed is Edm.DateTime"):
        store.derive("v2", "v1", other)
    assert len(traces(store)) == 1


def test_a_base_that_is_not_there_is_said(store: EntityStore) -> None:
    with pytest.raises(UnknownVersion):
        store.derive("v2", "v1", CITIES)


def test_a_failure_while_deriving_leaves_the_base_alone(store: EntityStore) -> None:
    fill(store.create("v1", CITIES), CITIES, cities()[:50])
    before = fingerprint(store, "v1")
    with pytest.raises(RuntimeError):
        fill(store.derive("v2", "v1", CITIES), CITIES, Breaking(cities()[:200]))
    assert len(traces(store)) == 1
    assert fingerprint(store, "v1") == before
