"""The questions of the bench: as Cairn, tipg and PostGIS itself are asked them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

PAGE = 25
_POINT = sql.SQL("ST_SetSRID(ST_MakePoint(2.35, 48.85), 4326)::geography")
_NEAREST = sql.SQL("true ORDER BY __location::geography <-> {point} LIMIT 25").format(point=_POINT)


@dataclass(frozen=True)
class Question:
    """One question: what it is, Cairn's parameters, tipg's (empty: it has none), and the SQL."""

    what: str
    ours: str
    tipgs: str
    where: sql.Composable

    def url(self, entities: str, key: str) -> str:
        """For Cairn, JSON, 25 entities with all their properties."""
        return f"{entities}?{self.ours}&$format=json&key={key}"

    def tipg_url(self, items: str) -> str:
        return f"{items}?{self.tipgs}&limit={PAGE}&f=geojson"


def _by_id(where: str) -> sql.SQL:
    return sql.SQL(where + ' ORDER BY "EntityID" LIMIT 25')  # type: ignore[arg-type]  # of the texts below alone


_FRANCE = quote("CountryRegion eq 'France'")
_PARIS = "__location && ST_MakeEnvelope(2, 48, 3, 49, 4326)"
_WIDE = "__location && ST_MakeEnvelope(-5, 42, 8, 51, 4326)"

QUESTIONS = (
    Question("bbox", "spatialFilter=bbox(48,2,49,3)", "bbox=2,48,3,49", _by_id(_PARIS)),
    Question(
        "property filter",
        f"$filter={_FRANCE}",
        "CountryRegion=France",
        _by_id("\"CountryRegion\" = 'France'"),
    ),
    Question(
        "filter in a box",
        f"spatialFilter=bbox(42,-5,51,8)&$filter={_FRANCE}",
        "bbox=-5,42,8,51&CountryRegion=France",
        _by_id(f"{_WIDE} AND \"CountryRegion\" = 'France'"),
    ),
    Question("nearby 5 km", "spatialFilter=nearby(48.85,2.35,5)", "", _NEAREST),
    Question("nearby 50 km", "spatialFilter=nearby(48.85,2.35,50)", "", _NEAREST),
    Question("nearby 500 km", "spatialFilter=nearby(48.85,2.35,500)", "", _NEAREST),
)


class Direct:
    """PostGIS asked by one connection, as an application on the same machine would."""

    def __init__(self, connection: psycopg.Connection[Any], schema: str, table: str) -> None:
        self._connection = connection
        self._table = sql.Identifier(schema, table)

    def median(self, question: Question, seconds: float) -> float:
        """Milliseconds for all columns of a page."""
        statement = sql.SQL("SELECT * FROM {} WHERE {}").format(self._table, question.where)
        ends = time.perf_counter() + seconds
        took = []
        while time.perf_counter() < ends or len(took) < 20:
            start = time.perf_counter()
            rows = self._connection.execute(statement).fetchall()
            took.append((time.perf_counter() - start) * 1000)
            if len(rows) != PAGE:
                raise SystemExit(f"{question.what}: {len(rows)} rows")
        return sorted(took)[len(took) // 2]


@contextmanager
def asked_directly(database: str, schema: str, table: str) -> Iterator[Direct]:
    with psycopg.connect(database, autocommit=True) as connection:
        yield Direct(connection, schema, table)
