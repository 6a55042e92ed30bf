"""Open files of versions, kept for the next reader.

Opening a GeoPackage and reading what it says of itself takes longer than most queries. A version
never changes, so an open file stays good for as long as the version is there; one that was deleted
is closed within seconds, so that its space is free again, and one that nobody asks for in minutes.
"""

# ruff: noqa: S608  (names come from the schema, through `quoted`)

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from datasources.formats.geopackage import GeoPackageFile
from datasources.formats.geopackage.layout import FID, quoted
from datasources.query.search import ROW
from sds_server.store.geopackage.indexes import Beside
from sds_server.store.geopackage.places import Identity, KeptPlaces, Places
from sds_server.store.sample import SAMPLE, SCATTER, Sample

#: Open files that wait for a reader. Windows can't delete a file that is open.
KEPT = 0 if os.name == "nt" else 32
_LOOK_SECONDS = 10.0  # how often they are looked at
_IDLE_SECONDS = 120.0  # how long one waits at most


@dataclass(slots=True)
class OpenFile:
    """A version's file, the indexes beside it, and which file it was when it was opened."""

    file: GeoPackageFile
    beside: Beside
    path: Path
    identity: Identity
    kept: KeptPlaces
    since: float = 0.0  # when it came back, by the monotonic clock
    _sample: Sample | None = None

    def places(self) -> Places | None:
        """Where all entities are, if that is kept in memory."""
        return self.kept.of(self.path, self.identity, self.file.count)

    def sample(self) -> Sample:
        """Locations from all over the version, read when they are first asked for."""
        if self._sample is None:
            count, layout = self.file.count, self.file.layout
            fids = {1 + at * SCATTER % max(count, 1) for at in range(SAMPLE)}
            found = self.file.connection.execute(
                f"SELECT {quoted(FID)}, {quoted(layout.latitude)}, {quoted(layout.longitude)}"
                f" FROM {quoted(layout.table)} WHERE {quoted(FID)} IN ({','.join(map(str, fids))})"
            )
            self._sample = Sample(np.fromiter(found, dtype=ROW), count)
        return self._sample


class OpenFiles:
    """The open files of one store. Safe among threads; each is one borrower's at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[OpenFile] = []  # the longest waiting first
        self._looking = False
        self._places = KeptPlaces()

    def take(self, path: Path) -> OpenFile:
        """An open file; raises FileNotFoundError, or GeoPackageFault where it is none of ours."""
        identity = identify(path)
        with self._lock:
            for place in range(len(self._waiting) - 1, -1, -1):
                one = self._waiting[place]
                if one.identity == identity and one.path == path:
                    return self._waiting.pop(place)
        file = GeoPackageFile(path, shared=True)
        return OpenFile(file, Beside(file, path), path, identity, self._places)

    def give_back(self, one: OpenFile) -> None:
        """Keep a file for the next reader."""
        one.since = time.monotonic()
        with self._lock:
            self._waiting.append(one)
            surplus = self._waiting[: max(0, len(self._waiting) - KEPT)]
            del self._waiting[: len(surplus)]
            self._look_later()
        for other in surplus:
            other.file.close()

    def close(self) -> None:
        """Close all that wait."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.file.close()

    def _look_later(self) -> None:
        if not self._looking and self._waiting:
            self._looking = True
            timer = threading.Timer(_LOOK_SECONDS, self._look_again)
            timer.daemon = True
            timer.start()

    def _look_again(self) -> None:
        self.look()
        with self._lock:
            self._looking = False
            self._look_later()

    def look(self) -> None:
        """Close what is gone from its place, or waited too long."""
        with self._lock:
            going = list(self._outdated())
            self._waiting = [
                one for one in self._waiting if not any(one is other for other in going)
            ]
        for one in going:
            one.file.close()

    def _outdated(self) -> Iterator[OpenFile]:
        before = time.monotonic() - _IDLE_SECONDS
        for one in self._waiting:
            try:
                current = identify(one.path)
            except FileNotFoundError:
                current = (0, 0)
            if current != one.identity or one.since < before:
                yield one


def identify(path: Path) -> Identity:
    """Inode and time of the last change (nanoseconds) of a file."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns
