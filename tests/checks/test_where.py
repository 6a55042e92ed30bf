"""The places of a file's problems: what a map of the review is drawn from."""

from __future__ import annotations

import io
from typing import Any

import pytest

from datasources.checks import check_file
from datasources.checks import where as room
from datasources.formats import InputFormat
from datasources.schema import PLAN_LIMITS

HEAD = "Bing Spatial Data Services, 1.0, Shop\n"
POINTS = "ID(Edm.String,primaryKey)|Seats(Edm.Int64)|Latitude(Edm.Double)|Longitude(Edm.Double)\n"
SHAPES = "ID(Edm.String,primaryKey)|Seats(Edm.Int64)|Shape(Edm.Geography)\n"


def report_of(text: str) -> dict[str, Any]:
    return check_file(
        io.BytesIO(text.encode()), InputFormat.PIPE, limits=PLAN_LIMITS["unlimited"]
    ).as_json()


def test_a_problem_lies_where_its_row_says() -> None:
    report = report_of(HEAD + POINTS + "a|1|57.05|9.92\nb|many|56.15|10.2\nc|3|555|10\nd|x||\n")
    (place,) = report["places"]
    assert place["place"] == [10.2, 56.15]
    assert (place["row"], place["column"], place["value"]) == (2, "Seats", "many")
    assert place["severity"] == "error"
    assert report["unplaced"] >= 2


def test_a_geography_places_its_row_by_its_middle() -> None:
    text = HEAD + SHAPES + "a|x|POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))\nb|1|POLYGON ((0 0\n"
    (place,) = report_of(text)["places"]
    assert place["place"] == [1, 1]


def test_warnings_of_location_lie_where_the_entity_is_said_to_be() -> None:
    rows = "".join(f"s{n}|1|{55 + n / 50:.3f}|{10 + n / 50:.3f}\n" for n in range(60))
    report = report_of(f"{HEAD}{POINTS}{rows}z|1|0|0\nfar|1|-40|170\n")
    placed = {place["rule"]: place for place in report["places"]}
    assert placed["location-zero"]["place"] == [0, 0]
    assert placed["location-far"]["place"] == [170, -40]
    assert placed["location-far"]["severity"] == "warning"


def test_only_the_first_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST", 5)
    report = report_of(HEAD + POINTS + "".join(f"s{n}|x|55|10\n" for n in range(20)))
    assert len(report["places"]) == 5


def test_a_row_in_pieces_and_a_fault_of_the_file_have_no_place() -> None:
    report = report_of(HEAD + POINTS + "a|1|55|10|too|many\nb|1|55|10\n")
    assert report["places"] == []
    assert report["unplaced"] == 0
