"""Rows that are cut at their separators are what csv makes of them, whatever stands in the text."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from datasources.formats.plain_rows import cut, has_markup


def rows_of(text: str, mark: str, width: int) -> list[list[str]] | None:
    found = cut(text.encode(), mark, width, bytes.decode)
    return None if found is None else [list(row) for row in zip(*found.columns, strict=True)]


@given(st.text(st.sampled_from('ab,"" \n\r\x1fø'), min_size=1, max_size=30), st.integers(2, 3))
@example('"a,b",c\n', 2)
@example('"","a"\n"b",""\n', 2)
@example('a,"b\n",c\n', 2)
@example('a," b"\na, b\n', 2)
@example('"a""b",c\n', 2)
def test_what_is_cut_is_what_csv_reads(text: str, width: int) -> None:
    found = rows_of(text, ",", width)
    if found is None:
        return
    expected = list(csv.reader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True))
    assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        "a|b|c\nd|e|f\n",
        'a|"b|x"|c\n"d"|e|""\n',
        "a|b|c\r\nd|e|f\r\n",
        "æ|ø|å\nd|e|f",
        'a|"x"|c\n"d"|e|"f"',
    ],
)
def test_plain_rows_are_cut(text: str) -> None:
    expected = list(csv.reader(io.StringIO(text, newline=""), delimiter="|", strict=True))
    assert rows_of(text, "|", 3) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a|b\n",  # another number of values
        "a| b|c\n",
        " a|b|c\n",
        "a|b|c\n\nd|e|f\n",
        'a|"b\nx"|c\n',
        'a|"b""x"|c\n',
        'a|"b"x|c\n',
        'a|b"x|c\n',
        'a|"b|c\n',
        'a|"b|"|c\x1f\n',
    ],
)
def test_rows_that_are_not_plain_are_left_to_csv(text: str) -> None:
    assert rows_of(text, "|", 3) is None


def test_the_longest_line_bounds_every_value() -> None:
    found = cut(b'a|"bbbb|b"|c\nd|e|f\n', "|", 3, bytes.decode)
    assert found is not None
    assert found.longest >= len("bbbb|b")


def test_markup_and_control_characters_are_seen() -> None:
    assert not has_markup("plain text,\tof æøå\r\n".encode())
    assert has_markup(b"a < b")
    assert has_markup(b"a\x0bb")
