"""The formats of files as the upload page names them: the API's own, and those converted to one."""

from __future__ import annotations

from typing import Any

from datasources.formats import ImportFormat, InputFormat

FORMATS = {
    InputFormat.XML: "XML",
    InputFormat.CSV: "Comma-separated text",
    InputFormat.TAB: "Tab-separated text",
    InputFormat.PIPE: "Pipe-separated text",
    InputFormat.KML: "KML or KMZ",
    InputFormat.SHP: "Shapefile (zipped)",
}
IMPORTS = {
    ImportFormat.GEOJSON: "GeoJSON",
    ImportFormat.GEOJSONSEQ: "GeoJSON sequence",
    ImportFormat.GPKG: "GeoPackage",
    ImportFormat.FLATGEOBUF: "FlatGeobuf",
    ImportFormat.PARQUET: "GeoParquet",
    ImportFormat.FILEGDB: "File Geodatabase (zipped)",
    ImportFormat.GML: "GML",
    ImportFormat.GPX: "GPX",
    ImportFormat.MAPINFO: "MapInfo",
    ImportFormat.XLSX: "Excel workbook (XLSX)",
    ImportFormat.ODS: "OpenDocument spreadsheet (ODS)",
    ImportFormat.TABLE: "Plain table (CSV or TSV)",
}
_WORDS: dict[str, str] = {f.value: words for f, words in (*FORMATS.items(), *IMPORTS.items())}


def format_words(format: str) -> str:
    """A format's name for people; the value itself where it is unknown."""
    return _WORDS.get(format, format)


def is_import(format: str) -> bool:
    """Whether files of this format are converted, and need a mapping for that."""
    return format in set(ImportFormat)


def format_choices() -> list[Any]:
    """For a select: the API's own formats, and those that are converted."""
    return [
        ("", "As detected"),
        ("Sent as they are", [(f.value, words) for f, words in FORMATS.items()]),
        ("Converted first", [(f.value, words) for f, words in IMPORTS.items()]),
    ]
