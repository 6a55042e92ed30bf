"""System checks of the settings that name the entity store, and of its database."""

from __future__ import annotations

from typing import Any

import psycopg
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import OperationalError

from sds_server.store.selected import GEOPACKAGE, POSTGIS, database_url

MIN_POSTGIS = (3, 0)


@register
def store_is_ready(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """What keeps the store that the settings name from working."""
    if settings.SDS_STORE == GEOPACKAGE:
        return []
    if settings.SDS_STORE != POSTGIS:
        return [
            Error(
                f"SDS_STORE is {settings.SDS_STORE!r}, which names no store.",
                hint=f"Set it to {GEOPACKAGE} or {POSTGIS}.",
                id="cairn.E021",
            )
        ]
    if not (url := database_url()):
        return [
            Error(
                "SDS_STORE is postgis, and no PostgreSQL database is named.",
                hint="Set SDS_STORE_URL, or DATABASE_URL, to postgresql://user:password@host/name.",
                id="cairn.E022",
            )
        ]
    try:
        return _found_missing(url)
    except (psycopg.Error, OperationalError) as error:
        return [
            Warning(
                f"The database of the entity store can't be reached ({type(error).__name__}).",
                hint="See that it runs and that SDS_STORE_URL or DATABASE_URL names it.",
                id="cairn.W021",
            )
        ]


def _found_missing(url: str) -> list[CheckMessage]:
    namespace = settings.SDS_STORE_SCHEMA
    with psycopg.connect(url, connect_timeout=10) as connection:
        version = connection.execute(
            "SELECT extversion FROM pg_extension WHERE extname = 'postgis'"
        ).fetchone()
        encoding = connection.execute("SHOW server_encoding").fetchone()
        rights = connection.execute(
            "SELECT CASE WHEN to_regnamespace(quote_ident(%s)) IS NULL"
            " THEN has_database_privilege(current_database(), 'CREATE')"
            " ELSE has_schema_privilege(%s, 'CREATE') END, current_user",
            (namespace, namespace),
        ).fetchone()
    found: list[CheckMessage] = []
    if version is None or _numbers(version[0]) < MIN_POSTGIS:
        found.append(
            Error(
                "The database of the entity store has no PostGIS of version 3 or later.",
                hint="Have a superuser run in it: CREATE EXTENSION postgis;",
                id="cairn.E023",
            )
        )
    if encoding != ("UTF8",):
        found.append(
            Error(
                "The database of the entity store does not hold texts as UTF-8.",
                hint="Make one with: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0;",
                id="cairn.E024",
            )
        )
    if rights is not None and not rights[0]:
        found.append(
            Error(
                f"The database user {rights[1]} may not make tables in the schema {namespace}.",
                hint=f'Have its owner run: CREATE SCHEMA IF NOT EXISTS "{namespace}"'
                f' AUTHORIZATION "{rights[1]}";',
                id="cairn.E025",
            )
        )
    return found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
