"""Which format a file is in, from what stands inside it."""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import PurePath

from datasources.formats.base import InputFormat
from datasources.formats.source import GZIP, SHAPE, UTF8_BOM, ZIP

_DELIMITERS = {"|": InputFormat.PIPE, "\t": InputFormat.TAB, ",": InputFormat.CSV}
_BY_ENDING = {
    ".xml": InputFormat.XML,
    ".csv": InputFormat.CSV,
    ".tab": InputFormat.TAB,
    ".tsv": InputFormat.TAB,
    ".pipe": InputFormat.PIPE,
    ".psv": InputFormat.PIPE,
    ".kml": InputFormat.KML,
    ".kmz": InputFormat.KML,
}
_VERSION_LINE = re.compile(r'\s*"?\s*bing\s+spatial\s+data\s+services\b', re.IGNORECASE)
_AFTER_TYPE = re.compile(r"\)\s*\"?\s*([|,\t])")
_ZIP_HEADER = struct.Struct("<4s5H3L2H")  # of a member; the reference is PKWARE's APPNOTE, 4.3.7
_KML_ROOT = re.compile(
    r"<!doctype kml\b|<([\w.-]+:)?"
    r"(kml[\s>]|\w+[^>]*[\"']http://(www\.opengis\.net|earth\.google\.com)/kml/)",
    re.IGNORECASE,
)
_SHAPE_ENDINGS = (".shp", ".shx", ".dbf")
_LOOK_AT = 64 * 1024  # bytes


def detect_format(head: bytes, file_name: str = "") -> InputFormat | None:
    """The format of the file that begins with `head` (some kilobytes do), None if it is neither.

    Looks into gzip and zip. The name decides only where the text could be several formats.
    """
    if head.startswith(ZIP):
        return _of_zip(head, file_name)
    if head.startswith(SHAPE):
        return InputFormat.SHP
    return _of_content(head, file_name)


def _of_zip(head: bytes, file_name: str) -> InputFormat | None:
    """By the names of the members that begin in `head`, else by what the first of them holds."""
    names = member_names(head)
    if any(name.endswith(_SHAPE_ENDINGS) for name in names):
        return InputFormat.SHP
    if any(name.endswith(".kml") for name in names) or file_name.lower().endswith(".kmz"):
        return InputFormat.KML
    return _of_content(head, file_name)


def member_names(head: bytes) -> list[str]:
    """The names of a zip's members that begin in `head`, in small letters."""
    names = []
    at = 0
    while 0 <= at <= len(head) - _ZIP_HEADER.size:
        length = _ZIP_HEADER.unpack_from(head, at)[9]
        start = at + _ZIP_HEADER.size
        names.append(head[start : start + length].decode("utf-8", "replace").lower())
        at = head.find(ZIP, start + length)
    return names


def _of_content(head: bytes, file_name: str) -> InputFormat | None:
    text = unpacked(head)[:_LOOK_AT].removeprefix(UTF8_BOM).decode("utf-8", "replace")
    stripped = text.lstrip()
    if stripped.startswith("<"):
        if is_kml(stripped):
            return InputFormat.KML
        return None if foreign_markup(stripped) else InputFormat.XML
    lines = [line for line in stripped.splitlines() if line.strip()]
    if not lines:
        return None
    by_text = _of_text(lines)
    return by_text or _by_name(file_name)


def foreign_markup(text: str) -> str:
    """What markup of no input format a text is ("HTML"), or ""."""
    lowered = _without_preface(text).lower()
    return "HTML" if lowered.startswith(("<!doctype html", "<html", "<head", "<body")) else ""


def is_kml(text: str) -> bool:
    """Whether a text of markup begins as KML does."""
    return bool(_KML_ROOT.match(_without_preface(text)))


def _without_preface(text: str) -> str:
    """A text from its root element or DTD on."""
    return re.sub(r"<\?.*?\?>|<!--.*?-->", "", text[:4096], flags=re.DOTALL).lstrip()


def _of_text(lines: list[str]) -> InputFormat | None:
    if _VERSION_LINE.match(lines[0]):
        header = lines[1] if len(lines) > 1 else ""
        found = _AFTER_TYPE.search(header)
        return _DELIMITERS[found.group(1)] if found else None
    counts = {delimiter: lines[0].count(delimiter) for delimiter in _DELIMITERS}
    best = max(counts, key=lambda delimiter: counts[delimiter])
    return _DELIMITERS[best] if counts[best] else None


def _by_name(file_name: str) -> InputFormat | None:
    name = file_name.lower().removesuffix(".gz").removesuffix(".zip")
    return _BY_ENDING.get(PurePath(name).suffix)


def unpacked(head: bytes) -> bytes:
    """The beginning of what is packed in `head`; b"" where it cannot be unpacked."""
    try:
        if head.startswith(GZIP):
            return zlib.decompressobj(31).decompress(head, _LOOK_AT)
        if head.startswith(ZIP):
            return _first_member(head)
    except (zlib.error, struct.error):
        return b""
    return head


def _first_member(head: bytes) -> bytes:
    fields = _ZIP_HEADER.unpack_from(head)
    method, name_length, extra_length = fields[3], fields[9], fields[10]
    start = _ZIP_HEADER.size + name_length + extra_length
    name = head[_ZIP_HEADER.size : _ZIP_HEADER.size + name_length].lower()
    if name.endswith(b"[content_types].xml"):
        return b""
    if method == 8:
        return zlib.decompressobj(-15).decompress(head[start:], _LOOK_AT)
    return head[start : start + _LOOK_AT] if method == 0 else b""
