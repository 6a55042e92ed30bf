"""Reading and writing entity data: every file as a schema and a stream of batches."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import BinaryIO

from datasources.formats.base import EntityReader, FormatReader, InputFormat
from datasources.formats.detect import detect_format, foreign_markup
from datasources.formats.imports import (
    Column,
    ImportFormat,
    Layer,
    Survey,
    check_mapping,
    detect_any,
    open_import,
    suggest_mapping,
    survey,
)
from datasources.formats.kml import KmlReader
from datasources.formats.mapping import ColumnMapping, Mapping
from datasources.formats.polygons import PolygonLimits
from datasources.formats.shapefile import ShapeReader
from datasources.formats.shapefile_parts import ShapefileParts
from datasources.formats.source import ByteSource, FileFault, file_fault
from datasources.formats.text import DELIMITERS, TextReader
from datasources.formats.text_bytes import Encoding
from datasources.formats.text_writer import write_text
from datasources.formats.xml import XmlReader
from datasources.formats.xml_writer import write_xml
from datasources.phrases import Phrase
from datasources.schema import MAX_POINTS, MAX_UNCOMPRESSED, Batch, Schema

__all__ = [
    "WRITTEN",
    "Column",
    "ColumnMapping",
    "EntityReader",
    "FileFault",
    "ImportFormat",
    "InputFormat",
    "Layer",
    "Mapping",
    "Survey",
    "check_mapping",
    "detect_any",
    "detect_format",
    "open_entities",
    "open_import",
    "suggest_mapping",
    "survey",
    "write_entities",
]

#: The formats that `write_entities` writes.
WRITTEN = (InputFormat.XML, InputFormat.CSV, InputFormat.TAB, InputFormat.PIPE)


def open_entities(
    file: str | os.PathLike[str] | BinaryIO,
    format: InputFormat,
    *,
    max_uncompressed: int | None = MAX_UNCOMPRESSED,
    batch_size: int = 5000,
    max_polygons: int | None = None,
    max_polygon_points: int | None = MAX_POINTS,
    type_name: str = "",
    encoding: Encoding = "utf-8",
    looking: Callable[[int, int], None] | None = None,
) -> EntityReader:
    """Open a file of entities: a path, or a seekable binary file, which is left open.

    Plain, gzipped or the one member of a zip; a KMZ, and the zip that a shapefile comes in, likewise.
    KML and shapefiles name no entity type: theirs is `type_name`, else one from the file. KML is
    read twice: `looking` is told meanwhile how far that is, in bytes done and bytes in all. Raises
    FileFault, then or while batches are read, where the file is at fault as a whole: another format
    than `format`, not in `encoding` (of text; XML says its own), without a schema, damaged, larger
    than `max_uncompressed` bytes once unpacked, or with more polygons than the plan allows.
    """
    polygons = PolygonLimits(max_polygons, max_polygon_points)
    if format is InputFormat.SHP:
        return _open_shapefile(file, max_uncompressed, polygons, type_name, batch_size)
    source = ByteSource(file, max_uncompressed, ".kml" if format is InputFormat.KML else "")
    try:
        _refuse_other_format(source.head, format)
        inner: FormatReader
        if format is InputFormat.KML:
            inner = KmlReader(source, polygons, type_name, looking)
        elif format is InputFormat.XML:
            inner = XmlReader(source)
        else:
            inner = TextReader(source, format, encoding)
    except BaseException:
        source.close()
        raise
    return EntityReader(source, inner, batch_size)


def _open_shapefile(
    file: str | os.PathLike[str] | BinaryIO,
    limit: int | None,
    polygons: PolygonLimits,
    type_name: str,
    batch_size: int,
) -> EntityReader:
    parts = ShapefileParts(file, limit)
    try:
        return EntityReader(parts, ShapeReader(parts, polygons, type_name), batch_size)
    except BaseException:
        parts.close()
        raise


def write_entities(
    stream: BinaryIO,
    format: InputFormat,
    schema: Schema,
    batches: Iterable[Batch],
    *,
    data_source_name: str = "",
) -> int:
    """Write typed batches, whose columns are those of `schema`; gives the number of entities.

    XML has the form of the service's downloads, which can be uploaded again as they are.
    """
    if format not in WRITTEN:
        raise ValueError(f"{format.words} is read, and not written.")
    if format is InputFormat.XML:
        return write_xml(stream, schema, batches, data_source_name)
    return write_text(stream, format, schema, batches)


def _refuse_other_format(head: bytes, format: InputFormat) -> None:
    text = head[:4096].decode("utf-8", "replace").lstrip()
    foreign = foreign_markup(text) if text.startswith("<") else ""
    if foreign == "HTML":
        raise file_fault(
            "html-file",
            Phrase("The file is a web page (HTML), not entity data."),
            Phrase(
                "A sign-in or error page may have been saved in its place: open it in a browser."
            ),
            line=1,
            value=text.splitlines()[0],
        )
    found = detect_format(head)
    if found is None or found is format:
        return
    # Text without the version line has a more telling fault than its separator.
    if not {found, format} <= set(DELIMITERS) or "bing spatial" in text[:40].lower():
        raise _wrong_format(found.words, format)


def _wrong_format(found: str, format: InputFormat) -> FileFault:
    return file_fault(
        "wrong-format",
        Phrase("The file looks like {found}, not {format}.", found=found, format=format.words),
        Phrase("Choose the format the file is in."),
        line=1,
    )
