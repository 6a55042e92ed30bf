"""The people page of a team: everybody in the team reads it, its admins change it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from dashboard.audit.models import Event
from dashboard.people.models import Membership, Role, Team, User
from tests.people_fixtures import add_member, refusals

PAGE = "/teams/cartography/people/"
LOW = ("viewer", "editor", "publisher")


def address(person: User, act: str) -> str:
    return f"{PAGE}{person.pk}/{act}/"


def role_of(person: User, team: Team) -> Role | None:
    return team.role_of(User.objects.get(pk=person.pk))


@pytest.mark.parametrize("who", ["owner", "admin", "site_admin"])
def test_admins_see_the_people_and_what_they_can_change(
    clients: dict[str, Client], who: str
) -> None:
    page = clients[who].get(PAGE)
    content = page.content.decode()
    assert page.status_code == 200
    assert "5 people" in content
    assert "Olga Owner" in content
    assert "Invite a person" in content


@pytest.mark.parametrize("who", LOW)
def test_other_members_see_the_people_and_change_nothing(
    clients: dict[str, Client], who: str
) -> None:
    content = clients[who].get(PAGE).content.decode()
    assert "Olga Owner" in content
    assert "Invite a person" not in content
    assert "/role/" not in content
    assert "/remove/" not in content


def test_visitors_and_outsiders_are_refused(clients: dict[str, Client]) -> None:
    refusals(clients, PAGE)


def test_a_role_is_changed_by_admins_alone(
    clients: dict[str, Client], people: dict[str, User], team: Team
) -> None:
    url = address(people["viewer"], "role")
    refusals(clients, url, low=LOW, post={"role": "admin"})
    assert role_of(people["viewer"], team) == Role.VIEWER
    assert clients["owner"].post(url, {"role": "editor"}).status_code == 302
    assert role_of(people["viewer"], team) == Role.EDITOR
    event = Event.objects.get(action="member.role")
    assert event.detail == {"from": "Viewer", "to": "Editor"}
    assert (event.actor, event.team, event.target) == (people["owner"], team, "vera")


def test_htmx_gets_the_list_back(clients: dict[str, Client], people: dict[str, User]) -> None:
    url = address(people["viewer"], "role")
    answer = clients["owner"].post(url, {"role": "editor"}, headers={"HX-Request": "true"})
    content = answer.content.decode()
    assert "vera is Editor now." in content
    assert "<html" not in content


def test_a_role_there_is_not_is_refused(
    clients: dict[str, Client], people: dict[str, User], team: Team
) -> None:
    clients["owner"].post(address(people["viewer"], "role"), {"role": "emperor"})
    assert role_of(people["viewer"], team) == Role.VIEWER


def test_a_role_needs_a_post(clients: dict[str, Client], people: dict[str, User]) -> None:
    assert clients["owner"].get(address(people["viewer"], "role")).status_code == 405


def test_removing_asks_first(
    clients: dict[str, Client], people: dict[str, User], team: Team
) -> None:
    url = address(people["viewer"], "remove")
    assert "Remove vera from Cartography?" in clients["owner"].get(url).content.decode()
    assert role_of(people["viewer"], team)
    answer = clients["owner"].post(url, follow=True)
    assert "vera is no longer in Cartography." in answer.content.decode()
    assert role_of(people["viewer"], team) is None
    assert clients["viewer"].get(PAGE).status_code == 404
    assert Event.objects.get(action="member.remove").target == "vera"


def test_removing_is_for_admins(
    clients: dict[str, Client], people: dict[str, User], team: Team
) -> None:
    url = address(people["viewer"], "remove")
    refusals(clients, url, low=LOW)
    refusals(clients, url, low=LOW, post={})
    assert role_of(people["viewer"], team) == Role.VIEWER


def test_the_last_admin_can_neither_go_nor_step_down(
    clients: dict[str, Client], people: dict[str, User], team: Team
) -> None:
    clients["owner"].post(address(people["admin"], "remove"))
    for act, asked in (("role", {"role": "viewer"}), ("remove", {})):
        answer = clients["owner"].post(address(people["owner"], act), asked, follow=True)
        assert "Olga Owner is the last admin of Cartography." in answer.content.decode()
    assert role_of(people["owner"], team) == Role.ADMIN


def test_an_admin_who_cannot_sign_in_does_not_count(
    clients: dict[str, Client], people: dict[str, User], team: Team
) -> None:
    User.objects.filter(pk=people["admin"].pk).update(is_active=False)
    clients["owner"].post(address(people["owner"], "remove"))
    assert role_of(people["owner"], team) == Role.ADMIN


def test_a_member_of_another_team_is_not_found_here(
    clients: dict[str, Client], people: dict[str, User]
) -> None:
    url = address(people["outsider"], "remove")
    assert clients["owner"].post(url).status_code == 404
    assert Membership.objects.filter(user=people["outsider"]).exists()


def test_who_is_refused_learns_which_role_is_needed_and_who_gives_it(
    clients: dict[str, Client], people: dict[str, User]
) -> None:
    url = address(people["viewer"], "remove")
    content = clients["editor"].get(url).content.decode()
    assert "This needs the role Team admin in Cartography. Yours is Editor." in content
    assert "Adam Admin" in content
    assert "Olga Owner" in content


def test_the_page_takes_few_queries_however_many_people(
    clients: dict[str, Client], team: Team, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        add_member(team, f"person{number}", Role.VIEWER)
    with django_assert_max_num_queries(15):
        assert "65 people" in clients["owner"].get(PAGE).content.decode()
