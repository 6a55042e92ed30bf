"""The formats that are read and converted, beside the API's own."""

from __future__ import annotations

from enum import StrEnum

from datasources.phrases import Phrase


class ImportFormat(StrEnum):
    """A format that the API does not take; its files need a mapping."""

    GEOJSON = "geojson"
    GEOJSONSEQ = "geojsonseq"
    GPKG = "gpkg"
    FLATGEOBUF = "flatgeobuf"
    PARQUET = "parquet"
    FILEGDB = "filegdb"
    GML = "gml"
    GPX = "gpx"
    MAPINFO = "mapinfo"
    XLSX = "xlsx"
    ODS = "ods"
    TABLE = "table"

    @property
    def words(self) -> str:
        """The format's name as it stands in a sentence."""
        return _WORDS[self]

    @property
    def is_spreadsheet(self) -> bool:
        return self in (ImportFormat.XLSX, ImportFormat.ODS)

    @property
    def is_wgs84(self) -> bool:
        """Whether its coordinates are longitude and latitude by definition."""
        return self in (ImportFormat.GEOJSON, ImportFormat.GEOJSONSEQ, ImportFormat.GPX)

    @property
    def ending(self) -> str:
        """How its files' names end; of those inside, where it comes in a zip."""
        return _ENDINGS[self]


_WORDS = {
    ImportFormat.GEOJSON: "GeoJSON",
    ImportFormat.GEOJSONSEQ: Phrase("a GeoJSON sequence"),
    ImportFormat.GPKG: Phrase("a GeoPackage"),
    ImportFormat.FLATGEOBUF: "FlatGeobuf",
    ImportFormat.PARQUET: "GeoParquet",
    ImportFormat.FILEGDB: Phrase("a zipped File Geodatabase"),
    ImportFormat.GML: "GML",
    ImportFormat.GPX: "GPX",
    ImportFormat.MAPINFO: Phrase("a zipped MapInfo table"),
    ImportFormat.XLSX: Phrase("an Excel workbook (XLSX)"),
    ImportFormat.ODS: Phrase("an OpenDocument spreadsheet (ODS)"),
    ImportFormat.TABLE: Phrase("a table of plain text (CSV)"),
}
_ENDINGS = {
    ImportFormat.GEOJSON: ".geojson",
    ImportFormat.GEOJSONSEQ: ".geojsonl",
    ImportFormat.GPKG: ".gpkg",
    ImportFormat.FLATGEOBUF: ".fgb",
    ImportFormat.PARQUET: ".parquet",
    ImportFormat.FILEGDB: ".gdb",
    ImportFormat.GML: ".gml",
    ImportFormat.GPX: ".gpx",
    ImportFormat.MAPINFO: ".tab",
    ImportFormat.XLSX: ".xlsx",
    ImportFormat.ODS: ".ods",
    ImportFormat.TABLE: ".csv",
}
