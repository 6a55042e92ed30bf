"""Events of two teams, in March and in April."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dashboard.audit.models import Event
from dashboard.people.models import Team, User


def put(actor: User, team: Team | None, action: str, at: datetime, **more: object) -> Event:
    """An event of another time than now."""
    return Event.objects.create(
        actor=actor,
        actor_name=actor.display_name,
        team=team,
        team_name=team.name if team else "",
        action=action,
        at=at,
        **more,
    )


@pytest.fixture
def march(team: Team, people: dict[str, User]) -> list[Event]:
    other = Team.objects.get(slug="hydrology")
    return [
        put(
            people["publisher"],
            team,
            "data_source.delete",
            datetime(2026, 3, 31, 23, 59, tzinfo=UTC),
            data_source="StoresEU",
        ),
        put(
            people["owner"],
            team,
            "data_source.delete",
            datetime(2026, 4, 1, 0, 0, tzinfo=UTC),
            data_source="StoresUS",
        ),
        put(
            people["owner"],
            team,
            "data_source.publish",
            datetime(2026, 3, 5, tzinfo=UTC),
            data_source="StoresEU",
        ),
        put(
            people["outsider"],
            other,
            "data_source.delete",
            datetime(2026, 3, 6, tzinfo=UTC),
            data_source="Rivers",
        ),
    ]
