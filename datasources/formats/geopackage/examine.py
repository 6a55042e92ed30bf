"""Looking for damage in a GeoPackage: bytes, pages, counts, and every index against its table.

Whatever the size of the file, a few megabytes of memory are taken: SQLite walks its pages, and
counts are made by it.
"""

# ruff: noqa: S608  (names come from the schema, through `quoted`)

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from datasources.formats.geopackage.faults import GeoPackageFault
from datasources.formats.geopackage.layout import (
    FID,
    KEY_INDEX,
    LOCATION_INDEX,
    Layout,
    quoted,
)
from datasources.formats.geopackage.reader import GeoPackageFile

_SAID = 5  # faults of SQLite's own checks that are told


def examine(path: Path, *, sha256: str = "", size: int | None = None) -> list[str]:
    """What is wrong with a file that `GeoPackageWriter` made, in words; empty where nothing is.

    sha256 (hexadecimal) and size (bytes): what the file is known to have had, if it is.
    """
    found = list(_bytes(path, sha256, size))
    try:
        with GeoPackageFile(path) as opened:
            found += _contents(opened)
    except GeoPackageFault as fault:
        found.append(str(fault))
    except sqlite3.DatabaseError as error:
        found.append(f"SQLite cannot read it: {error}.")
    return found


def _bytes(path: Path, sha256: str, size: int | None) -> Iterator[str]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        there = file.tell()
    if size is not None and there != size:
        yield f"It has {there:,} bytes, and had {size:,}."
    elif sha256 and digest != sha256:
        yield f"Its SHA-256 is {digest}, and was {sha256}."


def _contents(opened: GeoPackageFile) -> Iterator[str]:
    connection, layout = opened.connection, opened.layout
    said = [text for (text,) in connection.execute(f"PRAGMA integrity_check({_SAID})")]
    if said != ["ok"]:
        yield f"SQLite finds it damaged: {'; '.join(said)}"
        return
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    missing = [
        name
        for name in (layout.table, layout.rtree, KEY_INDEX, LOCATION_INDEX)
        if name not in names
    ]
    if missing:
        yield f"It lacks {', '.join(missing)}."
        return
    yield from _counts(connection, layout, opened.count)


def _counts(connection: sqlite3.Connection, layout: Layout, told: int) -> Iterator[str]:
    table, fid = quoted(layout.table), quoted(FID)
    (count,) = connection.execute(f"SELECT count(*) FROM {table} NOT INDEXED").fetchone()
    if count != told:
        yield f"It holds {count:,} entities, and says that it holds {told:,}."
    (said,) = connection.execute("SELECT rtreecheck(?)", (layout.rtree,)).fetchone()
    if said != "ok":
        yield f"Its R-tree is damaged: {'; '.join(said.splitlines()[:_SAID])}"
        return
    rowids = quoted(layout.rtree + "_rowid")
    (boxes,) = connection.execute(f"SELECT count(*) FROM {rowids}").fetchone()
    (lost,) = connection.execute(
        f"SELECT count(*) FROM {table} AS t LEFT JOIN {rowids} AS r ON r.rowid = t.{fid}"
        " WHERE r.rowid IS NULL"
    ).fetchone()
    if boxes != count or lost:
        yield (
            f"Its R-tree has {boxes:,} boxes for {count:,} entities; {lost:,} entities are not in it."
        )
