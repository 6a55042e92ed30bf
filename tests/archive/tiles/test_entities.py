"""Entities as a map asks for them: in view, one by one, by what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from datasources.archive.tiles import entities as entities_room
from datasources.archive.tiles import in_view, read_entities, read_entity, search
from tests.archive.tiles.samples import Sample, indexed, write_points, write_shapes

NAMES = [
    "Harbour café", "HARBOUR BAR", "Old harbour", "100% juice", "Straße", "ÅLESUND", None,
    "Under_score", "UnderXscore",
]  # fmt: skip


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    path = tmp_path_factory.mktemp("entities") / "places.gpkg"
    count = len(NAMES)
    return indexed(
        write_points(path, [(10.0 + n, 50.0) for n in range(count)], Name=NAMES, Seats=[1] * count)
    )


def found(sample: Sample, text: str) -> list[str]:
    with sample.open() as file:
        return [one.key for one in search(file, "Name", text, 20).matches]


def test_a_search_finds_ids_and_texts_whatever_their_case(places: Sample) -> None:
    assert found(places, "harbour") == ["p1", "p0", "p2"]
    assert found(places, "HARBOUR CAFÉ") == ["p0"]
    assert found(places, "p3") == ["p3"]
    assert found(places, "P3") == ["p3"]
    assert found(places, "100%") == ["p3"]
    assert found(places, "r_s") == ["p7"]
    assert found(places, "ålesund") == ["p5"]
    assert found(places, "STRASSE") == []
    assert found(places, "nothing like it") == []
    assert found(places, "'; DROP TABLE x --") == []


def test_a_search_that_runs_out_of_time_says_so(
    places: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entities_room, "SECONDS", -1.0)
    monkeypatch.setattr(entities_room, "_EVERY", 1)
    with places.open() as file:
        partly = search(file, "Name", "p2", 20)
        assert not partly.complete
        assert [one.key for one in partly.matches] == ["p2"]
        monkeypatch.undo()
        assert search(file, "Name", "p2", 20).complete


def test_entities_in_a_box_come_in_their_order(places: Sample) -> None:
    index = places.index

    def keys(*bounds: float) -> list[int]:
        return index.fids[in_view(index, bounds)].tolist()  # type: ignore[arg-type]

    assert keys(-180, -90, 180, 90) == list(range(1, 10))
    assert keys(11.5, 40, 14.5, 60) == [3, 4, 5]
    assert keys(11.5, 51, 14.5, 60) == []
    assert keys(371.5, 40, 374.5, 60) == [3, 4, 5]  # a turn of the world further
    assert keys(-348.5, 40, -345.5, 60) == [3, 4, 5]


def test_a_box_across_the_antimeridian_has_both_sides(tmp_path: Path) -> None:
    places = [(179.0, 0.0), (-179.0, 0.0), (0.0, 0.0), (178.0, 0.0)]
    sample = indexed(write_points(tmp_path / "edge.gpkg", places))
    bounds = (178.5, -10.0, 185.0, 10.0)
    assert sample.index.fids[in_view(sample.index, bounds)].tolist() == [1, 2]


def test_a_shape_is_in_view_where_it_reaches_into_it(tmp_path: Path) -> None:
    texts = ["POLYGON ((0 0, 20 0, 20 20, 0 20, 0 0))", "LINESTRING (30 0, 40 10)"]
    sample = indexed(write_shapes(tmp_path / "reach.gpkg", texts))
    assert sample.index.fids[in_view(sample.index, (18.0, 18.0, 25.0, 25.0))].tolist() == [1]


def test_one_entity_has_all_its_values_and_its_geometry(places: Sample, tmp_path: Path) -> None:
    with places.open() as file:
        one = read_entity(file, key="p4")
        assert one is not None
        assert one.values["Name"] == "Straße"
        assert one.geometry == {"type": "Point", "coordinates": [14.0, 50.0]}
        assert read_entity(file, fid=one.fid) == one
        assert read_entity(file, key="p4 ") is None
        assert read_entity(file, fid=99) is None
        some = read_entities(file, [3, 99, 1])
        assert [(entity.fid, entity.geometry) for entity in some] == [(3, None), (1, None)]
    ring = ", ".join(f"{10 + n / 9000:.6f} {50 + (n % 7) / 1e6:.6f}" for n in range(9000))
    text = f"POLYGON ((10 49, {ring}, 11 49, 10 49))"
    shapes = indexed(write_shapes(tmp_path / "long.gpkg", [text]))
    with shapes.open() as file:
        long = read_entity(file, key="s0")
    assert long is not None
    assert long.shape == "Polygon, 9,003 points"
    assert long.geometry is not None
    assert len(long.geometry["coordinates"][0]) <= 4000
    assert "Shape" not in long.values
