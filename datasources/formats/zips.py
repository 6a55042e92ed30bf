"""What a zip may be, whichever format lies in it: checked before a byte of it is unpacked."""

from __future__ import annotations

import lzma
import os
import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO, BinaryIO

from datasources.formats.faults import FileFault, file_fault
from datasources.phrases import Phrase

#: A KMZ holds pictures beside its KML, a zip of a shapefile some ten files: more is no data.
MAX_MEMBERS = 1000
#: Unpacked to packed, of anything that is sent compressed: text comes to 5 to 30, tables of blanks
#: to some 100, a .dbf of wide empty fields to more; deflate itself reaches 1,032.
MAX_RATIO = 500
_RATIO_FROM = 10 * 1024 * 1024  # bytes unpacked: less does no harm
#: What a damaged zip makes zipfile raise while a member is read.
UNREADABLE = (
    zipfile.BadZipFile,
    EOFError,
    NotImplementedError,
    ValueError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)
_INDEX = 1024 * 1024  # bytes, of a KML file that may be no more than an index
_SIDE_FILES = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_ARCHIVES = (".zip", ".kmz", ".gz", ".7z", ".rar", ".tar", ".tgz")
_END = struct.Struct("<4s4H2LH")  # of the central directory: PKWARE's APPNOTE, 4.3.16


class Zip:
    """The members of a zip that are data: those beside them that operating systems add left out.

    FileFault where the zip is broken, has too many members, or one that leads out of it.
    """

    def __init__(self, file: BinaryIO) -> None:
        _check_count(file)
        try:
            self._archive = zipfile.ZipFile(file)
        except (*UNREADABLE, OSError):
            raise broken("zip") from None
        self.members = [info for info in self._archive.infolist() if not _is_side_file(info)]
        names = [info.filename for info in self.members]
        outside = next(filter(_leads_outside, names), None)
        if outside is not None:
            raise file_fault(
                "zip-path",
                Phrase("The zip file has a member whose path leads out of it."),
                Phrase("Zip the data file again, by its name alone."),
                value=outside,
            )

    def ending(self, *endings: str) -> list[zipfile.ZipInfo]:
        """The members whose names end so, in any case."""
        return [info for info in self.members if info.filename.lower().endswith(endings)]

    def main(self, ending: str) -> list[zipfile.ZipInfo]:
        """The file with that ending that counts, else all members.

        In a KMZ it is the first KML file; where that does nothing but link to the one other in the
        same KMZ, as GDAL writes it, the other.
        """
        found = self.ending(ending)
        is_index = len(found) == 2 and found[0].file_size < _INDEX
        if is_index and b"<NetworkLink" in self._content(found[0]):
            return found[1:]
        return found[:1] or self.members

    def _content(self, info: zipfile.ZipInfo) -> bytes:
        with self.open(info, _INDEX) as member:
            try:
                return member.read(_INDEX)
            except UNREADABLE:
                raise broken("zip") from None

    def refuse_archives(self) -> None:
        """FileFault for a zip within the zip."""
        nested = self.ending(*_ARCHIVES)
        if nested:
            raise file_fault(
                "zip-nested",
                Phrase("The zip file holds another compressed file."),
                Phrase("Unpack it, and zip the data files alone."),
                value=nested[0].filename,
            )

    def open(self, info: zipfile.ZipInfo, limit: int | None) -> IO[bytes]:
        """A member's bytes, unpacked as they are read; `limit` is of its size, in bytes."""
        if info.flag_bits & 1:
            raise file_fault(
                "zip-encrypted",
                Phrase("The zip file asks for a password."),
                Phrase("Zip it without a password."),
            )
        if limit is not None and info.file_size > limit:
            raise too_large(limit)
        if is_bomb(info.compress_size, info.file_size):
            raise file_fault(
                "zip-ratio",
                Phrase(
                    "{name} unpacks to {times:,.0f} times its size; {most} is the most.",
                    name=info.filename[:60],
                    times=info.file_size / max(1, info.compress_size),
                    most=MAX_RATIO,
                ),
                Phrase(
                    "Data do not compress so well: check the file, or send it without compression."
                ),
                value=info.filename,
            )
        try:
            return self._archive.open(info)
        except (*UNREADABLE, OSError, RuntimeError):
            raise broken("zip") from None


def is_bomb(packed: int, unpacked: int) -> bool:
    """Whether so many bytes unpack to more than any data do."""
    return unpacked > max(_RATIO_FROM, MAX_RATIO * packed)


def broken(kind: str) -> FileFault:
    return file_fault(
        "broken-archive",
        Phrase("The {kind} file is damaged and cannot be unpacked.", kind=kind),
        Phrase("It may have been changed or cut off on its way: copy or download it again."),
    )


def too_large(limit: int) -> FileFault:
    return file_fault(
        "too-large",
        Phrase(
            "The data is larger than {most} MB once unpacked, which is the most.",
            most=limit // 1024 // 1024,
        ),
        Phrase("Split it into several loads: the first complete, the others incremental."),
    )


def _check_count(file: BinaryIO) -> None:
    """Refuse a zip of very many members by its last record, before all are read into memory."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 65_557))  # the record and the longest comment after it
    tail = file.read()
    file.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + _END.size:
        raise broken("zip")
    count = _END.unpack_from(tail, at)[4]
    if count > MAX_MEMBERS:
        said = Phrase(
            "The zip file holds {count:,} files; {most:,} is the most.",
            count=count,
            most=MAX_MEMBERS,
        )
        if count == 0xFFFF:  # the field holds no more
            said = Phrase(
                "The zip file holds {count:,} files or more; {most:,} is the most.",
                count=count,
                most=MAX_MEMBERS,
            )
        raise file_fault(
            "zip-many",
            said,
            Phrase("Zip the data files alone."),
        )


def _is_side_file(info: zipfile.ZipInfo) -> bool:
    name = info.filename
    return (
        not name
        or info.is_dir()
        or name.startswith(_SIDE_FILES[0])
        or name.endswith(_SIDE_FILES[1:])
    )


def _leads_outside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1])
