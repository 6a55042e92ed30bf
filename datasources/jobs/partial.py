"""Files on their way in pieces: taking a piece, joining them, and letting stale ones go.

A piece lies in the storage under a path of its own, so that any web process can take the next one.
Of two requests with the same piece one wins: the row moves on only from the offset that was read.
"""

from __future__ import annotations

import io
import secrets
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO, Protocol

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone

from datasources.models import Account, PartialUpload, StoredFile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

STALE_AFTER = timedelta(hours=24)
PIECE = 64 * 1024  # bytes held in memory
NAME = 200  # characters of a file name


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def stale_at(found: PartialUpload) -> datetime:
    return found.touched_at + STALE_AFTER


def is_stale(found: PartialUpload) -> bool:
    return stale_at(found) <= timezone.now()


def tidy_name(name: str) -> str:
    """The last part of a path, as long as the column, its ending kept."""
    path = PurePath(name.replace("\\", "/").replace("\0", "")).name or "file"
    suffix = PurePath(path).suffix[:20]
    return path if len(path) <= NAME else path[: NAME - len(suffix)] + suffix


def add(found: PartialUpload, stream: Readable) -> bool:
    """Stores the next piece, as far as it comes; False if somebody else was faster.

    Where the connection breaks, the bytes before that count.
    """
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as piece:
        size = _copy(stream, piece, found.size - found.offset)
        if size == 0:
            return True
        piece.seek(0)
        path = default_storage.save(f"{_folder(found)}/{secrets.token_hex(8)}", File(piece))
    offset, parts = found.offset + size, [*found.parts, [path, size]]
    moved = PartialUpload.objects.filter(pk=found.pk, offset=found.offset).update(
        offset=offset, parts=parts, touched_at=timezone.now()
    )
    if not moved:
        default_storage.delete(path)
        return False
    found.offset, found.parts = offset, parts
    return True


def _copy(stream: Readable, to: BinaryIO, most: int) -> int:
    size = 0
    while size < most:
        try:
            chunk = stream.read(min(PIECE, most - size))
        except OSError:  # the connection broke
            break
        if not chunk:
            break
        to.write(chunk)
        size += len(chunk)
    return size


def join(found: PartialUpload, keep: Callable[[Account, BinaryIO], StoredFile]) -> StoredFile:
    """Keeps the whole file; once it is kept, gives it again. Raises FileNotFoundError if it is gone."""
    try:
        found.refresh_from_db()
    except PartialUpload.DoesNotExist:  # cancelled meanwhile
        raise FileNotFoundError(found.file_name) from None
    if found.file is not None:
        return found.file
    if not found.parts:
        raise FileNotFoundError(found.file_name)
    with io.BufferedReader(Joined(found.parts), PIECE) as whole:
        stored = keep(found.account, whole)
    paths = found.parts
    PartialUpload.objects.filter(pk=found.pk).update(file=stored, parts=[])
    for path, _ in paths:
        default_storage.delete(path)
    return stored


def forget(found: PartialUpload) -> None:
    """Lets an upload go, with its pieces."""
    PartialUpload.objects.filter(pk=found.pk).delete()
    _clear(_folder(found))


def sweep_partial(limit: int = 200) -> int:
    """Lets go of what was left for a day; gives how many went."""
    before = timezone.now() - STALE_AFTER
    gone = 0
    for found in PartialUpload.objects.filter(touched_at__lt=before)[:limit]:
        # Asked again while deleting: a piece may have come since.
        deleted, _ = PartialUpload.objects.filter(pk=found.pk, touched_at__lt=before).delete()
        if deleted:
            _clear(_folder(found))
            gone += 1
    return gone


def _folder(found: PartialUpload) -> str:
    return f"partial/{found.pk}"


def _clear(folder: str) -> None:
    """Deletes every piece of a folder, those of requests that were cut off among them."""
    try:
        _, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)


class Joined(io.RawIOBase):
    """The pieces of a file one after the other, as one seekable file. Pieces: [path, bytes] each."""

    def __init__(self, pieces: list[tuple[str, int]]) -> None:
        self._pieces = [(path, int(size)) for path, size in pieces]
        self._size = sum(size for _, size in self._pieces)
        self._at = 0
        self._open: tuple[int, BinaryIO] | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        begin = 0
        for number, (_, size) in enumerate(self._pieces):
            if begin <= self._at < begin + size:
                piece = self._piece(number)
                piece.seek(self._at - begin)
                chunk = piece.read(min(len(view), begin + size - self._at))
                view[: len(chunk)] = chunk
                self._at += len(chunk)
                return len(chunk)
            begin += size
        return 0

    def _piece(self, number: int) -> BinaryIO:
        if self._open is None or self._open[0] != number:
            self._shut()
            self._open = (number, default_storage.open(self._pieces[number][0], "rb"))  # type: ignore[assignment]
        assert self._open is not None  # noqa: S101
        return self._open[1]

    def _shut(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def close(self) -> None:
        self._shut()
        super().close()
