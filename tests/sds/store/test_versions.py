"""A version is made whole or not at all, never changes, and gives back what was put in."""

from __future__ import annotations

import pytest

from datasources.query import parse_query
from datasources.schema import EdmType, Property, Schema
from sds_server.store import EntityStore, StoreFault, UnknownVersion
from tests.sds.store.samples import (
    CITIES,
    SHAPES,
    Breaking,
    Row,
    batches_of,
    cities,
    fill,
    stored,
    traces,
)


def test_every_value_comes_back_as_it_went_in(store: EntityStore) -> None:
    stats = fill(store.create("v1", CITIES), CITIES, cities())
    assert stored(store, "v1") == list(cities())
    with store.open("v1") as reader:
        assert reader.schema == CITIES
        assert reader.count == stats.entity_count == len(cities())


def test_one_entity_is_found_by_its_id(city_store: EntityStore) -> None:
    with city_store.open("cities") as reader:
        assert reader.get(str(cities()[42]["EntityID"])) == cities()[42]
        assert reader.get("nowhere") is None
        assert reader.get("' OR 1=1 --") is None


def test_nothing_is_visible_before_the_commit(store: EntityStore) -> None:
    with store.create("v1", CITIES) as writer:
        for checked in batches_of(CITIES, cities()):
            writer.add(checked)
        assert not store.exists("v1")
        assert store.sizes() == {}
        with pytest.raises(UnknownVersion):
            store.open("v1")
        writer.commit()
    assert store.exists("v1")


def test_a_version_is_never_made_twice(store: EntityStore) -> None:
    fill(store.create("v1", CITIES), CITIES, cities()[:5])
    with pytest.raises(StoreFault, match="never change"):
        store.create("v1", CITIES)


def test_a_deleted_version_is_gone_but_open_readers_finish(store: EntityStore) -> None:
    fill(store.create("v1", CITIES), CITIES, cities())
    with store.open("v1") as reader:
        batches = reader.batches(300)
        read = len(next(batches))
        store.delete("v1")
        store.delete("v1")
        assert not store.exists("v1")
        assert read + sum(map(len, batches)) == len(cities())
    with pytest.raises(UnknownVersion):
        store.open("v1")
    store.sweep()
    assert traces(store) == []


@pytest.mark.parametrize("version_id", ["../v1", "", "V1", "a/b", "v1.gpkg", "x" * 65, "a\0b"])
def test_a_version_id_can_not_name_another_file(store: EntityStore, version_id: str) -> None:
    with pytest.raises(UnknownVersion):
        store.open(version_id)
    with pytest.raises(UnknownVersion):
        store.create(version_id, CITIES)


def test_entities_can_be_taken_back_before_the_commit(store: EntityStore) -> None:
    gone = str(cities()[3]["EntityID"])
    with store.create("v1", CITIES) as writer:
        writer.add(next(batches_of(CITIES, cities()[:10])))
        assert writer.remove([gone, "never there"]) == 1
        writer.add(next(batches_of(CITIES, cities()[10:20])))
        assert writer.commit().entity_count == 19
    with store.open("v1") as reader:
        assert reader.get(gone) is None
        box = parse_query(
            {"spatialfilter": "bbox(-90,-180,90,180)", "$inlinecount": "allpages"}, CITIES
        )
        assert reader.query(box).total == 19


def test_a_version_without_entities_can_be_read(store: EntityStore) -> None:
    stats = fill(store.create("v1", CITIES), CITIES, [])
    assert stats.entity_count == 0
    assert stored(store, "v1") == []


def test_entities_without_latitude_and_longitude_have_those_of_their_geography(
    store: EntityStore,
) -> None:
    rows: list[Row] = [
        {"ID": "a", "Geom": "POLYGON ((10 50, 12 50, 12 52, 10 52, 10 50))", "Note": "box"},
        {"ID": "b", "Geom": "POINT (0.30000000000000004 -5.5)", "Note": None},
        {"ID": "c", "Geom": "MULTILINESTRING ((0 0, 4 0), (0 2, 4 2))", "Note": None},
    ]
    fill(store.create("v1", SHAPES), SHAPES, rows)
    assert stored(store, "v1") == rows
    with store.open("v1") as reader:
        assert reader.get("a") == {**rows[0], "Latitude": 51.0, "Longitude": 11.0}
        assert list(reader.get("c") or {}) == ["ID", "Geom", "Note", "Latitude", "Longitude"]


@pytest.mark.parametrize("entity_type", ["gpkg_contents", "sqlite_master", "rtree_x", "cairn_key"])
def test_names_of_the_file_format_can_be_names_of_entities(
    store: EntityStore, entity_type: str
) -> None:
    names = ["fid", "rowid", "geom", "ogc_fid", "order", "select", "tree", "distance", "id"]
    schema = Schema(
        entity_type,
        (
            Property("ID", EdmType.STRING, is_key=True),
            Property("Latitude", EdmType.DOUBLE),
            Property("Longitude", EdmType.DOUBLE),
            *(Property(name, EdmType.STRING) for name in names[:-1]),
        ),
    )
    row: Row = {"ID": "1", "Latitude": 1.5, "Longitude": 2.5, **dict.fromkeys(names[:-1], "x")}
    fill(store.create("v1", schema), schema, [row])
    assert stored(store, "v1") == [row]


def test_a_failure_while_writing_leaves_nothing(store: EntityStore) -> None:
    with pytest.raises(RuntimeError):
        fill(store.create("v1", CITIES), CITIES, Breaking(cities()))
    assert traces(store) == []


def test_leaving_without_a_commit_leaves_nothing(store: EntityStore) -> None:
    with store.create("v1", CITIES) as writer:
        writer.add(next(batches_of(CITIES, cities())))
    assert traces(store) == []


def test_the_same_id_twice_is_refused(store: EntityStore) -> None:
    rows = [*cities()[:10], cities()[3]]
    with pytest.raises(StoreFault, match="same ID"):
        fill(store.create("v1", CITIES), CITIES, rows)
    assert traces(store) == []
