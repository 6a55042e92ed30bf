"""Services, kept by site admins, and the accounts that teams hold with them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from dashboard.audit.models import Event
from dashboard.people.models import Team
from datasources.models import Account, Key, Service
from tests.faulty import FaultyService, answer, half_json, html, refused_base_url
from tests.live import LiveServer
from tests.views.fixtures import MakeJob, MakeKey

BING = "https://spatial.virtualearth.net/REST/v1"
EVERYBODY_ELSE = {
    "owner": 403, "admin": 403, "publisher": 403, "editor": 403, "viewer": 403, "outsider": 403,
    "visitor": 302,
}  # fmt: skip


def said(response: Any) -> str:
    return str(response.content.decode())


# --- services ---


@pytest.mark.parametrize(("who", "status"), EVERYBODY_ELSE.items())
def test_services_are_for_site_admins(
    clients: dict[str, Client], service: Service, who: str, status: int
) -> None:
    assert clients[who].get(reverse("services")).status_code == status
    made = {"name": "Bing Maps", "base_url": BING}
    assert clients[who].post(reverse("services"), made).status_code == status
    for name in ("service_change", "service_test", "service_remove"):
        there = reverse(name, args=[service.pk])
        assert clients[who].post(there, made).status_code == status
    assert [s.name for s in Service.objects.all()] == ["Our server"]


def test_a_site_admin_adds_changes_and_removes_a_service(clients: dict[str, Client]) -> None:
    browser = clients["site_admin"]
    browser.post(reverse("services"), {"name": "Bing", "base_url": f"{BING}/"})
    made = Service.objects.get()
    assert made.base_url == BING
    assert "Bing" in said(browser.get(reverse("services")))
    change = reverse("service_change", args=[made.pk])
    browser.post(change, {"name": "Bing Maps", "base_url": BING})
    made.refresh_from_db()
    assert made.name == "Bing Maps"
    browser.post(reverse("service_remove", args=[made.pk]))
    assert not Service.objects.exists()
    acts = Event.objects.filter(action__startswith="service.").order_by("pk")
    assert [a.action for a in acts] == ["service.create", "service.change", "service.remove"]


def test_a_service_with_accounts_stays(clients: dict[str, Client], account: Account) -> None:
    there = reverse("service_remove", args=[account.service_id])
    page = clients["site_admin"].post(there, follow=True)
    assert "accounts are held with it" in said(page)
    assert Service.objects.exists()


@pytest.mark.parametrize(
    ("base_url", "words"),
    [
        ("", "Give the address"),
        ("ftp://example.org/REST/v1", "starts with http"),
        ("javascript:alert(1)//REST/v1", "starts with http"),
        ("spatial.virtualearth.net/REST/v1", "starts with http"),
        ("https:///REST/v1", "starts with http"),
        ("https://example.org", "ends in /REST/v1"),
        ("https://example.org/REST/v1/data", "ends in /REST/v1"),
        ("https://example.org/REST/v1?key=abc", "ends in /REST/v1"),
        ("https://ana:secret@example.org/REST/v1", "user name or password"),
        ("https://example.org:port/REST/v1", "no address"),
        ("https://[::1/REST/v1", "no address"),
    ],
)
def test_an_address_that_cannot_be_a_service_is_refused_next_to_its_field(
    clients: dict[str, Client], base_url: str, words: str
) -> None:
    page = clients["site_admin"].post(reverse("services"), {"name": "New", "base_url": base_url})
    assert page.status_code == 422
    assert words in said(page)
    assert 'value="New"' in said(page)
    assert not Service.objects.exists()


def test_the_path_of_a_service_may_come_in_any_case(clients: dict[str, Client]) -> None:
    clients["site_admin"].post(
        reverse("services"), {"name": "New", "base_url": "http://example.org:8000/rest/V1"}
    )
    assert Service.objects.get().base_url == "http://example.org:8000/rest/V1"


def test_a_service_that_answers_says_so(
    clients: dict[str, Client], service: Service, live_sds: LiveServer
) -> None:
    Service.objects.filter(pk=service.pk).update(base_url=live_sds.base_url)
    page = clients["site_admin"].post(reverse("service_test", args=[service.pk]), follow=True)
    assert "Our server: It answers" in said(page)


@pytest.mark.parametrize("behaviour", [answer(404), answer(500), answer(503), html(), half_json()])
def test_an_address_where_no_such_service_answers_is_said_to_be_none(
    clients: dict[str, Client], service: Service, faulty: FaultyService, behaviour: Any
) -> None:
    faulty.will(behaviour)
    Service.objects.filter(pk=service.pk).update(base_url=faulty.base_url)
    page = clients["site_admin"].post(reverse("service_test", args=[service.pk]), follow=True)
    assert "note-failed" in said(page)
    assert "Our server: It answers" not in said(page)


def test_a_service_that_cannot_be_reached_is_said(
    clients: dict[str, Client], service: Service
) -> None:
    Service.objects.filter(pk=service.pk).update(base_url=refused_base_url())
    page = clients["site_admin"].post(reverse("service_test", args=[service.pk]), follow=True)
    assert "note-failed" in said(page)


# --- accounts ---


@pytest.fixture
def fields(team: Team, service: Service) -> dict[str, str]:
    return {"team": str(team.pk), "service": str(service.pk), "name": "New", "plan": "basic"}


@pytest.mark.parametrize(
    ("who", "status"), {"publisher": 403, "editor": 403, "viewer": 403, "visitor": 302}.items()
)
def test_accounts_are_for_those_who_lead_a_team(
    clients: dict[str, Client], fields: dict[str, str], who: str, status: int
) -> None:
    assert clients[who].get(reverse("accounts")).status_code == status
    assert clients[who].post(reverse("accounts"), fields).status_code == status
    assert not Account.objects.exists()


@pytest.mark.parametrize("who", ["admin", "site_admin"])
def test_an_admin_adds_an_account_and_goes_on_to_its_keys(
    clients: dict[str, Client], fields: dict[str, str], who: str
) -> None:
    to = clients[who].post(reverse("accounts"), fields)
    made = Account.objects.get()
    assert to["Location"] == reverse("keys", args=[made.pk])
    assert (made.name, made.plan) == ("New", "basic")
    assert Event.objects.get(action="account.create").team == made.team


def test_an_admin_of_another_team_neither_sees_nor_changes_it(
    clients: dict[str, Client], account: Account, fields: dict[str, str]
) -> None:
    browser = clients["outsider"]
    assert "Shops" not in said(browser.get(reverse("accounts")))
    assert browser.post(reverse("accounts"), fields).status_code == 422
    for name in ("account_change", "account_remove"):
        assert browser.post(reverse(name, args=[account.pk]), fields).status_code == 404
    assert [a.name for a in Account.objects.all()] == ["Shops"]


def test_a_publisher_changes_no_account(clients: dict[str, Client], account: Account) -> None:
    for name in ("account_change", "account_remove"):
        there = reverse(name, args=[account.pk])
        assert clients["publisher"].post(there, {"name": "Mine"}).status_code == 404


def test_a_name_stands_once_a_team(
    clients: dict[str, Client], account: Account, fields: dict[str, str]
) -> None:
    page = clients["admin"].post(reverse("accounts"), {**fields, "name": "Shops"})
    assert page.status_code == 422
    assert "Cartography has an account named “Shops”" in said(page)


def test_an_account_gets_another_name_and_plan_but_no_other_team(
    clients: dict[str, Client], account: Account, fields: dict[str, str]
) -> None:
    other = Team.objects.get(slug="hydrology")
    there = reverse("account_change", args=[account.pk])
    clients["admin"].post(there, {**fields, "name": "Stores", "team": str(other.pk)})
    account.refresh_from_db()
    assert (account.name, account.plan, account.team.slug) == ("Stores", "basic", "cartography")
    assert Event.objects.get(action="account.change").detail["before"]["name"] == "Shops"


def test_an_account_with_jobs_stays(
    clients: dict[str, Client], account: Account, make_job: MakeJob
) -> None:
    make_job()
    page = clients["admin"].post(reverse("account_remove", args=[account.pk]), follow=True)
    assert "its jobs are part of the team" in said(page).replace("&#x27;", "'")
    assert Account.objects.exists()


def test_an_account_without_jobs_goes_with_its_keys(
    clients: dict[str, Client], account: Account, make_key: MakeKey
) -> None:
    make_key("Mine")
    clients["admin"].post(reverse("account_remove", args=[account.pk]))
    assert not Account.objects.exists()
    assert not Key.objects.exists()
    assert Event.objects.get(action="account.remove").target == "Shops"


def test_nothing_is_removed_by_a_mere_link(clients: dict[str, Client], account: Account) -> None:
    browser = clients["site_admin"]
    assert browser.get(reverse("account_remove", args=[account.pk])).status_code == 405
    assert browser.get(reverse("service_remove", args=[account.service_id])).status_code == 405
    assert browser.get(reverse("service_test", args=[account.service_id])).status_code == 405


def test_ten_thousand_of_each_are_paged_in_few_queries(
    clients: dict[str, Client],
    team: Team,
    service: Service,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    Service.objects.bulk_create(
        Service(name=f"Service {number}", base_url=BING) for number in range(10_000)
    )
    Account.objects.bulk_create(
        Account(team=team, service=service, name=f"Account {number}") for number in range(10_000)
    )
    with django_assert_max_num_queries(15):
        assert len(clients["site_admin"].get(reverse("services")).context["page"]) == 50
    with django_assert_max_num_queries(15):
        page = clients["site_admin"].get(reverse("accounts"), {"page": 100})
    assert len(page.context["page"]) == 50
