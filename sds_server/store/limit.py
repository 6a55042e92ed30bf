"""How long a query may take (SDS_QUERY_SECONDS), so that none holds a thread of the web server."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from sds_server.store.interface import OutOfTime

_STEPS = 20_000  # of SQLite's machine between two looks at the clock: about a millisecond


def query_seconds() -> float:
    return float(settings.SDS_QUERY_SECONDS)


class Deadline:
    """When a query that begins now must have ended."""

    def __init__(self) -> None:
        self._ends = time.monotonic() + query_seconds()

    def passed(self) -> bool:
        return time.monotonic() > self._ends

    def check(self) -> None:
        """Between two steps of a query; raises OutOfTime."""
        if self.passed():
            raise OutOfTime(query_seconds())


@contextmanager
def interrupted_in_time(connection: sqlite3.Connection) -> Iterator[None]:
    """While this holds, SQLite ends what takes too long; raises OutOfTime then."""
    connection.set_progress_handler(Deadline().passed, _STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        raise OutOfTime(query_seconds()) from None
    finally:
        connection.set_progress_handler(None, 0)
