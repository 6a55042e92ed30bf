"""All people of the site: for site admins, who close and open accounts."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from dashboard.audit.models import Event
from dashboard.people.models import User
from tests.people_fixtures import refusals

NOT_SITE_ADMINS = ("owner", "viewer", "outsider")


def test_the_list_is_for_site_admins(clients: dict[str, Client]) -> None:
    refusals(clients, "/people/", low=NOT_SITE_ADMINS, strangers=())
    content = clients["site_admin"].get("/people/").content.decode()
    assert "Olga Owner" in content
    assert "Hydrology" in content


def test_people_are_found_by_name_and_address(clients: dict[str, Client]) -> None:
    found = clients["site_admin"].get("/people/?q=olga own", headers={"HX-Request": "true"})
    content = found.content.decode()
    assert "Olga Owner" in content
    assert "Adam Admin" not in content
    assert "<html" not in content
    none = clients["site_admin"].get("/people/?q=zz").content.decode()
    assert "Nobody has that name" in none


def test_deactivating_and_activating(clients: dict[str, Client], people: dict[str, User]) -> None:
    url = f"/people/{people['viewer'].pk}/deactivate/"
    refusals(clients, url, low=NOT_SITE_ADMINS, strangers=(), post={})
    assert clients["viewer"].get("/profile/").status_code == 200
    clients["site_admin"].post(url)
    assert clients["viewer"].get("/profile/").status_code == 302
    clients["site_admin"].post(f"/people/{people['viewer'].pk}/activate/")
    people["viewer"].refresh_from_db()
    assert people["viewer"].is_active
    recorded = Event.objects.filter(target="vera").values_list("action", flat=True)
    assert set(recorded) == {"person.deactivate", "person.activate"}


def test_nobody_deactivates_themselves(clients: dict[str, Client], people: dict[str, User]) -> None:
    url = f"/people/{people['site_admin'].pk}/deactivate/"
    answer = clients["site_admin"].post(url, follow=True)
    assert "You can&#x27;t deactivate yourself" in answer.content.decode()
    people["site_admin"].refresh_from_db()
    assert people["site_admin"].is_active


@pytest.mark.parametrize("act", ["deactivate", "activate"])
def test_it_needs_a_post(clients: dict[str, Client], people: dict[str, User], act: str) -> None:
    assert clients["site_admin"].get(f"/people/{people['viewer'].pk}/{act}/").status_code == 405


def test_a_thousand_people_take_few_queries(
    clients: dict[str, Client], django_assert_max_num_queries: Any
) -> None:
    User.objects.bulk_create(User(username=f"u{n}", email=f"u{n}@example.org") for n in range(1000))
    with django_assert_max_num_queries(15):
        content = clients["site_admin"].get("/people/").content.decode()
    assert "1 to 50 of 1,007 people" in content
