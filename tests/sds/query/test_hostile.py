"""Nothing in a query's parameters breaks the reader, hangs it, or reaches SQL as anything but a
bound value."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datasources.query import QueryFault, parse_query
from datasources.query.filter import parse_filter
from datasources.query.model import NearAddress, NearRoute
from sds_server.store import GeoPackageStore, VersionReader
from sds_server.store.geopackage.reader import GeoPackageReader
from sds_server.store.geopackage.where import where_sql
from tests.sds.store.samples import CITIES, cities, fill

#: All that the SQL of a condition may hold: names of the schema in quotes, words of ours, marks.
_SQL = re.compile(
    r'(?:"(?:' + "|".join(CITIES.names) + r')"'
    r"|\bAND\b|\bOR\b|\bNOT\b|\bNULL\b|\bIS\b|\bIN\b|\bsubstr\b|\brtrim\b|'Z'|[(),?=<>\s0])*"
)

NAMES = st.sampled_from([*CITIES.names, "entityID", "Nothing", "Latitude", "x; DROP TABLE City"])
QUOTES = ["'", "''", "';--", "' OR '1'='1", '"', "\\'", "%27", "`", "]", "/*", "\u2019", "\x1b"]
TEXTS = st.text(max_size=12) | st.sampled_from(QUOTES)
LITERALS = (
    TEXTS.map(lambda text: "'" + text.replace("'", "''") + "'")
    | TEXTS.map(lambda text: f"'{text}'")
    | st.integers(-(10**20), 10**20).map(str)
    | st.floats(allow_nan=False).map(repr)
    | st.sampled_from(["true", "NULL", "2020-02-30", "datetime'2020-01-01'", "1e400", "0x1", ""])
)
WORDS = st.sampled_from(
    [
        "eq",
        "ne",
        "gt",
        "ge",
        "lt",
        "le",
        "in",
        "and",
        "or",
        "not",
        "startswith",
        "endswith",
        "like",
        "EQ",
    ]
)
TERMS = (
    st.tuples(NAMES, WORDS, LITERALS).map(" ".join)
    | st.tuples(NAMES, LITERALS).map(lambda pair: f"StartsWith({pair[0]},{pair[1]}) eq true")
    | st.tuples(NAMES, st.lists(LITERALS, max_size=4)).map(
        lambda pair: f"{pair[0]} in ({','.join(pair[1])})"
    )
)
FILTERS = st.recursive(
    TERMS | st.text(max_size=30),
    lambda inner: (
        st.tuples(inner, WORDS, inner).map(" ".join)
        | inner.map(lambda text: f"not ({text})")
        | inner.map(lambda text: f"({text})")
    ),
    max_leaves=8,
)


def read(how: Callable[..., Any], *args: Any) -> tuple[Any, QueryFault | None]:
    """What a reader gives, or what it refuses with."""
    try:
        return how(*args), None
    except QueryFault as fault:
        return None, fault


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VersionReader]:
    made = GeoPackageStore(tmp_path_factory.mktemp("hostile"))
    fill(made.create("cities", CITIES), CITIES, cities())
    with made.open("cities") as opened:
        yield opened


@settings(max_examples=400, deadline=None)
@given(FILTERS)
@example("Name eq 'x' ; DROP TABLE City")
@example("Name eq 'x' -- ")
@example("Name eq 'x'' OR ''1''=''1'")
@example("1 eq 1 or Name eq 'x'")
@example("Name eq (SELECT 1)")
@example("Name eq Name")
@example("substr(Name,1,1) eq 'S'")
def test_any_filter_is_read_or_refused_and_its_values_are_bound(text: str) -> None:
    condition, fault = read(parse_filter, text, CITIES)
    if fault is not None:
        assert fault.parameter == "$filter"
        assert fault.status == 400
        assert 10 < len(fault.message) < 700
        return
    sql, values = where_sql(condition)
    assert _SQL.fullmatch(sql), sql
    assert sql.count("?") == len(values)


@contextmanager
def watched(reader: VersionReader) -> Iterator[set[int]]:
    """The kinds of action that SQLite was asked to do, but for attaching our index by a bound name."""
    assert isinstance(reader, GeoPackageReader)
    actions: set[int] = set()

    def note(action: int, name: str | None, *_: object) -> int:
        if action != ATTACH or name is not None:  # a name that stands in the SQL is told here
            actions.add(action)
        return sqlite3.SQLITE_OK

    reader._connection.set_authorizer(note)
    try:
        yield actions
    finally:
        reader._connection.set_authorizer(None)


ATTACH = 24
READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, 33}  # 33: recursive


@pytest.mark.parametrize("quote", QUOTES, ids=range(len(QUOTES)))
def test_a_value_with_any_sign_in_it_is_a_value(reader: VersionReader, quote: str) -> None:
    text = quote.replace("'", "''")
    with watched(reader) as actions:
        for words in (
            f"Name eq '{text}'", f"EntityID in ('{text}')", f"EndsWith(Name,'{text}')",
            f"Name ge '{text}' or Country eq '{text}'",
        ):  # fmt: skip
            page = reader.query(parse_query({"$filter": words, "$orderby": "Name"}, CITIES))
            assert len(page.ids) <= 25
        assert reader.query(parse_query({}, CITIES, quote)).ids == []
    assert actions <= READING
    assert reader.count == len(cities())


SHORT = settings(max_examples=150, deadline=None)


@SHORT
@given(
    st.sampled_from(["$select", "$orderby", "$top", "$skip", "$inlinecount", "spatialfilter",
                     "isstaging", "avoid", "optimize", "heading", "travelmode", "dbft"]),
    st.text(max_size=60) | FILTERS,
)  # fmt: skip
def test_any_parameter_is_read_or_refused_by_its_name(name: str, text: str) -> None:
    params = {"spatialfilter": "nearRoute('1,2','3,4')", name: text}
    _, fault = read(parse_query, params, CITIES)
    if fault is not None:
        spoken = {"dbft": "distancebeforefirstturn"}.get(name, name)
        assert fault.parameter.lower() == spoken or name == "spatialfilter"
        assert fault.status == 400


SPATIAL = ["nearby", "bbox", "intersects", "nearRoute", "NEARBY", "within", ""]


@SHORT
@given(
    st.sampled_from(SPATIAL),
    st.text(max_size=40)
    | st.lists(st.floats() | st.integers(), max_size=5).map(lambda many: ",".join(map(str, many)))
    | st.tuples(TEXTS, TEXTS).map(lambda pair: f"'{pair[0]}','{pair[1]}'"),
)
def test_any_spatial_filter_is_read_or_refused(
    reader: VersionReader, function: str, inside: str
) -> None:
    query, fault = read(parse_query, {"spatialfilter": f"{function}({inside})"}, CITIES)
    if fault is not None:
        assert fault.parameter == "spatialFilter"
        return
    if not isinstance(query.spatial, NearAddress | NearRoute):
        with watched(reader) as actions:
            reader.query(query)
        assert actions <= READING | {11, 9, 18, 2, 4, 13, 23}  # its own temporary table


LONG = {
    "nested": "(" * 1000 + "Name eq 'x'" + ")" * 1000,
    "open": "(" * 100_000,
    "nots": "not " * 20_000 + "Name eq 'x'",
    "quotes": "Name eq '" + "''" * 45_000,
    "spaces": " " * 90_000 + "!",
    "ors": " or ".join(["Name eq 'x'"] * 6000),
    "letters": "a" * 100_000,
    "digits": "Population eq " + "9" * 99_000,
    "list": "EntityID in (" + ",".join(["'1'"] * 20_000) + ")",
    "too-long": "x" * 100_001,
    "commas": "Name in (" + "," * 90_000,
    "dates": "Surveyed eq " + "2020-01-01T" * 8000,
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_filter_is_refused_in_little_time(name: str) -> None:
    started = time.process_time()
    with pytest.raises(QueryFault) as caught:
        parse_filter(LONG[name], CITIES)
    assert len(caught.value.message) < 700
    assert time.process_time() - started < 5


def test_a_filter_of_ten_thousand_characters_is_answered(reader: VersionReader) -> None:
    text = " or ".join(f"Name eq '{'x' * 30}{number}'" for number in range(220))
    assert 10_000 < len(text) < 12_000
    name = str(cities()[3]["Name"]).replace("'", "''")
    assert reader.query(parse_query({"$filter": f"{text} or Name eq '{name}'"}, CITIES)).rows


LONG_SPATIAL = {
    "polygon": "intersects('POLYGON((" + ",".join(["0 0"] * 10_000) + "))')",
    "collections": "intersects('" + "GEOMETRYCOLLECTION(" * 2000 + ")" * 2000 + "')",
    "parentheses": "intersects('" + "(" * 40_000 + "')",
    "address": "nearby('" + "a" * 40_000 + "',5)",
    "quotes": "nearRoute(" + "'" * 49_000 + ")",
    "number": "nearby(" + "9" * 49_000 + ",0,5)",
    "commas": "bbox(" + "," * 49_000 + ")",
}


@pytest.mark.parametrize("name", LONG_SPATIAL)
@pytest.mark.parametrize("parameter", ["spatialfilter", "$select"])
def test_a_long_area_is_refused_in_little_time(parameter: str, name: str) -> None:
    text = LONG_SPATIAL[name]
    if parameter == "$select":
        text = text.replace("intersects", "intersection")
    started = time.process_time()
    with pytest.raises(QueryFault) as caught:
        parse_query({parameter: text}, CITIES)
    assert len(caught.value.message) < 700
    assert time.process_time() - started < 2


def test_the_file_of_a_version_can_not_be_written_by_a_query(tmp_path: Path) -> None:
    made = GeoPackageStore(tmp_path)
    fill(made.create("cities", CITIES), CITIES, cities(50))
    with made.open("cities") as opened:
        assert isinstance(opened, GeoPackageReader)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            opened._connection.execute('DELETE FROM "City"')
