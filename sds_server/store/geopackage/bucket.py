"""GeoPackage files of versions where the server's files lie in a bucket.

A version is written on the machine that loads it, and there for all once the bucket has it whole.
It is read from a copy of the machine's own, which never grows stale, for versions never change.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path

from datasources.formats.geopackage import GeoPackageWriter, examine
from datasources.schema import Schema
from sds_server.files import CHUNK, VERSIONS, Files, job_of
from sds_server.store.geopackage.plan import no_wish
from sds_server.store.geopackage.pool import OpenFiles
from sds_server.store.geopackage.reader import GeoPackageReader
from sds_server.store.geopackage.store import SUFFIX, checked_id
from sds_server.store.geopackage.writer import FileWriter
from sds_server.store.interface import StoreFault, UnknownVersion, VersionStats
from sds_server.store.matching import matched


class BucketStore:
    """An `EntityStore` of files in a storage that has no folder on this machine."""

    def __init__(self, storage: Files) -> None:
        self._files = storage
        self._open_files = OpenFiles()

    def create(self, version_id: str, schema: Schema) -> FileWriter:
        """See `EntityStore.create`; raises StoreFault if there is such a version."""
        return self._writer(self._new(version_id), schema)

    def derive(self, version_id: str, base_version_id: str, schema: Schema) -> FileWriter:
        """See `EntityStore.derive`."""
        with ExitStack() as stack:
            base = self._copy(base_version_id, stack)
            with self._reader(base) as reader:
                stored = reader.schema
            columns = matched(stored, schema.without_deletes())
            return self._writer(self._new(version_id), stored, base, columns)

    def _writer(
        self, name: str, schema: Schema, base: Path | None = None, columns: list[int] | None = None
    ) -> FileWriter:
        aside, made = self._files.scratch(name), self._files.scratch(name)
        try:
            if base is not None:
                shutil.copyfile(base, aside)
            inner = GeoPackageWriter(aside, made, schema, columns)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        return UploadingWriter(inner, made, partial(self._files.put, name, made))

    def open(self, version_id: str) -> GeoPackageReader:
        """See `EntityStore.open`."""
        with ExitStack() as stack:
            path = self._copy(version_id, stack)
            return CopyReader(self._open_files, path, stack.pop_all())

    def _reader(self, copy: Path) -> GeoPackageReader:
        return GeoPackageReader(self._open_files, copy, no_wish)

    def _copy(self, version_id: str, stack: ExitStack) -> Path:
        """This machine's copy of a version, which stays until the stack is left."""
        try:
            return stack.enter_context(self._files.local_copy(self._name(version_id)))
        except FileNotFoundError as error:
            raise UnknownVersion(f"There is no version {version_id}, or not whole.") from error

    def exists(self, version_id: str) -> bool:
        return self._files.exists(self._name(version_id))

    def delete(self, version_id: str) -> None:
        """See `EntityStore.delete`. Copies of it go as others take their place."""
        self._files.delete(self._name(version_id))

    def prepare(self, version_id: str, like: str) -> None:
        """See `EntityStore.prepare`. A copy of a machine's own has no indexes of properties."""

    def examine(self, version_id: str, sha256: str = "", size: int | None = None) -> list[str]:
        """See `EntityStore.examine`: what the bucket has, not a copy that is here already."""
        scratch = self._files.scratch(self._name(version_id))
        try:
            with self._files.open(self._name(version_id)) as stored, scratch.open("wb") as here:
                shutil.copyfileobj(stored, here, CHUNK)
            return examine(scratch, sha256=sha256, size=size)
        except FileNotFoundError:
            raise UnknownVersion(f"There is no version {version_id}.") from None
        finally:
            scratch.unlink(missing_ok=True)

    def sizes(self) -> dict[str, int]:
        """See `EntityStore.sizes`."""
        listed = self._files.walk(VERSIONS)
        return {job_of(found.name): found.size for found in listed}

    def made_at(self, version_id: str) -> datetime | None:
        """See `EntityStore.made_at`."""
        try:
            return self._files.get_modified_time(self._name(version_id))
        except FileNotFoundError:
            return None

    def leftovers(self, older_than: float = 86_400.0) -> list[str]:
        """See `EntityStore.leftovers`."""
        return self._files.unfinished(older_than)

    def sweep(self, older_than: float = 86_400.0) -> int:
        """See `EntityStore.sweep`: uploads that were never finished."""
        return self._files.sweep(older_than)

    def _name(self, version_id: str) -> str:
        return f"{VERSIONS}/{checked_id(version_id)}{SUFFIX}"

    def _new(self, version_id: str) -> str:
        name = self._name(version_id)
        if self._files.exists(name):
            raise StoreFault(f"The version {version_id} exists. Versions never change once made.")
        return name


class UploadingWriter(FileWriter):
    """A writer whose finished file is moved into the bucket by its commit."""

    def __init__(self, inner: GeoPackageWriter, made: Path, upload: Callable[[str], None]) -> None:
        super().__init__(inner)
        self._made = made
        self._upload = upload

    def commit(self) -> VersionStats:
        """See `VersionWriter.commit`."""
        stats = super().commit()
        try:
            self._upload(stats.sha256)
        finally:
            self._made.unlink(missing_ok=True)
        return stats


class CopyReader(GeoPackageReader):
    """A reader that holds on to its copy."""

    def __init__(self, files: OpenFiles, path: Path, held: ExitStack) -> None:
        self._held = held
        try:
            super().__init__(files, path, no_wish)
        except BaseException:
            held.close()
            raise

    def __exit__(self, *exc: object) -> None:
        super().__exit__(*exc)
        self._held.close()
