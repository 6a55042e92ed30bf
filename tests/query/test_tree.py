"""What the builder shows is what the text says, and the other way round."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.query import QueryFault
from datasources.query.filter import MAX_LIST, read_filter
from datasources.query.tree import (
    MAX_GROUPS,
    OPERATORS,
    NotShown,
    Tree,
    filterable,
    tree_of,
    write_tree,
)
from datasources.query.write import filter_text
from datasources.schema import EdmType, Property, Schema
from tests.query.conditions import CONDITIONS, SCHEMA, Condition


@given(CONDITIONS)
def test_a_condition_is_written_as_it_is_read(condition: Condition) -> None:
    assert read_filter(filter_text(condition), SCHEMA) == condition


def shown(text: str) -> Tree | None:
    """The tree; None where it has more groups inside each other than the builder shows."""
    try:
        return tree_of(text, SCHEMA)
    except NotShown as why:
        if why.code != "too-deep":
            raise
        return None


@given(CONDITIONS)
def test_text_and_builder_say_the_same(condition: Condition) -> None:
    text = filter_text(condition)
    tree = shown(text)
    if tree is None:
        return
    there = json.loads(json.dumps(tree))  # as it travels to the page and back
    written = write_tree(there, SCHEMA)
    assert written.faults == ()
    assert written.text == text
    assert written.condition == condition
    assert tree_of(written.text, SCHEMA) == tree


def one(name: str, operator: str, value: str = "", **more: Any) -> Tree:
    return {"property": name, "op": operator, "value": value, "not": False, **more}


def both(*terms: Tree, join: str = "and", turned: bool = False) -> Tree:
    return {"join": join, "not": turned, "terms": list(terms)}


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (both(), ""),
        (both(one("City", "eq", "O'Hara")), "City Eq 'O''Hara'"),
        (both(one("Seats", "ge", " 12 ")), "Seats Ge 12"),
        (both(one("Area", "lt", "1.50")), "Area Lt 1.5"),
        (both(one("Open", "eq", "true")), "Open Eq true"),
        (both(one("Opened", "ge", "2026-11-23T08:30")), "Opened Ge 2026-11-23T08:30:00Z"),
        (both(one("Opened", "lt", "2026-11-23")), "Opened Lt 2026-11-23T00:00:00Z"),
        (both(one("Zone", "null")), "Zone Eq null"),
        (both(one("City", "notnull")), "City Ne null"),
        (both(one("City", "eq", "")), "City Eq ''"),
        (both(one("City", "in", values=["a", "", "b"])), "City in ('a','b')"),
        (both(one("City", "startswith", "San")), "StartsWith(City,'San') eq true"),
        (both({**one("City", "endswith", "York"), "not": True}), "Not (EndsWith(City,'York') eq true)"),
        (
            both(one("City", "eq", "A"), both(one("Seats", "gt", "1"), one("Open", "eq", "1"), join="or")),
            "City Eq 'A' And (Seats Gt 1 Or Open Eq true)",
        ),
        (
            both(one("City", "eq", "A"), one("Seats", "gt", "1"), join="or", turned=True),
            "Not (City Eq 'A' Or Seats Gt 1)",
        ),
        (both(both(both(one("City", "eq", "A"))), both()), "City Eq 'A'"),
    ],
)  # fmt: skip
def test_a_tree_becomes_the_references_text(tree: Tree, text: str) -> None:
    written = write_tree(tree, SCHEMA)
    assert written.text == text
    assert written.faults == ()


@pytest.mark.parametrize(
    ("term", "code"),
    [
        (one("", "eq"), "no-property"),
        (one("Nothing", "eq", "1"), "unknown-property"),
        (one("Latitude", "gt", "1"), "location"),
        (one("longitude", "null"), "location"),
        (one("Zone", "eq", "POINT(1 2)"), "no-operator"),
        (one("Open", "gt", "1"), "no-operator"),
        (one("Seats", "startswith", "1"), "no-operator"),
        (one("Seats", "ge", ""), "no-value"),
        (one("Seats", "ge", "many"), "not-number"),
        (one("Seats", "ge", "1e999"), "not-number"),
        (one("Seats", "ge", "12,5"), "not-number"),
        (one("Open", "eq", "perhaps"), "not-boolean"),
        (one("Opened", "ge", "2026-02-30"), "not-date"),
        (one("City", "in", values=[]), "no-value"),
        (one("City", "in", values=[str(n) for n in range(MAX_LIST + 1)]), "long-list"),
        (one("City", "eq", "a\0b"), "control"),
        ("a word", "unreadable"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(term: Any, code: str) -> None:
    written = write_tree(both(one("City", "eq", "Oslo"), term), SCHEMA)
    assert [(fault.path, fault.code) for fault in written.faults] == [((1,), code)]
    assert written.text == "City Eq 'Oslo'", "what is in order stands"


def test_a_wildcard_stands_alone() -> None:
    wild = one("City", "startswith", "San")
    assert write_tree(both(wild), SCHEMA).faults == ()
    assert write_tree(both(both(wild)), SCHEMA).faults == ()
    joined = write_tree(both(one("Seats", "gt", "1"), {**wild, "not": True}), SCHEMA)
    assert [(fault.path, fault.code) for fault in joined.faults] == [((1,), "wildcard-alone")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Open in (true)", "other"),
        ("not (" * 7 + "City eq 'a' and (City eq 'b' or City eq 'c')" + ")" * 7, ""),
        (" or ".join(["City eq 'a'"] * 101), "too-many"),
        (
            "City eq '0'" + "".join(
                f" {'and' if n % 2 else 'or'} (City eq '{n}'" for n in range(MAX_GROUPS + 1)
            ) + ")" * (MAX_GROUPS + 1),
            "too-deep",
        ),
    ],
)  # fmt: skip
def test_what_the_builder_cannot_show_it_says(text: str, code: str) -> None:
    if not code:
        assert tree_of(text, SCHEMA)["join"] == "and"
        return
    with pytest.raises(NotShown) as told:
        tree_of(text, SCHEMA)
    assert told.value.code == code


@pytest.mark.parametrize("text", ["City eq", "Nothing eq 1", "City like 'a'", "Latitude gt 1"])
def test_what_cannot_be_read_is_told_in_the_services_words(text: str) -> None:
    with pytest.raises(QueryFault):
        tree_of(text, SCHEMA)


def test_a_property_called_as_a_word_of_the_grammar_is_told() -> None:
    schema = Schema(
        "Odd", (Property("ID", EdmType.STRING, is_key=True), Property("null", EdmType.INT64))
    )
    written = write_tree(both(one("null", "eq", "1")), schema)
    assert [fault.code for fault in written.faults] == ["unreadable"]


def test_only_what_can_be_filtered_is_offered() -> None:
    assert [prop.name for prop in filterable(SCHEMA)] == list(SCHEMA.names[:-2])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["join", "not", "terms", "property", "op", "value", "values"]), inner
        )
    ),
)
NEARLY = st.fixed_dictionaries(
    {
        "property": st.sampled_from([*SCHEMA.names, "x"]),
        "op": st.sampled_from(sorted({op for ops in OPERATORS.values() for op in ops} | {"like"})),
        "value": st.text(max_size=8) | JSON,
        "values": st.lists(st.text(max_size=3), max_size=3) | JSON,
    }
)


@given(st.lists(NEARLY | JSON, max_size=3).map(lambda terms: {"join": "or", "terms": terms}) | JSON)
def test_whatever_a_page_sends_gives_a_text_or_a_fault(tree: Any) -> None:
    written = write_tree(tree, SCHEMA)
    if written.condition is not None and not written.faults:
        assert read_filter(written.text, SCHEMA) == written.condition
