"""The files of a zipped shapefile: taken out of the zip and held against each other.

What their headers say is checked before more is read: lengths, record counts, encoding. Source:
ESRI's "Shapefile Technical Description" and the dBASE III file header.
"""

from __future__ import annotations

import codecs
import os
import struct
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from datasources.formats.dbf import codec
from datasources.formats.faults import FileFault, file_fault
from datasources.formats.shp import KINDS
from datasources.formats.source import SHAPE, ZIP
from datasources.formats.zips import UNREADABLE, Zip, broken, too_large
from datasources.phrases import Phrase
from datasources.schema import Problem

_NEEDED = (".shp", ".shx", ".dbf")
_WANTED = (*_NEEDED, ".prj", ".cpg")
_BLOCK = 256 * 1024  # bytes
_MAX_PRJ = 64 * 1024  # bytes
_MULTIPATCH = 31
#: The language driver of a .dbf: what programs write; others are looked at.
_DRIVERS = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252", 0x58: "cp1252", 0x59: "cp1252",
    0x64: "cp852", 0x65: "cp866", 0x7D: "cp1255", 0x7E: "cp1256", 0xC8: "cp1250", 0xC9: "cp1251",
    0xCA: "cp1254", 0xCB: "cp1253", 0xCC: "cp1257", 0x13: "cp932", 0x4D: "cp936", 0x4E: "cp949",
    0x4F: "cp950",
}  # fmt: skip


class ShapefileParts:
    """A folder with layer.shp, .shx, .dbf and, if there are, .prj and .cpg; gone on close."""

    def __init__(self, file: str | os.PathLike[str] | BinaryIO, limit: int | None) -> None:
        self.notes: list[Problem] = []
        self._owned = isinstance(file, (str, os.PathLike))
        self._file: BinaryIO = (
            open(file, "rb")  # noqa: SIM115  # closed by close()
            if isinstance(file, (str, os.PathLike))
            else file
        )
        self._folder = tempfile.TemporaryDirectory(prefix="cairn-shp-")
        self.folder = Path(self._folder.name)
        self.bom = False
        self.bytes_read = self.bytes_done = 0
        try:
            self.bytes_total = self._file.seek(0, os.SEEK_END)
            self.name = self._unpack(limit)
            self.shape_type, self.records = self._check_shapes()
            self.encoding = self._check_table()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._folder.cleanup()
        if self._owned:
            self._file.close()

    def _unpack(self, limit: int | None) -> str:
        """Take the parts out of the zip; gives the shapefile's name."""
        self._file.seek(0)
        magic = self._file.read(4)
        if magic != ZIP:
            raise _no_zip(magic)
        archive = Zip(self._file)
        archive.refuse_archives()
        shapes = archive.ending(".shp")
        if len(shapes) != 1:
            raise _not_one(shapes)
        stem = shapes[0].filename[: -len(".shp")].lower()
        parts = {
            ending: info
            for info in archive.members
            for ending in _WANTED
            if info.filename.lower() == stem + ending
        }
        missing = [ending for ending in _NEEDED if ending not in parts]
        name = PurePosixPath(shapes[0].filename.replace("\\", "/")).name[: -len(".shp")]
        if missing:
            raise file_fault(
                "shp-parts",
                Phrase("The zip file has no {name}{ending}.", name=name[:60], ending=missing[0]),
                Phrase(
                    "A shapefile is .shp, .shx and .dbf, with one name: zip them together, with the .prj and .cpg if there are."
                ),
            )
        if limit is not None and sum(info.file_size for info in parts.values()) > limit:
            raise too_large(limit)
        for ending, info in parts.items():
            self._copy(archive, info, self.part(ending), limit)
        return name

    def _copy(self, archive: Zip, info: zipfile.ZipInfo, to: Path, limit: int | None) -> None:
        try:
            with archive.open(info, limit) as member, to.open("wb") as out:
                while block := member.read(_BLOCK):
                    self.bytes_read += len(block)
                    out.write(block)
        except UNREADABLE:
            raise broken("zip") from None

    def part(self, ending: str) -> Path:
        """The path of a part, which need not be there if it is none of the three."""
        return self.folder / f"layer{ending}"

    @property
    def coordinate_system(self) -> str:
        """The text of the .prj; "" if there is none."""
        path = self.part(".prj")
        return path.read_bytes()[:_MAX_PRJ].decode("utf-8", "replace") if path.exists() else ""

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The extent that the head of the .shp states: least x and y, greatest x and y."""
        return struct.unpack_from("<4d", self._head(".shp", 100), 36)

    def _head(self, ending: str, length: int) -> bytes:
        path = self.part(ending)
        with path.open("rb") as part:
            head = part.read(length)
        if len(head) < length:
            raise _cut_off(ending)
        return head

    def _size(self, ending: str) -> int:
        return self.part(ending).stat().st_size

    def _check_shapes(self) -> tuple[int, int]:
        """(shape type, records) from the heads of .shp and .shx."""
        for ending in (".shp", ".shx"):
            head = self._head(ending, 100)
            if not head.startswith(SHAPE):
                raise file_fault(
                    "shp-head",
                    Phrase("The {ending} does not begin as one.", ending=ending),
                    Phrase("Export the shapefile again."),
                )
            if struct.unpack_from(">i", head, 24)[0] * 2 > self._size(ending):
                raise _cut_off(ending)
        kind = struct.unpack_from("<i", self._head(".shp", 100), 32)[0]
        if kind == _MULTIPATCH or kind not in KINDS:
            raise file_fault(
                "shp-type",
                Phrase(
                    "The shapes are MultiPatch (surfaces in space), which no type of geography can hold."
                )
                if kind == _MULTIPATCH
                else Phrase("The shape type {kind} is unknown.", kind=kind),
                Phrase("Save them as polygons."),
            )
        if kind > 10:
            self._note(
                "heights-dropped",
                Phrase("Heights (Z) or measures (M) of the shapes are left out."),
                Phrase(
                    "A place is longitude and latitude; keep a height as a field if you need it."
                ),
            )
        return kind, (struct.unpack_from(">i", self._head(".shx", 100), 24)[0] * 2 - 100) // 8

    def _check_table(self) -> str:
        """Hold the .dbf against the .shp; gives the name of its encoding."""
        head = self._head(".dbf", 32)
        records, start, width = struct.unpack_from("<IHH", head, 4)
        if records != self.records:
            raise file_fault(
                "shp-rows",
                Phrase(
                    "The .shp has {records:,} shapes and the .dbf {rows:,} rows.",
                    records=self.records,
                    rows=records,
                ),
                Phrase(
                    "They belong to different files, or one was edited without the other: export the shapefile again."
                ),
            )
        if start + records * width > self._size(".dbf"):
            raise _cut_off(".dbf")
        return self._encoding(head[29])

    def _encoding(self, driver: int) -> str:
        """What the .cpg says, else the .dbf's own mark, else what its bytes look like."""
        path = self.part(".cpg")
        if path.exists():
            said = path.read_bytes()[:100].decode("ascii", "replace").strip()
            found = codec(said)
            if found:
                return found
            self._note(
                "encoding-unknown",
                Phrase("The .cpg names the encoding “{said}”, which is not known.", said=said[:40]),
                Phrase("Write UTF-8 or a code page such as 1252 into it."),
            )
        if driver in _DRIVERS:
            return _DRIVERS[driver]
        return self._looked_at()

    def _looked_at(self) -> str:
        decoder = codecs.getincrementaldecoder("utf-8")()
        with self.part(".dbf").open("rb") as table:
            table.seek(struct.unpack_from("<H", table.read(32), 8)[0])
            plain = True
            try:
                while block := table.read(_BLOCK):
                    plain = plain and block.isascii()
                    decoder.decode(block)
            except UnicodeDecodeError:
                encoding = "cp1252"
            else:
                encoding = "utf-8"
        if not plain:
            shown = "UTF-8" if encoding == "utf-8" else "Windows-1252"
            self._note(
                "encoding-assumed",
                Phrase(
                    "The shapefile does not say in which encoding its texts are; they are read as {shown}.",
                    shown=shown,
                ),
                Phrase("Put a .cpg file into the zip if letters look wrong."),
            )
        return encoding

    def _note(self, rule: str, message: str, advice: str) -> None:
        self.notes.append(Problem(rule, message, advice, warning=True))


def _no_zip(magic: bytes) -> FileFault:
    if magic == SHAPE:
        return file_fault(
            "shp-alone",
            Phrase("This is a .shp (or .shx) file alone."),
            Phrase(
                "Zip .shp, .shx and .dbf together, with the .prj and .cpg if there are, and send the zip."
            ),
        )
    if magic == b"PK\x05\x06":
        return file_fault(
            "zip-empty", Phrase("The zip file is empty."), Phrase("Put the shapefile into it.")
        )
    return file_fault(
        "wrong-format",
        Phrase("The file is no zip; a shapefile is sent as a zip of .shp, .shx and .dbf."),
        Phrase("Zip the files together, or choose the format the file is in."),
    )


def _not_one(shapes: list[zipfile.ZipInfo]) -> FileFault:
    if not shapes:
        return file_fault(
            "shp-parts",
            Phrase("The zip file has no .shp."),
            Phrase("A shapefile is .shp, .shx and .dbf, with one name: zip them together."),
        )
    names = ", ".join(info.filename for info in shapes)
    return file_fault(
        "shp-several",
        Phrase("The zip file has {count} shapefiles; a load is of one.", count=len(shapes)),
        Phrase("Zip and send each by itself."),
        value=names,
    )


def _cut_off(ending: str) -> FileFault:
    return file_fault(
        "truncated",
        Phrase("The {ending} is shorter than its head says.", ending=ending),
        Phrase("It was cut off on its way: export, copy or download the shapefile again."),
    )
