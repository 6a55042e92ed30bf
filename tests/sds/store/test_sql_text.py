"""What the databases are told: values never stand in the text of a statement, whoever sent them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from datasources.query import parse_query
from sds_server.store import EntityStore, GeoPackageStore, PostgisStore
from tests.postgres import PostgresServer
from tests.sds.store.samples import CITIES, Row, batches_of, cities

MARK = "zqx"
HOSTILE = (
    f"{MARK}'; DROP TABLE sds_key; --",
    f'{MARK}" OR ""="',
    f"{MARK}\\'; SELECT pg_sleep(9) --",
    f"$1 {MARK} %s %(a)s ? :a {{0}}",
    f"$${MARK}$$ E'\\x27' U&'\\0027'",
    f"\ufeff{MARK}\u2019\u02bc\U0001d11e",
)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def rows() -> list[Row]:
    made: list[Row] = []
    for number, text in enumerate(HOSTILE):
        made.append({**cities()[number], "EntityID": text[:50], "Name": text, "Country": text})
    return made


def load_and_ask(store: EntityStore, watch: Any = lambda one: one) -> list[int]:
    """Hostile values through every door of a store; how many entities each question found."""
    with watch(store.create("v1", CITIES)) as writer:
        for checked in batches_of(CITIES, rows()):
            writer.add(checked)
        writer.commit()
    with watch(store.derive("v2", "v1", CITIES)) as writer:
        writer.remove([HOSTILE[0][:50], "never there"])
        for checked in batches_of(CITIES, rows()[1:2]):
            writer.add(checked)
        writer.commit()
    counts = []
    with watch(store.open("v2")) as reader:
        for text in HOSTILE:
            some = quoted(text)
            for condition in (
                f"Name eq {some}",
                f"not (Name ne {some})",
                f"Country in ({some},'x')",
                f"startswith(Name,{some})",
                f"endswith(Name,{some}) eq true",
                f"EntityID eq {quoted(text[:50])} or Population gt 2e300",
                f"Name ge {some} and Name le {some}",
            ):
                for area in ("", "bbox(-90,-180,90,180)", "nearby(0,0,1000)"):
                    asked = {"$filter": condition, "$orderby": "Name desc", "spatialfilter": area}
                    page = reader.query(parse_query(asked, CITIES))
                    if not area:
                        counts.append(len(page.ids))
            counts.append(0 if reader.get(text[:50]) is None else 1)
    return counts


#: The first was removed; of the others each question finds one.
EXPECTED = [0] * 8 + [1] * 8 * (len(HOSTILE) - 1)


class Recording:
    """A connection that keeps the text of what passes it."""

    def __init__(self, inner: Any, said: list[str]) -> None:
        self._inner, self._said = inner, said

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def execute(self, text: str, *values: Any) -> Any:
        self._said.append(text)
        return self._inner.execute(text, *values)

    def executemany(self, text: str, *values: Any) -> Any:
        self._said.append(text)
        return self._inner.executemany(text, *values)


def test_sqlite_is_told_no_value(files: GeoPackageStore) -> None:
    said: list[str] = []

    def watch(one: Any) -> Any:
        holder = getattr(one, "_inner", one)  # a writer's own, or the reader
        holder._connection = Recording(holder._connection, said)
        return one

    assert load_and_ask(files, watch) == EXPECTED
    assert len(said) > 100
    assert any('"Name"' in text and "?" in text for text in said)
    assert not [text for text in said if MARK in text]


@pytest.fixture
def logged(postgres: PostgresServer) -> Iterator[tuple[str, Path, int]]:
    """A database that writes down every statement it is sent, without the values that came with
    it; the log, and where in it the test begins."""
    log = Path(postgres.folder, "log")
    with postgres.database("logged") as url:
        name = url.rpartition("/")[2]
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE \"{name}\" SET log_statement = 'all'")
            connection.execute(f'ALTER DATABASE "{name}" SET log_parameter_max_length = 0')
        yield url, log, log.stat().st_size


def test_postgresql_is_told_no_value(logged: tuple[str, Path, int]) -> None:
    url, log, start = logged
    store = PostgisStore(url)
    assert load_and_ask(store) == EXPECTED
    store.close()
    said = log.read_bytes()[start:].decode()
    assert '"Name" = $1' in said
    assert "COPY" in said
    assert MARK not in said
