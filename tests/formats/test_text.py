"""Text files: what is read, and what is said of a file that cannot be."""

from __future__ import annotations

import csv
import io
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.formats import WRITTEN, InputFormat, open_entities
from datasources.schema import EdmType, check_batch
from tests.formats.files import HEADER, VERSION, delimited, fault, gzipped, pipe, read

GOOD = "1|Aalborg|57.0|9.8"


@pytest.mark.parametrize("format", WRITTEN)
def test_the_references_samples_are_read(format: InputFormat) -> None:
    with open(f"tests/data/fourth_coffee.{format.value}", "rb") as sample:
        schema, (batch,), problems = read(io.BytesIO(sample.read()), format)
    assert schema.entity_type == "FourthCoffeeShops"
    assert schema.key.name == "EntityID"
    assert list(batch.columns[schema.key_index]) == ["-22067", "-22066"]
    assert list(batch.rows) == [1, 2]
    assert not problems


@pytest.mark.parametrize(
    "version",
    [
        "Bing Spatial Data Services,1.0,Shops",
        "  bing spatial data services ,  1.0 ,  Shops   ",
        "Bing Spatial Data Services, 1.0, Shops,,,",
        '"Bing Spatial Data Services, 1.0, Shops"',
        "Bing Spatial Data Services|1.0|Shops|",
    ],
)
def test_line_1_may_be_spaced_as_one_likes(version: str) -> None:
    assert read(pipe(GOOD, version=version))[0].entity_type == "Shops"


def test_the_comma_in_the_primary_keys_type_separates_nothing() -> None:
    schema, (batch,), _ = read(delimited(",", "1,Aalborg,57.0,9.8"), InputFormat.CSV)
    assert schema.names == ("ID", "Name", "Latitude", "Longitude")
    assert schema.key.name == "ID"
    assert len(batch) == 1


def test_headers_may_have_spaces_quotes_and_any_case() -> None:
    header = ' "ID(Edm.String, PrimaryKey)" | Name ( edm.string ) |Latitude(Edm.Double)|Longitude(Edm.Double)  ||'
    schema = read(pipe(GOOD, header=header))[0]
    assert schema.names == ("ID", "Name", "Latitude", "Longitude")
    assert schema.properties[1].type is EdmType.STRING
    assert schema.key_index == 0


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read_and_counted(end: str) -> None:
    file = io.BytesIO(end.join([VERSION, HEADER, "", GOOD, "2|B|1|2", ""]).encode())
    _, batches, problems = read(file)
    assert [line for batch in batches for line in batch.lines] == [4, 5]
    assert [value for batch in batches for value in batch.columns[3]] == ["9.8", "2"]
    assert not problems


@pytest.mark.parametrize("format", [InputFormat.CSV, InputFormat.TAB, InputFormat.PIPE])
def test_a_value_in_quotation_marks_may_hold_anything(format: InputFormat) -> None:
    delimiter = {"csv": ",", "tab": "\t", "pipe": "|"}[format.value]
    value = f'one{delimiter} "two"\nthree'
    quoted = '"' + value.replace('"', '""') + '"'
    rows = [
        f"1{delimiter}{quoted}{delimiter}1{delimiter}2",
        f"2{delimiter}b{delimiter}1{delimiter}2",
    ]
    _, (batch,), _ = read(delimited(delimiter, *rows), format)
    assert list(batch.columns[1]) == [value, "b"]
    assert list(batch.lines) == [3, 5]


def test_a_quotation_mark_inside_a_value_is_a_character() -> None:
    _, (batch,), _ = read(pipe('1|a 5" pipe|1|2'))
    assert batch.columns[1][0] == 'a 5" pipe'


def test_values_in_quotation_marks_run_across_blocks() -> None:
    long = "x\n" * 400_000
    rows = [f"{number}|b|1|2" for number in range(20_000)]
    _, batches, problems = read(pipe(*rows, f'last|"{long}"|1|2', "after|b|1|2"))
    assert batches[-1].columns[0][-1] == "after"
    assert batches[-1].lines[-1] == 3 + 20_000 + 400_001
    assert sum(map(len, batches)) == 20_002
    assert not problems


def test_batches_are_no_larger_than_asked_for() -> None:
    _, batches, _ = read(pipe(*(f"{number}|b|1|2" for number in range(25))), batch_size=10)
    assert [len(batch) for batch in batches] == [10, 10, 5]
    assert list(batches[2].rows) == [21, 22, 23, 24, 25]
    assert list(batches[2].lines) == [23, 24, 25, 26, 27]


def test_a_ragged_row_is_named_with_row_and_line() -> None:
    _, (batch,), (short, long) = read(pipe(GOOD, "2|B|1", "3|C|1|2|5", "4|D|1|2"))
    assert list(batch.columns[0]) == ["1", "4"]
    assert list(batch.rows) == [1, 4]
    assert (short.rule, short.row, short.line) == ("ragged-row", 2, 4)
    assert "3 values" in short.message
    assert "4 columns" in short.message
    assert (long.row, long.line, long.value) == (3, 5, "3|C|1|2|5")
    assert "quotation marks" in long.advice
    assert not short.fatal


def test_a_row_with_another_separator_says_so() -> None:
    problem = read(pipe("1,B,57.0,9.8"))[2][0]
    assert "comma-separated" in problem.advice


def test_blank_lines_and_spare_separators_do_no_harm() -> None:
    _, (batch,), problems = read(pipe("", "1|A|1|2||", "   ", "||||||", "2|B|1|2", ""))
    assert list(batch.columns[0]) == ["1", "2"]
    assert list(batch.lines) == [4, 7]
    assert not problems


def test_text_after_a_closing_quotation_mark_costs_the_row() -> None:
    _, batches, (problem,) = read(pipe(GOOD, '2|"Big" Joe|1|2', "3|C|1|2"))
    assert [value for batch in batches for value in batch.columns[0]] == ["1", "3"]
    assert [line for batch in batches for line in batch.lines] == [3, 5]
    assert (problem.rule, problem.row, problem.line) == ("quotes", 2, 4)


def test_problems_can_be_taken_away_while_reading() -> None:
    with open_entities(pipe(*["a|b"] * 300_000), InputFormat.PIPE) as reader:
        count = 0
        for batch in reader:
            count += len(batch) + len(reader.problems)
            assert len(reader.problems) < 100_000
            reader.problems.clear()
        assert count == 300_000


@pytest.mark.parametrize("after", [(), ("3|C|1|2",), ('3|"C|1|2', "4|D|1|2")])
def test_an_unbalanced_quotation_mark_is_found_where_it_opens(after: tuple[str, ...]) -> None:
    problem = fault(pipe(GOOD, '2|"Big|1|2', *after))
    assert (problem.rule, problem.row, problem.line) == ("quotes-unbalanced", 2, 4)
    assert problem.fatal


def test_an_unbalanced_quotation_mark_in_a_long_file_ends_soon() -> None:
    rows = (f"{number}|b{'x' * 90}|1|2" for number in range(120_000))
    assert fault(pipe('0|"open|1|2', *rows)).rule == "quotes-unbalanced"


def test_a_byte_that_is_not_utf8_is_named_with_its_line_and_likely_encoding() -> None:
    file = io.BytesIO(pipe(GOOD, "2|Løven|1|2").getvalue().decode().encode("cp1252"))
    problem = fault(file)
    assert (problem.rule, problem.line) == ("encoding", 4)
    assert "0xF8" in problem.message
    assert "Windows-1252" in problem.message
    assert "Løven" in problem.value
    assert "UTF-8" in problem.advice


def test_a_wrong_byte_far_into_the_file_has_the_right_line() -> None:
    rows = [f"{number}|{'b' * 60}|1|2" for number in range(20_000)]
    content = pipe(*rows).getvalue() + b"x|\xe9t\xe9|1|2\n"
    assert fault(io.BytesIO(content)).line == 20_003


def test_a_nul_byte_is_named_with_its_line() -> None:
    problem = fault(pipe(GOOD, "2|a\0b|1|2"))
    assert (problem.rule, problem.line) == ("nul-byte", 4)


def test_utf16_is_told_from_text() -> None:
    problem = fault(io.BytesIO(f"{VERSION}\n{HEADER}\n".encode("utf-16")))
    assert "UTF-16" in problem.message


def test_a_byte_order_mark_is_tolerated() -> None:
    schema, (batch,), _ = read(io.BytesIO(b"\xef\xbb\xbf" + pipe(GOOD).getvalue()))
    assert schema.entity_type == "Shops"
    assert len(batch) == 1


def test_gzip_is_unpacked() -> None:
    assert len(read(gzipped(pipe(GOOD)))[1][0]) == 1


@pytest.mark.parametrize(
    ("content", "rule", "words"),
    [
        (b"", "empty-file", "empty"),
        (b"\xef\xbb\xbf", "empty-file", "byte order mark"),
        (b"ID|Name\n1|2\n", "version-line", "Line 1"),
        (b"Bing Spatial Data Services, 2.0, Shops\nID(Edm.String)\n", "schema-version", "2.0"),
        (VERSION.encode() + b"\n", "header-missing", "ends after line 1"),
        (VERSION.encode() + b"\nID|Name|Latitude\n", "column-header", "name and a type"),
        (VERSION.encode() + b"\nID(Edm.String,key)\n", "column-header", "“key”"),
        (VERSION.encode() + b"\nID(Edm.String)||A(Edm.String)\n", "column-header", "Column 2"),
    ],
)
def test_a_file_without_a_schema_is_refused(content: bytes, rule: str, words: str) -> None:
    problem = fault(io.BytesIO(content))
    assert problem.rule == rule
    assert words in problem.message
    assert problem.advice
    assert problem.fatal


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Edm.Int32", "Edm.Int64"),
        ("int", "Edm.Int64"),
        ("Edm.Strnig", "Edm.String"),
        ("Edm.Decimal", "Edm.Double"),
        ("date", "Edm.DateTime"),
        ("Edm.GeographyPoint", "Edm.Geography"),
    ],
)
def test_an_unknown_type_is_answered_with_the_one_meant(written: str, meant: str) -> None:
    problem = fault(pipe(GOOD, header=f"ID(Edm.String,primaryKey)|Size({written})"))
    assert (problem.rule, problem.line, problem.column) == ("unknown-type", 2, "Size")
    assert problem.value == written
    assert f"Size({meant})" in problem.advice


@pytest.mark.parametrize(
    ("delimiter", "chosen", "words"),
    [
        ("\t", InputFormat.PIPE, "looks like tab-separated text, not pipe-separated text"),
        (",", InputFormat.TAB, "looks like comma-separated text"),
        ("|", InputFormat.CSV, "looks like pipe-separated text"),
        ("|", InputFormat.XML, "looks like pipe-separated text, not entity XML"),
    ],
)
def test_another_format_than_chosen_is_recognised(
    delimiter: str, chosen: InputFormat, words: str
) -> None:
    problem = fault(delimited(delimiter, "1"), chosen)
    assert problem.rule == "wrong-format"
    assert words in problem.message


def test_a_control_character_is_seen_where_no_value_stands_in_quotation_marks() -> None:
    """The quick way of reading spares most values a look of their own."""
    with open_entities(pipe("1|A|1|2", "2|B\x0bC|1|2"), InputFormat.PIPE) as reader:
        (batch,) = [batch for batch in reader if len(batch)]
        assert batch.markup
        (problem,) = check_batch(reader.schema, batch).problems
    assert (problem.rule, problem.row, problem.line) == ("control-character", 2, 4)


@given(
    st.lists(
        st.tuples(*[st.text(st.sampled_from('ab,|" \n\x1f\x1e<'), max_size=4)] * 3),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_quoted_values_are_what_csv_makes_of_them(
    rows: list[tuple[str, ...]], quoting: Literal[0, 1], ending: str
) -> None:
    stream = io.StringIO()
    stream.write(f"Bing Spatial Data Services, 1.0, Shops{ending}")
    stream.write(f"ID(Edm.String,primaryKey),A(Edm.String),B(Edm.String){ending}")
    csv.writer(stream, quoting=quoting, lineterminator=ending).writerows(rows)
    text = stream.getvalue().split(ending, 2)[2]
    expected = list(csv.reader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True))
    _, batches, problems = read(io.BytesIO(stream.getvalue().encode()), InputFormat.CSV)
    found = [list(row) for batch in batches for row in zip(*batch.columns, strict=True)]
    assert not problems
    assert found == expected
