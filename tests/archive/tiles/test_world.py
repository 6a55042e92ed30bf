"""The embedded base map: a small world that crosses the antimeridian and goes around a pole."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from datasources.archive.tiles import Tile
from datasources.archive.tiles.mercator import EXTENT
from datasources.archive.tiles.topology import Topology, within_the_world
from datasources.archive.tiles.world import LAST_ZOOM, World, write_world
from tests.archive.tiles.decoder import Layer, decode
from tests.site import ROOT

# Two neighbours, an island on both sides of the antimeridian, a land around the pole.
ARCS = [
    [[10, 0], [10, 20]],  # 0: the border of Westland and Eastland, from south to north
    [[10, 20], [0, 20], [0, 0], [10, 0]],  # 1: the rest of Westland
    [[10, 0], [20, 0], [20, 20], [10, 20]],  # 2: the rest of Eastland
    [[175, -10], [175, -20], [-175, -20], [-175, -10], [175, -10]],  # 3: the island
    [[-180, -70], [-90, -65], [0, -70], [90, -65], [180, -70], [-180, -70]],  # 4: around the pole
    [[30, 5], [30, 5], [30, 5]],  # 5: too small to be a ring
]
COUNTRIES = [
    {"type": "Polygon", "arcs": [[0, 1]], "id": "1", "properties": {"name": "Westland"}},
    {
        "type": "MultiPolygon",
        "arcs": [[[2, -1]], [[5]]],
        "id": "2",
        "properties": {"name": "Eastland"},
    },
    {"type": "Polygon", "arcs": [[3]], "id": "3", "properties": {"name": "Isle"}},
    {"type": "Polygon", "arcs": [[4]], "id": "4", "properties": {"name": "Southland"}},
]
LAND = {"type": "MultiPolygon", "arcs": [[[1, 2]], [[3]], [[4]]]}


def deltas(arc: list[list[int]]) -> list[list[int]]:
    pairs = zip(arc, [[0, 0], *arc], strict=False)
    return [[x - before[0], y - before[1]] for (x, y), before in pairs]


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("atlas")
    topology = {
        "type": "Topology",
        "transform": {"scale": [1, 1], "translate": [0, 0]},
        "arcs": [deltas(arc) for arc in ARCS],
        "objects": {
            "countries": {"type": "GeometryCollection", "geometries": COUNTRIES},
            "land": {"type": "GeometryCollection", "geometries": [LAND]},
        },
    }
    for name in ("countries-50m.json", "countries-10m.json"):
        (folder / name).write_text(json.dumps(topology))
    return folder


@pytest.fixture(scope="module")
def world(atlas: Path) -> World:
    assert write_world(atlas, atlas / "world") > 50
    return World(atlas / "world")


def layers(world: World, z: int, x: int, y: int) -> dict[str, Layer]:
    found = world.tile(Tile(z, x, y))
    return decode(gzip.decompress(found)) if found else {}


def test_outlines_are_put_together_of_their_arcs(atlas: Path) -> None:
    shapes: dict[str, Any] = {
        properties["name"]: shape
        for properties, shape in Topology(atlas / "countries-50m.json").shapes("countries")
    }
    assert shapely.equals(shapes["Westland"], shapely.box(0, 0, 10, 20))
    assert shapely.equals(shapes["Eastland"], shapely.box(10, 0, 20, 20))
    assert shapes["Isle"].bounds == (175, -20, 185, -10)
    assert shapes["Southland"].bounds[1] == -90
    assert all(shape.is_valid for shape in shapes.values())
    (border,) = Topology(atlas / "countries-50m.json").borders("countries")
    assert border.wkt == "LINESTRING (10 0, 10 20)"


def test_what_reaches_beyond_180_degrees_is_cut_there(atlas: Path) -> None:
    (isle,) = (
        within_the_world(shape)
        for properties, shape in Topology(atlas / "countries-50m.json").shapes("countries")
        if properties["id"] == "3"
    )
    assert isle.geom_type == "MultiPolygon"
    assert isle.bounds == (-180, -20, 180, -10)
    assert isle.area == 100


def test_the_world_has_land_borders_and_names(world: World) -> None:
    whole = layers(world, 0, 0, 0)
    assert set(whole) == {"land", "borders"}
    assert all(feature.geometry.is_valid for feature in whole["land"].features)
    names = {
        feature.properties["name"]: feature.properties["rank"]
        for x in range(4)
        for y in range(4)
        if "names" in (found := layers(world, 2, x, y))
        for feature in found["names"].features
    }
    assert names["Southland"] == 0
    assert set(names) == {"Southland", "Westland", "Eastland", "Isle"}


def test_both_sides_of_the_antimeridian_have_the_island(world: World) -> None:
    for x in (0, 7):
        assert layers(world, 3, x, 4)["land"].features
    assert layers(world, LAST_ZOOM, 0, 33)["land"].features
    assert world.tile(Tile(5, 10, 10)) is None


def test_land_goes_on_to_the_edge_of_the_map_at_the_pole(world: World) -> None:
    parts = [
        feature.geometry for feature in layers(world, 1, 0, 1)["land"].features
        if feature.geometry.bounds[3] >= 4096
    ]  # fmt: skip
    land = shapely.union_all(parts)
    assert land.bounds[0] <= 0
    assert land.bounds[2] >= 4096


def test_the_real_world_has_as_much_land_at_each_zoom_however_it_is_cut() -> None:
    """Outlines that cross themselves, of which it has some, fill no tile that they do not cover."""
    path = ROOT / "static" / "vendor" / "world" / "world.tiles"
    if not path.is_file():
        pytest.skip("static/vendor has no base map: `manage.py frontend` makes it")
    world, tile = World(path), shapely.box(0, 0, EXTENT, EXTENT)

    def land(z: int) -> float:
        tiles = [layers(world, z, x, y).get("land") for x in range(1 << z) for y in range(1 << z)]
        shapes = [one.geometry for layer in tiles if layer for one in layer.features]
        return float(shapely.area(shapely.intersection(shapes, tile)).sum()) / (EXTENT << z) ** 2

    assert [land(z) for z in range(4)] == pytest.approx([land(0)] * 4, rel=0.02)
