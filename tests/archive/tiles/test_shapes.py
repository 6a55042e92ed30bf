"""Tiles of lines and polygons: cut, simplified, valid, none lost, antimeridian and poles."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import shapely

from datasources.archive.tiles import Tile
from datasources.archive.tiles import overview as overview_room
from datasources.archive.tiles.overview import overview_of
from tests.archive.tiles.decoder import Layer
from tests.archive.tiles.samples import Sample, indexed, write_points, write_shapes

LOW, HIGH = -64, 4096 + 64


def star(x: float, y: float, radius: float, points: int, seed: int) -> shapely.Polygon:
    random = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * np.pi, points, endpoint=False)
    reach = radius * random.uniform(0.3, 1.0, points)
    return shapely.Polygon(
        np.column_stack((x + reach * np.cos(angles), y + reach * np.sin(angles)))
    )


@pytest.fixture(scope="module")
def stars(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    random = np.random.default_rng(5)
    shapes = [
        star(*random.uniform((-170, -75), (170, 75)), float(radius), int(points), seed)
        for seed, (radius, points) in enumerate(
            zip(10 ** random.uniform(-3, 1, 600), random.integers(5, 200, 600), strict=True)
        )
    ]
    return indexed(write_shapes(tmp_path_factory.mktemp("stars") / "stars.gpkg", shapes))


def all_tiles(sample: Sample, zoom: int) -> list[dict[str, Layer]]:
    side = 1 << zoom
    return [sample.tile(zoom, x, y) for x in range(side) for y in range(side)]


@pytest.mark.parametrize("zoom", [0, 1, 2, 3, 4, 5])
def test_every_entity_is_drawn_or_counted(stars: Sample, zoom: int) -> None:
    drawn: set[int] = set()
    counted = 0
    for layers in all_tiles(stars, zoom):
        if "areas" in layers:
            drawn |= {feature.id for feature in layers["areas"].features}
        if "dots" in layers:
            counted += sum(feature.properties["n"] for feature in layers["dots"].features)
    assert len(drawn) + counted == 600
    assert drawn


@pytest.mark.parametrize("zoom", [0, 2, 4, 5])
def test_polygons_are_valid_and_end_a_little_outside_the_tile(stars: Sample, zoom: int) -> None:
    for layers in all_tiles(stars, zoom):
        for feature in layers["areas"].features if "areas" in layers else ():
            assert feature.type == "polygon"
            assert feature.geometry.is_valid, shapely.is_valid_reason(feature.geometry)
            assert feature.geometry.area > 0
            low_x, low_y, high_x, high_y = feature.geometry.bounds
            assert LOW <= low_x <= high_x <= HIGH
            assert LOW <= low_y <= high_y <= HIGH


def test_what_is_simplified_keeps_its_area_and_sheds_its_points(tmp_path: Path) -> None:
    shapes = [shapely.Point(10, 20).buffer(5, 100), shapely.Point(60, -20).buffer(7, 200)]
    sample = indexed(write_shapes(tmp_path / "rough.gpkg", shapes))
    (far,) = [sample.tile(0, 0, 0)["areas"]]
    for fid, shape in enumerate(shapes, start=1):
        (drawn,) = [feature.geometry for feature in far.features if feature.id == fid]
        assert shapely.get_num_coordinates(drawn) < shapely.get_num_coordinates(shape) / 10
        middle, width = drawn.centroid, 4096 / 360
        assert middle.x == pytest.approx((shape.centroid.x + 180) * width, abs=3)
        flat = shape.area * width**2 / math.cos(math.radians(shape.centroid.y))
        assert drawn.area == pytest.approx(flat, rel=0.07)


def test_lines_multi_forms_and_collections(tmp_path: Path) -> None:
    texts = [
        "LINESTRING (0 0, 40 20, 80 -20)",
        "MULTILINESTRING ((-40 0, -20 0), (-40 10, -20 10))",
        "MULTIPOLYGON (((0 30, 20 30, 20 50, 0 50, 0 30), (5 35, 5 45, 15 45, 15 35, 5 35)), "
        "((40 30, 60 30, 60 50, 40 30)))",
        "MULTIPOINT (-100 0, -100 40, -60 40)",
        "GEOMETRYCOLLECTION (POINT (-120 -40), LINESTRING (-120 -50, -80 -50), "
        "GEOMETRYCOLLECTION (POLYGON ((-110 -40, -90 -40, -90 -30, -110 -40))))",
        "POINT (100 10)",
    ]
    sample = indexed(write_shapes(tmp_path / "kinds.gpkg", texts))
    assert sample.index.facts["kinds"] == {
        "points": 2, "lines": 2, "polygons": 1, "collections": 1,
    }  # fmt: skip
    layers = sample.tile(0, 0, 0)
    lines = {feature.id: feature.geometry for feature in layers["lines"].features}
    assert {fid: len(line.geoms) for fid, line in lines.items()} == {1: 1, 2: 2, 5: 1}
    areas = {feature.id: feature.geometry for feature in layers["areas"].features}
    assert sorted(areas) == [3, 5]
    assert [len(part.interiors) for part in areas[3].geoms] == [1, 0]
    assert sorted(f.id for f in layers["points"].features) == [4, 4, 4, 5]
    assert [(f.id, f.properties) for f in layers["dots"].features] == [(6, {"n": 1})]


def test_shapes_at_the_edges_of_the_world(tmp_path: Path) -> None:
    texts = [
        "POLYGON ((170 -10, 180 -10, 180 10, 170 10, 170 -10))",
        "POLYGON ((-180 -10, -170 -10, -170 10, -180 10, -180 -10))",
        "POLYGON ((-180 -90, 180 -90, 180 -70, -180 -70, -180 -90))",
        "LINESTRING (0 80, 0 90)",
    ]
    sample = indexed(write_shapes(tmp_path / "edges.gpkg", texts))
    west, _, east, _ = sample.index.facts["extent"]
    assert (west, east) == (pytest.approx(-180), pytest.approx(180))
    layers = sample.tile(0, 0, 0)
    areas = {feature.id: feature.geometry for feature in layers["areas"].features}
    assert sorted(areas) == [1, 2, 3]
    assert all(area.is_valid for area in areas.values())
    assert areas[3].bounds[3] == 4096  # to the map's southern edge
    assert areas[1].bounds[2] == 4096
    assert [feature.id for feature in layers["lines"].features] == [4]
    assert [f.id for f in sample.tile(1, 1, 0)["areas"].features] == [1]


def test_a_polygon_that_crosses_itself_is_drawn_all_the_same(tmp_path: Path) -> None:
    bow = "POLYGON ((0 0, 40 40, 40 0, 0 40, 0 0))"
    sample = indexed(write_shapes(tmp_path / "bow.gpkg", [bow]))
    (area,) = sample.tile(0, 0, 0)["areas"].features
    assert area.id == 1
    assert area.geometry.is_valid


def test_polygons_of_no_width_are_drawn_as_lines(tmp_path: Path) -> None:
    texts = [
        "POLYGON ((0 0, 40 40, 0 0, 0 0))",
        "POLYGON ((0 0, 40 0, 40 0.0001, 0 0))",
        "MULTIPOLYGON (((-40 0, -20 0, -20 20, -40 0)), ((-60 0, -50 0, -50 0.0001, -60 0)))",
    ]
    layers = indexed(write_shapes(tmp_path / "thin.gpkg", texts)).tile(0, 0, 0)
    assert sorted(feature.id for feature in layers["lines"].features) == [1, 2]
    assert [feature.id for feature in layers["areas"].features] == [3]


def test_a_shape_smaller_than_a_few_pixels_is_a_dot_until_it_is_larger(tmp_path: Path) -> None:
    house = star(10, 56, 0.0005, 12, seed=3)
    sample = indexed(write_shapes(tmp_path / "house.gpkg", [house]))
    place = int(sample.index.x[0]), int(sample.index.y[0])
    kinds = []
    for zoom in range(15):
        x, y = (steps >> (32 - zoom) for steps in place)
        layers = sample.tile(zoom, x, y)
        kinds += layers.keys()
    assert kinds == ["dots"] * kinds.count("dots") + ["areas"] * kinds.count("areas")
    assert 8 < kinds.count("dots") < 13


def test_tiles_are_the_same_with_and_without_an_overview(
    stars: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert overview_of(stars.index, Tile(2, 1, 1)) is not None
    monkeypatch.setattr(overview_room, "ALWAYS", -1)
    monkeypatch.setattr(overview_room, "HEAVY", math.inf)
    without = indexed(stars.path.rename(tmp_path / "again.gpkg"))
    without.path.rename(stars.path)
    without.path = stars.path
    assert overview_of(without.index, Tile(2, 1, 1)) is None
    for x in range(4):
        for y in range(4):
            monkeypatch.undo()
            kept = stars.tile(2, x, y)
            monkeypatch.setattr(overview_room, "ALWAYS", -1)
            made = without.tile(2, x, y)
            assert kept.keys() == made.keys()
            for name in kept:
                assert kept[name].features == made[name].features


def test_heavy_tiles_are_kept_beyond_the_first_zooms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview_room, "HEAVY", 20_000)
    shapes = [star(10 + n / 50, 56, 0.5, 200, seed=n) for n in range(40)]
    sample = indexed(write_shapes(tmp_path / "heavy.gpkg", shapes))
    keys = sample.index.arrays["overview_tiles"]
    zooms = {int(key) >> 40 for key in keys}
    assert max(zooms) > overview_room.ALWAYS
    opened = len(sample.opened)
    for zoom in range(max(zooms)):
        x, y = (int(steps[0]) >> (32 - zoom) for steps in (sample.index.x, sample.index.y))
        if overview_of(sample.index, Tile(zoom, x, y)) is not None:
            sample.tile(zoom, x, y)
    assert len(sample.opened) == opened


def test_an_entity_without_its_geography_is_drawn_at_its_location(tmp_path: Path) -> None:
    from datasources.formats.geopackage import write_geopackage
    from datasources.schema import Batch, EdmType, Property, Schema

    schema = Schema(
        "Both",
        (
            Property("ID", EdmType.STRING, is_key=True),
            Property("Latitude", EdmType.DOUBLE),
            Property("Longitude", EdmType.DOUBLE),
            Property("Shape", EdmType.GEOGRAPHY),
        ),
    )
    columns = [["a", "b"], [10.0, 20.0], [30.0, 40.0], ["POLYGON ((0 0, 50 0, 50 50, 0 0))", None]]
    path = tmp_path / "both.gpkg"
    write_geopackage(path, schema, [Batch(columns, range(1, 3), [0, 0])])
    layers = indexed(path).tile(0, 0, 0)
    assert [feature.id for feature in layers["areas"].features] == [1]
    assert [feature.id for feature in layers["dots"].features] == [2]


def test_a_tile_of_points_alone_needs_no_overview(tmp_path: Path) -> None:
    sample = indexed(write_points(tmp_path / "points.gpkg", [(1.0, 2.0)]))
    assert len(sample.index.arrays["overview_tiles"]) == 0
