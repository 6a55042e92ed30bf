"""Which drivers GDAL is started without: all that read vectors but the one a format needs."""

from __future__ import annotations

from datasources.formats.imports.kinds import ImportFormat

DRIVERS = {
    ImportFormat.GEOJSON: "GeoJSON",
    ImportFormat.GPKG: "GPKG",
    ImportFormat.FLATGEOBUF: "FlatGeobuf",
    ImportFormat.FILEGDB: "OpenFileGDB",
    ImportFormat.GML: "GML",
    ImportFormat.GPX: "GPX",
    ImportFormat.MAPINFO: "MapInfo File",
}
#: Every driver of GDAL 3.12 for vectors; a test holds it against what the library has.
_ALL = (
    "ADBC", "AIVector", "AVCBin", "AVCE00", "AmigoCloud", "CSV", "CSW", "Carto", "DGN", "DXF",
    "EDIGEO", "EEDA", "ESRI Shapefile", "ESRIJSON", "Elasticsearch", "FlatGeobuf", "GDALG", "GML",
    "GPKG", "GPSBabel", "GPX", "GTFS", "GeoJSON", "GeoJSONSeq", "GeoRSS", "HTTP", "Idrisi", "JML",
    "JSONFG", "KML", "LIBKML", "LVBAG", "MBTiles", "MEM", "MVT", "MapInfo File", "MapML",
    "MiraMonVector", "NGW", "OAPIF", "ODS", "OGCAPI", "OGR_GMT", "OGR_PDS", "OGR_VRT", "OSM",
    "OpenFileGDB", "PCIDSK", "PDF", "PDS4", "PGDUMP", "PLSCENES", "PMTiles", "S57", "SQLite", "SXF",
    "Selafin", "TopoJSON", "VDV", "VFK", "VICAR", "WAsP", "WFS", "XLSX",
)  # fmt: skip
_NEEDED = ("MEM",)  # GDAL's own work in memory, which opens no file


def skipped(format: ImportFormat) -> list[str]:
    """The names for GDAL_SKIP."""
    return [name for name in _ALL if name != DRIVERS.get(format) and name not in _NEEDED]
