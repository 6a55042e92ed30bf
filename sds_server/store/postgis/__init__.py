"""Versions as tables of a PostgreSQL database with PostGIS."""

from sds_server.store.postgis.store import PostgisStore

__all__ = ["PostgisStore"]
