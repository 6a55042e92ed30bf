"""Connections to the store's database: a few that are kept, and one apart for each writer.

Faults of the connection are raised as Django's `OperationalError`, so that a database that is away
means the same whichever database it is: a request is answered 503, a job is tried again.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from django.db import OperationalError
from psycopg import sql

from sds_server.store.limit import query_seconds

Connection = psycopg.Connection[tuple[Any, ...]]

KEPT = 16  # connections that wait for the next reader
_OPTIONS = {
    "application_name": "cairn",
    "connect_timeout": 10,
    # A machine that dies is noticed, so that what it had open is rolled back.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}


class Connections:
    """The connections of one store. Safe among threads; each connection is one borrower's at a time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._waiting: list[Connection] = []

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A kept connection that can change nothing, each statement a transaction of its own."""
        connection = self.take()
        try:
            with away_as_operational():
                yield connection
        finally:
            self.give_back(connection)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection for short changes, each statement a transaction of its own."""
        with away_as_operational():
            connection = self.opened()
            with connection:
                yield connection

    def opened(self) -> Connection:
        """A new connection in autocommit, with PostGIS's functions on its search path."""
        with away_as_operational():
            connection = psycopg.connect(self._url, autocommit=True, **_OPTIONS)  # type: ignore[arg-type]
            try:
                # Types and functions are looked for where the extension is, and nowhere else.
                connection.execute(
                    "SELECT set_config('search_path', coalesce((SELECT quote_ident(nspname) FROM"
                    " pg_extension JOIN pg_namespace n ON n.oid = extnamespace"
                    " WHERE extname = 'postgis'), ''), false)"
                )
            except BaseException:
                connection.close()
                raise
        return connection

    def close(self) -> None:
        """Close those that wait."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for connection in waiting:
            connection.close()

    def take(self) -> Connection:
        """A connection as `read` gives it, until it is given back."""
        while (waiting := self._waited()) is not None:
            if _lives(waiting):
                return waiting
            waiting.close()
        connection = self.opened()
        with away_as_operational():
            connection.execute("SET default_transaction_read_only = on")
            connection.execute(
                sql.SQL("SET statement_timeout = {}").format(
                    sql.Literal(max(1, round(query_seconds() * 1000)))
                )
            )
            # The best plan depends on the values: how much a box holds, how common a name is.
            connection.execute("SET plan_cache_mode = force_custom_plan")
            # To compile, or to start helpers, takes longer than these queries.
            connection.execute("SET jit = off")
            connection.execute("SET max_parallel_workers_per_gather = 0")
        return connection

    def _waited(self) -> Connection | None:
        """The connection that came back last, if one waits."""
        with self._lock:
            return self._waiting.pop() if self._waiting else None

    def give_back(self, connection: Connection) -> None:
        """Keep a connection for the next reader, if it is still good."""
        if connection.closed:
            return
        if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            with suppress(psycopg.Error):
                connection.rollback()
        with self._lock:
            if not connection.closed and len(self._waiting) < KEPT:
                self._waiting.append(connection)
                return
        connection.close()


def _lives(connection: Connection) -> bool:
    """Whether a connection that waited is still there: the end of one is something to be read."""
    if not hasattr(select, "poll"):  # Windows
        return not select.select([connection.fileno()], [], [], 0)[0]
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)


@contextmanager
def away_as_operational() -> Iterator[None]:
    """Raises what is wrong with the connection as Django's fault of a database, without its words:
    they may tell an address, and are in the `__cause__` for the log."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise OperationalError(f"the entity store's database: {type(error).__name__}") from error
