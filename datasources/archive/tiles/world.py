"""The base map that needs no network: Natural Earth's land, borders and names of countries as tiles.

Made once, when the front-end packages are installed, from the npm package `world-atlas`. Layers:
`land` (polygons), `borders` (lines), `names` (points: `name`, `rank` from 0, the largest country).
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from datasources.archive.tiles.arrays import Arrays, write_arrays
from datasources.archive.tiles.mercator import EXTENT, Tile, project
from datasources.archive.tiles.mvt import POINT, Layer, encode_points, encode_tile
from datasources.archive.tiles.shapes import MARGIN, Drawn, draw
from datasources.archive.tiles.topology import Topology

FORMAT = 2
LAST_ZOOM = 6
_COARSE_UP_TO = 3  # the last zoom drawn of the outlines at 1:50 million; the others are of 1:10
_NAMES_FROM = 1  # zoom at which the largest countries are named; smaller ones later
_STEP = 2.0  # a country is named one zoom later for each factor by which it is narrower
_SPECK = 6  # steps of a tile: land that is smaller is left out

Shapes = npt.NDArray[Any]


def write_world(atlas: Path, to: Path) -> int:
    """Writes the tiles from a folder with `countries-50m.json` and `countries-10m.json`; gives how
    many there are."""
    made: dict[int, bytes] = {}
    names = _names(Topology(atlas / "countries-50m.json"))
    for file, first, last in (
        ("countries-50m.json", 0, _COARSE_UP_TO),
        ("countries-10m.json", _COARSE_UP_TO + 1, LAST_ZOOM),
    ):
        topology = Topology(atlas / file)
        land = _around([shape for _, shape in topology.shapes("land")])
        borders = _around(list(topology.borders("countries")))
        for tile, data in _tiles(Tile(0, 0, 0), land, borders, names, first, last):
            made[_key(tile)] = gzip.compress(data, 9, mtime=0)
    keys = sorted(made)
    lengths = [len(made[key]) for key in keys]
    write_arrays(
        to,
        {"last_zoom": LAST_ZOOM},
        {
            "keys": np.array(keys, dtype=np.uint64),
            "ends": np.cumsum(np.array(lengths, dtype=np.int64)),
            "data": np.frombuffer(b"".join(made[key] for key in keys), dtype=np.uint8),
        },
    )
    return len(keys)


class World:
    """The tiles of a file, gzip'd. Raises FileNotFoundError or DamagedArrays."""

    def __init__(self, path: Path) -> None:
        self._arrays = Arrays(path)

    def tile(self, tile: Tile) -> bytes | None:
        """A tile; None where there is only water."""
        keys = self._arrays["keys"]
        at = int(np.searchsorted(keys, np.uint64(_key(tile))))
        if at == len(keys) or int(keys[at]) != _key(tile):
            return None
        ends = self._arrays["ends"]
        start = int(ends[at - 1]) if at else 0
        return self._arrays["data"][start : int(ends[at])].tobytes()


def _key(tile: Tile) -> int:
    return (tile.z << 40) | (tile.y << 20) | tile.x


def _around(shapes: list[Any]) -> Shapes:
    """Shapes in shares of the world, in parts, with those that reach around its edges on both sides."""

    def projected(places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(project(places[:, 0], places[:, 1]))

    parts = shapely.get_parts(shapely.transform(np.array(shapes, dtype=object), projected))
    parts = _valid(shapely.get_parts(parts))
    bounds, turn = shapely.bounds(parts), np.array([1.0, 0.0])
    left = shapely.transform(parts[bounds[:, 2] > 1 - MARGIN], lambda places: places - turn)
    right = shapely.transform(parts[bounds[:, 0] < MARGIN], lambda places: places + turn)
    found: Shapes = np.concatenate((parts, left, right))
    return found


def _tiles(
    tile: Tile, land: Shapes, borders: Shapes, names: list[dict[str, Any]], first: int, last: int
) -> Iterator[tuple[Tile, bytes]]:
    """The tiles from one down, each cut from what was cut for the one above it."""
    side = 1 / (1 << tile.z)
    box = (
        (tile.x - MARGIN) * side,
        (tile.y - MARGIN) * side,
        (tile.x + 1 + MARGIN) * side,
        (tile.y + 1 + MARGIN) * side,
    )
    land, borders = _cut(land, box), _cut(borders, box)
    inside = [one for one in names if _lies_in(one, tile)]
    if not len(land) and not len(borders):
        return
    if tile.z >= first:
        yield tile, _encoded(tile, land, borders, inside)
    if tile.z < last:
        for down in (0, 1):
            for right in (0, 1):
                part = Tile(tile.z + 1, 2 * tile.x + right, 2 * tile.y + down)
                yield from _tiles(part, land, borders, inside, first, last)


def _cut(shapes: Shapes, box: tuple[float, float, float, float]) -> Shapes:
    bounds = shapely.bounds(shapes)
    meets = (
        (bounds[:, 0] < box[2]) & (bounds[:, 2] > box[0])
        & (bounds[:, 1] < box[3]) & (bounds[:, 3] > box[1])
    )  # fmt: skip
    cut = shapely.clip_by_rect(shapes[meets], *box)
    return _valid(cut[~shapely.is_empty(cut)])


def _valid(shapes: Shapes) -> Shapes:
    """GEOS cuts what is no valid shape into whole rectangles, and may leave such shapes itself."""
    is_valid = shapely.is_valid(shapes)
    mended = shapely.get_parts(shapely.make_valid(shapes[~is_valid]))
    valid: Shapes = np.concatenate((shapes[is_valid], mended[shapely.get_dimensions(mended) > 0]))
    return valid


def _encoded(tile: Tile, land: Shapes, borders: Shapes, names: list[dict[str, Any]]) -> bytes:
    scale = EXTENT * (1 << tile.z)

    def steps(places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return places * scale - (tile.x * EXTENT, tile.y * EXTENT)

    def layer(name: str, shapes: Shapes) -> Layer:
        placed = shapely.transform(shapes, steps)
        drawn = Drawn.joined(draw(placed, np.arange(len(shapes)), tile.z == LAST_ZOOM))
        return Layer(name, drawn.places + 1, drawn.types, drawn.geometry)

    bounds = shapely.bounds(land) * scale
    land = land[np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1]) >= _SPECK]
    return encode_tile([layer("land", land), layer("borders", borders), _name_layer(tile, names)])


def _name_layer(tile: Tile, names: list[dict[str, Any]]) -> Layer:
    shown = [one for one in names if one["from"] <= tile.z]
    scale = EXTENT * (1 << tile.z)
    x = np.array([one["x"] * scale - tile.x * EXTENT for one in shown], dtype=np.int64)
    y = np.array([one["y"] * scale - tile.y * EXTENT for one in shown], dtype=np.int64)
    attributes = {
        "name": np.array([one["name"] for one in shown], dtype=object),
        "rank": np.array([one["rank"] for one in shown], dtype=np.int64),
    }
    ids = np.array([one["rank"] + 1 for one in shown], dtype=np.int64)
    return Layer("names", ids, np.full(len(shown), POINT), encode_points(x, y), attributes)


def _names(topology: Topology) -> list[dict[str, Any]]:
    """Where each country's name stands: in the widest place of its largest part."""
    found = []
    for properties, shape in topology.shapes("countries"):
        parts = shapely.get_parts(shape)
        largest = parts[int(shapely.area(parts).argmax())]
        circle = shapely.maximum_inscribed_circle(largest, tolerance=0.05)
        (longitude, latitude), edge = shapely.get_coordinates(circle)[:2]
        x, y = project(np.array([longitude]), np.array([latitude]))
        width = float(np.hypot(edge[0] - longitude, edge[1] - latitude)) * 2
        found.append(
            {"name": properties["name"], "x": float(x[0]) % 1, "y": float(y[0]), "width": width}
        )
    found.sort(key=lambda one: -one["width"])
    widest = found[0]["width"]
    for rank, one in enumerate(found):
        later = np.log(widest / max(one["width"], 1e-3)) / np.log(_STEP)
        one["rank"], one["from"] = rank, min(LAST_ZOOM, _NAMES_FROM + int(later))
    return found


def _lies_in(name: dict[str, Any], tile: Tile) -> bool:
    count = 1 << tile.z
    return int(name["x"] * count) == tile.x and int(name["y"] * count) == tile.y
