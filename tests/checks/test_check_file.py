"""A file is read once, and the report says all that is wrong with it."""

from __future__ import annotations

import io
import json

import pytest

from datasources.checks import Progress, Report, check_file
from datasources.formats import WRITTEN, InputFormat
from datasources.schema import PLAN_LIMITS, EdmType, Limits, Property, Schema
from tests.formats.files import HEADER, VERSION, gzipped, pipe, xml

GOOD = "1|Aalborg|57.0|9.8"
CURRENT = Schema(
    "Shops",
    (
        Property("ID", EdmType.STRING, is_key=True),
        Property("Name", EdmType.STRING),
        Property("Latitude", EdmType.DOUBLE),
        Property("Longitude", EdmType.DOUBLE),
    ),
)
WITH_CITY = Schema("Shops", (*CURRENT.properties, Property("City", EdmType.STRING)))
DIFFERENCES = {"schema-entity-type", "schema-missing", "schema-unknown", "schema-retyped"}


def other() -> io.BytesIO:
    """A file whose schema differs from WITH_CITY in all ways."""
    header = "ID(Edm.String,primaryKey)|Name(Edm.Int64)|Area(Edm.String)|Latitude(Edm.Double)|Longitude(Edm.Double)"
    return pipe("1|2|north|1|2", header=header, version=VERSION.replace("Shops", "Cafes"))


def check(
    file: io.BytesIO,
    format: InputFormat = InputFormat.PIPE,
    limits: Limits = PLAN_LIMITS["enterprise"],
    **options: object,
) -> Report:
    return check_file(file, format, limits=limits, **options)  # type: ignore[arg-type]


def rules(report: Report) -> list[str]:
    return [group.examples[0].rule for group in report.groups]


@pytest.mark.parametrize("format", WRITTEN)
def test_the_references_samples_have_no_problems(format: InputFormat) -> None:
    path = f"tests/data/fourth_coffee.{format.value}"
    report = check_file(path, format, limits=PLAN_LIMITS["basic"])
    assert report.ok
    assert report.can_send
    assert (report.entities, report.good, report.bad) == (2, 2, 0)


def test_the_report_is_json_of_a_known_form() -> None:
    report = check(pipe(GOOD, "2|B|91|1", "3|C|1|2|3"))
    content = json.loads(json.dumps(report.as_json()))
    ragged, latitude = sorted(
        content.pop("problems"), key=lambda problem: -problem["examples"][0]["row"]
    )
    (offer,) = content.pop("offers")
    assert content == {
        "entity_type": "Shops",
        "data_source_name": "",
        "entities": 3,
        "good": 1,
        "bad": 2,
        "deletes": 0,
        "bytes": len(pipe(GOOD, "2|B|91|1", "3|C|1|2|3").getvalue()),
        "bom": False,
        "ok": False,
        "can_send": True,
        "is_cut_short": False,
        "properties": [
            {"name": "ID", "type": "Edm.String", "is_key": True},
            {"name": "Name", "type": "Edm.String", "is_key": False},
            {"name": "Latitude", "type": "Edm.Double", "is_key": False},
            {"name": "Longitude", "type": "Edm.Double", "is_key": False},
        ],
        "places": [],
        "unplaced": 1,
        "repaired": [],
    }
    assert offer["name"] == "swap"
    assert latitude["examples"] == [
        {
            "row": 2,
            "line": 4,
            "column": "Latitude",
            "value": "91",
            "message": "Latitude 91 is outside the range from -90 to 90.",
            "advice": latitude["advice"],
        }
    ]
    assert (latitude["rule"], latitude["severity"]) == ("latitude-range", "error")
    assert (latitude["fatal"], latitude["count"]) == (False, 1)
    assert (ragged["rule"], ragged["examples"][0]["line"]) == ("ragged-row", 5)


def test_problems_are_grouped_with_a_count_and_the_first_20() -> None:
    report = check(pipe(GOOD, *(f"x{number}|B|{91 + number}|1" for number in range(50))))
    (group,) = report.as_json()["problems"]  # type: ignore[misc]
    assert group["count"] == 50  # type: ignore[index]
    assert [example["row"] for example in group["examples"]] == list(range(2, 22))  # type: ignore[index]
    assert group["message"] == "Latitudes are outside the range from -90 to 90."  # type: ignore[index]


def test_long_values_are_cut_in_the_report() -> None:
    (problem,) = check(pipe(GOOD, f"2|{'x' * 3000}|1|2")).as_json()["problems"]  # type: ignore[misc]
    assert len(problem["examples"][0]["value"]) == 80  # type: ignore[index]


def test_a_duplicate_id_is_fatal_and_names_both_rows() -> None:
    report = check(pipe(GOOD, "2|B|1|2", "1|C|1|2"))
    assert not report.can_send
    (problem,) = report.groups[0].examples
    assert (problem.rule, problem.row, problem.line, problem.value) == ("duplicate-id", 3, 5, "1")
    assert "row 1 (line 3)" in problem.message


def test_a_fault_of_the_file_is_in_the_report_too() -> None:
    report = check(io.BytesIO(pipe(GOOD, "2|Løven|1|2").getvalue().decode().encode("cp1252")))
    assert rules(report) == ["encoding"]
    assert not report.can_send
    assert report.as_json()["problems"][0]["fatal"] is True  # type: ignore[index]


def test_a_schemas_faults_are_all_reported_before_any_row_is_read() -> None:
    header = "ID(Edm.String)|My name(Edm.String)|Latitude(Edm.Double)"
    report = check(pipe("1|2|3|4", header=header))
    assert set(rules(report)) == {"primary-key-missing", "property-name", "location-half"}
    assert not report.can_send


def test_351_properties_are_reported() -> None:
    header = "|".join([HEADER, *(f"P{number}(Edm.String)" for number in range(349))])
    assert rules(check(pipe(GOOD, header=header))) == ["too-many-properties"]


@pytest.mark.parametrize(
    ("file", "format"),
    [(pipe(), InputFormat.PIPE), (pipe("", " "), InputFormat.PIPE), (xml(), InputFormat.XML)],
)
def test_a_file_of_headers_alone_has_no_entities(file: io.BytesIO, format: InputFormat) -> None:
    report = check(file, format)
    assert rules(report) == ["no-entities"]
    assert not report.can_send


def test_a_file_without_one_good_entity_cannot_be_sent() -> None:
    report = check(pipe("1|A|91|1", "2|B|1"))
    assert "no-good-entity" in rules(report)
    assert not report.can_send
    assert (report.entities, report.good, report.bad) == (2, 0, 2)


def test_more_entities_than_the_plan_allows_are_counted() -> None:
    rows = [f"{number}|A|1|2" for number in range(2_600)]
    assert check(pipe(*rows[:2_500]), limits=PLAN_LIMITS["basic"]).ok
    report = check(pipe(*rows), limits=PLAN_LIMITS["basic"])
    assert rules(report) == ["too-many-entities"]
    assert "2,600 entities; the plan allows 2,500" in report.groups[0].examples[0].message
    assert not report.can_send


def test_deletions_do_not_count_against_the_plan() -> None:
    header = HEADER + "|__deleteEntity(Edm.Boolean)"
    rows = [f"{number}||||1" for number in range(30)]
    report = check(pipe(*rows, "a|A|1|2|0", header=header), limits=Limits(10), incremental=True)
    assert (report.deletes, report.good, rules(report)) == (30, 1, [])


def test_data_over_the_limit_once_unpacked_is_refused() -> None:
    file = gzipped(pipe(*(f"{number}|A|1|2" for number in range(5_000))))
    report = check(file, limits=Limits(None, max_uncompressed=10_000))
    assert rules(report) == ["too-large"]


def test_the_delete_column_warns_in_a_complete_load() -> None:
    report = check(pipe("1|A|1|2|0", header=HEADER + "|__deleteEntity(Edm.Boolean)"))
    assert rules(report) == ["delete-unused"]
    assert report.ok
    assert report.as_json()["problems"][0]["severity"] == "warning"  # type: ignore[index]


def test_a_key_behind_the_delete_column_is_still_checked_for_repeats() -> None:
    report = check(
        pipe(
            "1|a|1|2",
            "0|b|1|2",
            "0|a|1|2",
            header="__deleteEntity(Edm.Boolean)|" + HEADER.replace("|Name(Edm.String)", ""),
        ),
        incremental=True,
    )
    assert rules(report) == ["duplicate-id"]
    assert report.groups[0].examples[0].row == 3


def test_an_incremental_file_has_the_schema_of_its_data_source() -> None:
    assert check(pipe(GOOD), incremental=True, current_schema=CURRENT).ok
    reordered = "latitude(Edm.Double)|Longitude(Edm.Double)|Name(Edm.String)|id(Edm.String,primaryKey)|__deleteEntity(Edm.Boolean)"
    assert check(pipe("1|2|A|1|0", header=reordered), incremental=True, current_schema=CURRENT).ok
    report = check(other(), incremental=True, current_schema=WITH_CITY)
    assert set(rules(report)) == DIFFERENCES
    said = " ".join(problem.message for group in report.groups for problem in group.examples)
    for words in ("a property City", "a property Area", "Name is Edm.Int64 in the file", "Cafes"):
        assert words in said
    assert not report.can_send


def test_a_complete_file_may_change_the_schema_and_is_told_how() -> None:
    report = check(other(), current_schema=WITH_CITY)
    assert set(rules(report)) == DIFFERENCES
    assert report.ok
    assert report.can_send
    advice = {problem.advice for group in report.groups for problem in group.examples}
    assert advice == {
        "The data source takes the file's schema; applications that use the old one may break."
    }


def test_a_geography_stands_for_the_location_that_a_service_always_tells_of() -> None:
    header = "ID(Edm.String,primaryKey)|Outline(Edm.Geography)"
    properties = (*CURRENT.properties[:1], *CURRENT.properties[-2:])
    current = Schema("Shops", (*properties, Property("Outline", EdmType.GEOGRAPHY)))
    report = check(pipe("1|POINT(1 2)", header=header), incremental=True, current_schema=current)
    assert report.ok


def test_progress_is_told_after_each_batch() -> None:
    told: list[Progress] = []
    file = gzipped(pipe(*(f"{number}|{'x' * 100}|1|2" for number in range(12_000))))
    check(file, progress=told.append)
    assert len(told) > 2
    assert [step.rows for step in told] == sorted(step.rows for step in told)
    assert told[-1].rows == 12_000
    assert told[-1].bytes_done == told[-1].bytes_total == len(file.getvalue())


def test_bytes_and_byte_order_mark_are_noted() -> None:
    content = b"\xef\xbb\xbf" + pipe(GOOD).getvalue()
    report = check(gzipped(io.BytesIO(content)))
    assert report.bom
    assert report.bytes == len(content)


def test_every_problem_has_advice() -> None:
    bad = [
        "|A|1|2",
        f"{'x' * 51}|A|1|2",
        "3|<b>|1|2",
        "4|A|x|2",
        "5|A||",
        "6|A|1|",
        "7|a",
        '8|"a"b|1|2',
    ]
    report = check(pipe(*bad, GOOD))
    assert len(report.groups) == 8
    for group in report.groups:
        for problem in group.examples:
            assert problem.message.endswith(".")
            assert problem.advice
            assert problem.row
            assert problem.line
