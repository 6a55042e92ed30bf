"""Reading an object of a bucket as a seekable file, without keeping it anywhere."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError

from dashboard.storage.faults import translated

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

NEAR = 1024 * 1024  # bytes that are read over rather than asked for anew
TRIES = 3  # of a read whose connection breaks


class ObjectStream(io.RawIOBase):
    """One request for what is read on end; another where the reader jumps, or the connection broke.

    client: boto3's, of S3. etag: of the object that was meant, should it be replaced meanwhile.
    Raises ConnectionError where the bucket does not give what it has.
    """

    def __init__(self, client: Any, bucket: str, key: str, size: int, etag: str) -> None:
        self._client = client
        self._object = {"Bucket": bucket, "Key": key, "IfMatch": etag}
        self.name = key
        self._size = size
        self._at = 0
        self._body: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._go(max(0, base + offset))
        return self._at

    def _go(self, at: int) -> None:
        ahead = at - self._at
        if self._body is not None and 0 < ahead <= NEAR and at < self._size:
            while self._at < at and self._take(at - self._at):
                pass
        elif ahead:
            self._hang_up()
        self._at = at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        chunk = self._take(len(view))
        view[: len(chunk)] = chunk
        return len(chunk)

    def _take(self, most: int) -> bytes:
        """The next bytes; none at the end."""
        if self._at >= self._size or not most:
            return b""
        for _ in range(TRIES):
            try:
                chunk = self._read(min(most, self._size - self._at))
            except BotoCoreError:
                chunk = b""
            if chunk:
                self._at += len(chunk)
                return chunk
            self._hang_up()
        raise ConnectionError(f"{self.name} broke off after {self._at} of {self._size} bytes.")

    def _read(self, most: int) -> bytes:
        if self._body is None:
            with translated(self.name):
                found = self._client.get_object(**self._object, Range=f"bytes={self._at}-")
            self._body = found["Body"]
        chunk: bytes = self._body.read(most)
        return chunk

    def _hang_up(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None

    def close(self) -> None:
        self._hang_up()
        super().close()
