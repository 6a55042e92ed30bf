"""Local copies of files that lie elsewhere: fetched once, shared by processes, bounded.

A copy is fetched aside under a lock, held against its SHA-256, and renamed into place; so two
processes that want the same file fetch it once, and one that is killed leaves nothing that could
be taken for whole. Who reads a copy holds a shared lock on it; making room takes away those that
were not used for longest and that nobody holds. The bound is passed only by what is in use.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

PART = ".part"
DEAD_AFTER = 24 * 3600  # seconds a fetch may stand still before it counts as broken off

#: Writes a file's bytes; raises what is in the way.
Fetch = Callable[[BinaryIO], None]


class Copies:
    """A folder of copies that together take `most` bytes. Safe among threads and processes."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most

    @contextmanager
    def get(self, name: str, size: Callable[[], int], fetch: Fetch) -> Iterator[Path]:
        """The copy of a file, fetched if it is not here; it stays while the block runs.

        size: asked only if it is to be fetched, to make room for so many bytes beforehand.
        """
        path = self._path(name)
        held = _held(path)
        while held is None:
            self._bring(path, size, fetch)
            held = _held(path)
        try:
            yield path
        finally:
            os.close(held)

    def forget(self, name: str) -> None:
        """Takes a copy away, for the file is gone; who reads it goes on reading."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / hashlib.sha256(name.encode()).hexdigest()

    def scratch(self) -> Path:
        """A new path in the folder, for a file on its way out; left behind, it goes after a day."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / f"{secrets.token_hex(16)}{PART}"

    def _bring(self, path: Path, size: Callable[[], int], fetch: Fetch) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + PART)
        with _alone(part) as file:
            # Whoever held the lock before may have brought it, or have begun to.
            if file is None or path.exists():
                return
            self._make_room(size())
            file.truncate(0)
            try:
                fetch(file)
                file.flush()
                os.fsync(file.fileno())
                part.replace(path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise

    def _make_room(self, wanted: int) -> None:
        """Takes away copies, the longest unused first, until so many bytes more fit."""
        entries = []
        for entry in os.scandir(self._folder):
            with contextlib.suppress(FileNotFoundError):
                entries.append((entry.stat(), Path(entry.path)))
        total = sum(found.st_size for found, _ in entries)
        now = time.time()
        for found, path in sorted(entries, key=lambda one: one[0].st_atime_ns):
            if path.suffix == PART:
                if now - found.st_mtime > DEAD_AFTER:
                    _remove_unused(path)
            elif total + wanted > self._most and _remove_unused(path):
                total -= found.st_size


def _held(path: Path) -> int | None:
    """A shared lock on a copy, as a file descriptor, and the copy marked as used; None if it is
    not there."""
    while True:
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        if _is_still(path, descriptor):
            # Used now; written when it was, for others tell by that whether it is the same file.
            written = os.fstat(descriptor).st_mtime_ns
            os.utime(descriptor, ns=(time.time_ns(), written))
            return descriptor
        os.close(descriptor)  # taken away before the lock stood


@contextmanager
def _alone(part: Path) -> Iterator[BinaryIO | None]:
    """The file to fetch into, for one at a time; None if the one before has moved it away."""
    with part.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file if _is_still(part, file.fileno()) else None


def _remove_unused(path: Path) -> bool:
    """Takes a file away unless somebody holds it."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether the path still names the file that was opened."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
