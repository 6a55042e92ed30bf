"""Comparing two versions, exactly, as two of our GeoPackages: in SQL, so that memory stays flat.

One pass over the newer file, with the entity ID's index of the older, finds the entities that are
new or differ in any property both have; what is only in the older file was removed. The
differences, entity by entity, go into a file (`checks.differences`), the numbers into a summary.
"""

# ruff: noqa: S608  (names come from the schemas, through `quoted`)

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from datasources.checks.compare_columns import Pairing, pair
from datasources.checks.compare_details import Collector
from datasources.checks.compare_schema import schema_changes
from datasources.checks.compare_summary import Summary
from datasources.checks.compare_warnings import warnings_of
from datasources.checks.differences import ADDED, CHANGED, REMOVED, DifferencesWriter
from datasources.formats.geopackage.layout import DELETES, FID, quoted
from datasources.formats.geopackage.reader import GeoPackageFile
from datasources.formats.geopackage.values import wkt_of

__all__ = ["Summary", "compare"]

_CACHE = "cache_size = -16000"  # KiB, of each file
_CHUNK = 2000  # entities

#: Called with a number of differences and of how many it is.
Progress = Callable[[int, int], None]


def compare(
    base: Path,
    other: Path,
    out: Path,
    *,
    incremental: bool = False,
    progress: Progress | None = None,
) -> Summary:
    """What `other` adds, changes and removes against `base`; the differences are written to `out`.

    Both are GeoPackages of ours. With `incremental`, `other` is the file of an incremental load,
    with the entities to delete in its table `DELETES`: entities that it does not name stay.
    Values are compared exactly, by the properties both have, whose names are compared without
    case; a property of another type is compared by how its values read.
    Raises GeoPackageFault where one of them can't be read.
    """
    with GeoPackageFile(base) as old, GeoPackageFile(other) as new:
        pairing = pair(old.layout, new.layout)
        counts = old.count, new.count
    connection = _attached(base, other)
    try:
        return _Comparison(connection, pairing, counts, incremental, progress).run(out)
    finally:
        connection.close()


def _attached(base: Path, other: Path) -> sqlite3.Connection:
    connection = sqlite3.connect("file::memory:", uri=True, isolation_level=None)
    for name, path in (("old", base), ("new", other)):
        uri = path.resolve().as_uri() + "?mode=ro&immutable=1"
        connection.execute(f"ATTACH ? AS {name}", (uri,))
        connection.execute(f"PRAGMA {name}.{_CACHE}")
    connection.execute("PRAGMA temp_store = FILE")
    connection.create_function("cairn_wkt", 1, wkt_of, deterministic=True)
    return connection


class _Comparison:
    def __init__(
        self,
        connection: sqlite3.Connection,
        pairing: Pairing,
        counts: tuple[int, int],
        incremental: bool,
        progress: Progress | None,
    ) -> None:
        self.connection = connection
        self.pairing = pairing
        self.base_count, self.other_count = counts
        self.incremental = incremental
        self.progress = progress
        self.old = f"old.{quoted(pairing.old.table)}"
        self.new = f"new.{quoted(pairing.new.table)}"

    def run(self, out: Path) -> Summary:
        self._find_pairs()
        found = self._count("pairs")
        added = self._count("pairs WHERE o IS NULL")
        # Of an incremental load, only the IDs both have say how many it leaves as they are.
        matched = self.other_count - added
        self._find_removed(needed=self.incremental or matched < self.base_count)
        total = found + self._count("gone")
        with DifferencesWriter(out, self.pairing.has_shapes) as writer:
            collector = Collector(self.connection, self.pairing, writer)
            done = 0
            for kind, rows in ((ADDED, "o IS NULL"), (CHANGED, "o IS NOT NULL")):
                for chunk in self._chunks(f"SELECT n, o FROM pairs WHERE {rows} ORDER BY n"):
                    collector.add(kind, [row[0] for row in chunk], [row[1] for row in chunk])
                    done = self._report(done + len(chunk), total)
            for chunk in self._chunks("SELECT o FROM gone ORDER BY o"):
                collector.add(REMOVED, [row[0] for row in chunk], [])
                done = self._report(done + len(chunk), total)
            writer.commit()
        return self._summary(collector, matched)

    def _find_pairs(self) -> None:
        """Feature IDs (new, old) of what is new, whose old is null, and of what differs."""
        pairing = self.pairing
        differs = " OR ".join(f"({column.old} IS NOT {column.new})" for column in pairing.columns)
        fid = quoted(FID)
        self.connection.execute(
            f"CREATE TEMP TABLE pairs AS SELECT n.{fid} AS n, o.{fid} AS o FROM {self.new} AS n"
            f" LEFT JOIN {self.old} AS o ON o.{quoted(pairing.old.key)} = n.{quoted(pairing.new.key)}"
            f" WHERE o.{fid} IS NULL{f' OR {differs}' if differs else ''}"
        )

    def _find_removed(self, *, needed: bool) -> None:
        self.connection.execute("CREATE TEMP TABLE gone (o INTEGER PRIMARY KEY)")
        if not needed:
            return
        key, fid = quoted(self.pairing.old.key), quoted(FID)
        if self.incremental:
            where = f"{key} IN (SELECT key FROM new.{DELETES})"
        else:
            theirs = quoted(self.pairing.new.key)
            where = f"NOT EXISTS (SELECT 1 FROM {self.new} AS n WHERE n.{theirs} = o.{key})"
        self.connection.execute(
            f"INSERT INTO gone SELECT o.{fid} FROM {self.old} AS o WHERE {where}"
        )

    def _count(self, what: str) -> int:
        (count,) = self.connection.execute(f"SELECT count(*) FROM {what}").fetchone()
        return int(count)

    def _chunks(self, sql: str) -> Iterator[list[tuple[int, ...]]]:
        cursor = self.connection.execute(sql)
        while chunk := cursor.fetchmany(_CHUNK):
            yield chunk

    def _report(self, done: int, total: int) -> int:
        if self.progress is not None:
            self.progress(done, total)
        return done

    def _summary(self, collector: Collector, matched: int) -> Summary:
        counts = {kind: collector.counts[kind] for kind in (ADDED, CHANGED, REMOVED)}
        removed, changed = counts[REMOVED], counts[CHANGED]
        if self.incremental:
            unchanged = self.base_count - removed - changed
            after = self.base_count - removed + counts[ADDED]
        else:
            unchanged, after = matched - changed, self.other_count
        summary = Summary(
            added=counts[ADDED],
            changed=changed,
            removed=removed,
            unchanged=unchanged,
            before=self.base_count,
            after=after,
            matched=matched,
            columns=collector.columns(),
            schema=schema_changes(self.connection, self.pairing, incremental=self.incremental),
            extents=collector.extents(),
            moved=collector.moved(),
        )
        summary.warnings = warnings_of(summary, collector.emptied)
        return summary
