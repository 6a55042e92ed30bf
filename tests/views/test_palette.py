"""The command palette: everything the person may use, and nothing else."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dashboard.people.models import Membership, Team, User
from datasources.models import Account, Draft, DraftState, VersionState
from tests.people_fixtures import refusals
from tests.views.fixtures import MakeJob
from tests.views.sources import make_source, make_version

pytestmark = pytest.mark.django_db
MAX_QUERIES = 15
URL = "/go/"


def found(client: Client, typed: str = "", **more: Any) -> dict[str, str]:
    """The labels that answer, each with where it leads, in their order."""
    page = client.get(URL, {"q": typed, **more}, headers={"HX-Request": "true"})
    assert page.status_code == 200
    entries = page.content.decode().split('role="option"')[1:]
    labels = [unescape(part.split('palette-label">')[1].split("<")[0]) for part in entries]
    tags = [part.split(">")[0] for part in entries]
    urls = [unescape(tag.split('href="')[1].split('"')[0]) if "href" in tag else "" for tag in tags]
    return dict(zip(labels, urls, strict=True))


def test_it_is_for_people_who_are_signed_in(clients: dict[str, Client]) -> None:
    refusals(clients, URL, strangers=())


def test_a_data_source_is_found_by_parts_of_its_name(
    account: Account, clients: dict[str, Client]
) -> None:
    source = make_source(account, "StoresEU")
    make_source(account, "Gone stores", gone_at=timezone.now())
    url = reverse("source", args=[account.pk, source.pk])
    for typed in ("stores", "EU st", "  STORESEU ", "store"):
        assert found(clients["viewer"], typed)["StoresEU"] == url
        assert "Gone stores" not in found(clients["viewer"], typed)


def test_strangers_find_nothing_of_a_team(
    account: Account, clients: dict[str, Client], make_job: MakeJob, people: dict[str, User]
) -> None:
    source = make_source(account, "StoresEU")
    make_job(data_source=source)
    Draft.objects.create(
        account=account, data_source=source, owner=people["editor"], state=DraftState.OPEN
    )
    for typed in ("storeseu", "", "shops", "cartography"):
        answer = clients["outsider"].get(
            URL, {"q": typed, "account": account.pk}, headers={"HX-Request": "true"}
        )
        said = answer.content.decode()
        assert "StoresEU" not in said
        assert "Shops" not in said
        assert "Cartography" not in said


ACTS = {
    "viewer": {"Map of StoresEU", "Query StoresEU", "Download StoresEU",
               "Compare versions of StoresEU"},
    "editor": {"Edit StoresEU", "Update StoresEU from a file"},
    "publisher": {"Publish the staged version of StoresEU", "Roll back StoresEU",
                  "Delete the staged version of StoresEU", "Make StoresEU public",
                  "Delete StoresEU"},
}  # fmt: skip


def test_actions_are_those_of_the_persons_role(
    account: Account, clients: dict[str, Client]
) -> None:
    source = make_source(account, "StoresEU")
    for state in (VersionState.PUBLISHED, VersionState.STAGED, VersionState.EARLIER):
        make_version(source, state)
    covered: set[str] = set()
    for person, more in ACTS.items():
        covered |= more
        shown: set[str] = set()
        for verb in ("map", "query", "download", "compare", "edit", "update", "publish", "roll",
                     "delete", "public"):  # fmt: skip
            shown |= set(found(clients[person], f"{verb} storeseu"))
        assert {label for label in shown if "StoresEU" in label} - {"StoresEU"} == covered


def test_every_address_it_gives_opens(
    account: Account, clients: dict[str, Client], make_job: MakeJob, people: dict[str, User]
) -> None:
    source = make_source(account, "StoresEU")
    for state in (VersionState.PUBLISHED, VersionState.STAGED, VersionState.EARLIER):
        make_version(source, state)
    make_job(data_source=source)
    Draft.objects.create(
        account=account, data_source=source, owner=people["editor"], state=DraftState.OPEN
    )
    for person in ("viewer", "editor", "publisher", "admin", "site_admin", "outsider"):
        led: dict[str, str] = {}
        for typed in ("", *"abcdefghijklmnopqrstuvwxyz", *(f"{a} stores" for a in "mqdeurpcl")):
            led |= found(clients[person], typed)
        assert len(led) > 6
        for label, url in led.items():
            if url:
                page = clients[person].get(url, follow=True)
                assert page.status_code == 200, (person, label)


def test_a_publisher_of_one_team_may_publish_nothing_of_another(
    account: Account, clients: dict[str, Client], people: dict[str, User], team: Team
) -> None:
    make_version(make_source(account, "StoresEU"), VersionState.STAGED)
    Membership.objects.create(team=team, user=people["outsider"], role="viewer")
    shown = found(clients["outsider"], "publish storeseu")
    assert "StoresEU" not in "".join(shown)


def test_jobs_and_drafts_are_found_by_what_they_concern(
    account: Account, clients: dict[str, Client], make_job: MakeJob, people: dict[str, User]
) -> None:
    job = make_job(operation="complete", data_source_name="StoresEU", remote_id="abc123")
    source = make_source(account, "Roads")
    draft = Draft.objects.create(
        account=account, data_source=source, owner=people["editor"], state=DraftState.OPEN,
        name="Spring opening hours",
    )  # fmt: skip
    url = reverse("job", args=[account.pk, job.pk])
    assert url in found(clients["viewer"], "storeseu done").values()
    assert url in found(clients["viewer"], "abc123").values()
    shown = found(clients["viewer"], "spring")
    assert shown["Spring opening hours"] == reverse("draft", args=[account.pk, draft.pk])


def test_the_page_alone_has_the_same_list(account: Account, clients: dict[str, Client]) -> None:
    make_source(account, "StoresEU")
    page = clients["viewer"].get(URL, {"q": "storeseu"}).content.decode()
    assert page.count('id="palette-q"') == 1
    assert "StoresEU" in page


@pytest.mark.parametrize(
    "typed", ["%", "_", "'; DROP TABLE x;--", "\\", "<script>alert(1)</script>", "x" * 90_000,
              "\x00", "ß ẞ", "a " * 5000, "🗺"],
)  # fmt: skip
def test_anything_may_be_typed(account: Account, clients: dict[str, Client], typed: str) -> None:
    make_source(account, "<b>Stores</b>")
    page = clients["viewer"].get(URL, {"q": typed}, headers={"HX-Request": "true"})
    assert page.status_code == 200
    assert "<script>" not in page.content.decode()
    assert "<b>" not in page.content.decode()


@pytest.mark.parametrize("account_id", ["0", "x", "-1", "9" * 40, "²"])
def test_an_account_that_is_none_is_passed_over(
    account: Account, clients: dict[str, Client], account_id: str
) -> None:
    assert "Upload a file" in found(clients["editor"], "upload", account=account_id)


@pytest.mark.parametrize("person", ["viewer", "site_admin"])
@pytest.mark.parametrize("typed", ["", "s", "publish stores"])
def test_few_queries_whatever_there_is(
    account: Account,
    clients: dict[str, Client],
    make_job: MakeJob,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    person: str,
    typed: str,
) -> None:
    for number in range(30):
        other = Account.objects.create(
            team=account.team, service=account.service, name=f"Shops {number}"
        )
        source = make_source(other, f"Stores{number}")
        make_version(source, VersionState.STAGED)
        make_job(data_source=source, data_source_name=source.name)
    with django_assert_max_num_queries(MAX_QUERIES):
        assert found(clients[person], typed)
