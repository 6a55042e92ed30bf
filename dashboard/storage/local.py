"""Files in a folder of this machine."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from dashboard.storage.listing import Entry
from dashboard.storage.sealed import Sealed

CHUNK = 1024 * 1024  # bytes
ASIDE = ".part"


class LocalFiles(FileSystemStorage):
    """Django's files, written aside, synced and renamed into place."""

    def __init__(self, location: str | Path) -> None:
        super().__init__(location=location, allow_overwrite=True)

    def _save(self, name: str, content: File[Any]) -> str:
        with self._written_aside(name) as file:
            for chunk in content.chunks(CHUNK):
                file.write(chunk)
        return name

    @contextmanager
    def _written_aside(self, name: str) -> Iterator[BinaryIO]:
        """A file that takes the name's place when the block ends well, and is gone if not."""
        aside = self.scratch(name)
        try:
            with aside.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            self.put(name, aside)
        finally:
            aside.unlink(missing_ok=True)

    def scratch(self, name: str) -> Path:
        """Where to write a file that is to be put there: beside its place, on the same disk."""
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        # A name of its own: two that write the same file at once must not write into one.
        return path.with_name(f".{path.name}.{secrets.token_hex(4)}{ASIDE}")

    def put(self, name: str, path: Path, sha256: str = "") -> None:
        """Moves a finished, synced file of the same machine into place."""
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.replace(target)
        except OSError:  # on another disk
            with path.open("rb") as file:
                self.save(name, File(file))
            path.unlink()
        else:
            _sync_folder(target.parent)

    @contextmanager
    def local_copy(self, name: str, sha256: str = "") -> Iterator[Path]:
        """The file where it lies. Its SHA-256 is not asked for each time: `fsck` does that."""
        path = Path(self.path(name))
        if not path.exists():
            raise FileNotFoundError(name)
        yield path

    def open_sealed(self, name: str, sha256: str) -> BinaryIO:
        """Opens a file for reading, held against its SHA-256 (hexadecimal)."""
        file = Path(self.path(name)).open("rb")  # noqa: SIM115  closed with the stream
        return io.BufferedReader(Sealed(file, name, sha256), CHUNK)

    def walk(self, prefix: str = "") -> Iterator[Entry]:
        """Every file under a folder, what is written aside left out."""
        root = Path(self.path("")).resolve()
        for folder, folders, names in os.walk(root / prefix):
            folders.sort()
            for name in sorted(names):
                path = Path(folder, name)
                if name.endswith(ASIDE):
                    continue
                with contextlib.suppress(FileNotFoundError):  # gone meanwhile
                    found = path.stat()
                    at = datetime.fromtimestamp(found.st_mtime, UTC)
                    yield Entry(path.relative_to(root).as_posix(), found.st_size, at)

    def unfinished(self, seconds: float) -> list[str]:
        """What writers that died left, untouched for so long: names to tell people."""
        before = time.time() - seconds
        root = Path(self.path(""))
        found = []
        for path in sorted(root.rglob(f".*{ASIDE}")):
            with contextlib.suppress(FileNotFoundError):  # taken into place meanwhile
                if path.stat().st_mtime < before:
                    found.append(path.relative_to(root).as_posix())
        return found

    def sweep(self, seconds: float) -> int:
        """Removes what `unfinished` tells; gives how many."""
        found = self.unfinished(seconds)
        for name in found:
            Path(self.path(name)).unlink(missing_ok=True)
        return len(found)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows can't open a folder, and needs no sync for a rename.
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
