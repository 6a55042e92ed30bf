"""The audit page: who reads whose events, and how they are narrowed down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from dashboard.audit.forms import period_dates
from dashboard.audit.models import Event
from dashboard.people.models import Team, User
from tests.people_fixtures import refusals


def names(client: Client, query: str = "") -> set[str]:
    """The data sources in the table."""
    content = client.get(f"/audit/?{query}", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in content
    return {name for name in ("StoresEU", "StoresUS", "Rivers") if name in content}


def test_it_is_read_by_admins(clients: dict[str, Client], march: list[Event]) -> None:
    refusals(clients, "/audit/", low=("viewer", "editor", "publisher"), strangers=())
    refusals(clients, "/audit/export.csv", low=("viewer", "editor", "publisher"), strangers=())


def test_a_refusal_names_those_who_can_give_the_role(clients: dict[str, Client]) -> None:
    content = clients["publisher"].get("/audit/").content.decode()
    assert "The audit record is read by those with the role Team admin." in content
    assert "Olga Owner" in content
    assert "otto" not in content


def test_team_admins_read_their_teams_events_and_site_admins_all(
    clients: dict[str, Client], march: list[Event]
) -> None:
    assert names(clients["owner"]) == {"StoresEU", "StoresUS"}
    assert names(clients["outsider"]) == {"Rivers"}
    assert names(clients["site_admin"]) == {"StoresEU", "StoresUS", "Rivers"}
    assert "Signed in" not in clients["owner"].get("/audit/").content.decode().split("<table")[1]
    assert "Signed in" in clients["site_admin"].get("/audit/").content.decode().split("<table")[1]


def test_another_teams_events_are_not_reached_by_asking_for_them(
    clients: dict[str, Client], march: list[Event], people: dict[str, User]
) -> None:
    hydrology = Team.objects.get(slug="hydrology")
    assert "Rivers" not in names(clients["owner"], f"team={hydrology.pk}")
    assert "Rivers" not in names(clients["owner"], f"person={people['outsider'].pk}")
    page = clients["owner"].get("/audit/").content.decode()
    assert "Hydrology" not in page
    assert "Rivers" not in page


def test_who_deleted_what_in_march_takes_two_choices(
    clients: dict[str, Client], march: list[Event]
) -> None:
    assert names(clients["owner"], "action=kind:deletions&when=2026-03") == {"StoresEU"}
    content = clients["owner"].get("/audit/?action=kind:deletions&when=2026-03").content.decode()
    assert "paula" in content
    assert "Deleted a data source" in content
    assert "1 event found" in content


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("action=data_source.publish", {"StoresEU"}),
        ("data_source=eu", {"StoresEU"}),
        ("when=dates&since=2026-04-01", {"StoresUS"}),
        ("when=dates&until=2026-03-31", {"StoresEU"}),
        ("when=dates&since=2026-03-31&until=2026-03-31", {"StoresEU"}),
        ("since=2026-04-01&until=2026-04-01", {"StoresUS"}),
        ("when=&since=2026-04-01", {"StoresEU", "StoresUS"}),
        ("when=2026-03&since=2026-04-02&until=2026-04-01", {"StoresEU"}),
        ("action=nonsense&when=2026-04", {"StoresUS"}),
        ("data_source=nowhere", set()),
    ],
)
def test_filters(
    clients: dict[str, Client], march: list[Event], query: str, expected: set[str]
) -> None:
    assert names(clients["owner"], query) == expected


def test_by_person_and_by_team(
    clients: dict[str, Client], march: list[Event], people: dict[str, User], team: Team
) -> None:
    assert names(clients["owner"], f"person={people['publisher'].pk}") == {"StoresEU"}
    assert names(clients["site_admin"], f"team={team.pk}") == {"StoresEU", "StoresUS"}


def test_dates_the_wrong_way_round_are_said_to_be(
    clients: dict[str, Client], march: list[Event]
) -> None:
    content = clients["owner"].get("/audit/?since=2026-04-02&until=2026-04-01").content.decode()
    assert "This day lies before the first one" in content


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2026-03", "2026-03-01", "2026-03-31"),
        ("2028-02", "2028-02-01", "2028-02-29"),
        ("2025-12", "2025-12-01", "2025-12-31"),
        ("1", "2026-04-15", "2026-04-15"),
        ("7", "2026-04-09", "2026-04-15"),
    ],
)
def test_periods(period: str, first: str, last: str) -> None:
    today = datetime(2026, 4, 15, tzinfo=UTC).date()
    assert [str(day) for day in period_dates(period, today)] == [first, last]


def test_an_empty_record_says_what_will_be_there(clients: dict[str, Client]) -> None:
    content = clients["owner"].get("/audit/").content.decode()
    assert "Nothing on record yet" in content
    found = clients["owner"].get("/audit/?when=1").content.decode()
    assert "Nothing like that is on record" in found


@pytest.fixture
def ten_thousand(team: Team, people: dict[str, User]) -> None:
    now = timezone.now()
    actors = [people["owner"], people["publisher"], people["editor"]]
    Event.objects.bulk_create(
        (
            Event(
                at=now - timedelta(minutes=10 * number),
                actor=actors[number % 3],
                actor_name=actors[number % 3].display_name,
                team=team,
                team_name=team.name,
                action=("data_source.load", "data_source.delete")[number % 2],
                data_source=f"Stores{number % 700}",
            )
            for number in range(10_000)
        ),
        batch_size=2000,
    )


@pytest.mark.parametrize("query", ["", "page=100", "action=kind:deletions&data_source=7&page=9"])
@pytest.mark.parametrize("who", ["owner", "site_admin"])
def test_ten_thousand_events_take_few_queries_and_little_time(
    clients: dict[str, Client],
    ten_thousand: None,
    django_assert_max_num_queries: Any,
    who: str,
    query: str,
) -> None:
    started = perf_counter()
    with django_assert_max_num_queries(15):
        answer = clients[who].get(f"/audit/?{query}")
    assert answer.status_code == 200
    assert answer.content.decode().count("<tr>") == 101
    assert perf_counter() - started < 5


def test_the_last_day_there_is_can_be_asked_for(
    clients: dict[str, Client], march: list[Event]
) -> None:
    assert names(clients["owner"], "until=9999-12-31") == {"StoresEU", "StoresUS"}
    assert names(clients["owner"], "since=0001-01-01") == {"StoresEU", "StoresUS"}
