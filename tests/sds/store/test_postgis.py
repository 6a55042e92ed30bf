"""What only the PostGIS store has to prove: what its database is told, and what is left in it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.core.checks import run_checks
from django.db import OperationalError

from datasources.query import parse_query
from datasources.schema import EdmType, Property, Schema
from sds_server.store import EntityStore, PostgisStore, UnknownVersion
from sds_server.store import store as default_store
from sds_server.store.postgis.writer import MAX_INDEXED_TEXT, MAX_INDEXES
from tests.postgres import PostgresServer
from tests.sds.store.samples import CITIES, Row, batches_of, cities, fill, stored, traces


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[str]:
    """The URL of a database of the test's own."""
    with postgres.database("apart") as url:
        yield url


@pytest.fixture
def tables(database: str) -> Iterator[PostgisStore]:
    store = PostgisStore(database)
    yield store
    store.close()


def backends(url: str) -> list[int]:
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in found]


def end_connections(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_writer_whose_connection_breaks_leaves_nothing(
    tables: PostgisStore, database: str
) -> None:
    with tables.create("v1", CITIES) as writer:
        writer.add(next(batches_of(CITIES, cities(), size=100)))
        end_connections(database)
        with pytest.raises(OperationalError):
            writer.commit()
    assert traces(tables) == []
    assert not tables.exists("v1")
    fill(tables.create("v1", CITIES), CITIES, cities()[:5])


def test_readers_find_a_database_that_was_restarted(tables: PostgisStore, database: str) -> None:
    fill(tables.create("v1", CITIES), CITIES, cities()[:5])
    for _ in range(2):
        with tables.open("v1") as reader:
            assert reader.get(str(cities()[3]["EntityID"])) == cities()[3]
        end_connections(database)
    assert tables.exists("v1")


def test_a_version_that_another_process_deleted_is_unknown(
    tables: PostgisStore, database: str
) -> None:
    fill(tables.create("v1", CITIES), CITIES, cities()[:5])
    with tables.open("v1") as reader:
        assert reader.get(str(cities()[3]["EntityID"])) is not None
        other = PostgisStore(database)
        other.delete("v1")
        other.close()
        with pytest.raises(UnknownVersion):
            reader.get(str(cities()[3]["EntityID"]))


def test_a_reader_can_change_nothing(tables: PostgisStore) -> None:
    fill(tables.create("v1", CITIES), CITIES, cities()[:5])
    with (
        tables._connections.read() as connection,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        connection.execute("DELETE FROM cairn_entities.v_v1")


def test_many_threads_share_a_few_connections(tables: PostgisStore, database: str) -> None:
    fill(tables.create("v1", CITIES), CITIES, cities()[:50])
    start = threading.Barrier(8)

    def ask(_: int) -> list[str]:
        start.wait(60)
        with tables.open("v1") as reader:
            return reader.query(parse_query({"$top": "7"}, CITIES)).ids

    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            answers = list(pool.map(ask, range(8)))
            assert all(answer == answers[0] for answer in answers)
    assert len(backends(database)) <= 8


def test_two_processes_may_set_up_a_store_at_once(database: str) -> None:
    stores = [PostgisStore(database) for _ in range(6)]
    start = threading.Barrier(len(stores))

    def make(number: int) -> None:
        start.wait(60)
        fill(stores[number].create(f"v{number}", CITIES), CITIES, cities()[:3])

    with ThreadPoolExecutor(len(stores)) as pool:
        list(pool.map(make, range(len(stores))))
    assert list(stores[0].sizes()) == [f"v{number}" for number in range(len(stores))]
    for store in stores:
        store.close()


def test_the_sweep_drops_tables_of_no_version_and_forgets_versions_without_a_table(
    tables: PostgisStore, database: str
) -> None:
    for name in ("kept", "row-lost", "table-lost"):
        fill(tables.create(name, CITIES), CITIES, cities()[:3])
    with psycopg.connect(database) as connection:
        connection.execute(
            "DELETE FROM cairn_entities.cairn_versions WHERE version_id = 'row-lost'"
        )
        connection.execute('DROP TABLE cairn_entities."v_table-lost"')
        connection.execute("CREATE TABLE cairn_entities.somebody_else (n int)")
    assert tables.sweep() == 1
    assert list(tables.sizes()) == ["kept"]
    assert traces(tables) == ["somebody_else", "v_kept"]


def test_properties_are_indexed_unless_their_texts_are_long(tables: PostgisStore) -> None:
    schema = Schema(
        "Place",
        (
            Property("ID", EdmType.STRING, is_key=True),
            Property("Latitude", EdmType.DOUBLE),
            Property("Longitude", EdmType.DOUBLE),
            Property("Story", EdmType.STRING),
            *(Property(f"P{number:02}", EdmType.STRING) for number in range(40)),
        ),
    )
    short = {"P00": "é" * MAX_INDEXED_TEXT, "P01": "€𝄞" * (MAX_INDEXED_TEXT // 2), "P02": "x"}
    row: Row = {"ID": "1", "Latitude": 1.0, "Longitude": 2.0, "Story": "€" * 2560, **short}
    fill(tables.create("v1", schema), schema, [row])
    fill(tables.derive("v2", "v1", schema), schema, [{**row, "ID": "2", "Story": "short"}])
    for version_id in ("v1", "v2"):
        with tables._connections.read() as connection:
            found = connection.execute(
                "SELECT indexdef FROM pg_indexes WHERE tablename = %s", (f"v_{version_id}",)
            ).fetchall()
        of_properties = [text for (text,) in found if "NULLS FIRST" in text]
        assert len(of_properties) == MAX_INDEXES
        assert not any("Story" in text for text in of_properties)
        assert sum("gist" in text for (text,) in found) == 2
        assert sum("UNIQUE" in text for (text,) in found) == 2
    with tables.open("v2") as reader:
        long = parse_query({"$filter": f"Story eq '{'€' * 2560}'"}, schema)
        assert reader.query(long).ids == ["1"]
        assert reader.query(parse_query({"$filter": "P00 ge 'é'"}, schema)).ids == ["1", "2"]


def test_a_property_may_have_the_name_of_a_system_column(tables: PostgisStore) -> None:
    schema = Schema(
        "Place",
        (
            Property("ID", EdmType.STRING, is_key=True),
            Property("Latitude", EdmType.DOUBLE),
            Property("Longitude", EdmType.DOUBLE),
            *(Property(name, EdmType.STRING) for name in ("xmin", "ctid", "tableoid", "user")),
        ),
    )
    row: Row = {"ID": "1", "Latitude": 1.5, "Longitude": 2.5, "xmin": "a", "ctid": None,
                "tableoid": "\\N", "user": "\t\n\r\\t"}  # fmt: skip
    fill(tables.create("v1", schema), schema, [row])
    assert stored(tables, "v1") == [row]
    with tables.open("v1") as reader:
        query = {"$filter": "xmin eq 'a'", "$orderby": "ctid desc,tableoid", "$select": "user,xmin"}
        assert reader.query(parse_query(query, schema)).rows == [{"user": "\t\n\r\\t", "xmin": "a"}]


def test_the_longest_version_id_has_a_table_too(tables: PostgisStore) -> None:
    names = ["a" * 64, "a" * 63 + "b", "a" * 61]
    for number, name in enumerate(names):
        fill(tables.create(name, CITIES), CITIES, cities()[: number + 1])
    assert [len(stored(tables, name)) for name in names] == [1, 2, 3]
    assert set(tables.sizes()) == set(names)
    for name in names:
        tables.delete(name)
    assert traces(tables) == []


def test_the_settings_name_the_database(settings: object, database: str) -> None:
    settings.SDS_STORE = "postgis"  # type: ignore[attr-defined]
    settings.SDS_STORE_URL = database  # type: ignore[attr-defined]
    made: EntityStore = default_store()
    fill(made.create("v1", CITIES), CITIES, cities()[:3])
    assert default_store() is made
    with psycopg.connect(database) as connection:
        found = connection.execute('SELECT count(*) FROM cairn_entities."v_v1"').fetchone()
    assert found == (3,)
    assert isinstance(made, PostgisStore)
    made.close()


# --- what the system checks say ---


def said() -> list[tuple[str, str]]:
    found = [(one.id or "", f"{one.msg} {one.hint}") for one in run_checks()]
    return [(code, words) for code, words in found if re.fullmatch(r"cairn.[EW]02\d", code)]


def test_checks_find_a_good_database_good(settings: object, database: str) -> None:
    settings.SDS_STORE = "postgis"  # type: ignore[attr-defined]
    settings.SDS_STORE_URL = database  # type: ignore[attr-defined]
    assert said() == []


def test_checks_say_what_a_setting_lacks(settings: object) -> None:
    settings.SDS_STORE = "oracle"  # type: ignore[attr-defined]
    ((code, words),) = said()
    assert code == "cairn.E021"
    assert "geopackage or postgis" in words
    settings.SDS_STORE = "postgis"  # type: ignore[attr-defined]
    ((code, words),) = said()
    assert code == "cairn.E022"
    assert "SDS_STORE_URL" in words


def test_checks_say_that_a_database_is_away(settings: object) -> None:
    settings.SDS_STORE = "postgis"  # type: ignore[attr-defined]
    settings.SDS_STORE_URL = "postgresql://cairn:secret@127.0.0.1:1/cairn"  # type: ignore[attr-defined]
    ((code, words),) = said()
    assert code == "cairn.W021"
    assert "secret" not in words


def test_checks_say_what_the_database_lacks(settings: object, database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("DROP EXTENSION postgis")
        connection.execute("CREATE ROLE weak LOGIN PASSWORD 'weak'")
    try:
        settings.SDS_STORE = "postgis"  # type: ignore[attr-defined]
        place = database.split("@")[1]
        settings.SDS_STORE_URL = f"postgresql://weak:weak@{place}"  # type: ignore[attr-defined]
        found = dict(said())
        assert found.keys() == {"cairn.E023", "cairn.E025"}
        assert "CREATE EXTENSION postgis" in found["cairn.E023"]
        assert 'AUTHORIZATION "weak"' in found["cairn.E025"]
    finally:
        with psycopg.connect(database) as connection:
            connection.execute("DROP ROLE weak")
