"""Tiles of points: every entity in exactly one dot at every zoom, where it lies, edges of the world too."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from datasources.archive.tiles import Tile
from datasources.archive.tiles.columns import OTHER, read_column
from tests.archive.tiles.samples import Sample, indexed, scattered, write_points

COUNT = 30_000


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    path = tmp_path_factory.mktemp("many") / "many.gpkg"
    return indexed(write_points(path, scattered(COUNT)))


def occupied(sample: Sample, zoom: int) -> set[tuple[int, int]]:
    """The tiles of a zoom that hold a place."""
    shift = 32 - zoom
    return {
        (int(x) >> shift, int(y) >> shift)
        for x, y in zip(sample.index.x, sample.index.y, strict=True)
    }


@pytest.mark.parametrize("clustered", [False, True], ids=["thinned", "clustered"])
@pytest.mark.parametrize("zoom", [0, 1, 2, 3, 5, 7])
def test_the_counts_of_all_dots_are_the_number_of_entities(
    many: Sample, zoom: int, clustered: bool
) -> None:
    total = dots = 0
    for x, y in occupied(many, zoom):
        layers = many.tile(zoom, x, y, clustered=clustered)
        assert list(layers) == ["dots"]
        counts = [feature.properties["n"] for feature in layers["dots"].features]
        total += sum(counts)
        dots += len(counts)
        ids = [feature.id for feature in layers["dots"].features]
        assert len(ids) == len(set(ids))
    assert total == COUNT
    assert dots <= COUNT
    if zoom < many.index.whole_from:
        assert dots < COUNT / 4


def test_tiles_of_a_zoom_that_hold_nothing_are_empty(many: Sample) -> None:
    there = occupied(many, 4)
    assert all(
        many.tile(4, x, y) == {} for x, y in product(range(16), repeat=2) if (x, y) not in there
    )


def test_near_by_every_entity_is_a_dot_of_its_own_at_its_place(tmp_path: Path) -> None:
    places = [(10.0, 56.0), (10.01, 56.0), (10.0, 56.01), (-3.5, 40.2)]
    sample = indexed(write_points(tmp_path / "few.gpkg", places))
    for fid, (longitude, _latitude) in enumerate(places, start=1):
        for zoom in (0, 6, 14):
            place = int((sample.index.fids == fid).argmax())
            x, y = (int(steps[place]) >> (32 - zoom) for steps in (sample.index.x, sample.index.y))
            tile = sample.tile(zoom, x, y)["dots"]
            assert tile.extent == 4096
            assert tile.version == 2
            (found,) = [one for one in tile.features if one.id == fid]
            assert found.properties == {"n": 1}
            steps = found.geometry.centroid
            west = x / 2**zoom * 360 - 180
            assert west + steps.x / 4096 / 2**zoom * 360 == pytest.approx(
                longitude, abs=360 / 4096 / 2**zoom
            )
            assert 0 <= steps.y < 4096


def test_the_poles_and_both_sides_of_the_antimeridian_are_counted(tmp_path: Path) -> None:
    places = [
        (180.0, 0.0),
        (-180.0, 0.0),
        (179.9999999, 10.0),
        (0.0, 90.0),
        (0.0, -90.0),
        (20.0, 86.0),
    ]
    sample = indexed(write_points(tmp_path / "edges.gpkg", places))
    for zoom in (0, 1, 4, 10):
        last = 2**zoom - 1
        found = {}
        for x, y in occupied(sample, zoom):
            assert Tile(zoom, x, y).is_there
            for feature in sample.tile(zoom, x, y)["dots"].features:
                found[feature.id] = (x, y)
        assert sorted(found) == [1, 2, 3, 4, 5, 6]
        assert found[1][0] == found[3][0] == last
        assert found[2][0] == 0
        assert found[4][1] == found[6][1] == 0
        assert found[5][1] == last


def test_data_on_both_sides_of_the_antimeridian_have_one_narrow_extent(tmp_path: Path) -> None:
    sample = indexed(write_points(tmp_path / "fiji.gpkg", [(177.0, -18.0), (-179.0, -16.5)]))
    west, south, east, north = sample.index.facts["extent"]
    assert (west, east) == (pytest.approx(177), pytest.approx(181))
    assert (south, north) == (pytest.approx(-18), pytest.approx(-16.5))
    places = [(float(longitude), 5.0) for longitude in range(-170, 180, 20)]
    wide = indexed(write_points(tmp_path / "wide.gpkg", places))
    assert wide.index.facts["extent"][0] == pytest.approx(-170)


def test_a_version_of_one_entity_and_one_of_none(tmp_path: Path) -> None:
    one = indexed(write_points(tmp_path / "one.gpkg", [(9.9217, 57.0488)]))
    assert one.index.facts["extent"] == [pytest.approx(v) for v in (9.9217, 57.0488) * 2]
    assert [f.properties for f in one.tile(0, 0, 0)["dots"].features] == [{"n": 1}]
    none = indexed(write_points(tmp_path / "none.gpkg", []))
    assert none.index.facts["extent"] is None
    assert none.index.facts["located"] == 0
    assert none.tile(0, 0, 0) == {}


def test_entities_without_a_location_are_left_out_and_told(tmp_path: Path) -> None:
    nowhere = float("nan")
    path = write_points(tmp_path / "lost.gpkg", [(1.0, 2.0), (nowhere, nowhere)])
    sample = indexed(path)
    facts = sample.index.facts
    assert (facts["count"], facts["located"]) == (2, 1)
    assert [f.id for f in sample.tile(0, 0, 0)["dots"].features] == [1]
    lost = indexed(write_points(tmp_path / "all.gpkg", [(nowhere, nowhere)] * 3))
    assert (lost.index.facts["count"], lost.index.facts["located"]) == (3, 0)
    assert lost.tile(0, 0, 0) == {}


def test_many_at_one_place_stay_one_dot_at_the_last_zoom(tmp_path: Path) -> None:
    sample = indexed(write_points(tmp_path / "heap.gpkg", [(10.0, 56.0)] * 5000))
    zoom = sample.index.max_zoom
    assert zoom == 20
    ((x, y),) = occupied(sample, zoom)
    assert [f.properties for f in sample.tile(zoom, x, y)["dots"].features] == [{"n": 5000}]


def test_dots_carry_what_they_are_styled_by(tmp_path: Path) -> None:
    names = ["Bakery", "Bakery", None, *(f"Other {n}" for n in range(20))]
    seats = [1, 3, None, *range(20)]
    opened = ["2024-02-01T08:30:00.000Z"] * len(names)
    path = write_points(
        tmp_path / "styled.gpkg",
        [(10.0 + n / 10, 56.0) for n in range(len(names))],
        Name=names,
        Seats=seats,
        Open=[True, False, None] + [True] * 20,
        Opened=opened,
    )
    sample = indexed(path)

    def values(name: str, *, categories: bool = True, zoom: int = 5) -> dict[int, object]:
        with sample.open() as file:
            column = read_column(sample.index, file, name, categories=categories)
        found = {}
        for x, y in occupied(sample, zoom):
            for one in sample.tile(zoom, x, y, column=column)["dots"].features:
                found[one.id] = one.properties.get("v")
        return found

    by_name = values("Name")
    assert (by_name[1], by_name[2], by_name[3]) == (0.0, 0.0, None)
    assert set(by_name.values()) == {None, *map(float, range(OTHER + 1))}
    by_seats = values("Seats", categories=False)
    assert (by_seats[1], by_seats[2], by_seats[3]) == (1.0, 3.0, None)
    assert values("Opened", categories=False)[1] == 1706776200.0
    by_open = values("Open")
    assert (by_open[1], by_open[2], by_open[3]) == (0.0, 1.0, None)
    with sample.open() as file:
        for wrong in ("Latitude", "Nothing", 'x"; DROP'):
            with pytest.raises(KeyError):
                read_column(sample.index, file, wrong, categories=True)
        with pytest.raises(KeyError):
            read_column(sample.index, file, "Name", categories=False)


def test_a_dot_of_many_has_their_most_frequent_category_and_their_mean(tmp_path: Path) -> None:
    count = 6000
    path = write_points(
        tmp_path / "groups.gpkg",
        [(10.0, 56.0)] * count + [(30.0, 10.0)] * 10,
        Name=["A"] * 2000 + ["B"] * 3999 + [None] + ["A"] * 10,
        Seats=[*range(count), *[None] * 10],
    )
    sample = indexed(path)
    with sample.open() as file:
        names = read_column(sample.index, file, "Name", categories=True)
        seats = read_column(sample.index, file, "Seats", categories=False)
    by_name = {f.id: f.properties for f in sample.tile(0, 0, 0, column=names)["dots"].features}
    assert by_name == {1: {"n": 6000, "v": 0.0}, 6001: {"n": 10, "v": 1.0}}
    by_seats = {f.id: f.properties for f in sample.tile(0, 0, 0, column=seats)["dots"].features}
    assert by_seats == {1: {"n": 6000, "v": 2999.5}, 6001: {"n": 10}}


def test_points_are_cut_out_without_opening_the_archive(many: Sample) -> None:
    many.opened.clear()
    for x, y in occupied(many, 3):
        many.tile(3, x, y)
    assert many.opened == []
