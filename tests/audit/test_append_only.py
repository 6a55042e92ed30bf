"""The audit record only ever grows: the models refuse changes, and so does the database."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError

from dashboard.audit.models import AppendOnlyError, Event
from dashboard.audit.record import record
from dashboard.people.models import Team, User


@pytest.fixture
def event(team: Team, people: dict[str, User]) -> Event:
    return record("data_source.delete", actor=people["owner"], team=team, data_source="StoresEU")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_event SET actor_name = 'nobody'", "DELETE FROM audit_event"],
)
def test_the_database_refuses_to_change_an_event(event: Event, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Event.objects.get(pk=event.pk).actor_name == "Olga Owner"


def test_an_event_cannot_be_saved_again_or_deleted(event: Event) -> None:
    event.actor_name = "nobody"
    with pytest.raises(AppendOnlyError):
        event.save()
    with pytest.raises(AppendOnlyError):
        event.delete()


def test_events_cannot_be_updated_or_deleted_together(event: Event) -> None:
    with pytest.raises(AppendOnlyError):
        Event.objects.update(actor_name="nobody")
    with pytest.raises(AppendOnlyError):
        Event.objects.filter(pk=event.pk).delete()


def test_whoever_has_acted_cannot_be_deleted(event: Event, people: dict[str, User]) -> None:
    with pytest.raises(ProtectedError):
        people["owner"].delete()


@pytest.mark.django_db(transaction=True)
def test_the_triggers_are_back_after_the_tests_emptied_the_tables(team: Team) -> None:
    record("team.create", actor=None, team=team)
    call_command("flush", interactive=False, verbosity=0)
    assert not Event.objects.exists()
    record("team.create", actor=None)
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_event")
