"""Bytes in the site's default storage, named by their SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from django.core.files import File
from django.core.files.storage import default_storage

CHUNK = 1024 * 1024


class Files(Protocol):
    """What the site's storages offer beyond Django's: see `dashboard.storage`."""

    def open_sealed(self, name: str, sha256: str) -> BinaryIO: ...
    def local_copy(self, name: str, sha256: str = "") -> AbstractContextManager[Path]: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a file lies in the storage, and what it is."""

    sha256: str
    size: int  # bytes
    path: str


def fingerprint(fileobj: BinaryIO) -> tuple[str, int]:
    """SHA-256 and size of a seekable file, read in pieces; it is left at its start."""
    fileobj.seek(0)
    digest = hashlib.sha256()
    size = 0
    while chunk := fileobj.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    fileobj.seek(0)
    return digest.hexdigest(), size


def keep(folder: str, fileobj: BinaryIO, sha256: str, size: int) -> Kept:
    """Stores the bytes of a seekable file whose fingerprint is known.

    Every call stores under a path of its own, so that dropping one copy can never take the bytes
    of another that was kept a moment before.
    """
    fileobj.seek(0)
    path = f"{folder}/{sha256[:2]}/{sha256}-{secrets.token_hex(4)}"
    stored = default_storage.save(path, _Bytes(fileobj, sha256, size))
    return Kept(sha256=sha256, size=size, path=stored)


def is_held(path: str, size: int) -> bool:
    """Whether the storage still has the whole file."""
    try:
        return default_storage.size(path) == size
    except FileNotFoundError:
        return False


def open_file(path: str) -> BinaryIO:
    """Opens a kept file for reading; raises FileNotFoundError where the bytes are gone.

    Read from start to end, damaged bytes raise it too, in place of the last of them.
    """
    return _files().open_sealed(path, _sha256_of(path))


@contextmanager
def local_file(path: str) -> Iterator[str]:
    """A kept file under a path of this machine, for readers that seek: a copy where it is remote.

    Raises FileNotFoundError where the bytes are gone.
    """
    with _files().local_copy(path, _sha256_of(path)) as there:
        yield str(there)


@contextmanager
def proven_file(path: str) -> Iterator[BinaryIO]:
    """A kept file for reading, its bytes held against their SHA-256 beforehand.

    For what cannot be taken back, as sending it. Raises FileNotFoundError where they are gone, or
    are not those that were kept.
    """
    with local_file(path) as there, Path(there).open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != _sha256_of(path):
            raise FileNotFoundError(f"{path} is damaged.")
        file.seek(0)
        yield file


def _files() -> Files:
    return cast(Files, default_storage)


def _sha256_of(path: str) -> str:
    """The SHA-256 that a kept file's path names."""
    return path.rpartition("/")[2].partition("-")[0]


def drop(path: str) -> None:
    """Deletes the bytes; no harm if they are gone."""
    default_storage.delete(path)


class _Bytes(File):  # type: ignore[type-arg]
    """A file of known size and SHA-256; its bytes are copied, the original stays."""

    def __init__(self, fileobj: BinaryIO, sha256: str, size: int) -> None:
        super().__init__(fileobj)
        self.sha256 = sha256
        self.size = size
