"""A query that takes too long is ended, whatever keeps the entities, and harms no other."""

from __future__ import annotations

import time
from typing import Any

import pytest
from psycopg import sql

from datasources.query import Query, parse_query
from sds_server.store import EntityStore, OutOfTime, PostgisStore
from sds_server.store.geopackage.reader import GeoPackageReader
from sds_server.store.limit import interrupted_in_time
from sds_server.store.postgis.reader import PostgisReader
from tests.postgres import PostgresServer
from tests.sds.store.samples import CITIES, cities, fill

SLOW = [
    {"$filter": "EndsWith(Name,'zzz')"},
    {"spatialfilter": "intersects('POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90))')"},
    {"spatialfilter": "nearby(10,10,1000)", "$filter": "Not (Population eq 7)", "$orderby": "Name"},
    {"$filter": "Population ne 7", "$inlinecount": "allpages", "$orderby": "Density desc"},
]


@pytest.fixture
def filled(store: EntityStore) -> EntityStore:
    fill(store.create("cities", CITIES), CITIES, cities())
    return store


def ask(store: EntityStore, query: Query) -> None:
    """Many times: SQLite looks at the clock after some thousand steps."""
    with store.open("cities") as reader:
        for _ in range(1000):
            reader.query(query)


@pytest.mark.parametrize("params", SLOW)
def test_a_query_out_of_time_is_ended_and_says_what_to_do(
    filled: EntityStore, settings: Any, params: dict[str, str]
) -> None:
    query = parse_query(params, CITIES)
    settings.SDS_QUERY_SECONDS = 1e-7
    with pytest.raises(OutOfTime, match="Ask for a smaller area"):
        ask(filled, query)
    settings.SDS_QUERY_SECONDS = 600
    with filled.open("cities") as reader:
        assert reader.query(query).ids is not None


def test_the_clock_of_sqlite_is_looked_at_in_one_statement(
    filled: EntityStore, settings: Any
) -> None:
    with filled.open("cities") as reader:
        if not isinstance(reader, GeoPackageReader):
            return
        settings.SDS_QUERY_SECONDS = 0.2
        endless = (
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
        )
        started = time.monotonic()
        with pytest.raises(OutOfTime), interrupted_in_time(reader._connection):
            reader._connection.execute(endless).fetchone()
        assert time.monotonic() - started < 60


def test_postgresql_ends_one_statement(postgres: PostgresServer, settings: Any) -> None:
    settings.SDS_QUERY_SECONDS = 0.2
    with postgres.database("slow") as url:
        store = PostgisStore(url)
        fill(store.create("cities", CITIES), CITIES, cities(20))
        with store.open("cities") as reader:
            assert isinstance(reader, PostgisReader)
            started = time.monotonic()
            with pytest.raises(OutOfTime):
                reader._ask(sql.SQL("SELECT pg_sleep({})").format(sql.Literal(600)), ())
            assert time.monotonic() - started < 60
        settings.SDS_QUERY_SECONDS = 600
        with store.open("cities") as reader:
            assert len(reader.query(parse_query({"$top": "9"}, CITIES)).ids) == 9
        store.close()
