"""Each repair mends what it says, leaves alone what it does not understand, and is told of."""

from __future__ import annotations

import io
from typing import Any

import pytest

from datasources.checks import Report, check_file
from datasources.formats import InputFormat
from datasources.schema import PLAN_LIMITS
from tests.formats.files import VERSION, pipe

WIDE = (
    "ID(Edm.String,primaryKey)|Name(Edm.String)|Open(Edm.Boolean)|Area(Edm.Double)"
    "|People(Edm.Int64)|Latitude(Edm.Double)|Longitude(Edm.Double)"
)
SHAPES = "ID(Edm.String,primaryKey)|Shape(Edm.Geography)"
CLOCKWISE = "POLYGON ((0 0, 0 1, 1 1, 1 0, 0 0))"
COUNTER = "POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"


def check(file: io.BytesIO, *repairs: str, **options: Any) -> tuple[Report, list[str]]:
    """The report, and the lines of the copy below its head."""
    before = file.getvalue()
    copy = io.BytesIO()
    report = check_file(
        file,
        InputFormat.PIPE,
        limits=PLAN_LIMITS["enterprise"],
        repairs=repairs,
        prepared=copy,
        **options,
    )
    assert file.getvalue() == before
    return report, copy.getvalue().decode().splitlines()[2:]


def offers(report: Report) -> dict[str, int]:
    return {one["name"]: one["count"] for one in report.as_json()["offers"]}  # type: ignore[attr-defined]


def example(report: Report, name: str, kept: str = "repaired") -> tuple[Any, ...]:
    found = {one["name"]: one for one in report.as_json()[kept]}  # type: ignore[attr-defined]
    first = found[name]["examples"][0]
    return tuple(first[place] for place in ("row", "column", "before", "after"))


def area(*values: str) -> io.BytesIO:
    return pipe(*(f"{n}|A||{v}||1|2" for n, v in enumerate(values)), header=WIDE)


def areas(lines: list[str]) -> list[str]:
    return [line.split("|")[3] for line in lines]


def test_a_clean_file_has_no_offers_and_a_copy_that_is_the_same() -> None:
    report, lines = check(pipe("1|A|1.5|2.5"))
    assert (offers(report), lines) == ({}, ["1|A|1.5|2.5"])


def test_spaces_are_trimmed() -> None:
    file = pipe("1 |Aalborg  |57.0|9.8", "2|B|1|2")
    report, _ = check(file)
    assert offers(report) == {"trim": 1} or offers(report) == {"trim": 2}
    report, lines = check(file, "trim")
    assert lines[0] == "1|Aalborg|57.0|9.8"
    assert example(report, "trim") == (1, "ID", "1 ", "1")
    assert (report.repaired.counts["trim"], offers(report)) == (2, {})


def test_ids_that_spaces_alone_tell_apart_keep_them() -> None:
    report, lines = check(pipe("1|A|1|2", "1 |B|1|2", "2 |C|1|2"), "trim")
    assert [line.split("|")[0] for line in lines] == ["1", "1 ", "2"]
    assert report.ok


def test_a_byte_order_mark_is_told_and_left_out_of_the_copy() -> None:
    file = io.BytesIO(b"\xef\xbb\xbf" + pipe("1|A|1|2").getvalue())
    assert offers(check(file)[0]) == {"bom": 1}
    report, lines = check(file, "bom")
    assert (report.bom, lines) == (False, ["1|A|1.0|2.0"])
    assert report.repaired.counts["bom"] == 1


def test_windows_1252_is_read_as_such() -> None:
    text = pipe("1|Tromsø|1|2", "2|Bergen|1|2").getvalue().decode()
    file = io.BytesIO(text.encode("cp1252"))
    report, _ = check(file)
    assert offers(report) == {"windows-1252": 1}
    assert example(report, "windows-1252", "offers") == (1, "Name", "Troms\ufffd", "Tromsø")
    report, lines = check(file, "windows-1252")
    assert (report.ok, lines[0]) == (True, "1|Tromsø|1.0|2.0")


def test_lines_that_are_utf_8_already_stay_so() -> None:
    lines = pipe("1|Tromsø|1|2").getvalue() + "2|Bodø|1|2\n".encode("cp1252")
    _, copied = check(io.BytesIO(lines), "windows-1252")
    assert copied == ["1|Tromsø|1.0|2.0", "2|Bodø|1.0|2.0"]


def test_names_are_made_legal() -> None:
    header = "ID(Edm.String,primaryKey)|My name(Edm.String)|2nd(Edm.String)|id(Edm.String)|Latitude(Edm.Double)|Longitude(Edm.Double)"
    file = pipe("1|A|B|C|1|2", header=header, version=VERSION.replace("Shops", "My shops"))
    report, _ = check(file)
    assert offers(report) == {"names": 4}
    assert example(report, "names", "offers") == (None, "My_name", "My name", "My_name")
    report, lines = check(file, "names")
    assert report.schema is not None
    assert report.schema.names == ("ID", "My_name", "_2nd", "id_2", "Latitude", "Longitude")
    assert (report.schema.entity_type, lines) == ("My_shops", ["1|A|B|C|1.0|2.0"])


def test_yes_and_no_become_booleans() -> None:
    file = pipe("1|yes|YES|||1|2", "2|no|N|||1|2", "3|A|maybe|||1|2", header=WIDE)
    assert offers(check(file)[0]) == {"booleans": 2}
    report, lines = check(file, "booleans")
    assert lines == ["1|yes|true|||1.0|2.0", "2|no|false|||1.0|2.0"]
    assert (report.bad, example(report, "booleans")) == (1, (1, "Open", "YES", "true"))


def test_what_deletes_an_entity_is_not_guessed() -> None:
    header = "ID(Edm.String,primaryKey)|Latitude(Edm.Double)|Longitude(Edm.Double)|__deleteEntity(Edm.Boolean)"
    report, lines = check(
        pipe("1|1|2|yes", "2|||1", header=header), "booleans", "duplicate-ids", incremental=True
    )
    assert (report.repaired.counts, report.deletes) == ({}, 1)
    assert lines == ["2|||1"]


@pytest.mark.parametrize(
    ("values", "mended"),
    [
        (["1,234,567", "12.5"], ["1234567.0", "12.5"]),
        (["1,234", "12.5"], ["1234.0", "12.5"]),
        (["1 234 567", "1'234", "1\u00a0234.5"], ["1234567.0", "1234.0", "1234.5"]),
        (["12,5", "1,234"], ["12.5", "1.234"]),
        (["1.234,5", "0,125", "7"], ["1234.5", "0.125", "7.0"]),
        (["1 234,5"], ["1234.5"]),
        (["1.234.567", "2,5"], ["1234567.0", "2.5"]),
    ],
)
def test_commas_are_read_as_the_column_means_them(values: list[str], mended: list[str]) -> None:
    file = area(*values)
    assert offers(check(file)[0]).keys() <= {"thousands", "decimals"}
    assert areas(check(file, "thousands", "decimals")[1]) == mended


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["1,234", "7"], "“1,234”, which may be 1234 or 1.234"),
        (["1,234,567", "2,5"], "commas for thousands in some values, and for decimals in others"),
        (["2,5", "1.234"], "“1.234”, which may be 1.234 or 1234"),
        (["2,5", "2.5", "1,234"], "“1,234”, which may be 1234 or 1.234"),
    ],
)
def test_where_nothing_tells_neither_is_offered_and_that_is_said(
    values: list[str], said: str
) -> None:
    report, _ = check(area(*values))
    assert offers(report) == {}
    (doubt,) = [
        problem
        for group in report.groups
        for problem in group.examples
        if problem.rule == "number-commas"
    ]
    assert doubt.warning
    assert said in doubt.message
    assert "No repair is offered" in doubt.advice


def test_in_whole_numbers_a_comma_separates_thousands() -> None:
    _, lines = check(pipe("1|A|||1,234|1|2", header=WIDE), "thousands")
    assert lines == ["1|A|||1234|1.0|2.0"]


def test_in_coordinates_a_comma_is_a_decimal_one() -> None:
    _, lines = check(pipe("1|A|59,912|10,746"), "decimals")
    assert lines == ["1|A|59.912|10.746"]


def test_duplicate_ids_get_a_number_that_nothing_has() -> None:
    rows = [f"{one}|A|1|2" for one in ["1", "1", "1-2", "1", "x" * 50, "x" * 50]]
    report, _ = check(pipe(*rows))
    assert offers(report) == {"duplicate-ids": 3}
    assert not report.can_send
    report, lines = check(pipe(*rows), "duplicate-ids")
    ids = [line.split("|")[0] for line in lines]
    assert ids == ["1", "1-3", "1-2", "1-4", "x" * 50, "x" * 48 + "-2"]
    assert report.ok


def test_ids_of_an_incremental_load_are_not_touched() -> None:
    report, _ = check(pipe("1|A|1|2", "1|B|1|2"), "duplicate-ids", incremental=True)
    assert report.has("duplicate-id")
    assert report.repaired.counts == {}


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("POLYGON ((0 0, 1 0, 1 1))", "POLYGON ((0 0, 1 0, 1 1, 0 0))"),
        (
            "MULTIPOLYGON (((0 0,1 0,1 1)), ((5 5, 6 5, 6 6, 5 5)))",
            "MULTIPOLYGON (((0 0,1 0,1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
        ),
        (
            "GEOMETRYCOLLECTION (LINESTRING (0 0, 1 1), POLYGON ((0 0, 1 0, 1 1)))",
            "GEOMETRYCOLLECTION (LINESTRING (0 0, 1 1), POLYGON ((0 0, 1 0, 1 1, 0 0)))",
        ),
    ],
)
def test_polygons_are_closed(text: str, closed: str) -> None:
    file = pipe(f"1|{text}", "2|POINT (1 2)", header=SHAPES)
    assert offers(check(file)[0]) == {"close-rings": 1}
    report, lines = check(file, "close-rings")
    assert (report.ok, lines) == (True, [f"1|{closed}", "2|POINT (1 2)"])


def test_what_closing_does_not_mend_stays_as_it_is() -> None:
    report, _ = check(pipe("1|POLYGON ((0 0, 1 0))", "2|POINT (1 2)", header=SHAPES))
    assert (offers(report), report.bad) == ({}, 1)


def test_rings_are_turned() -> None:
    file = pipe(f"1|{CLOCKWISE}", f"2|{COUNTER}", "3|LINESTRING (0 0, 1 1)", header=SHAPES)
    report, _ = check(file)
    assert (report.ok, offers(report)) == (True, {"turn-rings": 1})
    report, lines = check(file, "turn-rings")
    assert lines == [f"1|{COUNTER}", f"2|{COUNTER}", "3|LINESTRING (0 0, 1 1)"]
    assert offers(report) == {}


def test_rows_that_fit_only_swapped_are_swapped() -> None:
    file = pipe("1|A|40.7|-74", "2|B|-122.3|47.6", "3|C|38.9|-77", "4|D|33|-118")
    assert offers(check(file)[0]) == {"swap": 1}
    report, lines = check(file, "swap")
    assert lines[1] == "2|B|47.6|-122.3"
    assert lines[0] == "1|A|40.7|-74.0"
    assert example(report, "swap") == (2, "Latitude, Longitude", "-122.3, 47.6", "47.6, -122.3")


def test_all_rows_are_swapped_where_nearly_all_fit_only_so() -> None:
    file = pipe(*(f"{n}|A|{100 + n}|35" for n in range(9)), "x|B|80|35")
    report, lines = check(file, "swap")
    assert lines[-1] == "x|B|35.0|80.0"
    assert (report.ok, report.repaired.counts["swap"]) == (True, 10)


def test_a_repair_that_is_applied_is_not_offered_again() -> None:
    file = area("12,5", "7")
    report, _ = check(file, "decimals")
    assert (report.chosen, offers(report)) == ({"decimals"}, {})
    assert report.as_json()["repaired"][0]["count"] == 1  # type: ignore[index]


def test_ids_that_stand_twice_once_rows_are_mended_are_offered_with_what_mends_them() -> None:
    file = pipe("1|A|1,5|2", "1|B|2,5|2", "2|C|1|2")
    report, _ = check(file)
    assert offers(report) == {"decimals": 2, "duplicate-ids": 1}
    assert example(report, "duplicate-ids", "offers") == (2, "ID", "1", "1-2")
    report, lines = check(file, "decimals", "duplicate-ids")
    assert (report.ok, offers(report)) == (True, {})
    assert [line.split("|")[0] for line in lines] == ["1", "1-2", "2"]


def test_a_file_that_only_a_repair_makes_readable_is_looked_at_as_a_whole_at_once() -> None:
    content = pipe("1|Tromsø |1,5|2", "1|Bodø|2|2").getvalue().decode()
    file = io.BytesIO(content.encode("cp1252"))
    report, _ = check(file)
    assert offers(report) == {"windows-1252": 2, "trim": 1, "decimals": 1, "duplicate-ids": 1}
    report, lines = check(file, "windows-1252", "trim", "decimals", "duplicate-ids")
    assert report.ok
    assert lines == ["1|Tromsø|1.5|2.0", "1-2|Bodø|2.0|2.0"]
