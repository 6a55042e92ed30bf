"""People sign in by username or e-mail; too many tries close the door for a while."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from dashboard.audit.models import Event
from dashboard.people.models import User
from tests.people_fixtures import PASSWORD


@pytest.fixture(autouse=True)
def _no_requests_counted_yet() -> None:
    cache.clear()


@pytest.fixture
def olga(people: dict[str, User]) -> User:
    return people["owner"]


def sign_in(client: Client, login: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/sign-in/", {"login": login, "password": password, **more})


@pytest.mark.parametrize("login", ["olga", "OLGA", "olga@example.org", "Olga@Example.org"])
def test_a_username_or_an_address_signs_in(olga: User, login: str) -> None:
    client = Client()
    answer = sign_in(client, login)
    assert answer.status_code == 302
    assert answer["Location"] == "/"
    assert client.session["_auth_user_id"] == str(olga.pk)


def test_a_wrong_password_says_so_and_keeps_the_name(olga: User) -> None:
    answer = sign_in(Client(), "olga", "wrong")
    content = answer.content.decode()
    assert "This name and password don&#x27;t belong together" in content
    assert 'value="olga"' in content
    assert "wrong" not in content


def test_the_session_is_a_new_one_after_sign_in(olga: User) -> None:
    client = Client()
    client.get("/sign-in/")
    session = client.session
    session["kept"] = 1
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    before = session.session_key
    sign_in(client, "olga")
    assert client.session.session_key != before


@pytest.mark.parametrize(
    ("asked", "given"),
    [("/teams/", "/teams/"), ("https://evil.example/", "/"), ("//evil.example/x", "/")],
)
def test_next_leads_only_into_this_site(olga: User, asked: str, given: str) -> None:
    assert sign_in(Client(), "olga", next=asked)["Location"] == given


def test_too_many_tries_lock_the_account_out_under_both_its_names(olga: User) -> None:
    client = Client()
    for number in range(settings.AXES_FAILURE_LIMIT):
        answer = sign_in(client, "olga" if number % 2 else "olga@example.org", "wrong")
    assert answer.status_code == 429
    assert "Too many tries" in answer.content.decode()
    assert sign_in(client, "olga").status_code == 429
    assert sign_in(client, "olga@example.org").status_code == 429
    assert sign_in(Client(REMOTE_ADDR="192.0.2.9"), "olga").status_code == 302
    assert Event.objects.filter(action="person.locked_out", target="olga").exists()


def test_signing_in_out_and_failing_are_on_record(olga: User) -> None:
    client = Client(REMOTE_ADDR="192.0.2.8")
    sign_in(client, "olga", "wrong")
    sign_in(client, "olga")
    client.post("/sign-out/")
    recorded = Event.objects.order_by("pk").filter(address="192.0.2.8")
    assert list(recorded.values_list("action", "actor_name", "target")) == [
        ("person.sign_in_failed", "", "olga"),
        ("person.sign_in", "Olga Owner", ""),
        ("person.sign_out", "Olga Owner", ""),
    ]
    assert PASSWORD not in str(list(Event.objects.values()))


def test_signing_out_needs_a_post(clients: dict[str, Client]) -> None:
    assert "Sign out?" in clients["owner"].get("/sign-out/").content.decode()
    assert clients["owner"].get("/profile/").status_code == 200
    clients["owner"].post("/sign-out/")
    assert clients["owner"].get("/profile/").status_code == 302


def test_nobody_signs_up_by_themselves(db: None) -> None:
    for path in ("/signup/", "/sign-up/", "/accounts/signup/"):
        assert Client().get(path).status_code == 404


def test_a_deactivated_person_is_told(olga: User) -> None:
    olga.is_active = False
    olga.save()
    client = Client()
    answer = sign_in(client, "olga")
    assert "This account is deactivated" in client.get(answer["Location"]).content.decode()
    assert "_auth_user_id" not in client.session


def test_deactivating_ends_an_open_session(clients: dict[str, Client], olga: User) -> None:
    User.objects.filter(pk=olga.pk).update(is_active=False)
    assert clients["owner"].get("/profile/").status_code == 302
