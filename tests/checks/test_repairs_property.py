"""Whatever a file holds: repairs never turn a good row bad, and change nothing a second time."""

from __future__ import annotations

import io

from hypothesis import given, settings
from hypothesis import strategies as st

from datasources.checks import REPAIRS
from datasources.checks.mending import Order, mended
from datasources.checks.repairs import Tally
from datasources.formats import InputFormat
from datasources.formats.text_writer import raw_lines, text_head
from datasources.schema import PLAN_LIMITS, check_batch
from tests.formats.files import pipe

HEADER = (
    "ID(Edm.String,primaryKey)|Name(Edm.String)|Open(Edm.Boolean)|Area(Edm.Double)"
    "|People(Edm.Int64)|Latitude(Edm.Double)|Longitude(Edm.Double)|Shape(Edm.Geography)"
)
NUMBERS = st.one_of(
    st.sampled_from(["", "1,234", "12,5", "1.234", "1.234,5", "1,234.5", "1 234", "2.5", "7", "x"]),
    st.from_regex(r"-?[0-9]{1,3}([ ,.'][0-9]{1,3}){0,3}", fullmatch=True),
)
PLACES = st.one_of(st.floats(-185, 185).map(lambda n: f"{n:.3f}"), NUMBERS)
SHAPES = st.sampled_from(
    [
        "",
        "POINT (1 2)",
        "POLYGON ((0 0, 0 1, 1 1, 1 0, 0 0))",
        "POLYGON ((0 0, 1 0, 1 1, 0 1))",
        "POLYGON ((0 0, 1 1, 0 1, 1 0, 0 0))",
        "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))",
        "MULTIPOLYGON (((0 0, 0 1, 1 1)))",
        "POLYGON ((0 0, 1 0))",
        "POLYGON ((0 0, 0 0, 0 0, 0 0))",
    ]
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters='|"\0\r\n'), max_size=4)
ROW = st.tuples(
    st.sampled_from(["1", "1 ", "2", "1-2", "", " ", "x" * 50, "x" * 51]) | TEXTS,
    TEXTS | st.sampled_from([" A ", "A\t", "\u00a0"]),
    st.sampled_from(["", "yes", "N", "true", "0", "maybe", " on"]),
    NUMBERS,
    NUMBERS,
    PLACES,
    PLACES,
    SHAPES,
)
CHOSEN = st.frozensets(st.sampled_from(sorted(REPAIRS)))


def order(file: io.BytesIO, chosen: frozenset[str]) -> Order:
    return Order(file, InputFormat.PIPE, PLAN_LIMITS["enterprise"], repairs=chosen)


def good(file: io.BytesIO, chosen: frozenset[str]) -> tuple[set[int], io.BytesIO, Tally]:
    """The numbers of the good rows, the file with the repairs applied, and what they changed."""
    found: set[int] = set()
    tally = Tally()
    copy = io.BytesIO()
    with mended(order(file, chosen), tally) as reader:
        copy.write(text_head(InputFormat.PIPE, reader.schema))
        for raw in reader:
            found |= set(check_batch(reader.schema, raw).batch.rows)
            copy.write(raw_lines(InputFormat.PIPE, raw.columns))  # type: ignore[arg-type]
    return found, copy, tally


@settings(max_examples=200, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=12), CHOSEN)
def test_repairs_spoil_nothing_and_are_done_once(
    rows: list[tuple[str, ...]], chosen: frozenset[str]
) -> None:
    file = pipe(*("|".join(row) for row in rows), header=HEADER)
    before = file.getvalue()
    well, _, _ = good(file, frozenset())
    mended_well, copy, tally = good(file, chosen)
    assert well <= mended_well
    assert file.getvalue() == before

    copy.seek(0)
    again, second, more = good(copy, chosen - {"windows-1252"})
    assert again == mended_well
    assert more.counts == {}, (tally.examples, more.examples)
    assert second.getvalue() == copy.getvalue()
