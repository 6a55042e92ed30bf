"""A filter says of a null text what it says of the empty one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from datasources.query.empty import with_empty_texts
from datasources.query.model import Affix, And, Comparison, Condition, Not, Operator, Or, Within
from datasources.schema import EdmType, Property
from tests.sds.store.oracle import holds
from tests.sds.store.samples import Row

NAME = Property("Name", EdmType.STRING)
SEATS = Property("Seats", EdmType.INT64)
ROWS: list[Row] = [
    {"Name": name, "Seats": seats} for name in (None, "a", "ab", "b", " ") for seats in (None, 0, 7)
]

texts = st.sampled_from(["", "a", "ab", "b", " "])
leaves = st.one_of(
    st.builds(Comparison, st.just(NAME), st.sampled_from(Operator), texts),
    st.builds(Comparison, st.just(SEATS), st.sampled_from(Operator), st.sampled_from([None, 0, 7])),
    st.builds(lambda *some: Within(NAME, some), texts, texts),
    st.builds(Affix, st.just(NAME), texts, st.booleans()),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(lambda *terms: And(terms), inner, inner),
        st.builds(lambda *terms: Or(terms), inner, inner),
    ),
    max_leaves=6,
)


@given(conditions)
def test_null_and_the_empty_text_are_one(condition: Condition) -> None:
    """On rows with nulls it finds what the plain condition finds on rows with empty texts."""
    written = with_empty_texts(condition)
    for row in ROWS:
        assert holds(written, row) == holds(condition, {**row, "Name": row["Name"] or ""})


def test_null_is_the_empty_text_too() -> None:
    for operator in (Operator.EQ, Operator.NE):
        by_null = with_empty_texts(Comparison(NAME, operator, None))
        assert by_null == with_empty_texts(Comparison(NAME, operator, ""))


def test_other_types_know_null_alone() -> None:
    below = Comparison(SEATS, Operator.LT, 7)
    assert with_empty_texts(Not(below)) == Not(below)
