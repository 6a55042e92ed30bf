"""Versions as GeoPackage files, a file a version: in a folder, or in a bucket."""

from sds_server.store.geopackage.bucket import BucketStore
from sds_server.store.geopackage.store import GeoPackageStore

__all__ = ["BucketStore", "GeoPackageStore"]
