"""The audit record as CSV, streamed."""

from __future__ import annotations

import json
from collections.abc import Iterator

from dashboard.audit.models import Event, EventQuerySet
from dashboard.audit.record import words_for
from dashboard.spreadsheet import csv_lines

HEAD = [
    "Time (UTC)", "Person", "Action", "Action name", "Data source", "Target", "Team", "Detail",
    "Address",
]  # fmt: skip


def export_lines(events: EventQuerySet) -> Iterator[str]:
    """The lines of the CSV file, an event each."""
    return csv_lines(HEAD, map(row_of, events.iterator(chunk_size=2000)))


def row_of(event: Event) -> list[str]:
    return [
        f"{event.at:%Y-%m-%d %H:%M:%S}",
        event.actor_name,
        words_for(event.action),
        event.action,
        event.data_source,
        event.target,
        event.team_name,
        json.dumps(event.detail, ensure_ascii=False) if event.detail else "",
        event.address or "",
    ]
