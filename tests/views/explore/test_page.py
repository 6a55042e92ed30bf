"""The explorer's page: who may come in, what it opens with, what it says of what is not there."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from datasources.models import Account, VersionState
from tests.people_fixtures import refusals
from tests.views.explore.conftest import PROPERTIES, Explorer, Shops
from tests.views.fixtures import MakeKey
from tests.views.sources import make_source, make_version

pytestmark = pytest.mark.django_db
MEMBERS = ("owner", "admin", "publisher", "editor", "viewer", "site_admin")


def data_in(page: str, name: str) -> Any:
    """What the page hands to its scripts."""
    found = re.search(
        rf'<script id="{name}" type="application/json">(.*?)</script>', page, re.DOTALL
    )
    assert found
    return json.loads(found[1])


@pytest.mark.parametrize("name", ["explore", "explore_choose"])
def test_members_come_in_and_others_do_not(
    account: Account, clients: dict[str, Client], name: str
) -> None:
    address = reverse(name, args=[account.pk])
    refusals(clients, address)
    for person in MEMBERS:
        assert clients[person].get(address).status_code == 200


@pytest.mark.parametrize(
    "name", ["explore_compose", "explore_ask", "explore_cancel", "explore_paste"]
)
def test_what_is_posted_is_for_members_too(
    account: Account, clients: dict[str, Client], name: str
) -> None:
    address = reverse(name, args=[account.pk])
    refusals(clients, address, post={})
    for person in MEMBERS:
        assert clients[person].get(address).status_code == 405
        assert clients[person].post(address, {}).status_code in (200, 204, 422)


def test_the_rail_leads_to_it(account: Account, clients: dict[str, Client]) -> None:
    page = clients["viewer"].get(reverse("catalogue", args=[account.pk])).content.decode()
    assert reverse("explore", args=[account.pk]) in page


def test_it_opens_with_nothing_chosen(explorer: Explorer) -> None:
    page = explorer.page()
    assert "No data source chosen" in page
    assert "data-asks" not in page


def test_the_number_of_queries_does_not_grow(
    account: Account,
    explorer: Explorer,
    make_key: MakeKey,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    sources = [make_source(account, f"S{n}", properties=PROPERTIES) for n in range(30)]
    for n in range(40):
        make_version(sources[0], VersionState.RETIRED, entity_count=n)
        make_key(f"Key {n}", shared=True)
    explorer.page()
    given = {"source": sources[0].pk, "filter": "City Eq 'Oslo'", "where": "near", "lat": "1"}
    with django_assert_max_num_queries(15):
        explorer.page(given)
    with django_assert_max_num_queries(15):
        explorer.compose(**given)
    with django_assert_max_num_queries(15):
        explorer.client.get(reverse("explore_choose", args=[account.pk]))


def test_a_link_holds_the_whole_query(
    account: Account, explorer: Explorer, make_key: MakeKey
) -> None:
    make_key("Shared", shared=True)
    source = make_source(account, properties=PROPERTIES)
    make_version(source, VersionState.STAGED, properties=PROPERTIES)
    address = (
        f"source={source.pk}&version=staged&filter=City+Eq+%27Oslo%27&where=box&south=1&west=2&"
        "north=3&east=4&select=City&distance=on&o1=Seats&d1=desc&top=50&skip=25&count=none&format=atom"
    )
    page = explorer.page(dict(parse_qsl(address)))
    assert "data-asks" in page, "a link asks by itself"
    composed = data_in(page, "explore-composed")
    assert composed["address"] == address
    assert composed["urls"] == [
        f"{source.query_url}?spatialFilter=bbox(1,2,3,4)&$filter=City%20Eq%20'Oslo'"
        "&$select=City,__Distance&$orderby=Seats%20desc&$top=50&$skip=25&isStaging=1&$format=atom"
        "&key={key}"
    ]
    assert composed["filter"]["tree"]["terms"] == [
        {"property": "City", "op": "eq", "value": "Oslo", "not": False}
    ]


def test_a_key_is_named_in_no_link(account: Account, explorer: Explorer, make_key: MakeKey) -> None:
    key = make_key("Shared", shared=True)
    source = make_source(account, properties=PROPERTIES)
    composed = explorer.compose(source=source.pk, key=key.pk, filter="City Eq 'x'")
    assert "key=" not in composed["address"]


def test_what_cannot_be_read_stays_as_it_was_typed(account: Account, explorer: Explorer) -> None:
    source = make_source(account, properties=PROPERTIES)
    page = explorer.page(
        source=source.pk, where="near", lat="north", lon="1", filter="City Like 'x'", top="many"
    )
    assert 'value="north"' in page
    assert 'value="many"' in page
    assert "City Like &#x27;x&#x27;" in page
    composed = data_in(page, "explore-composed")
    assert set(composed["errors"]) == {"lat", "top"}
    assert "can't be read from character 6" in composed["filter"]["fault"]
    assert "north" in composed["address"], "nor does the address lose it"


def test_a_data_source_that_is_gone_is_told_and_its_kept_versions_are_offered(
    account: Account, explorer: Explorer, make_key: MakeKey
) -> None:
    make_key("Shared", shared=True)
    source = make_source(account, gone_at=timezone.now())
    page = explorer.page(source=source.pk, filter="City Eq 'Oslo'")
    assert "no longer has it" in page
    assert "City Eq &#x27;Oslo&#x27;" in page
    assert "no longer on the service" in explorer.ask(422, source=source.pk)


@pytest.mark.parametrize("given", ["999999", "x", "-1", "1" * 40])
def test_a_data_source_that_never_was_is_told(explorer: Explorer, given: str) -> None:
    assert "not one of the account" in explorer.page(source=given)
    assert "not one of the account" in explorer.ask(422, source=given)


def test_a_data_source_of_another_account_is_none(
    account: Account, explorer: Explorer, clients: dict[str, Client]
) -> None:
    other = Account.objects.create(team=account.team, service=account.service, name="Other")
    source = make_source(other, "Elsewhere")
    page = explorer.page(source=source.pk)
    assert "Elsewhere" not in page


def test_a_version_that_is_gone_gives_way_to_the_published_one(
    account: Account, explorer: Explorer
) -> None:
    source = make_source(account, properties=PROPERTIES)
    assert "no staged version any more" in explorer.page(source=source.pk, version="staged")
    assert "no longer kept here" in explorer.page(source=source.pk, version="v12345")


def test_without_a_key_it_says_what_it_takes(account: Account, explorer: Explorer) -> None:
    source = make_source(account, properties=PROPERTIES)
    assert "add one under Keys" in explorer.page(source=source.pk)
    assert "no account key that you may use" in explorer.ask(422, source=source.pk)


def test_a_key_of_somebody_else_is_not_taken(
    account: Account, explorer: Explorer, make_key: MakeKey
) -> None:
    make_key("Shared", shared=True)
    private = make_key("Private", owner="admin")
    source = make_source(account, properties=PROPERTIES)
    page = explorer.page(source=source.pk)
    assert "Private" not in page
    said = explorer.ask(422, source=source.pk, key=private.pk)
    assert "not one you may use here any more" in said


def test_the_key_of_the_last_question_is_offered_first(
    shops: Shops, explorer: Explorer, make_key: MakeKey
) -> None:
    other = make_key("Reader", owner="viewer", secret=shops.remote.query_key)
    assert f'<option value="{shops.key.pk}" selected>' in explorer.page(source=shops.source.pk)
    explorer.ask(source=shops.source.pk, key=other.pk)
    assert f'<option value="{other.pk}" selected>' in explorer.page(source=shops.source.pk)
