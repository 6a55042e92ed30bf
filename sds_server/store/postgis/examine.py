"""Looking for damage in a version's table: its rows, their number, and every index against them."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
from psycopg import sql

from sds_server.store.postgis.connections import Connection
from sds_server.store.postgis.layout import FID, LOCATION, SRID, Layout


def examine(connection: Connection, layout: Layout, told: int) -> list[str]:
    """What is wrong with a version, in words; empty where nothing is.

    told: how many entities the register says it has. The database reads all of it, in memory of
    its own bound. The connection is in autocommit, and is left as it came.
    """
    try:
        return list(_faults(connection, layout, told))
    except psycopg.errors.UndefinedTable:
        return ["Its table is gone."]
    except (psycopg.DataError, psycopg.InternalError, psycopg.errors.DataCorrupted) as error:
        return [f"Its table cannot be read: {type(error).__name__}."]


def _faults(connection: Connection, layout: Layout, told: int) -> Iterator[str]:
    # Every value is unpacked, those that lie apart from their rows too.
    everything = sql.SQL("SELECT count(*), sum(length(v::text)) FROM {} AS v").format(layout.table)
    count = _count(connection, everything, by_index=False)
    if count != told:
        yield f"It holds {count:,} entities, and is registered with {told:,}."
    yield from _indexes(connection, layout)
    for name, condition in _ways(layout).items():
        counted = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(layout.table, condition)
        by_index = _count(connection, counted, by_index=True)
        by_table = _count(connection, counted, by_index=False)
        if by_index != by_table:
            yield f"Its index of the {name} finds {by_index:,} entities of {by_table:,}."


def _ways(layout: Layout) -> dict[str, sql.Composed]:
    """Conditions that every entity meets, each with an index of its own."""
    return {
        "order of arrival": sql.SQL("{} >= 0").format(sql.Identifier(FID)),
        "entity ID": sql.SQL("{} >= ''").format(sql.Identifier(layout.key)),
        "location": sql.SQL("{} && ST_MakeEnvelope(-180, -90, 180, 90, {})").format(
            sql.Identifier(LOCATION), sql.Literal(SRID)
        ),
    }


def _count(connection: Connection, statement: sql.Composed, *, by_index: bool) -> int:
    """The first number of an answer, found by an index, or by the rows alone."""
    refused = ["seqscan"] if by_index else ["indexscan", "indexonlyscan", "bitmapscan"]
    with connection.transaction():
        for way in ("statement_timeout = 0", *(f"enable_{one} = off" for one in refused)):
            connection.execute(sql.SQL("SET LOCAL " + way))
        ((count, *_),) = connection.execute(statement).fetchall()
        return int(count)


def _indexes(connection: Connection, layout: Layout) -> Iterator[str]:
    """Indexes that queries need and that are not there, or were never finished."""
    found = connection.execute(
        "SELECT pg_get_indexdef(indexrelid), indisvalid AND indisready FROM pg_index"
        " WHERE indrelid = %s::regclass",
        (layout.table.as_string(connection),),
    ).fetchall()
    sound = [text for text, is_sound in found if is_sound]
    if len(sound) < len(found):
        yield f"{len(found) - len(sound)} of its indexes are not finished."
    wanted = {
        "order of arrival": f"({FID})",
        "entity ID": f"({sql.Identifier(layout.key).as_string(connection)})",
        "location": f"gist ({LOCATION})",
        "distance": "::geography",
    }
    for name, part in wanted.items():
        plain = part.replace('"', "")
        if not any(plain in text.replace('"', "") for text in sound):
            yield f"It has no index of the {name}."
