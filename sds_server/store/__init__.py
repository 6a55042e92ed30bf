"""Where entities live: one interface, GeoPackage files by default, PostGIS by a setting."""

from __future__ import annotations

from sds_server.store.geopackage import BucketStore, GeoPackageStore
from sds_server.store.interface import (
    EntityStore,
    OutOfTime,
    Page,
    SchemaMismatch,
    StoreFault,
    UnknownVersion,
    VersionReader,
    VersionStats,
    VersionWriter,
)
from sds_server.store.postgis import PostgisStore
from sds_server.store.selected import store

__all__ = [
    "BucketStore",
    "EntityStore",
    "GeoPackageStore",
    "OutOfTime",
    "Page",
    "PostgisStore",
    "SchemaMismatch",
    "StoreFault",
    "UnknownVersion",
    "VersionReader",
    "VersionStats",
    "VersionWriter",
    "store",
]
