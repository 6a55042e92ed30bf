"""Versions as the archive keeps them, made of a few columns."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from datasources.archive.tiles import MapIndex, Tile, tile_of, write_map_index
from datasources.formats.geopackage import GeoPackageFile, write_geopackage
from datasources.schema import Batch, EdmType, Property, Schema
from tests.archive.tiles.decoder import Layer, decode

POINT_SCHEMA = (
    Property("ID", EdmType.STRING, is_key=True),
    Property("Name", EdmType.STRING),
    Property("Seats", EdmType.INT64),
    Property("Open", EdmType.BOOLEAN),
    Property("Opened", EdmType.DATETIME),
    Property("Latitude", EdmType.DOUBLE),
    Property("Longitude", EdmType.DOUBLE),
)
SHAPE_SCHEMA = (
    Property("ID", EdmType.STRING, is_key=True),
    Property("Kind", EdmType.STRING),
    Property("Shape", EdmType.GEOGRAPHY),
)


@dataclass
class Sample:
    """An archived version with its map index."""

    path: Path
    index: MapIndex
    opened: list[str] = field(default_factory=list)

    def open(self) -> AbstractContextManager[GeoPackageFile]:
        self.opened.append(self.path.name)
        return GeoPackageFile(self.path)

    def tile(self, z: int, x: int, y: int, **style: Any) -> dict[str, Layer]:
        return decode(tile_of(self.index, Tile(z, x, y), self.open, **style))


def indexed(path: Path) -> Sample:
    to = path.with_suffix(".map")
    write_map_index(path, to)
    return Sample(path, MapIndex.read(to))


def write_points(
    path: Path, places: Sequence[tuple[float, float]], **columns: Sequence[Any]
) -> Path:
    """Points at (longitude, latitude)."""
    count = len(places)
    given: dict[str, Sequence[Any]] = {
        "ID": [f"p{n}" for n in range(count)],
        "Name": [f"Place {n}" for n in range(count)],
        "Latitude": [place[1] for place in places],
        "Longitude": [place[0] for place in places],
    } | columns
    batch = Batch(
        [given.get(prop.name, [None] * count) for prop in POINT_SCHEMA],
        range(1, count + 1),
        [0] * count,
    )
    write_geopackage(path, Schema("Place", POINT_SCHEMA), [batch] if count else [])
    return path


def write_shapes(path: Path, shapes: Sequence[BaseGeometry | str]) -> Path:
    """Entities of one geography each."""
    texts = [one if isinstance(one, str) else shapely.to_wkt(one) for one in shapes]
    count = len(texts)
    batch = Batch(
        [[f"s{n}" for n in range(count)], [f"kind {n % 3}" for n in range(count)], texts],
        range(1, count + 1),
        [0] * count,
    )
    write_geopackage(path, Schema("Area", SHAPE_SCHEMA), [batch])
    return path


def scattered(count: int, seed: int = 1) -> list[tuple[float, float]]:
    """Places all over the Earth, many of them together, some at its edges."""
    random = np.random.default_rng(seed)
    middles = random.uniform((-180, -85), (180, 85), (40, 2))
    places = middles[random.integers(0, 40, count)] + random.normal(0, 1.5, (count, 2))
    places[:, 0] = (places[:, 0] + 180) % 360 - 180
    places[:, 1] = np.clip(places[:, 1], -90, 90)
    places[: count // 50] = places[0]  # at one and the same place
    return [(float(x), float(y)) for x, y in places]
