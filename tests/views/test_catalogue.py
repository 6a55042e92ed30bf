"""The catalogue shows an account's data sources as last seen, to its team and to nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from dashboard.people.models import Team, User
from datasources.models import Account, DataSource, Duty, DutyName, Version, VersionState
from tests.people_fixtures import refusals
from tests.views.fixtures import MakeKey
from tests.views.sources import make_source, make_version

pytestmark = pytest.mark.django_db
MAX_QUERIES = 15


def url(account: Account, query: str = "") -> str:
    return reverse("catalogue", args=[account.pk]) + query


def names(page: str) -> list[str]:
    """The data sources in the order of the table."""
    parts = page.split('<td class="name">')[1:]
    return [part.split("</a>")[0].rsplit(">", 1)[1] for part in parts]


def test_strangers_do_not_learn_that_the_account_exists(
    account: Account, clients: dict[str, Client]
) -> None:
    for page in ("catalogue", "found", "as_of", "notices"):
        refusals(clients, reverse(page, args=[account.pk]))


def test_a_row_says_all_that_one_looks_for(account: Account, clients: dict[str, Client]) -> None:
    source = make_source(account, is_public=True)
    make_version(source)
    make_version(source, VersionState.STAGED)
    make_version(source, VersionState.EARLIER)
    page = clients["viewer"].get(url(account)).content.decode()
    assert "41,208" in page
    assert "Public" in page
    assert "27 days left" in strip_tags(page)
    assert "1 staged, 1 published, 1 earlier" in page, "the glyph says in words what it shows"
    assert "3 days ago" in page


def test_a_data_source_that_is_gone_is_not_listed(
    account: Account, clients: dict[str, Client]
) -> None:
    make_source(account, "Here")
    make_source(account, "Gone", gone_at=timezone.now())
    page = clients["viewer"].get(url(account)).content.decode()
    assert names(page) == ["Here"]


def test_search_finds_letters_of_the_name_and_the_entity_type(
    account: Account, clients: dict[str, Client]
) -> None:
    make_source(account, "StoresEU")
    make_source(account, "Roads", entity_type="Segment")
    seen = [
        names(clients["viewer"].get(url(account, query)).content.decode())
        for query in ("?q=stores", "?q=SEGM", "?q=nothing")
    ]
    assert seen == [["StoresEU"], ["Roads"], []]


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("name", "Alpha"), ("-name", "Gamma"), ("entities", "Beta"), ("-entities", "Gamma"),
        ("-versions", "Alpha"), ("-changed", "Beta"), ("staged", "Alpha"), ("nonsense", "Alpha"),
    ],
)  # fmt: skip
def test_every_column_sorts(
    account: Account, clients: dict[str, Client], sort: str, first: str
) -> None:
    now = timezone.now()
    for name, entities, days in (("Alpha", 20, 3), ("Beta", 10, 1), ("Gamma", 30, 2)):
        source = make_source(account, name, changed_at=now - timedelta(days=days))
        make_version(source, entity_count=entities)
        if name == "Alpha":
            make_version(source, VersionState.STAGED)
    page = clients["viewer"].get(url(account, f"?sort={sort}")).content.decode()
    assert names(page)[0] == first


def test_ten_thousand_data_sources_are_paged_in_few_queries(
    account: Account,
    clients: dict[str, Client],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    now = timezone.now()
    made = DataSource.objects.bulk_create(
        DataSource(account=account, name=f"Source{number:05}", changed_at=now)
        for number in range(10_000)
    )
    Version.objects.bulk_create(
        Version(
            data_source=source,
            remote_job_id=source.name,
            state="published",
            made_at=now,
            seen_at=now,
        )
        for source in made
    )
    with django_assert_max_num_queries(MAX_QUERIES):
        page = clients["viewer"].get(url(account, "?page=200&sort=-entities")).content.decode()
    assert "9,951 to 10,000 of 10,000 data sources" in page
    assert len(names(page)) == 50


def test_htmx_gets_the_table_alone(account: Account, clients: dict[str, Client]) -> None:
    make_source(account)
    answer = clients["viewer"].get(url(account), headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    assert b"StoresEU" in answer.content
    assert "HX-Request" in answer["Vary"]


def test_an_empty_account_says_what_to_do_first(
    account: Account, clients: dict[str, Client], make_key: MakeKey
) -> None:
    assert "First, add an account key" in clients["publisher"].get(url(account)).content.decode()
    make_key("Master", shared=True)
    assert "Upload a file" in clients["publisher"].get(url(account)).content.decode()
    viewer = clients["viewer"].get(url(account)).content.decode()
    assert "Upload a file" not in viewer
    assert "the role Publisher" in viewer


def test_a_name_with_markup_is_shown_and_not_run(
    account: Account, clients: dict[str, Client]
) -> None:
    make_source(account, "Alpha", entity_type="<script>alert(1)</script>")
    page = clients["viewer"].get(url(account)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_refreshing_asks_the_background_and_says_so(
    account: Account, clients: dict[str, Client]
) -> None:
    make_source(account)
    refresh = reverse("refresh", args=[account.pk])
    assert clients["viewer"].get(refresh).status_code == 405
    answer = clients["viewer"].post(refresh, headers={"HX-Request": "true"})
    assert "Refreshing" in answer.content.decode()
    waiting = clients["viewer"].get(reverse("as_of", args=[account.pk]))
    assert "HX-Trigger" not in waiting.headers
    Duty.objects.filter(account=account, name=DutyName.REFRESH).update(
        due_at=timezone.now() + timedelta(hours=1), leased_until=None
    )
    landed = clients["viewer"].get(reverse("as_of", args=[account.pk]))
    assert landed["HX-Trigger"] == "mirror-refreshed"


def test_the_front_page_leads_to_the_account_used_last(
    account: Account, clients: dict[str, Client]
) -> None:
    other = Account.objects.create(team=account.team, service=account.service, name="Another")
    clients["viewer"].get(url(account))
    assert clients["viewer"].get("/")["Location"] == url(account)
    clients["viewer"].get(url(other))
    assert clients["viewer"].get("/")["Location"] == url(other)


def test_the_front_page_explains_what_is_missing(team: Team, clients: dict[str, Client]) -> None:
    assert "no account yet" in clients["viewer"].get("/").content.decode()
    alone = Client()
    alone.force_login(User.objects.create_user("solo", password="long enough to do"))
    assert "You are in no team yet" in alone.get("/").content.decode()
    assert clients["visitor"].get("/").status_code == 302


def test_search_in_the_top_line_finds_by_name(account: Account, clients: dict[str, Client]) -> None:
    make_source(account, "StoresEU")
    found = reverse("found", args=[account.pk])
    assert b"StoresEU" in clients["viewer"].get(f"{found}?q=eu").content
    assert "has “zz” in its name" in clients["viewer"].get(f"{found}?q=zz").content.decode()
