"""Account keys at rest: encrypted, rotated, wiped."""

from __future__ import annotations

import io

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from dashboard.people.models import Team, User
from datasources import jobs
from datasources.models import Account, Key, Service

SECRET = "AqXk29-a-key-of-the-service-77"


@pytest.fixture
def key(team: Team, people: dict[str, User]) -> Key:
    service = Service.objects.create(name="Here", base_url="http://127.0.0.1:9/REST/v1")
    account = Account.objects.create(team=team, service=service, name="Maps")
    return Key.objects.create(
        account=account, owner=people["publisher"], name="master", secret=SECRET, last_four="e-77"
    )


def stored(key: Key) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM datasources_key WHERE id = %s", [key.pk])
        return str(cursor.fetchone()[0])


def rotate() -> str:
    out = io.StringIO()
    call_command("rotate_account_keys", stdout=out)
    return out.getvalue()


def test_a_key_is_not_in_the_database_as_it_is(key: Key) -> None:
    assert SECRET not in stored(key)
    assert Key.objects.get().secret == SECRET


def test_rotation_moves_every_key_to_the_first_secret(key: Key, settings: object) -> None:
    old = settings.ACCOUNT_KEY_SECRETS  # type: ignore[attr-defined]
    settings.ACCOUNT_KEY_SECRETS = ["a new secret", *old]  # type: ignore[attr-defined]

    assert rotate().startswith("1 keys re-encrypted")
    assert rotate().startswith("1 keys re-encrypted")

    settings.ACCOUNT_KEY_SECRETS = ["a new secret"]  # type: ignore[attr-defined]
    assert Key.objects.get().secret == SECRET


def test_a_key_whose_secret_was_lost_is_left_as_it_is_and_named(key: Key, settings: object) -> None:
    before = stored(key)
    settings.ACCOUNT_KEY_SECRETS = ["another secret"]  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="1 keys could not be read"):
        rotate()
    assert stored(key) == before
    with pytest.raises(ImproperlyConfigured):
        Key.objects.get()


def test_a_removed_key_is_wiped(key: Key) -> None:
    jobs.remove_key(key)
    assert stored(key) == ""
    assert Key.objects.get().removed_at is not None
    assert rotate() == "0 keys re-encrypted, 1 removed keys hold no secret.\n"
