"""A password is changed by who knows it, and set anew by a mailed link that works once."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from dashboard.audit.models import Event
from dashboard.people.models import User
from tests.people_fixtures import PASSWORD, refusals

NEW = "another pile of stones 9"


@pytest.fixture(autouse=True)
def _no_requests_counted_yet() -> None:
    cache.clear()


def mailed_link() -> str:
    found = re.search(r"http://testserver(/password/reset/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def ask_for_link(address: str = "vera@example.org") -> Client:
    client = Client()
    answer = client.post("/password/reset/", {"email": address}, follow=True)
    assert "If an account has that address, a link is on its way" in answer.content.decode()
    return client


def test_a_mailed_link_sets_a_new_password_once(people: dict[str, User]) -> None:
    client = ask_for_link()
    assert mail.outbox[-1].to == ["vera@example.org"]
    link = mailed_link()
    form = client.get(link, follow=True)
    set_path = form.redirect_chain[-1][0]
    assert "Choose a new password" in form.content.decode()
    answer = client.post(set_path, {"password1": NEW, "password2": NEW}, follow=True)
    assert "The new password is set" in answer.content.decode()
    people["viewer"].refresh_from_db()
    assert people["viewer"].check_password(NEW)
    assert Event.objects.filter(action="person.password_reset", actor_name="vera").exists()
    assert "This link no longer works" in Client().get(link, follow=True).content.decode()


def test_nobody_learns_whether_an_address_has_an_account(people: dict[str, User]) -> None:
    ask_for_link("nobody@example.org")
    assert mail.outbox == []


def test_two_different_passwords_are_refused(people: dict[str, User]) -> None:
    client = ask_for_link()
    set_path = client.get(mailed_link(), follow=True).redirect_chain[-1][0]
    answer = client.post(set_path, {"password1": NEW, "password2": NEW + "x"})
    assert "must type the same password" in answer.content.decode()
    people["viewer"].refresh_from_db()
    assert people["viewer"].check_password(PASSWORD)


def test_a_person_changes_their_own_password_and_stays_signed_in(
    clients: dict[str, Client], people: dict[str, User]
) -> None:
    asked = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    answer = clients["viewer"].post("/password/change/", asked, follow=True)
    assert "Your new password is set." in answer.content.decode()
    assert answer.redirect_chain[-1][0] == "/profile/"
    people["viewer"].refresh_from_db()
    assert people["viewer"].check_password(NEW)
    assert Event.objects.filter(action="person.password", actor=people["viewer"]).exists()


def test_the_old_password_is_asked_for(clients: dict[str, Client], people: dict[str, User]) -> None:
    asked = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
    clients["viewer"].post("/password/change/", asked)
    people["viewer"].refresh_from_db()
    assert people["viewer"].check_password(PASSWORD)


@pytest.mark.parametrize("weak", ["12345678901", "password1", "short"])
def test_a_weak_password_is_refused(clients: dict[str, Client], weak: str) -> None:
    asked = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
    answer = clients["viewer"].post("/password/change/", asked)
    assert "field-error" in answer.content.decode()


def test_changing_a_password_is_for_people_who_are_signed_in(clients: dict[str, Client]) -> None:
    refusals(clients, "/password/change/", strangers=())
