"""Versions as GeoPackage files: a folder, a file a version."""

from sds_server.store.geopackage.store import GeoPackageStore

__all__ = ["GeoPackageStore"]
