"""Bytes in the site's default storage, named by their SHA-256."""

from __future__ import annotations

import hashlib
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

CHUNK = 1024 * 1024


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
    stored = default_storage.save(path, _Bytes(fileobj, size))
    return Kept(sha256=sha256, size=size, path=stored)


def is_held(path: str, size: int) -> bool:
    """Whether the storage still has the whole file."""
    return default_storage.exists(path) and default_storage.size(path) == size


def open_file(path: str) -> BinaryIO:
    """Opens a kept file for reading; raises FileNotFoundError where the bytes are gone."""
    return default_storage.open(path, "rb")  # type: ignore[return-value]  # Django's File is one


@contextmanager
def local_file(path: str) -> Iterator[str]:
    """A kept file under a path of this machine, for readers that seek: a copy where it is remote.

    Raises FileNotFoundError where the bytes are gone.
    """
    try:
        there = default_storage.path(path)
    except NotImplementedError:  # not on this machine
        there = ""
    if there:
        if not default_storage.exists(path):
            raise FileNotFoundError(path)
        yield there
        return
    with (
        open_file(path) as stored,
        tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as copy,
    ):
        shutil.copyfileobj(stored, copy, CHUNK)
        copy.flush()
        yield copy.name


def drop(path: str) -> None:
    """Deletes the bytes; no harm if they are gone."""
    default_storage.delete(path)


class _Bytes(File):  # type: ignore[type-arg]
    """A file of known size, for storages that ask; its bytes are copied, the original stays."""

    def __init__(self, fileobj: BinaryIO, size: int) -> None:
        super().__init__(fileobj)
        self.size = size
