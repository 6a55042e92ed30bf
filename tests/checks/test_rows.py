"""A file's good rows and bad rows are all its rows, and the list of problems is whole."""

from __future__ import annotations

import io

import pytest

from datasources.checks import check_file
from datasources.checks.mending import Order
from datasources.checks.rows import all_problems, bad_rows, good_rows
from datasources.formats import InputFormat
from datasources.schema import PLAN_LIMITS
from tests.formats.files import pipe, xml

ROWS = [
    "1|Aalborg|57.0|9.8",
    "2|Nowhere|91|1",
    "3|Short|1",
    "1|Again|1|2",
    '4|"Or | here"|1|two',
    "5|Odense|55.4|10.4",
    '6|"closed" early|1|2',
]


def order(file: io.BytesIO, format: InputFormat = InputFormat.PIPE, **options: object) -> Order:
    return Order(file, format, PLAN_LIMITS["enterprise"], **options)  # type: ignore[arg-type]


def text(chunks: object) -> list[str]:
    return b"".join(chunks).decode().splitlines()  # type: ignore[call-overload, no-any-return]


def test_every_row_is_in_one_of_the_two_files() -> None:
    file = pipe(*ROWS)
    good, bad = text(good_rows(order(file))), text(bad_rows(order(file)))
    assert good[2:] == ["1|Aalborg|57.0|9.8", "5|Odense|55.4|10.4"]
    assert sorted(bad[2:]) == sorted(set(ROWS) - {ROWS[0], ROWS[5]})
    assert good[:2] == bad[:2] == pipe().getvalue().decode().splitlines()


def test_the_good_rows_have_no_faults_and_the_bad_ones_have_the_same() -> None:
    file = pipe(*ROWS)
    good = check_file(
        io.BytesIO(b"".join(good_rows(order(file)))),
        InputFormat.PIPE,
        limits=PLAN_LIMITS["enterprise"],
    )
    assert (good.ok, good.good) == (True, 2)
    bad = io.BytesIO(b"".join(bad_rows(order(file))))
    rules = {problem.rule for problem in all_problems(order(bad))}
    assert rules == {"latitude-range", "ragged-row", "double", "quotes"}


@pytest.mark.parametrize("format", [InputFormat.CSV, InputFormat.TAB])
def test_the_rows_are_in_the_format_of_the_file(format: InputFormat) -> None:
    mark = {"csv": ",", "tab": "\t"}[format.value]
    content = pipe("1|A|1|2", "2|B|99|2").getvalue().decode().replace("|", mark)
    file = io.BytesIO(content.encode())
    assert text(good_rows(order(file, format)))[2] == mark.join(["1", "A", "1.0", "2.0"])
    assert text(bad_rows(order(file, format)))[2] == mark.join(["2", "B", "99", "2"])


def test_those_of_xml_are_pipe_separated_text() -> None:
    good = text(
        good_rows(
            order(
                xml("<ID>1</ID><Name>A</Name><Latitude>1</Latitude><Longitude>2</Longitude>"),
                InputFormat.XML,
            )
        )
    )
    assert good[0].startswith("Bing Spatial Data Services, 1.0, ")
    assert "|" in good[1]


def test_the_list_has_every_problem() -> None:
    rows = [f"{number}|A|{91 + number}|1" for number in range(500)]
    found = list(all_problems(order(pipe("a|A|1|2", *rows))))
    assert [problem.row for problem in found if problem.rule == "latitude-range"] == list(
        range(2, 502)
    )


def test_a_file_that_cannot_be_read_has_its_one_problem_and_no_rows() -> None:
    file = io.BytesIO(b"<html></html>")
    assert [problem.rule for problem in all_problems(order(file))] == ["html-file"]
    assert text(good_rows(order(file))) == text(bad_rows(order(file))) == []


def test_repairs_are_applied_to_both() -> None:
    file = pipe("1|A|1,5|2", "2|B|x|2")
    mended = order(file, repairs=frozenset({"decimals"}))
    assert text(good_rows(mended))[2:] == ["1|A|1.5|2.0"]
    assert text(bad_rows(mended))[2:] == ["2|B|x|2"]
