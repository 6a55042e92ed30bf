"""One's own page."""

from __future__ import annotations

from django.test import Client

from dashboard.audit.models import Event
from dashboard.people.models import User
from tests.people_fixtures import refusals


def test_it_shows_the_person_and_their_teams(clients: dict[str, Client]) -> None:
    content = clients["editor"].get("/profile/").content.decode()
    assert "Signed in as emil" in content
    assert "Cartography" in content
    assert "Editor" in content
    assert "Hydrology" not in content


def test_it_is_for_people_who_are_signed_in(clients: dict[str, Client]) -> None:
    refusals(clients, "/profile/", strangers=())


def test_name_and_address_are_saved_and_recorded(
    clients: dict[str, Client], people: dict[str, User]
) -> None:
    asked = {"first_name": "Vera", "last_name": "View", "email": "V.View@Example.org"}
    answer = clients["viewer"].post("/profile/", asked, follow=True)
    assert "Your profile is saved." in answer.content.decode()
    vera = User.objects.get(pk=people["viewer"].pk)
    assert (vera.display_name, vera.email) == ("Vera View", "v.view@example.org")
    event = Event.objects.get(action="person.change")
    assert event.detail == {"changed": ["First name", "Last name", "E-mail"]}


def test_the_address_of_somebody_else_is_refused(
    clients: dict[str, Client], people: dict[str, User]
) -> None:
    asked = {"first_name": "Vera", "last_name": "", "email": "OLGA@example.org"}
    answer = clients["viewer"].post("/profile/", asked)
    assert answer.status_code == 422
    assert "belongs to another account" in answer.content.decode()
    assert User.objects.get(pk=people["viewer"].pk).email == "vera@example.org"


def test_nothing_else_of_a_person_can_be_sent_along(
    clients: dict[str, Client], people: dict[str, User]
) -> None:
    asked = {"email": "vera@example.org", "is_superuser": "on", "username": "root"}
    clients["viewer"].post("/profile/", asked)
    vera = User.objects.get(pk=people["viewer"].pk)
    assert (vera.username, vera.is_superuser) == ("vera", False)
