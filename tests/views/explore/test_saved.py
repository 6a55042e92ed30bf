"""Queries are kept by name, shared with the team, and asked with the key of whoever opens them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from dashboard.audit.models import Event
from dashboard.people.models import User
from datasources.models import Account, DataSource, SavedQuery
from tests.people_fixtures import refusals
from tests.views.explore.conftest import PROPERTIES, Explorer, Shops, found_in
from tests.views.fixtures import MakeKey
from tests.views.sources import make_source, make_version

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def source(account: Account) -> DataSource:
    return make_source(account, "Shops", properties=PROPERTIES)


def make_query(account: Account, owner: User, name: str = "Late", **values: Any) -> SavedQuery:
    given = {"address": "source=1&filter=Seats+Gt+5", "target_name": "Shops", **values}
    return SavedQuery.objects.create(account=account, owner=owner, name=name, **given)


def save(client: Client, account: Account, **given: Any) -> Any:
    return client.post(reverse("explore_save", args=[account.pk]), given, headers=HTMX)


def test_a_query_is_saved_and_opened_as_it_was(
    account: Account, source: DataSource, clients: dict[str, Client], people: dict[str, User]
) -> None:
    given = {"source": source.pk, "filter": "Seats Gt 5", "where": "near", "lat": "1", "lon": "2"}
    asked = save(clients["viewer"], account, **given)
    assert b'name="save_name"' in asked.content
    saved = save(clients["viewer"], account, **given, save_name="Late", save_shared="on", key="7")
    one = SavedQuery.objects.get()
    assert saved["HX-Redirect"].endswith(f"&saved={one.pk}")
    assert one.address == f"source={source.pk}&filter=Seats+Gt+5&where=near&lat=1&lon=2"
    assert (one.owner, one.is_shared, one.data_source) == (people["viewer"], True, source)
    opened = clients["editor"].get(reverse("explore_saved_open", args=[account.pk, one.pk]))
    page = clients["editor"].get(opened["Location"]).content.decode()
    assert (
        "A query that vera shares with the team" in page.replace("Vera", "vera") or "vera" in page
    )
    assert "Seats Gt 5" in page
    assert [event.action for event in Event.objects.filter(action__startswith="query")] == [
        "query.share", "query.save",
    ]  # fmt: skip


def test_whoever_opens_it_asks_with_a_key_of_their_own(
    shops: Shops,
    account: Account,
    clients: dict[str, Client],
    people: dict[str, User],
    make_key: MakeKey,
) -> None:
    shops.key.is_shared = False
    shops.key.save()
    one = make_query(
        account,
        people["publisher"],
        address=f"source={shops.source.pk}&filter=Seats+Gt+30",
        is_shared=True,
    )
    mine = make_key("Mine", owner="viewer", secret=shops.remote.query_key)
    opened = clients["viewer"].get(reverse("explore_saved_open", args=[account.pk, one.pk]))
    page = clients["viewer"].get(opened["Location"]).content.decode()
    assert f'<option value="{mine.pk}" selected>' in page
    assert str(shops.key) not in page
    explorer = Explorer(clients["viewer"], account)
    assert found_in(explorer.ask(source=shops.source.pk, filter="Seats Gt 30")) == {"a"}


def test_private_ones_are_their_owners_alone(
    account: Account, clients: dict[str, Client], people: dict[str, User]
) -> None:
    one = make_query(account, people["viewer"])
    for name in ("explore_saved_open", "explore_saved_change", "explore_saved_delete"):
        address = reverse(name, args=[account.pk, one.pk])
        refusals(clients, address, strangers=("outsider", "editor", "admin", "site_admin"))
        assert clients["viewer"].get(address).status_code in (200, 302)
    listed = reverse("explore_saved", args=[account.pk])
    assert "Late" in clients["viewer"].get(listed).content.decode()
    assert "Late" not in clients["editor"].get(listed).content.decode()


def test_shared_ones_are_changed_by_their_owner_and_by_team_admins(
    account: Account, clients: dict[str, Client], people: dict[str, User]
) -> None:
    one = make_query(account, people["viewer"], is_shared=True)
    for name in ("explore_saved_change", "explore_saved_delete"):
        address = reverse(name, args=[account.pk, one.pk])
        for person, status in (
            ("viewer", 200),
            ("admin", 200),
            ("publisher", 404),
            ("editor", 404),
        ):
            assert clients[person].get(address).status_code == status, person
            post = clients[person].post(address, {"save_name": ""} if "change" in name else None)
            if status == 404:
                assert post.status_code == 404
            if "delete" in name and person == "viewer":
                one = make_query(account, people["viewer"], name="Another", is_shared=True)
                address = reverse(name, args=[account.pk, one.pk])


def test_the_list_is_for_members(account: Account, clients: dict[str, Client]) -> None:
    refusals(clients, reverse("explore_saved", args=[account.pk]))
    refusals(clients, reverse("explore_save", args=[account.pk]), post={})
    page = clients["viewer"].get(reverse("explore_saved", args=[account.pk])).content.decode()
    assert "No saved queries yet" in page


def test_the_list_is_searched_and_costs_the_same_however_long(
    account: Account,
    source: DataSource,
    clients: dict[str, Client],
    people: dict[str, User],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for n in range(60):
        make_query(account, people["viewer"], f"Query {n:02}", data_source=source)
    address = reverse("explore_saved", args=[account.pk])
    with django_assert_max_num_queries(15):
        page = clients["viewer"].get(address).content.decode()
    assert "Query 00" in page
    assert "1 to 50 of 60" in page
    found = clients["viewer"].get(address, {"q": "query 59"}, headers=HTMX).content.decode()
    assert "Query 59" in found
    assert "Query 00" not in found
    assert "Nothing found" in clients["viewer"].get(address, {"q": "zzz"}).content.decode()


def test_one_is_renamed_shared_and_deleted(
    account: Account, clients: dict[str, Client], people: dict[str, User]
) -> None:
    one = make_query(account, people["viewer"])
    change = reverse("explore_saved_change", args=[account.pk, one.pk])
    clients["viewer"].post(change, {"save_name": "Later", "save_shared": "on"}, headers=HTMX)
    one.refresh_from_db()
    assert (one.name, one.is_shared) == ("Later", True)
    clients["viewer"].post(change, {"save_name": "Later"}, headers=HTMX)
    delete = reverse("explore_saved_delete", args=[account.pk, one.pk])
    assert "Delete “Later”" in clients["viewer"].get(delete).content.decode()
    clients["viewer"].post(delete)
    assert not SavedQuery.objects.exists()
    told = Event.objects.filter(action__startswith="query").order_by("pk")
    assert [event.action for event in told] == [
        "query.rename", "query.share", "query.unshare", "query.delete",
    ]  # fmt: skip
    assert {event.target for event in told} == {"Later"}
    assert told[0].detail["before"] == "Late"


def test_a_saved_one_is_changed_or_saved_as_another(
    account: Account, source: DataSource, clients: dict[str, Client], people: dict[str, User]
) -> None:
    one = make_query(account, people["viewer"])
    given = {"source": source.pk, "filter": "Seats Gt 9", "saved": one.pk}
    dialog = save(clients["viewer"], account, **given).content.decode()
    assert "Change “Late”" in dialog
    save(clients["viewer"], account, **given, save_as=one.pk, save_name="Late")
    one.refresh_from_db()
    assert one.address == f"source={source.pk}&filter=Seats+Gt+9"
    save(clients["viewer"], account, **given, save_as="", save_name="Later")
    assert SavedQuery.objects.count() == 2
    theirs = make_query(account, people["editor"], "Theirs", is_shared=True)
    dialog = save(clients["viewer"], account, **given | {"saved": theirs.pk}).content.decode()
    assert "Change “" not in dialog, "it is somebody else's"
    save(
        clients["viewer"], account, **given | {"saved": theirs.pk}, save_as=theirs.pk, save_name="X"
    )
    theirs.refresh_from_db()
    assert theirs.name == "Theirs"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"save_name": ""}, "A name is needed."),
        ({"save_name": "x" * 81}, "at most 80 characters"),
        ({"save_name": "Late"}, "There is a query of this name"),
        ({"save_name": "New", "source": "99999"}, "not one of the account"),
        ({"save_name": "New", "source": ""}, "Choose a data source first"),
        ({"save_name": "New", "find": "ids", "ids": "x\n" * 60_000 + "y" * 90_000}, "too long"),
    ],
)
def test_what_cannot_be_saved_is_told(
    account: Account,
    source: DataSource,
    clients: dict[str, Client],
    people: dict[str, User],
    given: dict[str, str],
    words: str,
) -> None:
    make_query(account, people["viewer"])
    answer = save(clients["viewer"], account, **{"source": source.pk, **given})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert SavedQuery.objects.count() == 1


def test_a_data_source_that_was_made_anew_is_found_again(
    shops: Shops, account: Account, clients: dict[str, Client], people: dict[str, User]
) -> None:
    from django.utils import timezone

    gone = make_source(account, "Old", properties=PROPERTIES, gone_at=timezone.now())
    again = make_source(account, "Old", properties=PROPERTIES, query_url=shops.source.query_url)
    make_version(again)
    one = make_query(account, people["viewer"], address=f"source={gone.pk}&filter=Seats+Gt+5")
    opened = clients["viewer"].get(reverse("explore_saved_open", args=[account.pk, one.pk]))
    page = clients["viewer"].get(opened["Location"]).content.decode()
    assert f'name="source" value="{again.pk}"' in page
    assert "no longer has it" not in page


def test_a_name_with_markup_is_shown_and_not_run(
    account: Account, clients: dict[str, Client], people: dict[str, User]
) -> None:
    one = make_query(account, people["viewer"], "<script>alert(1)</script>")
    for address in (
        reverse("explore_saved", args=[account.pk]),
        reverse("explore_saved_delete", args=[account.pk, one.pk]),
        f"{reverse('explore', args=[account.pk])}?{one.address}&saved={one.pk}",
    ):
        assert "<script>alert" not in clients["viewer"].get(address).content.decode()
