"""A data source's page: the stack, the facts, the jobs, and what each role is offered."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dashboard.people.models import User
from datasources.models import Account, JobKind, JobState, StoredFile, VersionState
from tests.people_fixtures import refusals
from tests.views.fixtures import SECRET, MakeJob, MakeKey
from tests.views.sources import make_source, make_version

pytestmark = pytest.mark.django_db
MAX_QUERIES = 15


def test_strangers_do_not_learn_that_the_data_source_exists(
    account: Account, clients: dict[str, Client]
) -> None:
    source = make_source(account)
    for page in ("source", "source_live", "source_running", "source_query"):
        refusals(clients, reverse(page, args=[account.pk, source.pk]))


def test_a_data_source_of_another_account_is_not_found(
    account: Account, clients: dict[str, Client]
) -> None:
    other = Account.objects.create(team=account.team, service=account.service, name="Another")
    source = make_source(other)
    for page in ("source", "source_live", "source_running", "source_publish", "source_delete"):
        answer = clients["publisher"].get(reverse(page, args=[account.pk, source.pk]))
        assert answer.status_code == 404


def test_the_stack_has_the_staged_version_on_top_and_the_published_one_below(
    account: Account, clients: dict[str, Client], people: dict[str, User]
) -> None:
    source = make_source(account)
    make_version(source, VersionState.EARLIER, entity_count=40_000)
    make_version(source, made_by=people["publisher"], added=1208, removed=3, changed=48)
    make_version(source, VersionState.STAGED, entity_count=41_500)
    page = clients["viewer"].get(reverse("source", args=[account.pk, source.pk])).content.decode()
    places = [page.index(f"stone-{state}") for state in ("staged", "published", "earlier")]
    assert places == sorted(places)
    assert "+1,208" in page
    assert "−3" in page
    assert "~48" in page
    line = page.split('id="state-line"')[1].split("</div>")[0]
    assert "3 days ago" in line
    assert "by paula, 41,208 entities; a staged version waits, 27 days left" in line


def test_retired_versions_are_shown_only_while_their_file_is_held(
    account: Account, clients: dict[str, Client]
) -> None:
    source = make_source(account)
    held = StoredFile.objects.create(account=account, sha256="ab" * 32, size=1, path="x")
    make_version(source, VersionState.RETIRED, entity_count=111, content=held)
    make_version(source, VersionState.RETIRED, entity_count=222)
    page = clients["viewer"].get(reverse("source", args=[account.pk, source.pk])).content.decode()
    assert "111 entities" in page
    assert "222 entities" not in page


def test_a_publisher_is_offered_every_action_and_a_viewer_the_download(
    account: Account, clients: dict[str, Client]
) -> None:
    source = make_source(account)
    for state in (VersionState.STAGED, VersionState.PUBLISHED, VersionState.EARLIER):
        make_version(source, state)
    address = reverse("source", args=[account.pk, source.pk])
    offers = ("Publish</a>", "Discard</a>", "Roll back to this", 'role="switch"', "Delete StoresEU")
    publisher = clients["publisher"].get(address).content.decode()
    viewer = clients["viewer"].get(address).content.decode()
    editor = clients["editor"].get(address).content.decode()
    assert all(offer in publisher for offer in offers)
    for page in (viewer, editor):
        assert not any(offer in page for offer in offers)
        assert "need the role Publisher" in page
        assert "Download</a>" in page
    assert "Upload a new version" in editor
    assert "Upload a new version" not in viewer


def test_one_button_of_a_page_is_primary(account: Account, clients: dict[str, Client]) -> None:
    source = make_source(account)
    make_version(source, VersionState.STAGED)
    address = reverse("source", args=[account.pk, source.pk])
    assert clients["publisher"].get(address).content.decode().count("btn-primary") == 1


def test_the_page_takes_few_queries_whatever_there_is(
    account: Account,
    clients: dict[str, Client],
    make_key: MakeKey,
    make_job: MakeJob,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    source = make_source(account, master_key=make_key("Master", shared=True))
    for _ in range(30):
        make_version(source, VersionState.EARLIER)
        make_job(data_source=source)
        make_job(data_source=source, state=JobState.RUNNING, ended_at=None)
    with django_assert_max_num_queries(MAX_QUERIES):
        clients["publisher"].get(reverse("source", args=[account.pk, source.pk]))
    with django_assert_max_num_queries(MAX_QUERIES):
        clients["publisher"].get(reverse("source_live", args=[account.pk, source.pk]))


def test_no_secret_stands_on_the_page_and_a_private_key_only_by_its_owner(
    account: Account, clients: dict[str, Client], make_key: MakeKey
) -> None:
    source = make_source(account, master_key=make_key("Mine alone", owner="publisher"))
    address = reverse("source", args=[account.pk, source.pk])
    for name in ("publisher", "viewer"):
        assert SECRET not in clients[name].get(address).content.decode()
    assert "Mine alone" in clients["publisher"].get(address).content.decode()
    viewer = clients["viewer"].get(address).content.decode()
    assert "Mine alone" not in viewer
    assert "A private key of paula" in viewer


def test_an_open_job_is_polled_until_it_ends_and_the_page_is_told(
    account: Account, clients: dict[str, Client], make_job: MakeJob
) -> None:
    source = make_source(account)
    job = make_job(
        kind=JobKind.PUBLISH, operation="", data_source=source, state=JobState.RUNNING, ended_at=None,
        total_entities=200, processed_entities=50,
    )  # fmt: skip
    job.steps.create(name="sent", at=timezone.now())
    address = reverse("source_running", args=[account.pk, source.pk])
    running = clients["viewer"].get(f"{address}?open={str(job.pk)[:8]}")
    assert "50 of 200 entities" in running.content.decode()
    assert "every 1s" in running.content.decode()
    assert "HX-Trigger" not in running.headers
    job.state, job.ended_at = JobState.DONE, timezone.now()
    job.save()
    ended = clients["publisher"].get(f"{address}?open={str(job.pk)[:8]}")
    assert ended["HX-Trigger"] == "source-changed"
    assert "every 1s" not in ended.content.decode()


def test_a_finished_download_is_offered_as_xml_and_csv(
    account: Account, clients: dict[str, Client], make_job: MakeJob
) -> None:
    source = make_source(account)
    file = StoredFile.objects.create(account=account, sha256="cd" * 32, size=1, path="x")
    job = make_job(kind=JobKind.DOWNLOAD, operation="", data_source=source, result=file)
    page = (
        clients["publisher"].get(reverse("source", args=[account.pk, source.pk])).content.decode()
    )
    assert reverse("job_xml", args=[account.pk, job.pk]) in page
    assert reverse("job_csv", args=[account.pk, job.pk]) in page


def test_a_data_source_that_is_gone_says_so_and_offers_no_change(
    account: Account, clients: dict[str, Client]
) -> None:
    source = make_source(account, gone_at=timezone.now())
    page = (
        clients["publisher"].get(reverse("source", args=[account.pk, source.pk])).content.decode()
    )
    assert "No longer on Our server" in page
    assert "Delete StoresEU" not in page
    assert 'role="switch"' not in page


def test_no_page_has_inline_scripts_or_styles(
    account: Account, clients: dict[str, Client], make_key: MakeKey
) -> None:
    source = make_source(account, master_key=make_key("Master", shared=True))
    make_version(source, VersionState.STAGED)
    pages = [
        reverse("catalogue", args=[account.pk]),
        reverse("source", args=[account.pk, source.pk]),
        reverse("source_publish", args=[account.pk, source.pk]),
        reverse("source_delete", args=[account.pk, source.pk]),
    ]
    for address in pages:
        page = clients["publisher"].get(address).content.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page), address
        assert not re.search(r"<script(?![^>]*\ssrc=)", page), address
