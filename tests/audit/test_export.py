"""The exported record: what the filter finds, all of it, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from django.test import Client

from dashboard.audit.models import Event
from dashboard.people.models import Team, User
from dashboard.spreadsheet import guarded
from tests.audit.conftest import put


def exported(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/audit/export.csv?{query}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="audit-')
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def test_the_file_holds_what_the_filter_finds(
    clients: dict[str, Client], march: list[Event]
) -> None:
    (row,) = exported(clients["owner"], "action=kind:deletions&when=2026-03")
    assert row == {
        "Time (UTC)": "2026-03-31 23:59:00",
        "Person": "paula",
        "Action": "Deleted a data source",
        "Action name": "data_source.delete",
        "Data source": "StoresEU",
        "Target": "",
        "Team": "Cartography",
        "Detail": "",
        "Address": "",
    }


def test_it_is_scoped_like_the_page(clients: dict[str, Client], march: list[Event]) -> None:
    assert {row["Data source"] for row in exported(clients["outsider"])} == {"Rivers"}


def test_it_holds_more_than_a_page(
    clients: dict[str, Client], team: Team, people: dict[str, User]
) -> None:
    for number in range(120):
        put(
            people["owner"],
            team,
            "upload.create",
            datetime(2026, 3, 1, tzinfo=UTC),
            target=f"{number}.csv",
        )
    assert len(exported(clients["owner"], "page=2")) == 120


def test_a_cell_that_would_be_a_formula_is_text(
    clients: dict[str, Client], team: Team, people: dict[str, User]
) -> None:
    put(
        people["owner"],
        team,
        "upload.create",
        datetime(2026, 3, 1, tzinfo=UTC),
        target='=HYPERLINK("x")',
    )
    (row,) = exported(clients["owner"])
    assert row["Target"] == '\'=HYPERLINK("x")'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_start_of_a_formula_is_guarded(start: str) -> None:
    assert guarded(f"{start}1") == f"'{start}1"


def test_other_cells_are_left_alone() -> None:
    assert [guarded(cell) for cell in ("", "StoresEU", "a=b", "41208")] == [
        "", "StoresEU", "a=b", "41208",
    ]  # fmt: skip


def test_exporting_goes_on_record(clients: dict[str, Client], march: list[Event]) -> None:
    exported(clients["owner"], "when=2026-03&person=&page=3")
    event = Event.objects.get(action="audit.export")
    assert event.actor_name == "Olga Owner"
    assert event.detail == {"filter": {"when": "2026-03"}}
