"""Site admins make and rename teams; others see those they are in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from dashboard.audit.models import Event
from dashboard.people.models import Membership, Role, Team, User
from tests.people_fixtures import refusals

NOT_SITE_ADMINS = ("owner", "viewer", "outsider")


def test_a_site_admin_sees_all_teams(clients: dict[str, Client]) -> None:
    content = clients["site_admin"].get("/teams/").content.decode()
    assert "Cartography" in content
    assert "Hydrology" in content
    assert "Create a team" in content


@pytest.mark.parametrize("who", ["owner", "viewer"])
def test_a_person_with_one_team_goes_straight_to_it(clients: dict[str, Client], who: str) -> None:
    assert clients[who].get("/teams/")["Location"] == "/teams/cartography/people/"


def test_a_person_sees_only_their_own_teams(
    clients: dict[str, Client], people: dict[str, User]
) -> None:
    third = Team.objects.create(name="Surveying", slug="surveying")
    Membership.objects.create(team=third, user=people["viewer"], role=Role.EDITOR)
    content = clients["viewer"].get("/teams/").content.decode()
    assert "Cartography" in content
    assert "Surveying" in content
    assert "Hydrology" not in content
    assert "Create a team" not in content


def test_the_list_is_for_people_who_are_signed_in(clients: dict[str, Client]) -> None:
    refusals(clients, "/teams/", strangers=())


def test_only_site_admins_create_teams(clients: dict[str, Client]) -> None:
    refusals(clients, "/teams/new/", low=NOT_SITE_ADMINS, strangers=(), post={"name": "Mine"})
    assert not Team.objects.filter(name="Mine").exists()
    clients["site_admin"].post("/teams/new/", {"name": "Géodésie & Co"})
    made = Team.objects.get(name="Géodésie & Co")
    assert made.slug == "geodesie-co"
    assert Event.objects.get(action="team.create").team == made


@pytest.mark.parametrize("name", ["cartography", " Cartography "])
def test_a_name_is_taken_once(clients: dict[str, Client], name: str) -> None:
    answer = clients["site_admin"].post("/teams/new/", {"name": name})
    assert answer.status_code == 422
    assert "There is a team" in answer.content.decode()


def test_names_that_differ_only_in_signs_get_addresses_of_their_own(
    clients: dict[str, Client],
) -> None:
    clients["site_admin"].post("/teams/new/", {"name": "Cartography +"})
    assert Team.objects.get(name="Cartography +").slug == "cartography-2"


def test_renaming_keeps_the_address_and_the_old_name_on_record(
    clients: dict[str, Client], team: Team
) -> None:
    url = "/teams/cartography/rename/"
    refusals(clients, url, low=NOT_SITE_ADMINS, strangers=(), post={"name": "Maps"})
    clients["site_admin"].post(url, {"name": "Maps"})
    team.refresh_from_db()
    assert (team.name, team.slug) == ("Maps", "cartography")
    assert Event.objects.get(action="team.rename").detail == {"from": "Cartography", "to": "Maps"}


def test_a_site_admin_is_named_to_those_who_need_one(clients: dict[str, Client]) -> None:
    content = clients["owner"].get("/teams/cartography/rename/").content.decode()
    assert "This is for site admins" in content
    assert "sara" in content


def test_fifty_teams_take_few_queries(
    clients: dict[str, Client], django_assert_max_num_queries: Any
) -> None:
    Team.objects.bulk_create(Team(name=f"T{n}", slug=f"t{n}") for n in range(50))
    with django_assert_max_num_queries(15):
        clients["site_admin"].get("/teams/")
