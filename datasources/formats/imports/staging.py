"""An import's file where the process that reads it finds it: unpacked, alone in a folder."""

from __future__ import annotations

import codecs
import os
import re
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from datasources.formats.faults import file_fault
from datasources.formats.imports.detect import detect_any
from datasources.formats.imports.kinds import ImportFormat
from datasources.formats.imports.members import copy_out, take_out
from datasources.formats.source import EMPTY_ZIP, GZIP, ZIP, ByteSource
from datasources.formats.zips import Zip, broken, too_large
from datasources.phrases import Phrase

_HEAD = 64 * 1024  # bytes
_COMES = {
    ImportFormat.FILEGDB: Phrase(
        "The file is no zip; a File Geodatabase is sent as a zip of its folder."
    ),
    ImportFormat.MAPINFO: Phrase(
        "The file is no zip; a MapInfo table is sent as a zip of its files."
    ),
}
_BLOCK = 256 * 1024  # bytes
_CONVERT = "Convert it to GeoJSON or a GeoPackage, with QGIS or ogr2ogr."
#: Formats that are taken for one of ours, by what stands in their first bytes.
_RELATED = (
    (
        re.compile(rb"\A\xd0\xcf\x11\xe0"),
        "an old Excel workbook (XLS), or another Office file of that time",
        "Save it as XLSX.",
    ),
    (re.compile(rb'\A\s*\{\s*"type"\s*:\s*"Topology"'), "TopoJSON", _CONVERT),
    (
        re.compile(rb'\A\s*\{[^\[]*"geometryType"\s*:\s*"esriGeometry'),
        "Esri JSON",
        _CONVERT,
    ),
)


class Staged:
    """A folder with the one file, or the files that belong together; gone on close.

    `path` is what is opened. A plain file is linked and not copied.
    """

    def __init__(
        self, file: str | os.PathLike[str] | BinaryIO, format: ImportFormat, limit: int | None
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="cairn-import-")
        self.folder = Path(self._folder.name)
        given = Path(file).name if isinstance(file, (str, os.PathLike)) else ""
        self.name = _stem(given)
        self.path = self.folder / f"{_safe(self.name)}{format.ending}"
        self.bom = False
        self.bytes_read = self.bytes_done = self.bytes_total = 0
        try:
            if isinstance(file, (str, os.PathLike)):
                with open(file, "rb") as opened:
                    self._stage(opened, format, limit, Path(file))
            else:
                self._stage(file, format, limit, None)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._folder.cleanup()

    def _stage(
        self, file: BinaryIO, format: ImportFormat, limit: int | None, path: Path | None
    ) -> None:
        self.bytes_total = file.seek(0, os.SEEK_END)
        file.seek(0)
        head = file.read(_HEAD)
        file.seek(0)
        if not head:
            raise file_fault(
                "empty-file",
                Phrase("The file is empty."),
                Phrase("Choose a file with entities in it."),
            )
        if head.startswith(EMPTY_ZIP):
            raise file_fault("zip-empty", "The zip file is empty.", "Put one data file into it.")
        if format is ImportFormat.TABLE and head.startswith(
            (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        ):
            raise file_fault(
                "encoding",
                Phrase("The file is UTF-16; only UTF-8 is read."),
                Phrase("Save it as UTF-8 (in Excel: CSV UTF-8; in Notepad: Encoding, UTF-8)."),
                line=1,
            )
        if format in (ImportFormat.FILEGDB, ImportFormat.MAPINFO):
            self._take_out(file, head, format, limit)
        elif head.startswith(ZIP) and format.is_spreadsheet and _is_book(file):
            check_sizes(Zip(file), limit)
            self._take(file, path)
        elif head.startswith((GZIP, ZIP)):
            self._unpack(file, format, limit)
        else:
            self._take(file, path)
        _refuse_other(self.path, format)
        self.bytes_read = self.path.stat().st_size

    def _take_out(
        self, file: BinaryIO, head: bytes, format: ImportFormat, limit: int | None
    ) -> None:
        if not head.startswith(ZIP):
            found = detect_any(head)
            raise file_fault(
                "wrong-format",
                _COMES[format],
                Phrase("Zip the files together, or choose the format the file is in.")
                if found in (format, None)
                else Phrase(
                    "It looks like {found}: choose the format the file is in.", found=found.words
                ),
            )
        self.path = take_out(file, format, self.folder, limit)
        self.name = self.path.stem

    def _take(self, file: BinaryIO, path: Path | None) -> None:
        if path is not None:
            self.path.symlink_to(path.resolve())
            return
        file.seek(0)
        with self.path.open("wb") as out:
            while block := file.read(_BLOCK):
                out.write(block)

    def _unpack(self, file: BinaryIO, format: ImportFormat, limit: int | None) -> None:
        if format.is_spreadsheet and file.read(4) == ZIP:
            self._take_book(Zip(file), format, limit)
            return
        with self.path.open("wb") as out:
            for block in ByteSource(file, limit).blocks():
                out.write(block)

    def _take_book(self, archive: Zip, format: ImportFormat, limit: int | None) -> None:
        """A spreadsheet, which is a zip, out of a zip."""
        books = archive.ending(".xlsx", ".xlsm", ".ods")
        if len(books) != 1:
            raise file_fault(
                "zip-members",
                Phrase(
                    "The zip file holds {count} spreadsheets; a load is of one.", count=len(books)
                ),
                Phrase("Send {format} by itself.", format=format.words),
            )
        copy_out(archive, {books[0]: self.path}, limit)
        with self.path.open("rb") as book:
            if book.read(4) == ZIP:
                check_sizes(Zip(book), limit)


def _safe(name: str) -> str:
    return re.sub(r"[^\w-]+", "_", name)[:60].strip("_") or "Layer"


def _is_book(file: BinaryIO) -> bool:
    """Whether a zip is itself a spreadsheet, and not one in a zip."""
    archive = Zip(file)
    file.seek(0)
    names = [info.filename.lower() for info in archive.members]
    return "[content_types].xml" in names or "content.xml" in names


def check_sizes(archive: Zip, limit: int | None) -> None:
    """The rules for zips, for one that is not unpacked here."""
    if limit is not None and sum(info.file_size for info in archive.members) > limit:
        raise too_large(limit)
    for info in archive.members:
        try:
            archive.open(info, limit).close()
        except (zipfile.BadZipFile, zlib.error, EOFError):
            raise broken("zip") from None


def _refuse_other(path: Path, format: ImportFormat) -> None:
    """FileFault where the file's first bytes are those of another format."""
    if path.is_dir():
        return
    with path.open("rb") as file:
        head = file.read(_HEAD)
    found = detect_any(head, f"x{format.ending}")
    for mark, words, advice in _RELATED:
        if mark.search(head):
            raise file_fault("wrong-format", f"The file is {words}, which is not read.", advice)
    if found is format or (format is ImportFormat.TABLE and found is None and _is_plain(head)):
        return
    if head.lstrip()[:1] == b"<" and found is None:
        raise file_fault(
            "html-file",
            Phrase("The file is a web page (HTML), not entity data."),
            Phrase(
                "A sign-in or error page may have been saved in its place: open it in a browser."
            ),
            line=1,
            value=head.lstrip()[:80].decode("utf-8", "replace").splitlines()[0],
        )
    shown = (
        Phrase("The file looks like {found}, not {format}.", found=found.words, format=format.words)
        if found
        else Phrase("The file is not {format}.", format=format.words)
    )
    raise file_fault(
        "wrong-format", shown, Phrase("Choose the format the file is in; it may also be damaged.")
    )


def _is_plain(head: bytes) -> bool:
    return not head.lstrip().startswith(b"<") and b"\0" not in head


def _stem(name: str) -> str:
    """What a layer is called that has no name of its own; "" for a name that says nothing."""
    return name.split(".")[0] if "." in name else ""
