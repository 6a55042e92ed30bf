"""Queries of an archived version, answered by the rules that the server answers by."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from datasources.archive.geopackage import open_geopackage
from datasources.query import parse_query
from datasources.query.geopackage import FileAnswers
from datasources.schema import Schema, Value

_STEPS = 10_000  # of SQLite's virtual machine, between two looks at the clock


class TooSlow(Exception):  # noqa: N818  # said of a query, to people
    """The answer would take longer than somebody waits."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Entities as a query asks for them: `rows[i]` is that of `ids[i]`; `total` if it was counted."""

    schema: Schema
    columns: tuple[str, ...]
    rows: list[dict[str, Value]]
    ids: list[str]
    total: int | None


def answer_query(
    path: str,
    params: Mapping[str, str],
    entity_id: str | None = None,
    *,
    seconds: float,
    top: int | None = None,
) -> Answer:
    """Answers the parameters of a query URL from the archived version at a path of the storage.

    With `top` a page holds as many entities, also where that is more than a service gives.
    Raises QueryFault where the rules refuse it, TooSlow after `seconds`, FileNotFoundError where
    the bytes are gone, GeoPackageFault where they are damaged.
    """
    with open_geopackage(path) as file:
        lowered = {name.lower(): value for name, value in params.items()}
        query = parse_query(lowered, file.schema, entity_id)
        if top is not None:
            query = replace(query, top=top)
        until = time.monotonic() + seconds
        file.connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
        try:
            page = FileAnswers(file).query(query)
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise TooSlow from None
            raise
    return Answer(file.schema, tuple(page.columns), page.rows, page.ids, page.total)
