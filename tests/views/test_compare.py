"""The comparison's page and panel: what differs in words, in a table, as GeoJSON; who may do what."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dashboard.audit.models import Event
from dashboard.people.models import User
from datasources import jobs
from datasources.jobs.compare import after_check, run_comparison
from datasources.models import (
    Account,
    Comparison,
    ComparisonState,
    DataSource,
    StoredFile,
    Upload,
    Version,
    VersionState,
)
from tests.people_fixtures import refusals
from tests.views.fixtures import STORES, MakeKey, MakeUpload
from tests.views.sources import make_source, make_version

pytestmark = pytest.mark.django_db
MAX_QUERIES = 15
HEAD = "".join(line + "\n" for line in STORES.splitlines()[:2])
MakeKept = Callable[..., Version]


def rows(count: int, *, name: str = "Shop", skip: int = 0) -> str:
    return HEAD + "".join(f"{n}|{name} {n}|59.{n:03}|10.75\n" for n in range(skip, count))


@pytest.fixture
def source(account: Account) -> DataSource:
    return make_source(account, entity_type="Stores")


@pytest.fixture
def make_kept(source: DataSource) -> MakeKept:
    """A version whose file is kept here."""

    def make(text: str, state: str = VersionState.PUBLISHED, days: int = 1) -> Version:
        content = jobs.keep_file(source.account, io.BytesIO(text.encode()))
        made_at = timezone.now() - timedelta(days=days)
        return make_version(source, state, content=content, made_at=made_at)

    return make


@pytest.fixture
def compared(make_kept: MakeKept, people: dict[str, User]) -> Comparison:
    """Two versions of 60 entities: one added, one removed, one changed."""
    base = make_kept(rows(60), VersionState.EARLIER, days=2)
    text = rows(61, skip=1).replace("Shop 7|", "Seven & Co|").replace("59.007", "58.007")
    other = make_kept(text)
    comparison = jobs.start_comparison(people["viewer"], base, version=other)
    run_comparison(comparison.pk)
    comparison.refresh_from_db()
    assert comparison.state == ComparisonState.DONE, comparison.words
    return comparison


@pytest.fixture
def upload(make_kept: MakeKept, make_upload: MakeUpload) -> Upload:
    """A checked upload of 60 entities, two of them changed, compared with the published version."""
    make_kept(rows(60))
    made = make_upload(rows(60).replace("Shop 7|", "Seven|").replace("Shop 8|", "Eight|"))
    run_comparison(made.comparisons.get().pk)
    return made


def text_of(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode())).replace("&lt;", "<")


def test_strangers_do_not_learn_that_there_is_a_comparison(
    account: Account, compared: Comparison, clients: dict[str, Client]
) -> None:
    refusals(clients, reverse("compare", args=[account.pk, compared.base.data_source_id]))
    for page in ("comparison", "comparison_table", "comparison_features"):
        refusals(clients, reverse(page, args=[account.pk, compared.pk]))


def test_a_comparison_of_another_account_is_not_found(
    account: Account, compared: Comparison, clients: dict[str, Client]
) -> None:
    other = Account.objects.create(team=account.team, service=account.service, name="Another")
    for page in ("comparison", "comparison_table", "comparison_features"):
        address = reverse(page, args=[other.pk, compared.pk])
        assert clients["publisher"].get(address).status_code == 404
    for page in ("comparison_again", "comparison_difference"):
        address = reverse(page, args=[other.pk, compared.pk])
        assert clients["publisher"].post(address).status_code == 404


def test_the_page_says_what_differs_and_lists_it(
    account: Account, compared: Comparison, clients: dict[str, Client]
) -> None:
    page = reverse("compare", args=[account.pk, compared.base.data_source_id])
    answer = clients["viewer"].get(page)
    said = text_of(answer.content)
    assert "Adds 1 entity, changes 1 entity and removes 1 entity; 58 stay as they are." in said
    assert "with the earlier version of" in said
    assert "It moves 1 entity, by 111 km (ID 7)." in said
    assert "58.007° N to 59.007° N, 10.750° E" in said
    assert "Shop 7 → Seven &amp; Co" in said
    assert "data-differences-map" in answer.content.decode()
    assert not re.search(rb"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", answer.content)


def test_versions_are_chosen_and_compared_by_a_post(
    account: Account, make_kept: MakeKept, clients: dict[str, Client], source: DataSource
) -> None:
    base, other = make_kept(rows(3), VersionState.EARLIER, days=2), make_kept(rows(4))
    page = reverse("compare", args=[account.pk, source.pk])
    assert b"Comparing" not in clients["viewer"].get(page).content
    assert not Comparison.objects.exists()
    answer = clients["viewer"].post(page, {"base": base.pk, "other": other.pk})
    assert answer["Location"] == f"{page}?base={base.pk}&other={other.pk}"
    shown = clients["viewer"].get(answer["Location"]).content.decode()
    comparison = Comparison.objects.get()
    assert 'hx-trigger="every 1s"' in shown
    assert reverse("comparison", args=[account.pk, comparison.pk]) in shown
    run_comparison(comparison.pk)
    done = clients["viewer"].get(reverse("comparison", args=[account.pk, comparison.pk]))
    assert "Adds 1 entity; 3 stay as they are." in done.content.decode()
    assert "every 1s" not in done.content.decode()


@pytest.mark.parametrize(
    "given", [("0", "x"), ("", ""), ("same", "same")], ids=["unknown", "none", "same"]
)
def test_two_versions_that_are_none_are_refused_in_words(
    account: Account,
    make_kept: MakeKept,
    clients: dict[str, Client],
    source: DataSource,
    given: tuple[str, str],
) -> None:
    version = make_kept(rows(3))
    base, other = (str(version.pk) if one == "same" else one for one in given)
    page = reverse("compare", args=[account.pk, source.pk])
    answer = clients["viewer"].post(page, {"base": base, "other": other})
    assert answer.status_code == 422
    make_kept(rows(4), VersionState.EARLIER)
    answer = clients["viewer"].post(page, {"base": base, "other": other})
    if given[0]:
        assert answer.status_code == 422
        assert "two" in text_of(answer.content)


def test_one_version_alone_has_nothing_to_be_compared_with(
    account: Account, make_kept: MakeKept, clients: dict[str, Client], source: DataSource
) -> None:
    make_kept(rows(3))
    page = clients["viewer"].get(reverse("compare", args=[account.pk, source.pk]))
    assert "only one version" in page.content.decode()


def test_the_table_is_paged_and_narrowed_on_the_server(
    account: Account, make_kept: MakeKept, clients: dict[str, Client], people: dict[str, User]
) -> None:
    base = make_kept(rows(130), VersionState.EARLIER, days=2)
    other = make_kept(rows(10) + "x-1|New|1|2\n")
    comparison = jobs.start_comparison(people["viewer"], base, version=other)
    run_comparison(comparison.pk)
    address = reverse("comparison_table", args=[account.pk, comparison.pk])

    def said(**query: object) -> str:
        return text_of(clients["viewer"].get(address, query).content)

    assert "121 differences, page 1 of 3" in said()
    assert "120 differences" in said(kind="removed")
    assert "x-1 Added" in said(kind="added")
    assert "121 differences, page 3 of 3" in said(page=99)
    assert "11 differences" in said(kind="removed", q="11")
    assert "No difference is like that." in said(q="nowhere")
    for nonsense in ({"page": "-1"}, {"page": "x"}, {"kind": "x'"}, {"q": "%_'\""}):
        assert clients["viewer"].get(address, nonsense).status_code == 200


def test_the_map_gets_the_differences_as_geojson(
    account: Account, compared: Comparison, clients: dict[str, Client]
) -> None:
    answer = clients["viewer"].get(reverse("comparison_features", args=[account.pk, compared.pk]))
    found = answer.json()["features"]
    kinds = [one["properties"]["kind"] for one in found]
    assert sorted(kinds) == ["added", "changed", "moved", "removed"]
    changed = found[kinds.index("changed")]
    assert changed["geometry"] == {"type": "Point", "coordinates": [10.75, 58.007]}
    assert ["Name", "Shop 7", "Seven & Co"] in changed["properties"]["changes"]


def test_differences_that_were_let_go_are_made_again_on_request(
    account: Account, compared: Comparison, clients: dict[str, Client]
) -> None:
    StoredFile.objects.filter(pk=compared.file_id).delete()
    page = clients["viewer"].get(reverse("comparison", args=[account.pk, compared.pk]))
    assert "no longer kept" in page.content.decode()
    for name in ("comparison_table", "comparison_features"):
        address = reverse(name, args=[account.pk, compared.pk])
        assert clients["viewer"].get(address).status_code == 404
    clients["viewer"].post(reverse("comparison_again", args=[account.pk, compared.pk]))
    compared.refresh_from_db()
    assert compared.state == ComparisonState.WAITING


def test_a_failed_comparison_says_why_and_offers_to_try_again(
    account: Account, compared: Comparison, clients: dict[str, Client]
) -> None:
    Comparison.objects.update(state=ComparisonState.FAILED, words="The file is gone.")
    page = clients["viewer"].get(reverse("comparison", args=[account.pk, compared.pk]))
    assert "The file is gone." in page.content.decode()
    assert "Compare again" in page.content.decode()


def test_the_review_shows_the_comparison_and_what_the_differences_save(
    account: Account, upload: Upload, clients: dict[str, Client]
) -> None:
    page = clients["editor"].get(reverse("upload_review", args=[account.pk, upload.pk]))
    said = text_of(page.content)
    assert "Changes 2 entities; 58 stay as they are." in said
    assert "Sends 2 entities, instead of 60" in said
    assert "Send only the differences" in said


def test_one_click_makes_the_incremental_upload_and_leads_to_its_review(
    account: Account, upload: Upload, clients: dict[str, Client]
) -> None:
    address = reverse("comparison_difference", args=[account.pk, upload.comparisons.get().pk])
    assert clients["viewer"].post(address).status_code == 403
    assert clients["editor"].get(address).status_code == 405
    answer = clients["editor"].post(address)
    made = upload.derived.get()
    assert answer["Location"] == reverse("upload_review", args=[account.pk, made.pk])
    assert made.operation == "incremental"
    event = Event.objects.get(action="upload.create")
    assert event.detail["operation"] == "incremental"


def test_differences_that_no_longer_hold_are_refused_in_words(
    account: Account, upload: Upload, clients: dict[str, Client]
) -> None:
    Version.objects.update(state=VersionState.EARLIER)
    comparison = upload.comparisons.get()
    answer = clients["editor"].post(
        reverse("comparison_difference", args=[account.pk, comparison.pk])
    )
    assert answer.status_code == 422
    assert "compare it again" in answer.content.decode()
    assert not upload.derived.exists()


def test_a_mended_upload_is_compared_anew(account: Account, upload: Upload) -> None:
    comparison = upload.comparisons.get()
    assert comparison.summary["changed"] == 2
    upload.prepared = jobs.keep_file(account, io.BytesIO(rows(60).encode()))
    upload.prepared_format = "pipe"
    upload.save()
    after_check(upload)
    run_comparison(comparison.pk)
    comparison.refresh_from_db()
    assert comparison.summary["changed"] == 0


def test_the_pages_take_few_queries(
    account: Account,
    compared: Comparison,
    upload: Upload,
    clients: dict[str, Client],
    make_key: MakeKey,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    make_key("Master", shared=True)
    base = compared.base
    for _ in range(30):
        make_version(base.data_source, VersionState.EARLIER)
    client = clients["publisher"]
    page = reverse("compare", args=[account.pk, base.data_source_id])
    query = {"base": base.pk, "other": compared.version_id}
    for address, given in (
        (page, query),
        (reverse("comparison", args=[account.pk, compared.pk]), {}),
        (reverse("comparison_table", args=[account.pk, compared.pk]), {}),
        (reverse("comparison_features", args=[account.pk, compared.pk]), {}),
        (reverse("upload_review", args=[account.pk, upload.pk]), {}),
        (reverse("source", args=[account.pk, base.data_source_id]), {}),
    ):
        with django_assert_max_num_queries(MAX_QUERIES):
            assert client.get(address, given).status_code == 200
