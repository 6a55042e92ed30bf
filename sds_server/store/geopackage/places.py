"""Where all entities of a version are, kept in memory: a box is looked up in a tenth of the time.

A version that is asked for boxes again and again is read once, in the background, into arrays of 28
bytes an entity. All that are kept hold `MOST` entities together; what was not asked for the longest
goes first. Nobody waits for them: until they are there, and for a version that is too large, SQL
answers, and gives the same.
"""

# ruff: noqa: S608  (names come from the schema, through `quoted`)

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from datasources.formats.geopackage import GeoPackageFault, GeoPackageFile
from datasources.formats.geopackage.layout import FID, KEY_INDEX, ORDER_INDEX, quoted
from datasources.query.model import BBox
from datasources.query.search import ROW, Rows
from sds_server.store.geopackage.indexes import MIN_ENTITIES

logger = logging.getLogger("cairn.sds")

MOST = 1_000_000  # entities of all versions in a process: 28 MB
ASKED = 3  # times a version is asked for boxes before it is read
_COUNTED = 256  # versions whose questions are counted

#: Which file a path names, so that another file of the same name is not taken for it.
Identity = tuple[int, int]


class Places:
    """The locations of a version (degrees), in the order of their latitude."""

    def __init__(self, rows: Rows) -> None:
        """`rows` are those of all entities, in the order of their IDs."""
        #: By latitude, the place of each entity in the order of IDs.
        self._rank = np.argsort(rows["lat"]).astype("<i4")
        self._lat, self._lon = rows["lat"][self._rank], rows["lon"][self._rank]
        self._fid = np.array(rows["fid"])

    @classmethod
    def read(cls, file: GeoPackageFile) -> Places:
        """Those of an open version."""
        layout = file.layout
        columns = ", ".join(map(quoted, (FID, layout.latitude, layout.longitude)))
        index = ORDER_INDEX if ORDER_INDEX in file.indexes else KEY_INDEX
        found = file.connection.execute(
            f"SELECT {columns} FROM {quoted(layout.table)} INDEXED BY {index}"
            f" ORDER BY {quoted(layout.key)}"
        )
        return cls(np.fromiter(found, dtype=ROW, count=file.count))

    def __len__(self) -> int:
        return len(self._fid)

    def page(self, box: BBox, top: int, skip: int) -> tuple[list[int], int]:
        """Feature IDs of a page of a box in the order of entity IDs, and how many the box holds."""
        ranks = self._rank[self._inside(box)]
        total, stop = len(ranks), skip + top
        if stop < total:
            ranks = np.partition(ranks, stop)[:stop]
        return self._fid[np.sort(ranks)[skip:stop]].tolist(), total

    def rows(self, box: BBox) -> Rows:
        """All that a box holds."""
        held = self._inside(box)
        found = np.empty(len(held), dtype=ROW)
        found["fid"] = self._fid[self._rank[held]]
        found["lat"], found["lon"] = self._lat[held], self._lon[held]
        return found

    def _inside(self, box: BBox) -> Any:
        """Which lie in a box, edges included; see `BBox` for antimeridian and poles."""
        first = np.searchsorted(self._lat, box.south, "left")
        last = np.searchsorted(self._lat, box.north, "right")
        lat, lon = self._lat[first:last], self._lon[first:last]
        if box.west > box.east:
            held = (lon >= box.west) | (lon <= box.east)
        else:
            held = (lon >= box.west) & (lon <= box.east)
            for edge in (180.0, -180.0):
                if -edge in (box.west, box.east):
                    held |= lon == edge
        for pole in (90.0, -90.0):
            if pole in (box.north, box.south):
                held |= lat == pole
        return first + np.flatnonzero(held)


class KeptPlaces:
    """The places of the versions asked last. Safe among threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Identity, Places] = OrderedDict()
        self._asked: Counter[Identity] = Counter()
        self._is_reading = False

    def of(self, path: Path, identity: Identity, count: int) -> Places | None:
        """Those of a version of `count` entities, if they are kept; a version that is asked for
        often is read. Returns at once."""
        if not MIN_ENTITIES <= count <= self._most:
            return None
        with self._lock:
            found = self._kept.get(identity)
            if found is not None:
                self._kept.move_to_end(identity)
                return found
            if len(self._asked) >= _COUNTED:
                self._asked.clear()
            self._asked[identity] += 1
            if self._asked[identity] < ASKED or self._is_reading:
                return None
            self._is_reading = True
        threading.Thread(
            target=self._read, args=(path, identity), name="places", daemon=True
        ).start()
        return None

    def _read(self, path: Path, identity: Identity) -> None:
        places = None
        try:
            with GeoPackageFile(path) as file:
                places = Places.read(file)
        except (OSError, sqlite3.Error, GeoPackageFault, TypeError, ValueError) as error:
            logger.warning("The places of %s were not read: %s", path.name, error)
        finally:
            with self._lock:
                self._is_reading = False
                del self._asked[identity]  # one that could not be read is tried again, not at once
                if places is not None:
                    self._kept[identity] = places
                while sum(map(len, self._kept.values())) > self._most:
                    self._kept.popitem(last=False)
