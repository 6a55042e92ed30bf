"""Account keys: stored once the service takes them, shared, renamed, removed, and never shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from dashboard.audit.models import Event
from dashboard.people.models import User
from datasources.models import Account, DataSource, Job, JobState, Key, Service
from tests.faulty import FaultyService, answer, half_json, html, refused_base_url
from tests.live import LiveServer
from tests.views.fixtures import SECRET, MakeJob, MakeKey


@pytest.fixture
def url(account: Account) -> str:
    return reverse("keys", args=[account.pk])


@pytest.fixture
def on_real_server(service: Service, live_sds: LiveServer) -> LiveServer:
    Service.objects.filter(pk=service.pk).update(base_url=live_sds.base_url)
    return live_sds


def said(response: Any) -> str:
    return str(response.content.decode())


def given(secret: str = SECRET, **fields: str) -> dict[str, str]:
    return {"name": "Master", "secret": secret, **fields}


def act(key: Key, name: str) -> str:
    return reverse(name, args=[key.account_id, key.pk])


@pytest.mark.parametrize(("who", "status"), {"outsider": 404, "visitor": 302}.items())
def test_outsiders_and_visitors_see_and_store_nothing(
    clients: dict[str, Client], url: str, who: str, status: int
) -> None:
    assert clients[who].get(url).status_code == status
    assert clients[who].post(url, given()).status_code == status
    assert not Key.objects.exists()


@pytest.mark.parametrize("who", ["viewer", "editor", "publisher", "admin"])
def test_the_list_holds_ones_own_keys_and_the_shared_ones(
    clients: dict[str, Client], url: str, make_key: MakeKey, who: str
) -> None:
    make_key("Mine", owner=who)
    make_key("Shared", owner="owner", shared=True)
    make_key("Private", owner="owner")
    page = clients[who].get(url)
    assert [key.name for key in page.context["page"]] == ["Mine", "Shared"]
    assert "Private" not in said(page)
    assert SECRET not in said(page)


def test_a_site_admin_sees_no_private_keys_either(
    clients: dict[str, Client], url: str, make_key: MakeKey
) -> None:
    make_key("Private")
    assert "Private" not in said(clients["site_admin"].get(url))


# --- storing ---


def test_a_key_that_works_is_stored_with_the_services_answer(
    clients: dict[str, Client], people: dict[str, User], url: str, on_real_server: LiveServer
) -> None:
    account = on_real_server.account()
    answer = clients["viewer"].post(url, given(account.master_key), follow=True)
    key = Key.objects.get()
    assert "Works: 0 data sources found" in said(answer)
    assert (key.owner, key.is_shared, key.check_passed) == (people["viewer"], False, True)
    assert key.last_four == account.master_key[-4:]
    assert account.master_key not in said(answer)
    event = Event.objects.get(action="key.create")
    assert account.master_key not in f"{event.target} {event.detail}"


def test_a_refused_key_is_not_stored_and_the_services_answer_stands_under_the_field(
    clients: dict[str, Client], url: str, on_real_server: LiveServer
) -> None:
    page = clients["publisher"].post(url, given(name="Typed name"))
    assert page.status_code == 422
    assert "The service refused the key." in said(page)
    assert 'id="id_secret-errors"' in said(page)
    assert 'value="Typed name"' in said(page)
    assert SECRET not in said(page)
    assert not Key.objects.exists()
    assert not Event.objects.filter(action="key.create").exists()


@pytest.mark.parametrize(
    "behaviour",
    [answer(403), answer(500), answer(503), html(), half_json()],
    ids=["403", "500", "503", "HTML", "half a JSON"],
)
def test_a_service_that_fails_says_nothing_about_the_key_which_is_stored_with_a_note(
    clients: dict[str, Client], url: str, service: Service, faulty: FaultyService, behaviour: Any
) -> None:
    faulty.will(behaviour)
    Service.objects.filter(pk=service.pk).update(base_url=faulty.base_url)
    page = clients["publisher"].post(url, given(), follow=True)
    key = Key.objects.get()
    assert key.check_passed is None
    assert key.check_words
    assert "Not known" in said(page)
    assert SECRET not in said(page)


def test_a_service_that_cannot_be_reached_is_a_note_too(
    clients: dict[str, Client], url: str, service: Service
) -> None:
    Service.objects.filter(pk=service.pk).update(base_url=refused_base_url())
    clients["publisher"].post(url, given())
    assert Key.objects.get().check_passed is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "Give the key a name"),
        ({"name": "N" * 61}, "at most 60"),
        ({"name": "Known"}, "You have a key named “Known”"),
        ({"secret": ""}, "Paste the account key"),
        ({"secret": "two words here"}, "no spaces"),
        ({"secret": "schlüssel"}, "letters, digits"),
        ({"secret": f"{SECRET}Known"}, "the key you stored as “Known”"),
    ],
)
def test_what_is_wrong_stands_next_to_its_field(
    clients: dict[str, Client], url: str, make_key: MakeKey, fields: dict[str, str], words: str
) -> None:
    make_key("Known")
    page = clients["publisher"].post(url, {**given(), **fields})
    assert page.status_code == 422
    assert words in said(page)
    assert SECRET not in said(page)
    assert Key.objects.count() == 1


def test_the_secrets_field_is_write_only(clients: dict[str, Client], url: str) -> None:
    page = said(clients["publisher"].get(url))
    field = page[page.index('name="secret"') - 60 : page.index('name="secret"') + 200]
    assert 'type="password"' in field
    assert 'autocomplete="off"' in field
    assert "value=" not in field


# --- sharing ---


def test_a_publisher_shares_a_key_and_takes_it_back(
    clients: dict[str, Client], make_key: MakeKey, url: str
) -> None:
    key = make_key("Mine")
    clients["publisher"].post(act(key, "key_share"), {"share": "1"})
    assert "Mine" in said(clients["viewer"].get(url))
    clients["publisher"].post(act(key, "key_share"), {"share": "0"})
    assert "Mine" not in said(clients["viewer"].get(url))
    assert [e.action for e in Event.objects.order_by("pk")][-2:] == ["key.share", "key.unshare"]


@pytest.mark.parametrize(
    ("who", "owner", "status"),
    [
        ("viewer", "viewer", 403),
        ("editor", "editor", 403),
        ("admin", "publisher", 404),
        ("outsider", "publisher", 404),
        ("visitor", "publisher", 302),
    ],
)
def test_only_the_owner_shares_and_only_from_publisher_up(
    clients: dict[str, Client], make_key: MakeKey, who: str, owner: str, status: int
) -> None:
    key = make_key("Key", owner=owner)
    assert clients[who].post(act(key, "key_share"), {"share": "1"}).status_code == status
    key.refresh_from_db()
    assert not key.is_shared


def test_an_editor_cannot_share_while_storing(
    clients: dict[str, Client], url: str, service: Service
) -> None:
    page = clients["editor"].post(url, given(is_shared="on"))
    assert page.status_code == 422
    assert not Key.objects.exists()


def test_a_shared_key_is_seen_but_changed_by_its_owner_alone(
    clients: dict[str, Client], make_key: MakeKey
) -> None:
    key = make_key("Shared", shared=True)
    for name in ("key_rename", "key_remove"):
        assert clients["editor"].get(act(key, name)).status_code == 404
        assert clients["editor"].post(act(key, name), {"name": "Taken over"}).status_code == 404
    key.refresh_from_db()
    assert (key.name, key.removed_at) == ("Shared", None)


# --- changing ---


def test_a_key_gets_another_name(clients: dict[str, Client], make_key: MakeKey) -> None:
    key = make_key("Old")
    make_key("Known")
    taken = clients["publisher"].post(act(key, "key_rename"), {"name": "Known"})
    assert taken.status_code == 422
    clients["publisher"].post(act(key, "key_rename"), {"name": "New"})
    key.refresh_from_db()
    assert (key.name, key.secret) == ("New", f"{SECRET}Old")
    assert Event.objects.get(action="key.rename").detail["before"] == "Old"


def test_a_key_is_checked_again(
    clients: dict[str, Client], make_key: MakeKey, url: str, on_real_server: LiveServer
) -> None:
    good = make_key("Good", secret=on_real_server.account().query_key)
    wrong = make_key("Wrong")
    for key in (good, wrong):
        assert clients["publisher"].post(act(key, "key_check")).status_code == 302
        key.refresh_from_db()
    assert (good.check_passed, wrong.check_passed) == (True, False)
    assert "Refused" in said(clients["publisher"].get(url))


def test_removing_says_which_jobs_wait_and_wipes_the_secret(
    clients: dict[str, Client], make_key: MakeKey, make_job: MakeJob, account: Account, url: str
) -> None:
    key = make_key("Mine", shared=True)
    job = make_job(state=JobState.RUNNING, key=key, key_name=str(key), ended_at=None)
    DataSource.objects.create(account=account, name="StoresEU", master_key=key)
    page = said(clients["publisher"].get(act(key, "key_remove")))
    assert "1 job waits on this key" in page
    assert "master key of 1 data source (StoresEU)" in page
    assert Key.objects.get().removed_at is None
    clients["publisher"].post(act(key, "key_remove"))
    key.refresh_from_db()
    assert (key.secret, key.is_shared) == ("", False)
    assert key.removed_at is not None
    assert "Remove Mine" not in said(clients["publisher"].get(url))
    assert Job.objects.get(pk=job.pk).key_name == str(key)
    assert clients["publisher"].get(act(key, "key_remove")).status_code == 404


def test_a_team_admin_removes_a_shared_key_but_no_private_one(
    clients: dict[str, Client], make_key: MakeKey
) -> None:
    shared, private = make_key("Shared", shared=True), make_key("Private")
    assert clients["admin"].post(act(private, "key_remove")).status_code == 404
    assert clients["admin"].post(act(shared, "key_remove")).status_code == 302
    assert list(Key.objects.filter(removed_at=None)) == [private]


def test_the_name_of_a_removed_key_is_free_again(
    clients: dict[str, Client], make_key: MakeKey, url: str, on_real_server: LiveServer
) -> None:
    key = make_key("Master")
    clients["publisher"].post(act(key, "key_remove"))
    clients["publisher"].post(url, given(on_real_server.account().master_key))
    assert Key.objects.filter(name="Master").count() == 2


def test_nothing_is_changed_by_a_mere_link(clients: dict[str, Client], make_key: MakeKey) -> None:
    key = make_key("Mine")
    for name in ("key_check", "key_share"):
        assert clients["publisher"].get(act(key, name)).status_code == 405


def test_ten_thousand_keys_are_paged_in_few_queries(
    clients: dict[str, Client],
    account: Account,
    people: dict[str, User],
    url: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    Key.objects.bulk_create(
        Key(
            account=account, owner=people["publisher"], name=f"Key {number}", secret="",
            last_four="abcd", is_shared=True,
        )
        for number in range(10_000)
    )  # fmt: skip
    with django_assert_max_num_queries(15):
        page = clients["viewer"].get(url, {"page": 200})
    assert len(page.context["page"]) == 50
    assert [k.name for k in clients["viewer"].get(url, {"q": "Key 9999"}).context["page"]] == [
        "Key 9999"
    ]
