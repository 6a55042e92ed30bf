"""Schemas and conditions to try, for the tests of the builder."""

from __future__ import annotations

from hypothesis import strategies as st

from datasources.query.model import Affix, And, Comparison, Condition, Not, Operator, Or, Within
from datasources.schema import EdmType, Property, Schema, Value

SCHEMA = Schema(
    "Shop",
    (
        Property("ShopID", EdmType.STRING, is_key=True),
        Property("City", EdmType.STRING),
        Property("Seats", EdmType.INT64),
        Property("Area", EdmType.DOUBLE),
        Property("Open", EdmType.BOOLEAN),
        Property("Opened", EdmType.DATETIME),
        Property("Zone", EdmType.GEOGRAPHY),
        Property("Latitude", EdmType.DOUBLE),
        Property("Longitude", EdmType.DOUBLE),
    ),
)
SHOP_ID, CITY, SEATS, AREA, OPEN, OPENED, ZONE = SCHEMA.properties[:7]

#: What people, and people who mean harm, put into texts.
TEXTS = st.text(max_size=12).filter(lambda text: "\0" not in text) | st.sampled_from(
    [
        "O'Hara",
        "''",
        "' Or '1' Eq '1",
        "Aarhus C",
        "æøå",
        "<script>",
        "100%",
        "a,b",
        "(",
        "null",
        "",
    ]
)
DATES = st.datetimes().map(
    lambda at: (
        at.isoformat(timespec="seconds").zfill(19)
        + (f".{at.microsecond:06}".rstrip("0") if at.microsecond else "")
        + "Z"
    )
)
NUMBERS = st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES: dict[Property, st.SearchStrategy[Value]] = {
    SHOP_ID: TEXTS,
    CITY: TEXTS,
    SEATS: NUMBERS,
    AREA: NUMBERS,
    OPEN: st.booleans(),
    OPENED: DATES,
}
EQUALITY = st.sampled_from([Operator.EQ, Operator.NE])


def comparisons() -> st.SearchStrategy[Condition]:
    """One property against a value, a list or null."""
    found: list[st.SearchStrategy[Condition]] = []
    for prop, values in VALUES.items():
        operators = EQUALITY if prop is OPEN else st.sampled_from(list(Operator))
        found.append(st.builds(Comparison, st.just(prop), operators, values))
        if prop is not OPEN:
            lists = st.lists(values.filter(lambda one: one != ""), min_size=1, max_size=5)
            found.append(st.builds(Within, st.just(prop), lists.map(tuple)))
    found.append(
        st.builds(Comparison, st.sampled_from(SCHEMA.properties[:7]), EQUALITY, st.just(None))
    )
    return st.one_of(found)


WILDCARDS = st.builds(Affix, st.sampled_from([SHOP_ID, CITY]), TEXTS, st.booleans())


def _negated(terms: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    return terms.map(lambda term: term.term if isinstance(term, Not) else Not(term))


def _joined(terms: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(terms, min_size=2, max_size=3).map(tuple)
    return _negated(terms) | st.builds(And, several) | st.builds(Or, several)


CONDITIONS = st.recursive(comparisons(), _joined, max_leaves=6) | WILDCARDS | _negated(WILDCARDS)
