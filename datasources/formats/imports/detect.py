"""Which format a file is in, the imports among them: what stands in it decides before its name."""

from __future__ import annotations

import json
import re
from pathlib import PurePath

from datasources.formats.base import InputFormat
from datasources.formats.detect import detect_format, foreign_markup, is_kml, member_names, unpacked
from datasources.formats.imports.kinds import ImportFormat
from datasources.formats.source import UTF8_BOM, ZIP

Found = InputFormat | ImportFormat | None

_LOOK_AT = 64 * 1024  # bytes
_SQLITE = b"SQLite format 3\0"
_GPKG_IDS = (b"GPKG", b"GP10", b"GP11")  # application_id, at byte 68
_BING = re.compile(r"bing\s+spatial\s+data\s+services|\(\s*edm\.\w+", re.IGNORECASE)
_GML = re.compile(r"opengis\.net/gml\b|<(\w+:)?featurecollection\b", re.IGNORECASE)
_GPX = re.compile(r"<(\w+:)?gpx\b", re.IGNORECASE)
_MIF = re.compile(r"\s*version\s+\d+\s*[\r\n]+\s*charset\b", re.IGNORECASE)
_SPREADSHEETS = {".xlsx": ImportFormat.XLSX, ".xlsm": ImportFormat.XLSX, ".ods": ImportFormat.ODS}
_MAPINFO = (".mif", ".mid", ".map", ".dat", ".id")
_TEXT_ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".psv", ".pipe")


def detect_any(head: bytes, file_name: str = "") -> Found:
    """The format of the file that begins with `head` (64 KB are enough), None if it is unknown.

    Looks into gzip and zip. The name decides only where the bytes could be several formats.
    """
    if head.startswith(ZIP):
        found = _of_zip(head, file_name)
        if found is not None:
            return found
    content = unpacked(head)[:_LOOK_AT]
    return _of_bytes(content, _bare(file_name)) or _by_old(head, content, file_name)


def _by_old(head: bytes, content: bytes, file_name: str) -> Found:
    """The API's own text and shapefiles; other text with a separator is a plain table."""
    found = detect_format(head, file_name)
    if found in (InputFormat.CSV, InputFormat.TAB, InputFormat.PIPE):
        text = _text(content)
        return found if _BING.search(text[:4096]) else ImportFormat.TABLE
    if found is not None:
        return found
    if _is_text(content) and not content.lstrip().startswith(b"<"):
        first = _text(content).lstrip().splitlines()[:1]
        named = _bare(file_name).endswith(_TEXT_ENDINGS)
        return ImportFormat.TABLE if first and (";" in first[0] or named) else None
    return None


def _of_zip(head: bytes, file_name: str) -> Found:
    names = member_names(head)
    if any(name.endswith((".shp", ".shx", ".dbf")) and ".gdb/" not in name for name in names):
        return InputFormat.SHP
    if any(".gdb/" in name for name in names):
        return ImportFormat.FILEGDB
    if b"application/vnd.oasis.opendocument.spreadsheet" in head[:200]:
        return ImportFormat.ODS
    if any(name.startswith("xl/") for name in names) or "[content_types].xml" in names:
        word = any(name.startswith(("word/", "ppt/")) for name in names)
        return None if word else ImportFormat.XLSX
    for ending, format in _SPREADSHEETS.items():
        if any(name.endswith(ending) for name in names):
            return format
    if any(name.endswith(_MAPINFO) for name in names):
        return ImportFormat.MAPINFO
    if any(name.endswith(".kml") for name in names):
        return InputFormat.KML
    return None


def _of_bytes(content: bytes, name: str) -> Found:
    if content.startswith(_SQLITE):
        is_package = content[68:72] in _GPKG_IDS or name.endswith(".gpkg")
        return ImportFormat.GPKG if is_package else None
    if content.startswith(b"fgb\x03"):
        return ImportFormat.FLATGEOBUF
    if content.startswith(b"PAR1"):
        return ImportFormat.PARQUET
    if content.startswith(ZIP):  # a spreadsheet that was compressed once more
        return _of_zip(content, name)
    text = _text(content)
    bare = text.lstrip()
    if bare.startswith("<"):
        return _of_markup(bare)
    if bare.startswith(("{", "\x1e")):
        return _of_json(text)
    if bare.lower().startswith("!table") or _MIF.match(bare):
        return ImportFormat.MAPINFO
    return None


def _of_markup(text: str) -> Found:
    if is_kml(text) or foreign_markup(text):
        return InputFormat.KML if is_kml(text) else None
    start = re.sub(r"<\?.*?\?>|<!--.*?-->", "", text[:8192], flags=re.DOTALL).lstrip()
    if _GPX.match(start):
        return ImportFormat.GPX
    return ImportFormat.GML if _GML.search(start) else None


def _of_json(text: str) -> Found:
    if text.lstrip(" \t\r\n").startswith("\x1e"):
        return ImportFormat.GEOJSONSEQ
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and lines[1].lstrip().startswith("{") and _is_feature(lines[0]):
        return ImportFormat.GEOJSONSEQ
    return ImportFormat.GEOJSON


def _is_feature(line: str) -> bool:
    try:
        one = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(one, dict) and one.get("type") != "FeatureCollection"


def _text(content: bytes) -> str:
    return content.removeprefix(UTF8_BOM).decode("utf-8", "replace")


def _is_text(content: bytes) -> bool:
    return bool(content.strip()) and not any(code in content for code in (b"\0", b"\1", b"\2"))


def _bare(file_name: str) -> str:
    """A file's name in small letters, without the endings of compression."""
    name = PurePath(file_name.lower()).name
    return name.removesuffix(".gz").removesuffix(".zip")
