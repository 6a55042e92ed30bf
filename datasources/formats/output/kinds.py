"""The formats that a version can be taken in."""

from __future__ import annotations

from enum import StrEnum

from datasources.phrases import Phrase


class OutputFormat(StrEnum):
    """What a download can be: the service's own forms, what a GIS opens, and a spreadsheet."""

    XML = "xml"
    CSV = "csv"
    TAB = "tab"
    PIPE = "pipe"
    GEOPACKAGE = "gpkg"
    GEOJSON = "geojson"
    FLATGEOBUF = "flatgeobuf"
    PARQUET = "parquet"
    KML = "kml"
    SHP = "shp"
    XLSX = "xlsx"

    @property
    def words(self) -> str:
        """The format's name as people know it."""
        return _FACTS[self][0]

    @property
    def ending(self) -> str:
        """The end of its files' names, with the dot."""
        return _FACTS[self][1]

    @property
    def content_type(self) -> str:
        """Its media type, as registered or as its specification has it."""
        return _FACTS[self][2]

    @property
    def is_own(self) -> bool:
        """Whether it is one of the service's own forms, with the schema in the file."""
        return self in (OutputFormat.XML, OutputFormat.CSV, OutputFormat.TAB, OutputFormat.PIPE)


_FACTS = {
    OutputFormat.XML: ("XML", ".xml", "application/xml"),
    OutputFormat.CSV: ("CSV", ".csv", "text/csv; charset=utf-8"),
    OutputFormat.TAB: ("TAB", ".tab", "text/tab-separated-values; charset=utf-8"),
    OutputFormat.PIPE: ("PIPE", ".pipe", "text/plain; charset=utf-8"),
    OutputFormat.GEOPACKAGE: ("GeoPackage", ".gpkg", "application/geopackage+sqlite3"),
    OutputFormat.GEOJSON: ("GeoJSON", ".geojson", "application/geo+json"),
    OutputFormat.FLATGEOBUF: ("FlatGeobuf", ".fgb", "application/flatgeobuf"),
    OutputFormat.PARQUET: ("GeoParquet", ".parquet", "application/vnd.apache.parquet"),
    OutputFormat.KML: ("KML", ".kml", "application/vnd.google-earth.kml+xml"),
    OutputFormat.SHP: (Phrase("Zipped shapefile"), ".zip", "application/zip"),
    OutputFormat.XLSX: (
        Phrase("Excel workbook"),
        ".xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}
