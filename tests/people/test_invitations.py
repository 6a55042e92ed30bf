"""A team admin's link lets one person in, once, for seven days."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from dashboard.audit.models import Event
from dashboard.people.models import Invitation, Role, Team, User, hash_of
from dashboard.people.team_work import accept
from dashboard.people.views import invitations
from tests.people_fixtures import PASSWORD, make_person, refusals

INVITE = "/teams/cartography/invitations/"
PAGE = "/teams/cartography/people/"
NEWCOMER = {
    "username": "nina",
    "first_name": "Nina",
    "last_name": "New",
    "email": "nina@example.org",
    "password": PASSWORD,
}


def invite(client: Client, role: str = "editor", email: str = "") -> str:
    """Makes an invitation and gives the path of its link."""
    answer = client.post(INVITE, {"role": role, "email": email})
    found = re.search(r"http://testserver(/join/[\w-]+/)", answer.content.decode())
    assert found, "the link is not on the page"
    return found[1]


@pytest.fixture
def link(clients: dict[str, Client]) -> str:
    return invite(clients["owner"])


def test_inviting_is_for_admins(clients: dict[str, Client], team: Team) -> None:
    low = ("viewer", "editor", "publisher")
    refusals(clients, INVITE, low=low, post={"role": "admin"})
    assert not Invitation.objects.exists()


def test_the_link_is_shown_once_and_only_its_hash_is_kept(
    clients: dict[str, Client], link: str
) -> None:
    token = link.split("/")[2]
    made = Invitation.objects.get()
    assert made.token_hash == hash_of(token)
    assert token not in str(Invitation.objects.values())
    assert token not in str(list(Event.objects.values()))
    assert token not in clients["owner"].get(PAGE).content.decode()
    assert Event.objects.get(action="invitation.create").detail == {"role": "Editor"}


def test_an_invitation_with_an_address_is_mailed(clients: dict[str, Client]) -> None:
    link = invite(clients["owner"], email="Nina@Example.org")
    assert mail.outbox[0].to == ["nina@example.org"]
    assert link in str(mail.outbox[0].body)


def test_a_newcomer_joins_and_is_signed_in(link: str, team: Team) -> None:
    client = Client()
    assert "Olga Owner invites you as Editor" in client.get(link).content.decode()
    answer = client.post(link, NEWCOMER)
    assert answer.status_code == 302
    nina = User.objects.get(username="nina")
    assert team.role_of(nina) == Role.EDITOR
    assert nina.check_password(PASSWORD)
    assert client.get(PAGE).status_code == 200
    joined = Event.objects.get(action="member.join")
    assert (joined.actor, joined.team) == (nina, team)


@pytest.mark.parametrize(
    ("rival", "field", "words"),
    [
        ({"username": "nina"}, "username", "nina is taken"),
        ({"username": "other", "email": "nina@example.org"}, "email", "belongs to another account"),
    ],
)
def test_of_two_who_take_a_name_at_once_the_second_is_told(
    link: str,
    monkeypatch: pytest.MonkeyPatch,
    rival: dict[str, str],
    field: str,
    words: str,
) -> None:
    """The other one comes between the look whether the name is free and the saving."""

    def accept_after_the_rival(*args: Any, **kwargs: Any) -> Any:
        make_person(**rival)
        return accept(*args, **kwargs)

    monkeypatch.setattr(invitations, "accept", accept_after_the_rival)
    client = Client()
    answer = client.post(link, NEWCOMER)
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])
    assert 'value="Nina"' in answer.content.decode()
    assert "_auth_user_id" not in client.session
    assert Invitation.objects.get().used_at is None
    assert not Event.objects.filter(action="member.join").exists()


def test_a_person_who_is_signed_in_joins_by_a_button(
    clients: dict[str, Client], people: dict[str, User], team: Team, link: str
) -> None:
    assert team.role_of(people["outsider"]) is None
    assert "You join as otto" in clients["outsider"].get(link).content.decode()
    assert team.role_of(people["outsider"]) is None
    clients["outsider"].post(link)
    assert team.role_of(people["outsider"]) == Role.EDITOR


def test_a_member_does_not_use_it_up(
    clients: dict[str, Client], people: dict[str, User], team: Team, link: str
) -> None:
    answer = clients["viewer"].post(link)
    assert "You are in Cartography already" in answer.content.decode()
    assert team.role_of(people["viewer"]) == Role.VIEWER
    assert Invitation.objects.open().exists()


def test_a_link_works_once(link: str) -> None:
    Client().post(link, NEWCOMER)
    again = Client().post(link, NEWCOMER | {"username": "nora", "email": "nora@example.org"})
    assert again.status_code == 410
    assert "used already" in again.content.decode()
    assert not User.objects.filter(username="nora").exists()


def test_a_link_ends_after_seven_days(link: str) -> None:
    made = Invitation.objects.get()
    assert timedelta(days=6, hours=23) < made.expires_at - timezone.now() <= timedelta(days=7)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = Client().post(link, NEWCOMER)
    assert answer.status_code == 410
    assert "expired" in answer.content.decode()
    assert not User.objects.filter(username="nina").exists()


def test_a_withdrawn_link_says_so(clients: dict[str, Client], link: str) -> None:
    url = f"{INVITE}{Invitation.objects.get().pk}/withdraw/"
    refusals(clients, url, low=("viewer", "editor", "publisher"), post={})
    assert Invitation.objects.open().exists()
    clients["admin"].post(url)
    answer = Client().get(link)
    assert answer.status_code == 410
    assert "withdrawn" in answer.content.decode()
    assert Event.objects.get(action="invitation.revoke").actor_name == "Adam Admin"


def test_a_made_up_link_says_so(db: None) -> None:
    answer = Client().get("/join/made-up/")
    assert answer.status_code == 410
    assert "There is no such invitation" in answer.content.decode()


def test_invitations_that_still_work_are_listed_for_admins(clients: dict[str, Client]) -> None:
    invite(clients["owner"], email="nina@example.org")
    assert "nina@example.org" in clients["admin"].get(PAGE).content.decode()
    assert "nina@example.org" not in clients["viewer"].get(PAGE).content.decode()


def test_a_mailed_invitation_fixes_the_address(clients: dict[str, Client]) -> None:
    link = invite(clients["owner"], email="nina@example.org")
    Client().post(link, NEWCOMER | {"email": "olga@example.org"})
    assert User.objects.get(username="nina").email == "nina@example.org"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("username", "OLGA", "OLGA is taken"),
        ("username", "olga@example.org", "is taken"),
        ("email", "Olga@example.org", "belongs to another account"),
        ("password", "12345678", "field-error"),
        ("username", "", "This field is required"),
    ],
)
def test_a_newcomers_mistake_is_said_at_the_field_and_uses_nothing_up(
    link: str, field: str, value: str, words: str
) -> None:
    answer = Client().post(link, NEWCOMER | {field: value})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'value="Nina"' in answer.content.decode()
    assert Invitation.objects.open().exists()


def test_a_member_is_not_invited_again(clients: dict[str, Client]) -> None:
    answer = clients["owner"].post(INVITE, {"role": "editor", "email": "vera@example.org"})
    assert answer.status_code == 422
    assert "belongs to a member of Cartography already" in answer.content.decode()
