"""What was made once, kept on this machine's disk within bounds.

Many may ask for the same thing at once, in this process and in others: one makes it, the others wait
and take it. What was not asked for the longest goes first. A disk that is full or gone makes things
slow, not wrong.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: one process keeps to its own locks
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger("cairn.tiles")

_STRIPES = 64
_TOUCH = 3600.0  # seconds: how old the note of the last use may be
_SHARE = 20  # the bound is looked after each time a twentieth of it was written
_LEFT = 0.8  # of the bound, after what is too much was deleted


class DiskCache:
    """Bytes by key in a folder that takes at most about `limit` bytes; with 0 nothing is kept."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit = folder, limit
        self._locks = [threading.Lock() for _ in range(_STRIPES)]
        self._sweeping = threading.Lock()
        self._turn = threading.local()
        self._written = 0

    def get(self, key: str) -> bytes | None:
        """What is kept under a key."""
        return _read(self._path(key)) if self._limit else None

    def get_or_make(self, key: str, make: Callable[[], bytes]) -> bytes:
        """What is kept under a key, or else what `make` gives, made once however many ask.

        `make` must not ask here itself, and is refused with a RuntimeError: keys share locks, so
        that one could wait for itself, or two for each other, without end.
        """
        if not self._limit:
            return make()
        if getattr(self._turn, "taken", False):
            raise RuntimeError("What is made for the cache asks the cache.")
        found = self.get(key)
        if found is not None:
            return found
        path = self._path(key)
        with self._alone(path.name):
            found = _read(path)
            if found is None:
                found = make()
                self._write(path, found)
        return found

    def sweep(self) -> int:
        """Deletes what was not used the longest, if there is too much; gives how many went."""
        entries = sorted(_entries(self._folder))
        total = sum(size for _, size, _ in entries)
        gone = 0
        if total <= self._limit:
            return gone
        for _, size, path in entries:
            if total <= self._limit * _LEFT:
                break
            with contextlib.suppress(OSError):
                os.unlink(path)
                gone += 1
            total -= size
        return gone

    def _path(self, key: str) -> Path:
        name = hashlib.sha256(key.encode()).hexdigest()
        return self._folder / name[:2] / name[2:40]

    def _write(self, path: Path, data: bytes) -> None:
        aside = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(data)
            aside.replace(path)
        except OSError as error:
            log.warning("The tile cache cannot be written: %s", error)
            with contextlib.suppress(OSError):
                aside.unlink()
            return
        self._written += len(data)
        if self._is_due() and not self._sweeping.locked():
            threading.Thread(target=self._sweep_while_due, daemon=True).start()

    def _is_due(self) -> bool:
        return self._written * _SHARE > self._limit

    def _sweep_while_due(self) -> None:
        """Once more, too, for what was written while a sweep ran."""
        while self._is_due() and self._sweeping.acquire(blocking=False):
            try:
                self._written = 0
                self.sweep()
            finally:
                self._sweeping.release()

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """Nobody else makes this, here or in another process of this machine."""
        stripe = int(name[:4], 16) % _STRIPES
        with self._locks[stripe], contextlib.ExitStack() as held:
            if fcntl is not None:
                with contextlib.suppress(OSError):
                    locks = self._folder / "locks"
                    locks.mkdir(parents=True, exist_ok=True)
                    file = held.enter_context((locks / str(stripe)).open("w"))
                    fcntl.flock(file, fcntl.LOCK_EX)
            self._turn.taken = True
            try:
                yield
            finally:
                self._turn.taken = False


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            if time.time() - os.fstat(file.fileno()).st_mtime > _TOUCH:
                os.utime(path)
            return file.read()
    except OSError:
        return None


def _entries(folder: Path) -> Iterator[tuple[float, int, str]]:
    """Time of last use, size and path of everything that is kept."""
    for part in _scan(folder):
        if part.name == "locks" or not part.is_dir(follow_symlinks=False):
            continue
        for entry in _scan(Path(part.path)):
            with contextlib.suppress(OSError):
                about = entry.stat(follow_symlinks=False)
                yield about.st_mtime, about.st_size, entry.path


def _scan(folder: Path) -> Iterator[os.DirEntry[str]]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        yield from entries
