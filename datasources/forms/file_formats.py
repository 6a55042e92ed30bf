"""The formats of files as the upload page names them: the API's own, and those converted to one."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from datasources.formats import ImportFormat, InputFormat

FORMATS: dict[InputFormat, str | Promise] = {
    InputFormat.XML: "XML",
    InputFormat.CSV: _("Comma-separated text"),
    InputFormat.TAB: _("Tab-separated text"),
    InputFormat.PIPE: _("Pipe-separated text"),
    InputFormat.KML: _("KML or KMZ"),
    InputFormat.SHP: _("Shapefile (zipped)"),
}
IMPORTS: dict[ImportFormat, str | Promise] = {
    ImportFormat.GEOJSON: "GeoJSON",
    ImportFormat.GEOJSONSEQ: _("GeoJSON sequence"),
    ImportFormat.GPKG: "GeoPackage",
    ImportFormat.FLATGEOBUF: "FlatGeobuf",
    ImportFormat.PARQUET: "GeoParquet",
    ImportFormat.FILEGDB: _("File Geodatabase (zipped)"),
    ImportFormat.GML: "GML",
    ImportFormat.GPX: "GPX",
    ImportFormat.MAPINFO: "MapInfo",
    ImportFormat.XLSX: _("Excel workbook (XLSX)"),
    ImportFormat.ODS: _("OpenDocument spreadsheet (ODS)"),
    ImportFormat.TABLE: _("Plain table (CSV or TSV)"),
}
_WORDS: dict[str, str | Promise] = {
    f.value: words for f, words in (*FORMATS.items(), *IMPORTS.items())
}


def format_words(format: str) -> str:
    """A format's name for people; the value itself where it is unknown."""
    return str(_WORDS.get(format, format))


def is_import(format: str) -> bool:
    """Whether files of this format are converted, and need a mapping for that."""
    return format in set(ImportFormat)


def format_choices() -> list[Any]:
    """For a select: the API's own formats, and those that are converted."""
    return [
        ("", gettext("As detected")),
        (gettext("Sent as they are"), [(f.value, words) for f, words in FORMATS.items()]),
        (gettext("Converted first"), [(f.value, words) for f, words in IMPORTS.items()]),
    ]
