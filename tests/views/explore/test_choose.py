"""Choosing what to ask: ours, a public one, one by its query URL."""

from __future__ import annotations

import html
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasources.api import ServiceError
from datasources.api.query import url_and_params
from datasources.forms.explore import ExploreForm
from datasources.models import Account
from datasources.views.explore.paste import address_in
from datasources.views.explore.question import sent_url
from tests.faulty import FaultyService, answer
from tests.faulty import html as web_page
from tests.forms.test_explore import ANSWERS, FINDS, PLACES
from tests.query.conditions import SCHEMA
from tests.views.explore.conftest import SHOPS, Explorer, Shops, found_in
from tests.views.fixtures import MakeKey
from tests.views.sources import make_source

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    cache.clear()


def dialog(explorer: Explorer, **given: Any) -> str:
    address = reverse("explore_choose", args=[explorer.account.pk])
    found = explorer.client.post(address, given, headers={"HX-Request": "true"})
    assert found.status_code == 200
    return found.content.decode()


def paste(explorer: Explorer, url: str) -> Any:
    address = reverse("explore_paste", args=[explorer.account.pk])
    return explorer.client.post(address, {"url": url}, headers={"HX-Request": "true"})


def test_ours_are_found_by_name_and_entity_type(account: Account, explorer: Explorer) -> None:
    for name, kind in (("StoresEU", "Store"), ("Clinics", "Clinic"), ("Gone", "Store")):
        make_source(account, name, entity_type=kind)
    account.data_sources.filter(name="Gone").update(gone_at="2026-01-01T00:00Z")
    page = dialog(explorer, tab="own", q="STORE")
    assert "StoresEU" in page
    assert "Clinics" not in page
    assert "Gone" not in page
    assert "No data source has these letters" in dialog(explorer, tab="own", q="zzz")


def test_what_is_typed_goes_along(account: Account, explorer: Explorer) -> None:
    source = make_source(account, "StoresEU")
    page = dialog(explorer, tab="own", filter="City Eq 'Oslo'", where="near", lat="1", lon="2")
    assert f"?source={source.pk}&amp;filter=City+Eq+%27Oslo%27&amp;where=near" in page


def test_many_are_told_and_not_all_shown(account: Account, explorer: Explorer) -> None:
    for n in range(60):
        make_source(account, f"S{n:02}")
    assert "The first 50 of 60" in dialog(explorer, tab="own")


def test_a_public_one_of_somebody_else_is_asked(
    shops: Shops, explorer: Explorer, live_sds: Any
) -> None:
    other = live_sds.account()
    other.finish(other.load("Elsewhere", SHOPS, setPublic="1"))
    page = dialog(explorer, tab="public", q="elsewhere")
    assert "Elsewhere" in page
    link = html.unescape(page.split('href="')[1].split('"')[0])
    query = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    shown = explorer.page(query)
    assert "not of this account" in shown
    assert '"name": "Seats", "type": "Edm.Int64"' in shown, "its properties are known"
    found = explorer.ask(key=shops.key.pk, **query, filter="Seats Gt 30")
    assert found_in(found) == {"a"}


def test_a_private_one_of_somebody_else_is_refused_by_the_service(
    shops: Shops, explorer: Explorer, live_sds: Any
) -> None:
    other = live_sds.account()
    job = other.loaded("Secret", SHOPS)
    url = next(one["url"] for one in job["links"] if one["role"] == "datasource")
    page = explorer.ask(key=shops.key.pk, at=f"{url}/Shop")
    assert "HTTP 401" in page
    assert "The builder needs the properties" in explorer.page(at=f"{url}/Shop")


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (answer(401), "refused the key"),
        (answer(503), "Try again later"),
        (web_page(), "a web page"),
    ],
)
def test_a_directory_that_cannot_be_had_is_told(
    account: Account,
    explorer: Explorer,
    make_key: MakeKey,
    faulty: FaultyService,
    behaviour: Any,
    words: str,
) -> None:
    account.service.base_url = faulty.base_url
    account.service.save()
    key = make_key("Shared", shared=True)
    faulty.will(behaviour)
    page = dialog(explorer, tab="public")
    assert words in page
    assert key.secret not in page


def test_without_a_key_the_directory_says_what_it_takes(explorer: Explorer) -> None:
    assert "no account key that you may use" in dialog(explorer, tab="public")


# --- query URLs ---


def test_a_query_url_is_taken_over_without_its_key(shops: Shops, explorer: Explorer) -> None:
    url = (
        f"{shops.source.query_url}?spatialFilter=nearby(60,5,100)&$filter=Seats%20Gt%205"
        "&$orderby=Seats%20desc,City&$select=ShopID,__Distance&$top=3&$format=json&key=abcdef1234567890"
    )
    answered = paste(explorer, url)
    target = answered["HX-Redirect"]
    assert "abcdef1234567890" not in target
    query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
    assert query["where"] == "near"
    assert (query["o1"], query["d1"], query["o2"]) == ("Seats", "desc", "City")
    found = explorer.ask(key=shops.key.pk, **query)
    assert found_in(found) == {"b", "d"}
    assert shops.source.name in explorer.page(query), "it is one of ours"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "no web address"),
        ("https://elsewhere.example/REST/v1/data/a/S/T", "elsewhere.example"),
        ("{base}/data/a/S", "This is no query URL"),
        ("{base}/dataflows/listjobs", "This is no query URL"),
        ("{base}/data/a/S/$metadata", "This is no query URL"),
        ("{base}/data/a/S/T?spatialFilter=around(1,2)", "cannot be read as a query: spatialFilter"),
        ("javascript:alert(1)", "no web address"),
        ("x" * 70_000, "too long"),
    ],
)
def test_a_url_that_is_none_is_told_and_kept(explorer: Explorer, url: str, words: str) -> None:
    given = url.format(base=explorer.account.service.base_url)
    answered = paste(explorer, given)
    assert answered.status_code == 422
    page = answered.content.decode()
    assert words in page
    assert html.escape(given[:100]) in page


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    given=st.builds(lambda find, place, answer: {**find, **place, **answer}, FINDS, PLACES, ANSWERS)
)
def test_the_url_that_is_sent_reads_back_as_the_same_query(
    account: Account, given: dict[str, Any]
) -> None:
    """Builder to URL and back: what stands in code and logs opens in the explorer as it was."""
    data = QueryDict(mutable=True)
    for name, value in given.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    form = ExploreForm(data, schema=SCHEMA)
    if not form.is_valid():
        return
    query_url = f"{account.service.base_url}/data/a1/Shops/Shop"
    url, params = url_and_params(query_url, form.options)
    try:
        address = address_in(account, sent_url(url, params))
    except ServiceError as error:
        if error.code != "unreadable":  # as a shape or an address that is none
            raise
        return
    again = ExploreForm(QueryDict(address), schema=SCHEMA)
    assert again.is_valid(), again.errors
    assert url_and_params(query_url, again.options) == (url, params)


def test_visitors_paste_nothing(account: Account, clients: dict[str, Client]) -> None:
    address = reverse("explore_paste", args=[account.pk])
    assert clients["visitor"].post(address, {"url": "x"}).status_code == 302
