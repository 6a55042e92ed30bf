"""Each kind of query finds its entities, and whatever a service answers is told in words."""

from __future__ import annotations

import json
import re
import threading
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasources.models import Account, DataSource, Key
from datasources.views.explore import asking
from tests.faulty import (
    HALF_JSON,
    Behaviour,
    FaultyService,
    answer,
    drip,
    half_json,
    hang,
    html,
    huge,
    refused_base_url,
    reset,
    reset_in_answer,
    truncate,
)
from tests.live import eventually
from tests.views.explore.conftest import PROPERTIES, Explorer, Shops, found_in, one
from tests.views.fixtures import MakeKey
from tests.views.sources import make_source

pytestmark = pytest.mark.django_db
SQUARE = "POLYGON((5.5 60.5,20 60.5,20 70,5.5 70,5.5 60.5))"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long in a test, unless the machine is slow to connect at all."""
    monkeypatch.setattr(asking, "TIMEOUT", (60.0, 100.0))
    monkeypatch.setattr(asking, "SECONDS", 120.0)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, "abcd"),
        ({"filter": "City Eq 'Oslo'"}, "a"),
        ({"filter": "City Eq 'O''Hara & Co' Or Seats Lt 10"}, "bd"),
        ({"edit": "builder", "tree": [one("Seats", "ge", "25"), one("Open", "eq", "true")]}, "a"),
        ({"edit": "builder", "tree": [one("City", "in", values=["Oslo", "Bergen"])]}, "ad"),
        ({"edit": "builder", "tree": [one("City", "endswith", "gen")]}, "d"),
        ({"edit": "builder", "tree": [one("Opened", "ge", "2020-03-01T00:00")]}, "b"),
        ({"edit": "builder", "tree": [one("Seats", "null")]}, "c"),
        ({"edit": "builder", "tree": [{**one("Seats", "null"), "not": True}]}, "abd"),
        ({"find": "id", "entity": "b"}, "b"),
        ({"find": "ids", "ids": "a\nd\nnothing"}, "ad"),
        ({"where": "near", "lat": "60.39", "lon": "5.3", "km": "10"}, "bd"),
        ({"where": "address", "place": "Oslo, Norway", "km": "20"}, "a"),
        ({"where": "box", "south": "60", "west": "0", "north": "70", "east": "20"}, "bcd"),
        ({"where": "shape", "wkt": SQUARE}, "bc"),
        ({"where": "box", "south": "60", "west": "0", "north": "70", "east": "20", "filter": "Open Eq true"}, "d"),
        ({"format": "atom", "where": "near", "lat": "59.9", "lon": "10.7", "km": "50"}, "a"),
        ({"find": "id", "entity": "c", "format": "atom"}, "c"),
    ],
)  # fmt: skip
def test_each_kind_of_query_finds_its_entities(
    shops: Shops, explorer: Explorer, given: dict[str, Any], found: str
) -> None:
    if isinstance(given.get("tree"), list):
        tree = {"join": "and", "not": False, "terms": given["tree"]}
        given = {**given, "tree": json.dumps(tree)}
    page = explorer.ask(**shops.given, **given)
    assert found_in(page) == set(found)
    assert "HTTP 200" in page
    assert "The body as it came" in page
    for said in explorer.said:
        assert shops.remote.master_key not in said


def test_the_answer_has_what_was_selected_in_the_order_asked_for(
    shops: Shops, explorer: Explorer
) -> None:
    given = {
        "where": "box", "south": "50", "west": "0", "north": "70", "east": "20", "select": "ShopID,Seats",
        "distance": "on", "o1": "Seats", "d1": "desc",
    }  # fmt: skip
    page = explorer.ask(**shops.given, **given)
    assert re.findall(r'<th scope="col">(\w+)</th>', page) == ["ShopID", "Seats", "__Distance"]
    assert re.findall(r">([a-d])</td>", page) == ["a", "b", "d", "c"]


def test_pages_are_turned(shops: Shops, explorer: Explorer) -> None:
    first = explorer.ask(**shops.given, top="3")
    assert "Entities 1 to 3 of 4" in first
    assert 'data-skip="3"' in first
    second = explorer.ask(**shops.given, top="3", skip="3")
    assert found_in(second) == {"d"}
    assert 'data-skip="0"' in second
    uncounted = explorer.ask(**shops.given, top="3", count="none")
    assert "Entities 1 to 3, not counted" in uncounted
    assert "No entity is left" in explorer.ask(**shops.given, skip="99")


def test_a_filter_that_no_entity_meets_is_told(shops: Shops, explorer: Explorer) -> None:
    page = explorer.ask(**shops.given, filter="City Eq 'Nowhere'")
    assert "No entity meets this query" in page


def test_what_lies_on_the_map_comes_with_it(shops: Shops, explorer: Explorer) -> None:
    page = explorer.ask(**shops.given)
    features = _features(page)
    kinds = {one["properties"]["id"]: one["geometry"]["type"] for one in features}
    assert kinds == {"a": "Point", "b": "Polygon", "c": "Point", "d": "Point"}
    cut = explorer.ask(**shops.given, where="shape", wkt=SQUARE, common=SQUARE)
    shape = next(one for one in _features(cut) if one["properties"]["id"] == "b")["geometry"]
    assert min(x for x, _ in shape["coordinates"][0]) == 5.5
    assert "1 has no location" in explorer.ask(**shops.given, find="id", entity="a", select="City")


def _features(page: str) -> Any:
    found = re.search(r'<script id="explore-features"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])["features"]


def test_the_address_is_that_of_the_question(shops: Shops, explorer: Explorer) -> None:
    asked = explorer.asked(**shops.given, filter="City Eq 'Oslo'", top="5", token="x", edit="text")
    page = reverse("explore", args=[explorer.account.pk])
    assert asked["HX-Push-Url"] == (
        f"{page}?source={shops.source.pk}&filter=City+Eq+%27Oslo%27&top=5"
    )


def test_where_an_address_was_found_is_told(shops: Shops, explorer: Explorer) -> None:
    page = explorer.ask(**shops.given, where="address", place="Bergen, Norway", km="50")
    assert "Bergen, Norway (GeoNames" in page


def test_the_services_words_stand_once_with_what_to_do(shops: Shops, explorer: Explorer) -> None:
    page = explorer.ask(**shops.given, filter="Nothing Eq 1")
    assert "HTTP 400" in page
    assert "does not accept this request" in page
    said, raw, _body = page.partition("<details")
    assert raw
    assert said.count("no property &#x27;Nothing&#x27;") == 1


def test_a_query_by_an_id_that_is_not_there_is_told(shops: Shops, explorer: Explorer) -> None:
    page = explorer.ask(**shops.given, find="id", entity="nobody")
    assert "HTTP 404" in page
    assert "no entity with this ID" in page


def test_the_staged_version_is_asked_for_itself(shops: Shops, explorer: Explorer) -> None:
    from tests.views.sources import make_version

    staged = "Bing Spatial Data Services, 1.0, Shop\nShopID(Edm.String,primaryKey)|Latitude(Edm.Double)|Longitude(Edm.Double)\nd|1|2\n"
    shops.remote.loaded("Shops", staged, operation="completeStaging")
    make_version(shops.source, "staged", properties=PROPERTIES[:1] + PROPERTIES[-2:])
    assert found_in(explorer.ask(**shops.given, version="staged")) == {"d"}
    assert found_in(explorer.ask(**shops.given, version="published")) == set("abcd")


# --- services that misbehave ---


@pytest.fixture
def odd(account: Account, make_key: MakeKey, faulty: FaultyService) -> tuple[DataSource, Key]:
    """A data source of a service that does as a test tells it."""
    account.service.base_url = faulty.base_url
    account.service.save()
    return make_source(account, "Odd", properties=PROPERTIES), make_key("Shared", shared=True)


@pytest.mark.parametrize(
    ("behaviour", "words", "raw"),
    [
        (answer(401), "refused the key", ""),
        (answer(404), "does not know this data source", ""),
        (answer(500, b"<p>Boom</p>", "text/html"), "Try again later", "&lt;p&gt;Boom&lt;/p&gt;"),
        (answer(503), "Try again later", ""),
        (answer(429, headers={"Retry-After": "9"}), "too many requests", ""),
        (html(), "a web page", "Sign in"),
        (half_json(), "half a JSON, or none", "5bf10c37df01"),
        (answer(200, b"<feed"), "half an XML, or none", "&lt;feed"),
        (answer(200), "half a JSON, or none", ""),
        (answer(200, b'{"d":{"results":3}}'), "JSON of another kind", "results"),
        (truncate(), "connection to the service broke", ""),
        (reset, "connection to the service broke", ""),
        (reset_in_answer, "connection to the service broke", ""),
        (huge(40 * 1024 * 1024), "larger than", ""),
    ],
)  # fmt: skip
def test_a_service_that_fails_is_told_in_words(
    odd: tuple[DataSource, Key],
    explorer: Explorer,
    faulty: FaultyService,
    behaviour: Behaviour,
    words: str,
    raw: str,
) -> None:
    source, key = odd
    faulty.will(behaviour)
    page = explorer.ask(source=source.pk, key=key.pk, filter="City Eq 'Oslo'")
    assert "note-failed" in page
    assert words in page
    assert raw in page
    assert "Traceback" not in page
    for said in explorer.said:
        assert key.secret not in said


@pytest.mark.parametrize("behaviour", [hang, drip])
def test_a_service_that_is_too_late_is_given_up(
    odd: tuple[DataSource, Key],
    explorer: Explorer,
    faulty: FaultyService,
    monkeypatch: pytest.MonkeyPatch,
    behaviour: Behaviour,
) -> None:
    source, key = odd
    monkeypatch.setattr(asking, "SECONDS", 0.3)
    faulty.will(behaviour)
    page = explorer.ask(source=source.pk, key=key.pk)
    assert "No answer came within" in page


def test_nobody_there_is_told(explorer: Explorer, account: Account, make_key: MakeKey) -> None:
    account.service.base_url = refused_base_url()
    account.service.save()
    source, key = make_source(account, properties=PROPERTIES), make_key("Shared", shared=True)
    page = explorer.ask(source=source.pk, key=key.pk)
    assert "could not be reached, so nothing was sent" in page


def test_a_wait_is_cancelled(
    odd: tuple[DataSource, Key], explorer: Explorer, faulty: FaultyService, people: dict[str, Any]
) -> None:
    """The question waits in this thread; what cancels it comes from another, as a second request."""
    source, key = odd
    faulty.will(hang)
    viewer = people["viewer"]

    def cancel() -> None:
        eventually(lambda: faulty.seen and asking.cancel(viewer, "mine"))

    other = threading.Thread(target=cancel)
    other.start()
    page = explorer.ask(source=source.pk, key=key.pk, token="mine")
    other.join(60)
    assert "Cancelled" in page


def test_cancelling_what_is_over_does_no_harm(account: Account, clients: dict[str, Client]) -> None:
    address = reverse("explore_cancel", args=[account.pk])
    assert clients["viewer"].post(address, {"token": "x"}).status_code == 204


def test_values_with_markup_are_shown_and_not_run(
    odd: tuple[DataSource, Key], explorer: Explorer, faulty: FaultyService
) -> None:
    source, key = odd
    evil = "</script><img src=x onerror=alert(1)>"
    body = json.dumps(
        {"d": {"results": [{"City": evil, evil: "x", "Latitude": 1.5, "Longitude": 2.5}]}}
    )
    faulty.will(answer(200, body=body.encode()))
    page = explorer.ask(source=source.pk, key=key.pk)
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><content><properties>'
        "<City>&lt;img src=x&gt;</City></properties></content></entry></feed>"
    )
    faulty.will(answer(200, body=atom.encode(), content_type="application/atom+xml"))
    page = explorer.ask(source=source.pk, key=key.pk, format="atom")
    assert "<img" not in page
    assert "&lt;img src=x&gt;" in page
    composed = explorer.compose(source=source.pk, key=key.pk, filter=f"City Eq '{evil}'")
    assert all(
        "</script>" not in one["code"] or one["name"] != "javascript" for one in composed["code"]
    )


def test_a_body_without_end_is_cut(
    odd: tuple[DataSource, Key], explorer: Explorer, faulty: FaultyService
) -> None:
    source, key = odd
    rows = [{"City": "x" * 3000, "Seats": n} for n in range(300)]
    faulty.will(answer(200, body=json.dumps({"d": {"results": rows}}).encode()))
    page = explorer.ask(source=source.pk, key=key.pk)
    assert "The beginning of" in page
    assert len(page) < 1_500_000


def test_an_entity_type_of_350_properties_is_shown_in_part(
    odd: tuple[DataSource, Key], explorer: Explorer, faulty: FaultyService
) -> None:
    source, key = odd
    row = {f"P{n}": n for n in range(350)}
    faulty.will(answer(200, body=json.dumps({"d": {"results": [row] * 250}}).encode()))
    page = explorer.ask(source=source.pk, key=key.pk)
    assert "290 more properties are not shown here" in page


def test_half_a_json_is_kept_for_reading(
    odd: tuple[DataSource, Key], explorer: Explorer, faulty: FaultyService
) -> None:
    source, key = odd
    faulty.will(half_json())
    page = explorer.ask(source=source.pk, key=key.pk)
    assert HALF_JSON.decode().replace('"', "&quot;") in page
