"""A stream held against the SHA-256 that its bytes must have."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class DamagedFileError(FileNotFoundError):
    """What was kept under this name is not there any more: other bytes stand in its place."""


class Sealed(io.RawIOBase):
    """Reads a file; raises DamagedFileError in place of its last bytes if they are not the right ones.

    sha256: hexadecimal. Whoever reads the file from its start to its end, be it with steps back,
    never gets the whole of a damaged one; whoever skips a part reads without a seal.
    """

    def __init__(self, file: BinaryIO, name: str, sha256: str) -> None:
        self._file = file
        self.name = name
        self._sha256 = sha256
        self._size = file.seek(0, io.SEEK_END)
        file.seek(0)
        self._at = 0
        self._hashed = 0
        self._digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self._at = self._file.seek(offset, whence)
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        chunk = self._file.read(len(view))
        view[: len(chunk)] = chunk
        self._hash(chunk)
        self._at += len(chunk)
        return len(chunk)

    def _hash(self, chunk: bytes) -> None:
        """Takes in what of the chunk is new, if nothing before it was left out."""
        new = self._at + len(chunk) - self._hashed
        if self._at > self._hashed or (new <= 0 and self._size):
            return
        self._digest.update(chunk[len(chunk) - new :])
        self._hashed += new
        if self._hashed == self._size and self._digest.hexdigest() != self._sha256:
            raise DamagedFileError(
                f"{self.name} is damaged: its bytes are not those that were kept."
            )

    def close(self) -> None:
        self._file.close()
        super().close()
