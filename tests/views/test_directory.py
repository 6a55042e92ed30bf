"""The public directory lists what anyone may query, as the service says it now."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from datasources.models import Account
from tests.faulty import FaultyService, answer
from tests.live import LiveServer
from tests.people_fixtures import refusals
from tests.views.fixtures import STORES, MakeKey

pytestmark = pytest.mark.django_db


def url(account: Account, query: str = "") -> str:
    return reverse("directory", args=[account.pk]) + query


def test_strangers_do_not_see_it(account: Account, clients: dict[str, Client]) -> None:
    refusals(clients, url(account))


def test_it_lists_public_data_sources_and_can_be_searched(
    account: Account, clients: dict[str, Client], make_key: MakeKey, live_sds: LiveServer
) -> None:
    remote = live_sds.account()
    remote.loaded("OpenStores", STORES, setPublic="1")
    remote.loaded("SecretStores", STORES)
    account.service.base_url = remote.base_url
    account.service.save()
    key = make_key("Master", shared=True, secret=remote.master_key)
    page = clients["viewer"].get(url(account)).content.decode()
    assert "OpenStores" in page
    assert "SecretStores" not in page
    assert key.secret not in page
    found = clients["viewer"].get(url(account, "?q=openst&sort=-changed")).content.decode()
    assert "OpenStores" in found
    nothing = clients["viewer"].get(url(account, "?q=zzz"), headers={"HX-Request": "true"})
    assert "Nothing found" in nothing.content.decode()


def test_without_a_key_it_says_what_to_do(account: Account, clients: dict[str, Client]) -> None:
    assert "add yours, or have someone share one" in (
        clients["viewer"].get(url(account)).content.decode()
    )


@pytest.mark.parametrize("status", [401, 403, 500, 503])
def test_a_service_that_fails_is_told_in_words(
    account: Account,
    clients: dict[str, Client],
    make_key: MakeKey,
    faulty: FaultyService,
    status: int,
) -> None:
    account.service.base_url = faulty.base_url
    account.service.save()
    key = make_key("Shared", shared=True)
    faulty.will(answer(status))
    for headers in ({}, {"HX-Request": "true"}):
        found = clients["viewer"].get(url(account), headers=headers)
        assert found.status_code == 200
        assert "service" in found.content.decode()
        assert key.secret not in found.content.decode()
