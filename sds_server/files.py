"""Files of the server: bodies as received, error logs, downloads as written, versions.

They lie in the storage "sds" of the settings: a folder (SDS_DATA_DIR), or a bucket that many
machines share. A file is named by the job that made it, and is whole or not there.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from django.core.files.base import ContentFile, File
from django.core.files.storage import storages
from django.utils import timezone

CHUNK = 1024 * 1024  # bytes

BODIES = "bodies"
LOGS = "logs"
DOWNLOADS = "downloads"
VERSIONS = "versions"


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Entry(Protocol):
    """A file as the storage lists it."""

    name: str
    size: int  # bytes
    at: datetime


class Files(Protocol):
    """What the site's storages offer, beyond Django's too."""

    def save(self, name: str, content: File[Any]) -> str: ...
    def open(self, name: str) -> BinaryIO: ...
    def exists(self, name: str) -> bool: ...
    def size(self, name: str) -> int: ...
    def delete(self, name: str) -> None: ...
    def get_modified_time(self, name: str) -> datetime: ...

    def put(self, name: str, path: Path, sha256: str = "") -> None:
        """Move a finished, synced file of this machine into place."""

    def scratch(self, name: str) -> Path:
        """Where on this machine to write a file that is to be put there."""

    def local_copy(self, name: str, sha256: str = "") -> AbstractContextManager[Path]:
        """The file under a path of this machine; raises FileNotFoundError."""

    def open_sealed(self, name: str, sha256: str) -> BinaryIO:
        """A stream that fails at its end if its bytes are not of this SHA-256."""

    def walk(self, prefix: str = "") -> Iterator[Entry]: ...

    def unfinished(self, seconds: float) -> list[str]:
        """What writers that died left, untouched for so long: names to tell people."""

    def sweep(self, seconds: float) -> int:
        """Remove what `unfinished` tells; how many."""


def storage() -> Files:
    """The storage of the server's files."""
    return cast(Files, storages["sds"])


def body_name(job_id: str) -> str:
    """The data of a load as they were sent, kept until its job is done."""
    return f"{BODIES}/{job_id}"


def log_name(job_id: str) -> str:
    """What was wrong: the failed entities of a load, or why a job was aborted."""
    return f"{LOGS}/{job_id}.txt"


def download_name(job_id: str) -> str:
    """The XML file of a completed download."""
    return f"{DOWNLOADS}/{job_id}.xml"


@dataclass(frozen=True, slots=True)
class Kept:
    """What a file was when it was written; SHA-256 in hexadecimal."""

    size: int
    sha256: str


def keep_stream(stream: Readable, name: str) -> Kept:
    """Write a stream to a file, which is there only once it is whole."""
    incoming = _Incoming(stream)
    storage().save(name, File(cast(Any, incoming), name))
    return incoming.kept()


def keep_text(text: str, name: str) -> None:
    storage().save(name, ContentFile(text.encode()))


class Aside:
    """A file being written: `file` to write to, and `kept` once it is in its place."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.kept = Kept(0, "")


@contextmanager
def written_aside(name: str) -> Iterator[Aside]:
    """A file to write that takes its place when the block ends well, and is gone if not."""
    path = storage().scratch(name)
    try:
        with path.open("wb+") as file:
            aside = Aside(file)
            yield aside
            aside.kept = _finished(file)
        storage().put(name, path, aside.kept.sha256)
    finally:
        path.unlink(missing_ok=True)


def _finished(file: BinaryIO) -> Kept:
    """What was written, once it is on disk."""
    file.flush()
    os.fsync(file.fileno())
    size = file.tell()
    file.seek(0)
    digest = hashlib.file_digest(cast(io.BufferedRandom, file), "sha256")
    return Kept(size, digest.hexdigest())


def opened(name: str, sha256: str = "") -> BinaryIO:
    """A file to read, held against its SHA-256 where that is known; raises FileNotFoundError."""
    return storage().open_sealed(name, sha256) if sha256 else storage().open(name)


def exists(name: str) -> bool:
    return storage().exists(name)


def delete(name: str) -> None:
    """Remove a file; nothing happens if it is not there."""
    storage().delete(name)


def forget(job_id: str) -> None:
    """Remove everything kept for a job."""
    for name in (body_name(job_id), log_name(job_id), download_name(job_id)):
        delete(name)


def job_of(name: str) -> str:
    """The job that a file's name names."""
    return name.rpartition("/")[2].partition(".")[0]


def remove_old(found: Entry, seconds: float) -> bool:
    """Remove a file that was listed, if it was written so long ago."""
    if timezone.now() - found.at <= timedelta(seconds=seconds):
        return False
    delete(found.name)
    return True


class _Incoming(io.RawIOBase):
    """A stream that is read once, counted and hashed on its way."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._size = 0
        self._digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._stream.read(CHUNK if size < 0 else size)
        self._size += len(chunk)
        self._digest.update(chunk)
        return chunk

    def kept(self) -> Kept:
        return Kept(self._size, self._digest.hexdigest())
