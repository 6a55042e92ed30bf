"""The bytes of a file: plain, gzipped or the one member of a zip, in blocks and within a limit."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from typing import IO, BinaryIO, cast

from datasources.formats.faults import FileFault, file_fault
from datasources.formats.zips import MAX_RATIO, UNREADABLE, Zip, broken, is_bomb, too_large
from datasources.phrases import Phrase

__all__ = ["ByteSource", "FileFault", "file_fault"]

BLOCK = 256 * 1024  # bytes

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
SHAPE = b"\x00\x00\x27\x0a"  # of a .shp or .shx file
EMPTY_ZIP = b"PK\x05\x06"
UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


class ByteSource:
    """A file's uncompressed bytes, in blocks; FileFault past `limit` bytes or where it is broken.

    Takes a path, or a seekable binary file, which is read from its start and left open. Of a zip,
    the (first) file whose name has `ending`, such as ".kml", is read; else its only file.
    """

    def __init__(
        self, file: str | os.PathLike[str] | BinaryIO, limit: int | None, ending: str = ""
    ) -> None:
        self._limit = limit
        self._ending = ending
        self._owned = isinstance(file, (str, os.PathLike))
        self._file: BinaryIO = (
            open(file, "rb")  # noqa: SIM115  # closed by close()
            if isinstance(file, (str, os.PathLike))
            else file
        )
        self.bytes_read = 0
        self.bom = False
        self.passes = 1  # how often the file will have been read in the end
        self._passed = 0
        self._ended = False
        self._pending = b""
        try:
            self.bytes_total = self._file.seek(0, os.SEEK_END)
            self._file.seek(0)
            self._stream = self._unpacked()
            self._begin()
        except BaseException:
            self.close()
            raise

    @property
    def bytes_done(self) -> int:
        """Of `bytes_total`, how far all passes together have come."""
        here = self.bytes_total if self._ended else min(self._file.tell(), self.bytes_total)
        return (self._passed * self.bytes_total + here) // self.passes

    @property
    def head(self) -> bytes:
        """The first block, without its byte order mark."""
        return self._pending

    def close(self) -> None:
        if self._owned:
            self._file.close()

    def rewind(self) -> None:
        """Begin again, for a second reading."""
        self._passed += 1
        self._file.seek(0)
        self.bytes_read, self.bom, self._ended = 0, False, False
        self._stream = self._unpacked()
        self._begin()

    def blocks(self) -> Iterator[bytes]:
        """All bytes from the start, without the byte order mark; once only."""
        block, self._pending = self._pending, b""
        while block:
            yield block
            block = self._read()

    def _unpacked(self) -> IO[bytes]:
        magic = self._file.read(4)
        self._file.seek(0)
        if magic.startswith(GZIP):
            return cast(IO[bytes], gzip.GzipFile(fileobj=self._file))
        if magic == EMPTY_ZIP:
            raise file_fault(
                "zip-empty", Phrase("The zip file is empty."), Phrase("Put one data file into it.")
            )
        if magic == ZIP:
            return self._member()
        return self._file

    def _member(self) -> IO[bytes]:
        """The data file of a zip: the one with the ending looked for, else its only file."""
        archive = Zip(self._file)
        members = archive.main(self._ending) if self._ending else archive.members
        if len(members) != 1:
            raise _not_one_member([info.filename for info in members])
        return archive.open(members[0], self._limit)

    def _begin(self) -> None:
        head = self._read()
        if not head:
            raise file_fault(
                "empty-file",
                Phrase("The file is empty."),
                Phrase("Choose a file with entities in it."),
            )
        if head.startswith(_UTF16_BOMS):
            raise file_fault(
                "encoding",
                Phrase("The file is UTF-16; only UTF-8 is read."),
                Phrase("Save it as UTF-8 (in Excel: CSV UTF-8; in Notepad: Encoding, UTF-8)."),
                line=1,
            )
        if head.startswith(UTF8_BOM):
            self.bom = True
            head = head[len(UTF8_BOM) :] or self._read()
            if not head:
                raise file_fault(
                    "empty-file",
                    Phrase("The file is empty but for a byte order mark."),
                    Phrase("Choose a file with entities in it."),
                )
        if self._stream is not self._file and head.startswith((GZIP, ZIP)):
            raise file_fault(
                "packed-twice",
                Phrase("The file is compressed twice."),
                Phrase("Unpack it once, and send the result."),
            )
        self._pending = head

    def _read(self) -> bytes:
        try:
            block = self._stream.read(BLOCK)
        except EOFError:
            raise file_fault(
                "truncated",
                Phrase("The compressed file ends too early."),
                Phrase("It was cut off on its way: copy or download it again."),
            ) from None
        except (*UNREADABLE, OSError):
            if self._stream is self._file:
                raise
            raise broken("gzip" if isinstance(self._stream, gzip.GzipFile) else "zip") from None
        self.bytes_read += len(block)
        self._ended = not block
        if self._limit is not None and self.bytes_read > self._limit:
            raise too_large(self._limit)
        if self._stream is not self._file:
            self._refuse_bomb()
        return block

    def _refuse_bomb(self) -> None:
        if is_bomb(self._file.tell(), self.bytes_read):
            raise file_fault(
                "bomb",
                Phrase(
                    "The compressed file unpacks to more than {max_ratio} times its size, as no real data do; the reading was stopped.",
                    max_ratio=MAX_RATIO,
                ),
                Phrase("Look at what it holds. If the data are real, send them uncompressed."),
            )


def _not_one_member(names: list[str]) -> FileFault:
    if not names:
        return file_fault(
            "zip-empty", Phrase("The zip file is empty."), Phrase("Put one data file into it.")
        )
    lower = [name.lower() for name in names]
    advice = Phrase("Send each file by itself.")
    if any(name.endswith(".shp") for name in lower):
        advice = Phrase("It seems to hold a shapefile, which is another format.")
    elif "[content_types].xml" in lower:
        advice = Phrase("It seems to be an Excel or Word file: save the sheet as CSV UTF-8.")
    return file_fault(
        "zip-members",
        Phrase("The zip file holds {count} files; a load is of one file.", count=len(names)),
        advice,
        value=", ".join(names[:5]),
    )
