"""Which entity store the settings name."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from psycopg.conninfo import make_conninfo

from sds_server.files import Files, storage
from sds_server.store.geopackage import BucketStore, GeoPackageStore
from sds_server.store.interface import EntityStore
from sds_server.store.postgis import PostgisStore

GEOPACKAGE, POSTGIS = "geopackage", "postgis"


def store() -> EntityStore:
    """The entity store of SDS_STORE: GeoPackage files in SDS_DATA_DIR/versions or in the bucket of
    STORAGE_URL, or the schema SDS_STORE_SCHEMA of the database SDS_STORE_URL. One for all threads
    of a process."""
    if settings.SDS_STORE == POSTGIS:
        return _postgis(database_url(), settings.SDS_STORE_SCHEMA)
    if settings.STORAGE_URL:
        return _bucket(storage())  # type: ignore[arg-type]  # storages are known by themselves
    return _geopackage(str(settings.SDS_DATA_DIR))


@lru_cache(maxsize=4)
def _geopackage(folder: str) -> EntityStore:
    return GeoPackageStore(Path(folder, "versions"))


@lru_cache(maxsize=4)
def _bucket(files: Files) -> EntityStore:
    return BucketStore(files)


@lru_cache(maxsize=4)
def _postgis(url: str, namespace: str) -> EntityStore:
    return PostgisStore(url, namespace)


def database_url() -> str:
    """Where the PostGIS store is: SDS_STORE_URL, or else the site's own database if that is
    PostgreSQL; empty if neither is."""
    if settings.SDS_STORE_URL:
        return str(settings.SDS_STORE_URL)
    database = connections["default"]
    if database.vendor != "postgresql":
        return ""
    given: dict[str, Any] = database.settings_dict
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    parts = {name: given[key] for name, key in names.items() if given.get(key)}
    secure = {
        name: value for name, value in given["OPTIONS"].items() if str(name).startswith("ssl")
    }
    return make_conninfo(dbname=given["NAME"], **parts, **secure)
