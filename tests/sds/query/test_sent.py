"""What PostgreSQL is sent for filters of any kind: statements of ours, their values apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import sql

from datasources.query import QueryFault, parse_query
from sds_server.store import PostgisStore
from tests.postgres import PostgresServer
from tests.sds.query.test_hostile import QUOTES
from tests.sds.store.samples import CITIES, cities, fill

MARK = "ZQX"  # in every value of a filter, and in nothing else
SENT = re.compile(r"LOG: +(?:statement|execute [^:]*): (.*?)(?=\n\d{4}-\d\d-\d\d |\Z)", re.DOTALL)
PARAMETERS = re.compile(r"DETAIL: +[Pp]arameters: (.*?)(?=\n\d{4}-\d\d-\d\d |\Z)", re.DOTALL)

TEXT_NAMES = st.sampled_from(["EntityID", "Name", "Country", "Region"])
TEXTS = (st.text(max_size=12).filter(lambda text: "\0" not in text) | st.sampled_from(QUOTES)).map(
    lambda text: f"{text}{MARK}{text}".replace("'", "''")
)
TERMS = (
    st.builds("{} {} '{}'".format, TEXT_NAMES, st.sampled_from(["eq", "ne", "ge", "lt"]), TEXTS)
    | st.builds("StartsWith({},'{}') eq true".format, TEXT_NAMES, TEXTS)
    | st.builds("EndsWith({},'{}')".format, TEXT_NAMES, TEXTS)
    | st.builds("{} in ('{}','{}')".format, TEXT_NAMES, TEXTS, TEXTS)
)
FILTERS = st.recursive(
    TERMS,
    lambda inner: (
        st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner)
        | st.builds("not ({})".format, inner)
    ),
    max_leaves=6,
)


@dataclass
class Logged:
    """A store whose database writes down every statement."""

    store: PostgisStore
    log: Path
    read: int = 0

    def new(self) -> str:
        """What was written since the last time."""
        with self.log.open(errors="replace") as file:
            file.seek(self.read)
            text = file.read()
            self.read = file.tell()
        return text


@pytest.fixture(scope="module")
def logged(postgres: PostgresServer) -> Iterator[Logged]:
    with postgres.database("sent") as url:
        with psycopg.connect(url, autocommit=True) as connection:
            name = sql.Identifier(connection.info.dbname)
            connection.execute(sql.SQL("ALTER DATABASE {} SET log_statement = 'all'").format(name))
        store = PostgisStore(url)
        try:
            fill(store.create("cities", CITIES), CITIES, cities(50))
            made = Logged(store, Path(postgres.folder, "log"))
            made.new()
            yield made
        finally:
            store.close()


@settings(max_examples=150, deadline=None)
@given(FILTERS)
def test_no_value_of_a_filter_is_in_a_statement(logged: Logged, text: str) -> None:
    try:
        query = parse_query({"$filter": text, "$orderby": "Name"}, CITIES)
    except QueryFault:
        return
    with logged.store.open("cities") as reader:
        reader.query(query)
    written = logged.new()
    statements = SENT.findall(written)
    assert any("WHERE" in statement for statement in statements), written
    assert not [statement for statement in statements if MARK in statement]
    assert MARK in "".join(PARAMETERS.findall(written))


def test_the_log_shows_a_value_that_is_not_bound(logged: Logged) -> None:
    """So that the test above would see one."""
    with logged.store._connections.read() as connection:
        connection.execute(sql.SQL("SELECT {}").format(sql.Literal(MARK)))
    assert [one for one in SENT.findall(logged.new()) if MARK in one]
