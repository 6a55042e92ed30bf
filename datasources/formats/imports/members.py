"""Formats of several files, which come in a zip: File Geodatabases and MapInfo tables."""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from datasources.formats.faults import file_fault
from datasources.formats.imports.kinds import ImportFormat
from datasources.formats.zips import Zip, broken, too_large
from datasources.phrases import Phrase

_BLOCK = 256 * 1024  # bytes
_TAB_PARTS = (".tab", ".dat", ".map", ".id", ".ind")
_MIF_PARTS = (".mif", ".mid")
#: A .TAB that is a view, a seamless table or a link leads to other files.
_VIEW = re.compile(
    rb"^\s*(open\s+table|create\s+view|!edit_version.*view|type\s+(linked|odbc|raster|wms|wfs))"
    rb"|\\isseamless",
    re.IGNORECASE | re.MULTILINE,
)


def take_out(file: BinaryIO, format: ImportFormat, folder: Path, limit: int | None) -> Path:
    """Take what belongs to the one data set out of a zip into the folder; gives what to open."""
    archive = Zip(file)
    archive.refuse_archives()
    if format is ImportFormat.FILEGDB:
        return _geodatabase(archive, folder, limit)
    return _mapinfo(archive, folder, limit)


def _geodatabase(archive: Zip, folder: Path, limit: int | None) -> Path:
    tables = archive.ending(".gdbtable")
    homes = sorted({str(_path(info).parent) for info in tables})
    if not homes:
        raise file_fault(
            "gdb-parts",
            Phrase("The zip file holds no File Geodatabase: no .gdbtable is in it."),
            Phrase("Zip the folder whose name ends in .gdb, with all files in it."),
        )
    if len(homes) > 1:
        raise file_fault(
            "gdb-several",
            Phrase("The zip file holds {count} geodatabases; a load is of one.", count=len(homes)),
            Phrase("Zip and send each by itself."),
            value=", ".join(homes),
        )
    parts = [info for info in archive.members if str(_path(info).parent) == homes[0]]
    to = folder / f"{_safe(PurePosixPath(homes[0]).name.removesuffix('.gdb'))}.gdb"
    to.mkdir()
    copy_out(archive, {info: to / _path(info).name for info in parts}, limit)
    return to


def _mapinfo(archive: Zip, folder: Path, limit: int | None) -> Path:
    mains = archive.ending(".tab") or archive.ending(".mif")
    if len(mains) != 1:
        found = ", ".join(info.filename for info in mains)
        raise file_fault(
            "mapinfo-several" if mains else "mapinfo-parts",
            Phrase("The zip file holds {count} MapInfo tables; a load is of one.", count=len(mains))
            if mains
            else Phrase("The zip file has no .tab and no .mif."),
            Phrase("Zip .tab, .dat, .map and .id of one table together, or its .mif and .mid."),
            value=found,
        )
    path = _path(mains[0])
    wanted = _TAB_PARTS if path.suffix.lower() == ".tab" else _MIF_PARTS
    name = _safe(path.stem)
    parts = {
        info: folder / f"{name}{_path(info).suffix.lower()}"
        for info in archive.members
        if _path(info).with_suffix("") == path.with_suffix("")
        and _path(info).suffix.lower() in wanted
    }
    endings = {_path(info).suffix.lower() for info in parts}
    for needed in wanted[:2]:
        if needed not in endings:
            raise file_fault(
                "mapinfo-parts",
                Phrase("The zip file has no {stem}{needed}.", stem=path.stem[:60], needed=needed),
                Phrase(
                    "Zip {names} and {last} of the table together.",
                    names=", ".join(wanted[:-1]),
                    last=wanted[-1],
                ),
            )
    copy_out(archive, parts, limit)
    main = folder / f"{name}{path.suffix.lower()}"
    if path.suffix.lower() == ".tab":
        _refuse_view(main)
    return main


def _refuse_view(main: Path) -> None:
    if _VIEW.search(main.read_bytes()[: 1024 * 1024]):
        raise file_fault(
            "mapinfo-view",
            Phrase(
                "The .tab is a view, a link or a seamless table, which only points to other tables."
            ),
            Phrase("Save it as a table of its own (in MapInfo: Save Copy As), and zip that."),
        )


def copy_out(archive: Zip, parts: dict[zipfile.ZipInfo, Path], limit: int | None) -> None:
    """Unpack members into files; FileFault where they are broken, or larger than the limit."""
    if limit is not None and sum(info.file_size for info in parts) > limit:
        raise too_large(limit)
    try:
        for info, to in parts.items():
            with archive.open(info, limit) as member, to.open("wb") as out:
                while block := member.read(_BLOCK):
                    out.write(block)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, zlib.error, lzma.LZMAError):
        raise broken("zip") from None


def _path(info: zipfile.ZipInfo) -> PurePosixPath:
    return PurePosixPath(info.filename.replace("\\", "/"))


def _safe(name: str) -> str:
    """A name for a file of ours; GDAL calls layers so."""
    return re.sub(r"[^\w-]+", "_", name)[:60].strip("_") or "layer"
