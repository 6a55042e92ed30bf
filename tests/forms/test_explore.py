"""The explorer's form: what it asks, what it says, and its address, which holds all of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from datasources.api.query import url_and_params
from datasources.forms.explore import ExploreForm, split_ids
from datasources.query import parse_query
from datasources.query.write import filter_text
from tests.query.conditions import CONDITIONS, SCHEMA, Condition

URL = "http://127.0.0.1/REST/v1/data/a/Shops/Shop"


def form_of(given: dict[str, Any], **options: Any) -> ExploreForm:
    data = QueryDict(mutable=True)
    for name, value in given.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return ExploreForm(data, **{"schema": SCHEMA, **options})


def params_of(form: ExploreForm) -> dict[str, str]:
    assert form.is_valid(), form.errors
    return url_and_params(URL, form.options)[1]


@pytest.mark.parametrize(
    ("given", "params"),
    [
        ({}, {}),
        ({"filter": " City Eq 'Oslo' "}, {"$filter": "City Eq 'Oslo'"}),
        (
            {"find": "ids", "ids": "a\nb'c\n\n a "},
            {"$filter": "ShopID in ('a','b''c')"},
        ),
        (
            {"where": "near", "lat": "55.68", "lon": "-12.5", "km": "1e-0"},
            {"spatialFilter": "nearby(55.68,-12.5,1)"},
        ),
        (
            {"where": "address", "place": "5 Rue d'Or", "km": "2"},
            {"spatialFilter": "nearby('5 Rue d''Or',2)"},
        ),
        (
            {"where": "box", "south": "1", "west": "170", "north": "2", "east": "-170"},
            {"spatialFilter": "bbox(1,170,2,-170)"},
        ),
        (
            {"where": "shape", "wkt": "POINT(1 2)"},
            {"spatialFilter": "intersects('POINT(1 2)')"},
        ),
        (
            {
                "where": "route", "start": "1,2", "end": "Oslo", "travel": "driving",
                "optimize": "distance", "avoid": ["tolls", "highways"], "heading": "0", "turn": "9",
            },
            {
                "spatialFilter": "nearRoute('1,2','Oslo')", "optimize": "distance", "avoid": "highways,tolls", "heading": "0",
                "distanceBeforeFirstTurn": "9",
            },
        ),
        (
            {
                "where": "route", "start": "1,2", "end": "3,4", "travel": "walking",
                "avoid": ["tolls"], "heading": "9", "turn": "9",
            },
            {"spatialFilter": "nearRoute('1,2','3,4')", "travelMode": "Walking", "heading": "9"},
        ),
        ({"select": "City, Seats"}, {"$select": "City,Seats"}),
        ({"distance": "on"}, {"$select": "*,__Distance"}),
        ({"common": "POINT(1 2)"}, {"$select": "*,intersection('POINT(1 2)')"}),
        (
            {"o1": "City", "o2": "Seats", "d2": "desc", "o3": "Open"},
            {"$orderby": "City,Seats desc,Open asc"},
        ),
        ({"top": "250", "skip": "50", "count": "none"}, {"$top": "250", "$skip": "50", "$inlinecount": ""}),
        ({"format": "atom"}, {"$format": "atom"}),
    ],
)  # fmt: skip
def test_what_is_filled_in_is_what_is_asked(given: dict[str, Any], params: dict[str, str]) -> None:
    usual = {"$top": "25", "$inlinecount": "allpages", "$format": "json"}
    if given.get("find") == "ids":
        usual["$top"] = "25"
    wanted = {name: value for name, value in {**usual, **params}.items() if value}
    assert params_of(form_of(given)) == wanted


def test_one_entity_takes_no_more_than_its_id() -> None:
    form = form_of(
        {
            "find": "id",
            "entity": "O'Hara ",
            "where": "near",
            "lat": "x",
            "select": "City",
            "top": "9",
        }
    )
    assert form.is_valid(), form.errors
    url, params = url_and_params(URL, form.options)
    assert url == f"{URL}('O''Hara%20')"
    assert params == {"$select": "City", "$format": "json"}


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"find": "id"}, "entity", "Entity ID is needed."),
        ({"find": "ids", "ids": " \n "}, "ids", "No ID stands here"),
        ({"find": "ids", "ids": "x" * 51}, "ids", "longer than the 50 characters"),
        ({"where": "near", "lat": "91", "lon": "1"}, "lat", "Between −90 and 90"),
        ({"where": "near", "lat": "47,6", "lon": "1"}, "lat", "as in 55.68"),
        ({"where": "near", "lat": "nan", "lon": "1"}, "lat", "Between"),
        ({"where": "near", "lat": "1", "lon": "1", "km": "1001"}, "km", "from 0.16 to 1000"),
        ({"where": "address"}, "place", "Address is needed."),
        (
            {"where": "box", "south": "2", "west": "0", "north": "1", "east": "0"},
            "north",
            "must not lie south",
        ),
        ({"where": "shape"}, "wkt", "Shape is needed."),
        ({"where": "route", "start": "x"}, "end", "To is needed."),
        ({"where": "route", "start": "x", "end": "y", "heading": "360"}, "heading", "0 to 359"),
        ({"top": "0"}, "top", "From 1 to 250"),
        ({"top": "a few"}, "top", "From 1 to 250"),
        ({"skip": "-1"}, "skip", "from 0"),
    ],
)
def test_what_is_not_in_order_is_told_under_its_field(
    given: dict[str, str], field: str, words: str
) -> None:
    form = form_of(given)
    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert words in form.errors[field][0]


def test_only_what_is_chosen_counts() -> None:
    assert form_of({"where": "", "lat": "nonsense", "wkt": "x", "find": "filter"}).is_valid()


def test_the_archive_takes_no_addresses() -> None:
    form = form_of({"where": "address", "place": "Oslo", "km": "5"}, from_archive=True)
    assert "need the service" in form.errors["where"][0]


def test_more_ids_than_a_query_takes_are_asked_in_parts() -> None:
    given = {"find": "ids", "ids": "\n".join(f"i{n}" for n in range(120)), "part": "3"}
    form = form_of(given)
    assert (form.parts, form.asked_part, len(form.all_ids)) == (3, 3, 120)
    params = params_of(form)
    assert params["$filter"].startswith("ShopID in ('i100',")
    assert params["$filter"].count(",") == 19
    assert params_of(form_of(given | {"part": "1"}))["$top"] == "50", "none of them is cut off"
    assert form_of(given | {"part": "99"}).asked_part == 3


def test_a_condition_that_is_not_complete_keeps_the_query_back() -> None:
    tree = {
        "join": "and",
        "not": False,
        "terms": [
            {"property": "City", "op": "eq", "value": "Oslo", "not": False},
            {"property": "Seats", "op": "ge", "value": "many", "not": False},
        ],
    }
    form = form_of({"filter": "left over"}, tree=json.dumps(tree))
    assert list(form.errors) == ["filter"]
    assert form.filter_state.text == "City Eq 'Oslo'"
    assert form.filter_state.as_json()["faults"] == [
        {"path": (1,), "words": "many is not a number. Write it as 1250.5."}
    ]


@pytest.mark.parametrize("tree", ["{", "[]", "null", '"x"', "[" * 5000, "1" * 300_000])
def test_a_tree_that_is_none_is_no_crash(tree: str) -> None:
    assert not form_of({}, tree=tree).is_valid()


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\nb\r\nc\n", ["a", "b", "c"]),
        ("a\tb\tc", ["a", "b", "c"]),
        ("a, b ,c", ["a", "b", "c"]),
        ("'a','b''c'", ["a", "b'c"]),
        ('"a","b ""x"""', ["a", 'b "x"']),
        ("1, Main Street\n2, Side Street", ["1, Main Street", "2, Side Street"]),
        ("a,\nb,\nc", ["a", "b", "c"]),
        ("a\na\nb", ["a", "b"]),
        ("  padded  \nb", ["padded", "b"]),
    ],
)
def test_ids_are_taken_as_people_paste_them(text: str, ids: list[str]) -> None:
    assert split_ids(text) == ids


# --- the address ---

TEXTS = st.text(max_size=20).filter(lambda text: "\0" not in text)
DEGREES = st.floats(-90, 90).map(repr)
PLACES = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {"where": st.just("near"), "lat": DEGREES, "lon": DEGREES, "km": st.just("3.5")}
    ),
    st.fixed_dictionaries({"where": st.just("address"), "place": TEXTS, "km": st.just("25")}),
    st.fixed_dictionaries(
        {"where": st.just("box"), "south": st.just("-1"), "west": DEGREES, "north": st.just("1"), "east": DEGREES}
    ),
    st.fixed_dictionaries({"where": st.just("shape"), "wkt": st.just("POINT (1 2)") | TEXTS}),
    st.fixed_dictionaries(
        {
            "where": st.just("route"), "start": TEXTS, "end": TEXTS,
            "travel": st.sampled_from(["driving", "walking"]),
            "avoid": st.lists(st.sampled_from(["tolls", "minimizehighways"]), unique=True),
            "heading": st.integers(0, 359).map(str) | st.just(""),
        }
    ),
)  # fmt: skip
FINDS = st.one_of(
    CONDITIONS.map(lambda one: {"filter": filter_text(one)}),
    st.fixed_dictionaries({"find": st.just("id"), "entity": TEXTS}),
    st.fixed_dictionaries({"find": st.just("ids"), "ids": st.lists(TEXTS).map("\n".join)}),
)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "select": st.just("City,Seats"), "distance": st.just("on"), "o1": st.just("City"),
        "d1": st.sampled_from(["asc", "desc"]), "top": st.integers(1, 250).map(str),
        "skip": st.integers(0, 99).map(str), "count": st.sampled_from(["none", "allpages"]),
        "format": st.sampled_from(["json", "atom"]), "common": st.just("POINT (1 2)"),
    },
)  # fmt: skip


@given(st.builds(lambda find, place, answer: {**find, **place, **answer}, FINDS, PLACES, ANSWERS))
def test_the_address_holds_the_whole_query(given: dict[str, Any]) -> None:
    form = form_of(given)
    again = ExploreForm(QueryDict(form.address()), schema=SCHEMA)
    assert again.address() == form.address()
    assert again.is_valid() == form.is_valid()
    assert again.errors == form.errors
    if form.is_valid():
        assert again.options == form.options


@given(CONDITIONS)
def test_builder_text_and_address_ask_for_the_same(condition: Condition) -> None:
    text = filter_text(condition)
    by_text = form_of({"filter": text})
    tree = by_text.filter_state.tree
    if tree is None:
        assert by_text.filter_state.not_shown
        return
    by_tree = form_of({"filter": "left over"}, tree=json.dumps(tree))
    by_address = ExploreForm(QueryDict(by_tree.address()), schema=SCHEMA)
    asked = [params_of(form) for form in (by_text, by_tree, by_address)]
    assert asked[0] == asked[1] == asked[2]
    lowered = {name.lower(): value for name, value in asked[0].items()}
    if not lowered.get("spatialfilter"):
        assert parse_query(lowered, SCHEMA).where is not None
