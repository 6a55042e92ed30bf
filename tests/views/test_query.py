"""The query box asks the real service, and shows the answer or what is wrong in words."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasources.models import Account, DataSource, Key
from tests.faulty import FaultyService, answer
from tests.live import LiveServer, service_path
from tests.views.fixtures import STORES, MakeKey
from tests.views.sources import make_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def stores(account: Account, make_key: MakeKey, live_sds: LiveServer) -> tuple[DataSource, Key]:
    """Three stores on a live server, and the account's master key."""
    remote = live_sds.account()
    job = remote.loaded("Stores", STORES)
    account.service.base_url = remote.base_url
    account.service.save()
    key = make_key("Master", shared=True, secret=remote.master_key)
    query_url = f"{service_path(job)}/Stores"
    return make_source(account, "Stores", query_url=query_url, master_key=key), key


def ask(client: Client, source: DataSource, key: Key, **given: Any) -> str:
    address = reverse("source_query", args=[source.account_id, source.pk])
    found = client.get(address, {"key": key.pk, **given}, headers={"HX-Request": "true"})
    assert found.status_code == 200
    assert key.secret not in found.content.decode()
    return found.content.decode()


@pytest.mark.parametrize(
    ("given", "found", "not_found"),
    [
        ({"mode": "id", "entity_id": "2"}, ["Bergen"], ["Oslo"]),
        (
            {"mode": "near", "latitude": "60", "longitude": "10.7", "distance": "50"},
            ["Oslo"],
            ["Bergen"],
        ),
        (
            {"mode": "box", "south": "60", "west": "0", "north": "70", "east": "20"},
            ["Bergen", "Tromsø"],
            ["Oslo"],
        ),
        ({"mode": "filter", "filter": "Name Eq 'Oslo'"}, ["Oslo"], ["Bergen"]),
        ({}, ["Oslo", "Bergen", "Tromsø"], []),
    ],
)
def test_each_tab_finds_its_entities(
    stores: tuple[DataSource, Key],
    clients: dict[str, Client],
    given: dict[str, str],
    found: list[str],
    not_found: list[str],
) -> None:
    source, key = stores
    page = ask(clients["viewer"], source, key, **given)
    assert all(f">{name}<" in page for name in found)
    assert not any(f">{name}<" in page for name in not_found)
    assert "key={key}" in page, "the URL as sent, without the key"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"mode": "id"}, "Entity ID is needed."),
        ({"mode": "near", "latitude": "91", "longitude": "x"}, "Between −90 and 90 degrees"),
        ({"mode": "near", "distance": "2000"}, "Kilometres, from 0.16 to 1000."),
        (
            {"mode": "box", "south": "10", "north": "5", "west": "0", "east": "1"},
            "North must not lie south of South.",
        ),
    ],
)
def test_a_fault_stands_under_its_field(
    account: Account,
    clients: dict[str, Client],
    make_key: MakeKey,
    given: dict[str, str],
    words: str,
) -> None:
    source = make_source(account)
    page = ask(clients["viewer"], source, make_key("Shared", shared=True), **given)
    assert words in page
    assert 'aria-invalid="true"' in page


def test_what_is_typed_under_another_tab_does_not_matter(
    stores: tuple[DataSource, Key], clients: dict[str, Client]
) -> None:
    source, key = stores
    page = ask(clients["viewer"], source, key, mode="id", entity_id="1", latitude="nonsense")
    assert ">Oslo<" in page
    assert 'value="nonsense"' in page, "what was typed is kept"


def test_the_service_says_what_is_wrong_with_a_filter(
    stores: tuple[DataSource, Key], clients: dict[str, Client]
) -> None:
    source, key = stores
    page = ask(clients["viewer"], source, key, filter="Name Equals Oslo")
    assert "note-failed" in page
    assert "filter" in page


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (answer(401), "key"),
        (answer(503), "Try again later"),
        (answer(200, body=b"<html>Sign in</html>"), "note-failed"),
        (answer(200, body=b'{"d":{"results":[{'), "note-failed"),
    ],
)
def test_a_service_that_fails_is_told_in_words(
    account: Account,
    clients: dict[str, Client],
    make_key: MakeKey,
    faulty: FaultyService,
    behaviour: Any,
    words: str,
) -> None:
    account.service.base_url = faulty.base_url
    account.service.save()
    faulty.will(behaviour)
    source = make_source(account)
    page = ask(clients["viewer"], source, make_key("Shared", shared=True), filter="A Eq 1")
    assert "note-failed" in page
    assert words in page
    assert "Traceback" not in page


def test_without_a_key_the_box_says_what_it_takes(
    account: Account, clients: dict[str, Client]
) -> None:
    source = make_source(account)
    page = clients["viewer"].get(reverse("source", args=[account.pk, source.pk])).content.decode()
    assert "Querying takes an account key" in page


def test_a_key_of_somebody_else_is_not_taken(
    account: Account, clients: dict[str, Client], make_key: MakeKey
) -> None:
    source = make_source(account)
    make_key("Shared", shared=True)
    page = ask(clients["viewer"], source, make_key("Private", owner="admin"))
    assert "not one you may use here any more" in page


def test_a_value_with_markup_is_shown_and_not_run(
    account: Account, clients: dict[str, Client], make_key: MakeKey, faulty: FaultyService
) -> None:
    account.service.base_url = faulty.base_url
    account.service.save()
    body = b'{"d":{"results":[{"Name":"<img src=x onerror=alert(1)>","A":null,"B":true,"C":1.5}]}}'
    faulty.will(answer(200, body=body, headers={"Content-Type": "application/json"}))
    page = ask(clients["viewer"], make_source(account), make_key("Shared", shared=True))
    assert "<img" not in page
    assert "&lt;img" in page
