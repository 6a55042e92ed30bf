"""Where entities live: one interface, GeoPackage files by default."""

from __future__ import annotations

from pathlib import Path

from sds_server.store.geopackage import GeoPackageStore
from sds_server.store.interface import (
    EntityStore,
    Page,
    SchemaMismatch,
    StoreFault,
    UnknownVersion,
    VersionReader,
    VersionStats,
    VersionWriter,
)

__all__ = [
    "EntityStore",
    "GeoPackageStore",
    "Page",
    "SchemaMismatch",
    "StoreFault",
    "UnknownVersion",
    "VersionReader",
    "VersionStats",
    "VersionWriter",
    "store",
]


def store() -> EntityStore:
    """The entity store that the settings name: GeoPackage files in SDS_DATA_DIR/versions."""
    from django.conf import settings

    return GeoPackageStore(Path(settings.SDS_DATA_DIR) / "versions")
