"""The default entity store: a folder with one GeoPackage file a version."""

from __future__ import annotations

import logging
import re
import secrets
import shutil
import sqlite3
import time
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from datasources.formats.geopackage import GeoPackageWriter, examine
from datasources.schema import Schema
from sds_server.store.geopackage.indexes import SUFFIX as INDEX_SUFFIX
from sds_server.store.geopackage.indexes import IndexMaker, index_path, indexed, make_indexes
from sds_server.store.geopackage.plan import no_wish
from sds_server.store.geopackage.pool import OpenFiles
from sds_server.store.geopackage.reader import GeoPackageReader
from sds_server.store.geopackage.writer import FileWriter
from sds_server.store.interface import StoreFault, UnknownVersion, VersionReader
from sds_server.store.matching import matched

logger = logging.getLogger("cairn.sds")

_VERSION_ID = re.compile(r"[a-z0-9-]{1,64}")
SUFFIX = ".gpkg"
ASIDE = ".partial"


def checked_id(version_id: str) -> str:
    """A version ID becomes a file name, so nothing but plain characters may pass."""
    if not _VERSION_ID.fullmatch(version_id):
        raise UnknownVersion("A version ID is 1 to 64 lower-case letters, digits and hyphens.")
    return version_id


class GeoPackageStore:
    """An `EntityStore` of files.

    A version is `<version id>.gpkg`. What is being written is called
    `<version id>.<random>.partial`, so that what a crash left behind can be told and swept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = OpenFiles()
        self._indexes = IndexMaker()

    def create(self, version_id: str, schema: Schema) -> FileWriter:
        """See `EntityStore.create`; raises StoreFault if there is such a version."""
        target, aside = self._new(version_id)
        return FileWriter(GeoPackageWriter(aside, target, schema))

    def derive(self, version_id: str, base_version_id: str, schema: Schema) -> FileWriter:
        """See `EntityStore.derive`."""
        base = self._path(base_version_id)
        with self.open(base_version_id) as reader:
            stored = reader.schema
        columns = matched(stored, schema.without_deletes())
        target, aside = self._new(version_id)
        try:
            # Copied by the system, a block at a time: memory stays small whatever the size.
            shutil.copyfile(base, aside)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        return FileWriter(GeoPackageWriter(aside, target, stored, columns))

    def open(self, version_id: str) -> VersionReader:
        """See `EntityStore.open`."""
        path = self._path(version_id)
        try:
            return GeoPackageReader(self._files, path, partial(self._indexes.wish, path))
        except FileNotFoundError:
            raise UnknownVersion(f"There is no version {version_id}.") from None

    def exists(self, version_id: str) -> bool:
        return self._path(version_id).is_file()

    def delete(self, version_id: str) -> None:
        """See `EntityStore.delete`. Readers that are open keep what they read."""
        path = self._path(version_id)
        path.unlink(missing_ok=True)
        index_path(path).unlink(missing_ok=True)
        self._files.look()

    def prepare(self, version_id: str, like: str) -> None:
        """See `EntityStore.prepare`: the indexes that queries of the other version wished for."""
        before, made = self._path(like), self._path(version_id)
        try:
            with GeoPackageReader(self._files, before, no_wish) as reader:
                names = indexed(before, reader.schema)
            if names:
                make_indexes(made, names)
        except FileNotFoundError:
            return
        except (OSError, sqlite3.Error) as error:  # the version is good without them
            logger.warning("The indexes of %s were not made: %s", made.name, error)

    def close(self) -> None:
        """Close the files that wait for readers."""
        self._files.close()

    def examine(self, version_id: str, sha256: str = "", size: int | None = None) -> list[str]:
        """See `EntityStore.examine`."""
        path = self._path(version_id)
        try:
            return examine(path, sha256=sha256, size=size)
        except FileNotFoundError:
            raise UnknownVersion(f"There is no version {version_id}.") from None

    def sizes(self) -> dict[str, int]:
        """See `EntityStore.sizes`."""
        found = {}
        for path in sorted(self._folder.glob("*" + SUFFIX)):
            with suppress(FileNotFoundError):  # dropped meanwhile
                found[path.stem] = path.stat().st_size
                found[path.stem] += index_path(path).stat().st_size
        return found

    def made_at(self, version_id: str) -> datetime | None:
        """See `EntityStore.made_at`."""
        try:
            return datetime.fromtimestamp(self._path(version_id).stat().st_mtime, UTC)
        except FileNotFoundError:
            return None

    def leftovers(self, older_than: float = 86_400.0) -> list[str]:
        """See `EntityStore.leftovers`: what writers that crashed left, and indexes of no version."""
        before = time.time() - older_than
        left = [*self._folder.glob("*" + ASIDE)]
        left += [
            path
            for path in self._folder.glob("*" + INDEX_SUFFIX)
            if not path.with_suffix(SUFFIX).exists()
        ]
        found = []
        for path in sorted(left):
            with suppress(FileNotFoundError):  # renamed into place meanwhile
                if path.stat().st_mtime < before:
                    found.append(path.name)
        return found

    def sweep(self, older_than: float = 86_400.0) -> int:
        """Remove what `leftovers` tells; how many."""
        found = self.leftovers(older_than)
        for name in found:
            (self._folder / name).unlink(missing_ok=True)
        return len(found)

    def _path(self, version_id: str) -> Path:
        return self._folder / (checked_id(version_id) + SUFFIX)

    def _new(self, version_id: str) -> tuple[Path, Path]:
        target = self._path(version_id)
        if target.exists():
            raise StoreFault(f"The version {version_id} exists. Versions never change once made.")
        self._folder.mkdir(parents=True, exist_ok=True)
        return target, self._folder / f"{version_id}.{secrets.token_hex(4)}{ASIDE}"
