"""Entities as an indexed OGC GeoPackage: the server's versions, our archive, and a download.

One layout, one writer, one reader (`layout` says how an entity type lies in the file).
"""

from datasources.formats.geopackage.examine import examine
from datasources.formats.geopackage.faults import GeoPackageFault
from datasources.formats.geopackage.reader import GeoPackageFile
from datasources.formats.geopackage.whole import located, write_geopackage
from datasources.formats.geopackage.writer import GeoPackageWriter, Written

__all__ = [
    "GeoPackageFault",
    "GeoPackageFile",
    "GeoPackageWriter",
    "Written",
    "examine",
    "located",
    "write_geopackage",
]
