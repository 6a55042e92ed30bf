"""Types, IDs and coordinate systems are told from all rows."""

from __future__ import annotations

import json

import pytest

from datasources.formats import ImportFormat, Survey, detect_any, survey
from datasources.formats.base import InputFormat
from datasources.schema import EdmType
from tests.formats.imports.looking import (
    DATA,
    entities,
    fault,
    feature,
    geojson,
    look,
    notes,
    point,
    table,
)

TABLE = ImportFormat.TABLE


def kind(*values: str) -> EdmType:
    return look(table("A,B", *(f"{value},x" for value in values)), TABLE).columns[0].type


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("1", "", "-20"), EdmType.INT64),
        (("1", "01234"), EdmType.STRING),
        (("+1", "2"), EdmType.STRING),
        (("1", "2.5"), EdmType.DOUBLE),
        (("1e3", "-.5"), EdmType.DOUBLE),
        (("00.5", "1.5"), EdmType.STRING),
        (("9223372036854775807", "1"), EdmType.INT64),
        (("9223372036854775808", "1"), EdmType.STRING),
        (("true", "FALSE", ""), EdmType.BOOLEAN),
        (("yes", "no"), EdmType.STRING),
        (("2010-11-16", "2010-11-16T01:19:36+01:00"), EdmType.DATETIME),
        (("2010-11-16", "2010-02-30"), EdmType.STRING),
        (("", ""), EdmType.STRING),
        (('"POINT (1 2)"', '"LINESTRING (1 2,3 4)"'), EdmType.GEOGRAPHY),
    ],
    ids=str,
)
def test_the_type_of_a_text_column_is_told_from_its_values(
    values: tuple[str, ...], expected: EdmType
) -> None:
    assert kind(*values) is expected


def test_the_last_of_many_rows_counts_too() -> None:
    rows = [f"{number},x" for number in range(10_000)]
    assert look(table("A,B", *rows, "n/a,x"), TABLE).columns[0].type is EdmType.STRING


def test_an_id_is_filled_unique_and_short() -> None:
    layer = look(table("A,B,C,D", f"1,x,,{'y' * 51}", "2,x,c,z"), TABLE)
    assert [column.fits_id for column in layer.columns] == [True, False, False, False]
    assert [column.filled for column in layer.columns] == [2, 2, 1, 2]
    assert layer.columns[3].longest == 51
    assert layer.columns[0].samples == ("1", "2")


def test_a_repeated_value_far_below_is_seen() -> None:
    rows = [str(number) for number in range(9000)]
    assert not look(table("ID;B", *(f"{one};x" for one in [*rows, "17"])), TABLE).columns[0].fits_id


@pytest.mark.parametrize(
    "separator", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "pipe"]
)
def test_any_separator_is_found(separator: str) -> None:
    layer = look(table(separator.join("ABC"), separator.join(("1", '"x, y; z"', "3"))), TABLE)
    assert [column.name for column in layer.columns] == ["A", "B", "C"]


def test_a_survey_is_kept_as_json() -> None:
    found = survey(DATA / "clinics.geojson", ImportFormat.GEOJSON)
    assert Survey.from_json(json.loads(json.dumps(found.as_json()))) == found


def test_progress_counts_rows() -> None:
    seen: list[tuple[int, int]] = []
    file = table("A,B", *("1,2" for _ in range(9000)))
    survey(file, TABLE, progress=lambda rows, of: seen.append((rows, of)))
    assert [rows for rows, _ in seen] == [2000, 4000, 6000, 8000, 9000]


def test_headers_without_a_name_or_with_one_twice_are_told_apart() -> None:
    file = table("Name,,Name", "a,b,c")
    assert [column.name for column in look(file, TABLE).columns] == ["Name", "Column 2", "Name 2"]
    (first, _) = survey(file, TABLE).notes
    assert first.message == "Column 2 has no name; it is called “Column 2” here."


def test_coordinates_without_a_system_that_are_no_degrees_ask_for_it() -> None:
    file = geojson(feature(point(530000, 180000), ID=1), crs=None)
    layer = look(file, ImportFormat.GEOJSON)
    assert layer.crs == "WGS 84"  # GeoJSON is so by definition: the check says what is wrong
    _, problems = entities(file, ImportFormat.GEOJSON)
    assert {problem.rule for problem in problems} == {"latitude-range", "longitude-range"}


def test_a_stated_coordinate_system_wins() -> None:
    file = geojson(feature(point(530000, 180000), ID=1))
    layer = look(file, ImportFormat.GEOJSON, crs="EPSG:27700")
    assert layer.crs_code == "EPSG:27700"
    (one,), problems = entities(file, ImportFormat.GEOJSON, crs="EPSG:27700")
    assert problems == []
    assert one["Latitude"] == pytest.approx(51.504, abs=0.001)


@pytest.mark.parametrize("crs", ["EPSG:999999", "the usual grid"])
def test_an_unknown_coordinate_system_is_refused_with_advice(crs: str) -> None:
    from datasources.formats import FileFault

    with pytest.raises(FileFault) as caught:
        survey(DATA / "clinics.geojson", ImportFormat.GEOJSON, crs=crs)
    assert caught.value.problem.rule == "crs-unknown"
    assert caught.value.problem.message == f"The coordinate system “{crs}” is not known."
    assert "EPSG:27700" in caught.value.problem.advice


def test_empty_tables_and_web_pages_are_named() -> None:
    assert fault(table(""), TABLE).message == "The file is empty."
    page = table("<!doctype html>", "<p>Sign in</p>")
    assert fault(page, TABLE).message == "The file is a web page (HTML), not entity data."
    assert fault(page, ImportFormat.GEOJSON).rule == "html-file"


def test_utf_16_is_refused_with_advice() -> None:
    problem = fault(table("A,B", "1,2", encoding="utf-16"), TABLE)
    assert problem.message == "The file is UTF-16; only UTF-8 is read."


def test_a_row_of_another_length_is_a_fault_of_that_row() -> None:
    file = table("ID,Lat,Lon", "1,2,3", "2,2,3,4", "3,2", "4,2,3,", "5,2,3")
    good, problems = entities(file, TABLE)
    assert [one["ID"] for one in good] == ["1", "4", "5"]
    assert [(one.rule, one.row, one.line) for one in problems] == [
        ("row-length", 2, 3),
        ("row-length", 3, 4),
    ]
    assert problems[0].message == "The row has 4 values; the header names 3 columns."


def test_a_quote_that_never_ends_is_named_with_its_line() -> None:
    problem = fault(table("ID,Lat,Lon", "1,2,3", '2,"2,3'), TABLE)
    assert problem.message == "Line 3: a quoted value that begins here has no end."


def test_texts_of_the_api_are_still_its_own() -> None:
    head = (DATA / "fourth_coffee.pipe").read_bytes()[:4096]
    assert detect_any(head, "x.pipe") is InputFormat.PIPE
    assert detect_any((DATA / "districts_bng.zip").read_bytes(), "x") is InputFormat.SHP
    assert detect_any((DATA / "offices.kmz").read_bytes(), "x") is InputFormat.KML
    assert detect_any((DATA / "fourth_coffee.xml").read_bytes(), "x") is InputFormat.XML


def test_whole_notes_of_a_plain_file_are_none() -> None:
    assert notes(DATA / "clinics.csv", TABLE) == {}
