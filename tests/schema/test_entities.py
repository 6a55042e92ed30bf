"""The rules for an entity: what is typed, and what is said of one that breaks a rule."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.schema import (
    Batch,
    Checked,
    EdmType,
    Problem,
    Property,
    Schema,
    Value,
    check_batch,
)

LOCATION = (Property("Latitude", EdmType.DOUBLE), Property("Longitude", EdmType.DOUBLE))
KEY = Property("ID", EdmType.STRING, is_key=True)
SQUARE = "POLYGON ((0 0, 4 0, 4 2, 0 2, 0 0))"


def check(
    schema: Schema, *rows: tuple[str | None, ...], incremental: bool = False, first_line: int = 3
) -> Checked:
    numbers = range(1, len(rows) + 1)
    lines = range(first_line, first_line + len(rows))
    raw = Batch(list(zip(*rows, strict=True)), numbers, lines)
    return check_batch(schema, raw, incremental=incremental)


def typed(kind: EdmType, *texts: str | None) -> Checked:
    """A column of this type in entities that are otherwise good."""
    schema = Schema("Shops", (KEY, *LOCATION, Property("Value", kind)))
    return check(schema, *((str(number), "1", "2", text) for number, text in enumerate(texts)))


def value_of(kind: EdmType, text: str) -> Value:
    checked = typed(kind, "" if kind is EdmType.STRING else None, text)
    assert not checked.problems
    return checked.batch.columns[3][1]


def problem_of(kind: EdmType, text: str) -> Problem:
    """Of a value among good ones; it costs its own entity and no other."""
    checked = typed(kind, None, text, None)
    (problem,) = checked.problems
    assert (problem.row, problem.line, problem.column) == (2, 4, "Value")
    assert problem.value == text[:80]
    assert problem.advice
    assert not problem.fatal
    assert list(checked.batch.rows) == [1, 3]
    assert list(checked.batch.columns[0]) == ["0", "2"]
    return problem


def geography(text: str) -> Problem:
    schema = Schema("Shops", (KEY, Property("Area", EdmType.GEOGRAPHY)))
    (problem,) = check(schema, ("1", SQUARE), ("2", text)).problems
    assert (problem.row, problem.column) == (2, "Area")
    assert problem.advice
    return problem


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (EdmType.STRING, " a < b ", " a < b "),
        (EdmType.STRING, "<someone@example.org>", "<someone@example.org>"),
        (EdmType.STRING, "x" * 2560, "x" * 2560),
        (EdmType.INT64, "700", 700),
        (EdmType.INT64, " -7 ", -7),
        (EdmType.INT64, "9223372036854775807", 2**63 - 1),
        (EdmType.INT64, "-9223372036854775808", -(2**63)),
        (EdmType.DOUBLE, "9.87443416667", 9.87443416667),
        (EdmType.DOUBLE, "-1E-3", -0.001),
        (EdmType.BOOLEAN, "true", True),
        (EdmType.BOOLEAN, "False", False),
        (EdmType.BOOLEAN, "1", True),
        (EdmType.BOOLEAN, " tRuE ", True),
        (EdmType.DATETIME, "2010-11-16T01:19:36Z", "2010-11-16T01:19:36Z"),
        (EdmType.DATETIME, "2010-11-16T01:19:36.4350494Z", "2010-11-16T01:19:36.4350494Z"),
        (EdmType.DATETIME, "2010-11-16T01:19:36.5000000Z", "2010-11-16T01:19:36.5Z"),
        (EdmType.DATETIME, "2010-11-16T01:19:36.000", "2010-11-16T01:19:36Z"),
        (EdmType.DATETIME, "2010-11-16T01:19:36.12345678", "2010-11-16T01:19:36.1234567Z"),
        (EdmType.DATETIME, "2010-11-16", "2010-11-16T00:00:00Z"),
        (EdmType.DATETIME, "2010-11-16 01:19", "2010-11-16T01:19:00Z"),
        (EdmType.DATETIME, "2010-11-15T20:03:56-08:00", "2010-11-16T04:03:56Z"),
        (EdmType.DATETIME, "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ],
)
def test_values_are_typed(kind: EdmType, text: str, value: Value) -> None:
    assert value_of(kind, text) == value
    assert type(value_of(kind, text)) is type(value)


@pytest.mark.parametrize("kind", [kind for kind in EdmType if kind is not EdmType.GEOGRAPHY])
def test_empty_and_absent_values_are_null(kind: EdmType) -> None:
    assert list(typed(kind, "", None).batch.columns[3]) == [None, None]


@pytest.mark.parametrize(
    ("kind", "text", "rule", "words"),
    [
        (EdmType.STRING, "x" * 2561, "string-length", "2,561 characters"),
        (EdmType.STRING, "a <b>bold</b>", "html", "<b>"),
        (EdmType.STRING, '<a href="x">', "html", "HTML"),
        (EdmType.STRING, "one<br/>two", "html", "<br/>"),
        (EdmType.STRING, "<!-- x -->", "html", "HTML"),
        (EdmType.INT64, "7.5", "int64", "Edm.Double"),
        (EdmType.INT64, "1,000", "int64", "separators"),
        (EdmType.INT64, "1_000", "int64", "digits"),
        (EdmType.INT64, "٣", "int64", "digits"),
        (EdmType.INT64, "seven", "int64", "“seven”"),
        (EdmType.INT64, "9223372036854775808", "int64-range", "64 bits"),
        (EdmType.INT64, "9" * 6000, "int64-range", "64 bits"),
        (EdmType.DOUBLE, "NaN", "double-finite", "NaN"),
        (EdmType.DOUBLE, "-Infinity", "double-finite", "-Infinity"),
        (EdmType.DOUBLE, "1e999", "double-finite", "too large"),
        (EdmType.DOUBLE, "1,5", "double", "as a point"),
        (EdmType.DOUBLE, "57° 3′ N", "double", "decimal degrees"),
        (EdmType.DOUBLE, "1_0.5", "double", "no number"),
        (EdmType.BOOLEAN, "yes", "boolean", "Write true (or 1)."),
        (EdmType.BOOLEAN, "N", "boolean", "Write false (or 0)."),
        (EdmType.BOOLEAN, "maybe", "boolean", "true or false"),
        (EdmType.DATETIME, "11/16/2010", "datetime", "2010-11-16"),
        (EdmType.DATETIME, "2010-02-30", "datetime", "exists"),
        (EdmType.DATETIME, "2010-02-30T00:00:00Z", "datetime", "exists"),
        (EdmType.DATETIME, "2010-11-16T25:00:00Z", "datetime", "exists"),
        (EdmType.DATETIME, "0000-01-01T00:00:00Z", "datetime", "exists"),
        (EdmType.DATETIME, "2010-11-16T01:19:36+99:00", "datetime", "exists"),
        (EdmType.DATETIME, "20101116", "datetime", "no date"),
    ],
)
def test_values_that_break_a_rule(kind: EdmType, text: str, rule: str, words: str) -> None:
    problem = problem_of(kind, text)
    assert problem.rule == rule
    assert words in problem.message + problem.advice


@given(st.text(max_size=8))
def test_no_text_whatever_breaks_a_check(text: str) -> None:
    for kind in EdmType:
        if kind is EdmType.GEOGRAPHY:
            continue
        checked = typed(kind, text)
        assert len(checked.batch) + len(checked.problems) == 1


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_doubles_are_read_exactly(numbers: list[float]) -> None:
    assert typed(EdmType.DOUBLE, *map(repr, numbers)).batch.columns[3] == numbers


@pytest.mark.parametrize(
    ("latitude", "longitude", "rule", "words"),
    [
        ("91", "10", "latitude-range", "Latitude 91 is outside the range from -90 to 90"),
        ("-90.01", "10", "latitude-range", "-90.01"),
        ("10", "181", "longitude-range", "Longitude 181"),
        ("122.3", "47.6", "latitude-range", "swapped"),
        ("5620000", "510000", "latitude-range", "projected"),
        ("1", "", "location-incomplete", "only one"),
        ("", "", "location-missing", "no location"),
        ("north", "1", "double", "no number"),
    ],
)
def test_locations_that_break_a_rule(latitude: str, longitude: str, rule: str, words: str) -> None:
    checked = check(Schema("S", (KEY, *LOCATION)), ("a", "90", "-180"), ("b", latitude, longitude))
    problem = checked.problems[0]
    assert (problem.rule, problem.row, problem.line) == (rule, 2, 4)
    assert words in problem.message + problem.advice
    assert list(checked.batch.columns[0]) == ["a"]
    assert (list(checked.latitudes), list(checked.longitudes)) == ([90.0], [-180.0])


@pytest.mark.parametrize(
    ("entity_id", "rule"), [("", "id-missing"), ("  ", "id-missing"), ("x" * 51, "id-length")]
)
def test_an_entity_needs_an_id_of_at_most_50_characters(entity_id: str, rule: str) -> None:
    checked = check(Schema("S", (KEY, *LOCATION)), ("x" * 50, "1", "2"), (entity_id, "1", "2"))
    (problem,) = checked.problems
    assert (problem.rule, problem.row, problem.column) == (rule, 2, "ID")


def test_the_centroid_stands_in_where_only_a_geography_is_given() -> None:
    schema = Schema("S", (KEY, *LOCATION, Property("Area", EdmType.GEOGRAPHY)))
    checked = check(schema, ("a", None, None, SQUARE), ("b", "5", "6", SQUARE), ("c", "7", "8", ""))
    assert not checked.problems
    assert list(checked.latitudes) == [1.0, 5.0, 7.0]
    assert list(checked.longitudes) == [2.0, 6.0, 8.0]
    assert list(checked.batch.columns[1]) == [None, 5.0, 7.0]
    alone = check(Schema("S", (KEY, Property("Area", EdmType.GEOGRAPHY))), ("a", SQUARE), ("b", ""))
    assert (alone.latitudes, alone.longitudes) == ([1.0], [2.0])
    assert alone.problems[0].rule == "location-missing"


@pytest.mark.parametrize(
    "text",
    [
        "POINT(116.03059 44.49031)",
        "linestring (-116.03059 44.49031, -116.03117 44.4928)",
        " POLYGON((0 0,4 0,4 4,0 0),(1 0.5,2 0.5,2 1,1 0.5)) ",
        "MULTIPOINT((1 2),(3 4))",
        "MULTILINESTRING((-122.3 47, -121.3 47), (-121.3 45, -122.3 47))",
        "MULTIPOLYGON(((0 0,4 0,4 4,0 0)))",
        "GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(1 2, 3 4))",
    ],
)
def test_every_kind_of_the_reference_is_a_geography(text: str) -> None:
    checked = check(Schema("S", (KEY, Property("Area", EdmType.GEOGRAPHY))), ("1", text))
    assert not checked.problems
    assert checked.batch.columns[1][0] == text.strip()


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        ("POINT Z (1 2 3)", "geography-height", "Z or M"),
        ("POINT M (1 2 3)", "geography-height", "Z or M"),
        ("LINESTRING (1 2 3, 1 3 4)", "geography-height", "third"),
        ("POINT EMPTY", "geography-empty", "empty"),
        ("POINT (nan 1)", "geography-finite", "Point 1 of 1"),
        ("LINESTRING (1 1, 2 nan, 3 3)", "geography-finite", "Point 2 of 3"),
        ("POINT (1e999 1)", "geography-finite", "not a finite number"),
        ("LINESTRING (1 1, 181 2)", "geography-range", "Point 2 of 2, (181 2)"),
        ("POINT (47.6 -122.3)", "geography-range", "Latitude seems to stand first"),
        ("CIRCULARSTRING (0 0, 1 1, 2 0)", "geography-curve", "CIRCULARSTRING"),
        ("POLYGON ((0 0, 1 0, 1 1))", "geography-ring", "begins at (0 0) and ends at (1 1)"),
        ("POLYGON ((0 0, 9 0, 9 9, 0 0), (1 1, 2 2, 1 1))", "geography-ring", "3 points; four"),
        ("MULTIPOLYGON (((0 0, 1 1, 0 0)))", "geography-ring", "3 points; four is the least"),
        ("POLYGON ((0 0, nan 0, 1 1, 2 2))", "geography-finite", "not a finite number"),
        ("SRID=4326;POINT (1 2)", "geography-srid", "WGS 84"),
        ("PONT (1 2)", "geography-type", "“PONT”"),
        ("somewhere", "geography-type", "well-known text"),
        ("POINT (1 2", "geography-text", "opens 1 parentheses and closes 0"),
        ("POLYGON ((0 0, 1 x, 1 1, 0 0))", "geography-text", "at character 18"),
        ("MULTIPOINT((-122.3, 47),(-121.3 47))", "geography-text", "comma after each point"),
        ("LINESTRING (1 1)", "geography-shape", "A line has one point; two is the least"),
    ],
)
def test_geographies_that_break_a_rule(text: str, rule: str, words: str) -> None:
    problem = geography(text)
    assert problem.rule == rule
    assert words in problem.message + problem.advice


@pytest.mark.parametrize("count", [100_001, 300_000])
def test_100_001_points_are_one_too_many(count: int) -> None:
    line = f"LINESTRING ({', '.join(f'{n / count:.6f} 1' for n in range(count))})"
    problem = geography(line)
    assert problem.rule == "geography-points"
    assert f"{count:,} points" in problem.message


def test_a_geography_nested_without_end_is_refused_before_it_is_parsed() -> None:
    deep = "GEOMETRYCOLLECTION(" * 200_000 + "POINT(1 2)" + ")" * 200_000
    assert geography(deep).rule == "geography-nested"


DELETING = Schema("S", (Property("__deleteEntity", EdmType.STRING), KEY, *LOCATION))


@pytest.mark.parametrize("flag", ["1", "true", "True", " TRUE "])
def test_an_entity_to_delete_needs_its_id_alone(flag: str) -> None:
    checked = check(
        DELETING,
        (flag, "a", None, None),
        ("0", "b", "1", "2"),
        (None, "c", "1", "2"),
        incremental=True,
    )
    assert not checked.problems
    assert checked.batch.deleted == {0}
    assert checked.schema.names == ("ID", "Latitude", "Longitude")
    assert list(checked.batch.columns[0]) == ["a", "b", "c"]
    assert list(checked.latitudes) == [0.0, 1.0, 1.0]


def test_places_of_deletions_follow_when_bad_rows_are_left_out() -> None:
    checked = check(
        DELETING,
        ("0", "a", "99", "2"),
        ("1", "b", "99", None),
        ("1", "", None, None),
        ("maybe", "d", "1", "2"),
        ("1", "e", None, None),
        incremental=True,
    )
    assert [problem.rule for problem in checked.problems] == [
        "latitude-range",
        "id-missing",
        "boolean",
    ]
    assert list(checked.batch.columns[0]) == ["b", "e"]
    assert checked.batch.deleted == {0, 1}


def test_in_a_complete_load_nothing_is_deleted() -> None:
    checked = check(DELETING, ("1", "a", "1", "2"))
    assert not checked.batch.deleted
    assert len(checked.batch) == 1


def test_an_entity_with_several_faults_is_told_all_of_them() -> None:
    schema = Schema("S", (KEY, *LOCATION, Property("Open", EdmType.INT64)))
    problems = check(schema, ("", "99", "200", "x")).problems
    assert [problem.column for problem in problems] == ["ID", "Latitude", "Longitude", "Open"]


def test_what_a_reader_knows_of_a_batch_spares_a_look_and_changes_nothing() -> None:
    schema = Schema("S", (KEY, *LOCATION, Property("Name", EdmType.STRING)))
    columns = [["a", "b"], ["1", "1"], ["2", "2"], ["x", ""]]
    raw = Batch(columns, range(1, 3), range(3, 5), longest=9, markup=False)
    assert list(check_batch(schema, raw).batch.columns[3]) == ["x", None]
    long = Batch([["a"], ["1"], ["2"], ["x" * 2561]], [1], [3], longest=2600, markup=False)
    assert check_batch(schema, long).problems[0].rule == "string-length"


@pytest.mark.parametrize("code", [0x01, 0x07, 0x0B, 0x0C, 0x1B, 0x1F])
def test_characters_that_xml_cannot_hold_cost_the_entity(code: int) -> None:
    problem = problem_of(EdmType.STRING, f"Caf{chr(code)}é")
    assert problem.rule == "control-character"
    assert f"Character 4 is the control character U+{code:04X}" in problem.message
    assert "Remove it" in problem.advice
    assert geography(f"POINT{chr(code)}(1 2)").rule == "control-character"


def test_line_breaks_and_tabs_are_no_control_characters() -> None:
    assert value_of(EdmType.STRING, "a\tb\r\nc\x7f\x85") == "a\tb\r\nc\x7f\x85"


def test_an_entity_id_holds_no_control_character() -> None:
    schema = Schema("Shops", (KEY, *LOCATION))
    (problem,) = check(schema, ("a\x07", "1", "2")).problems
    assert (problem.rule, problem.column) == ("control-character", "ID")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))", "self-intersection near (1 1)"),
        ("POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (20 20, 21 20, 21 21, 20 20))", "hole lies outside"),
        ("MULTIPOLYGON (((0 0, 4 0, 4 4, 0 4, 0 0)), ((1 1, 2 1, 2 2, 1 1)))", "nested shells"),
    ],
)
def test_a_polygon_that_crosses_itself_is_loaded_with_a_warning(text: str, words: str) -> None:
    schema = Schema("Shops", (KEY, Property("Area", EdmType.GEOGRAPHY)))
    raw = Batch([["1", "2", "3"], [SQUARE, text, "POINT (1 2)"]], range(1, 4), range(3, 6))
    checked = check_batch(schema, raw, advise=True)
    (problem,) = checked.problems
    assert (problem.rule, problem.warning) == ("geography-crossing", True)
    assert (problem.row, problem.column) == (2, "Area")
    assert words in problem.message
    assert problem.advice
    assert list(checked.batch.columns[0]) == ["1", "2", "3"]
    assert not check_batch(schema, raw).problems


def test_coordinates_are_finite() -> None:
    checked = check(Schema("S", (KEY, *LOCATION)), ("a", "nan", "1"), ("b", "1", "2"))
    assert checked.problems[0].rule == "double-finite"
    assert all(map(math.isfinite, checked.latitudes))
