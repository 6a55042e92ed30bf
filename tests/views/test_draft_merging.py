"""The published version moved under a draft: it is told, merged, and nothing is lost."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dashboard.audit.models import Event
from dashboard.people.models import User
from datasources import jobs
from datasources.models import DataSource, Draft, Version, VersionState
from tests.drafts.fixtures import SHOPS, MakeArchived, MakeDraft, counts, put, texts
from tests.people_fixtures import refusals

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
THEIRS = SHOPS.replace("Harbour|40", "Quay|44").replace("Station", "Central")


def address(draft: Draft, name: str = "draft_merge") -> str:
    return reverse(name, args=[draft.account_id, draft.pk])


def text_of(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode()))


@pytest.fixture
def theirs(draft: Draft, make_archived: MakeArchived) -> Version:
    """Another version, published since the draft was begun."""
    put(draft, 1, Name="Pier", Rating="2")
    Version.objects.filter(pk=draft.base_id).update(state=VersionState.EARLIER)
    return make_archived(THEIRS, days=0)


def test_who_may_merge(draft: Draft, theirs: Version, clients: dict[str, Client]) -> None:
    for name in ("draft_merge", "draft_merge_fetch"):
        refusals(clients, address(draft, name), low=("viewer",), post={})
    answer = clients["publisher"].post(address(draft), {"rest": "mine"})
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.base != theirs, "it belongs to somebody else"


def test_a_draft_says_that_another_version_was_published(
    draft: Draft, theirs: Version, clients: dict[str, Client]
) -> None:
    page = text_of(clients["editor"].get(address(draft, "draft")).content)
    assert "Another version was published since this draft was begun" in page
    assert "Your changes are kept as they are. Merge the draft with it" in page
    looked = text_of(clients["viewer"].get(address(draft, "draft")).content)
    assert "Another version was published" in looked
    assert "Merge the draft with it" not in looked


def test_the_page_counts_and_asks_with_all_three_values(
    draft: Draft,
    theirs: Version,
    clients: dict[str, Client],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(15):
        page = text_of(clients["editor"].get(address(draft)).content)
    assert "Conflicts to decide 1" in page
    assert re.search(r"a Name Harbour Quay Pier Which value a gets: Name", page)
    assert "Values taken from it into your rows 1" in page


def test_undecided_it_says_so_and_keeps_what_was_chosen(
    draft: Draft, theirs: Version, clients: dict[str, Client]
) -> None:
    draft.refresh_from_db()
    answer = clients["editor"].post(address(draft), {"revision": draft.revision})
    assert answer.status_code == 422
    assert "1 conflict is not decided yet." in text_of(answer.content)
    answer = clients["editor"].post(
        address(draft), {"revision": draft.revision - 1, "take:p1:a": "mine"}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "was changed in another tab meanwhile" in page
    assert re.search(r'name="take:p1:a"\s+value="mine"\s+checked', page)


def test_decided_it_is_made_and_noted(
    draft: Draft, theirs: Version, clients: dict[str, Client]
) -> None:
    draft.refresh_from_db()
    answer = clients["editor"].post(
        address(draft), {"revision": draft.revision, "take:p1:a": "mine", "take:p9:zz": "theirs"}
    )
    assert answer["Location"] == address(draft, "draft")
    draft.refresh_from_db()
    assert draft.base == theirs
    assert (texts(draft, 1)["Name"], texts(draft, 1)["Seats"]) == ("Pier", "44")
    assert counts(draft) == (0, 1, 0, 0)
    event = Event.objects.get(action="draft.merge")
    assert (event.detail["kept"], event.detail["done"]) == (1, 0)
    page = text_of(clients["editor"].get(address(draft, "draft")).content)
    assert "Another version was published" not in page
    assert clients["editor"].get(address(draft)).status_code == 302, "nothing is left to merge"


def test_all_the_rest_is_decided_at_once(
    draft: Draft, theirs: Version, clients: dict[str, Client]
) -> None:
    clients["editor"].post(address(draft), {"rest": "theirs"})
    assert texts(Draft.objects.get(), 1)["Name"] == "Quay"


def test_a_rolled_back_base_is_told_and_its_draft_merged(
    make_archived: MakeArchived, make_draft: MakeDraft, clients: dict[str, Client]
) -> None:
    earlier = make_archived(SHOPS, VersionState.EARLIER, days=9)
    later = make_archived(THEIRS)
    draft = make_draft(version=later)
    put(draft, 1, Seats="41")
    Version.objects.filter(pk=later.pk).update(state=VersionState.RETIRED)
    Version.objects.filter(pk=earlier.pk).update(state=VersionState.PUBLISHED)
    page = text_of(clients["editor"].get(address(draft, "draft")).content)
    assert "was rolled back. Published now:" in page
    assert "Conflicts to decide 1" in text_of(clients["editor"].get(address(draft)).content)


def test_a_deleted_data_source_is_told_and_the_rows_can_be_had(
    draft: Draft, clients: dict[str, Client]
) -> None:
    put(draft, 1, Name="Pier")
    Version.objects.all().delete()
    DataSource.objects.update(gone_at=timezone.now())
    page = text_of(clients["editor"].get(address(draft, "draft")).content)
    assert "is no longer on the service. The draft is kept" in page
    assert "a|Pier" in b"".join(
        clients["editor"].get(address(draft, "draft_changes")).streaming_content  # type: ignore[attr-defined]
    ).decode().replace(",", "|")


def test_a_version_that_is_not_here_is_fetched_first(
    draft: Draft, theirs: Version, clients: dict[str, Client]
) -> None:
    Version.objects.filter(pk=theirs.pk).update(archive=None)
    page = text_of(clients["editor"].get(address(draft)).content)
    assert "No copy of the published version" in page
    fetch = f"{address(draft, 'draft_merge_fetch')}?with={theirs.pk}"
    page = clients["editor"].post(fetch).content.decode()
    assert 'hx-trigger="every 2s"' in page
    Version.objects.filter(pk=theirs.pk).update(content=None)
    answer = clients["editor"].post(fetch)
    assert "you have no key to do that with" in text_of(answer.content)
    assert (
        clients["editor"].post(f"{address(draft, 'draft_merge_fetch')}?with=x").status_code == 404
    )


def test_a_value_with_markup_is_shown_and_not_run(
    make_draft: MakeDraft, make_archived: MakeArchived, clients: dict[str, Client]
) -> None:
    draft = make_draft()
    put(draft, 1, Name="<script>alert(1)</script>")
    Version.objects.filter(pk=draft.base_id).update(state=VersionState.EARLIER)
    make_archived(THEIRS, days=0)
    page = clients["editor"].get(address(draft)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_two_people_at_one_entity_learn_of_each_other_and_lose_nothing(
    make_draft: MakeDraft,
    make_archived: MakeArchived,
    people: dict[str, User],
    clients: dict[str, Client],
) -> None:
    version = make_archived()
    mine = make_draft(version=version)
    other = jobs.start_draft(people["publisher"], version)
    put(mine, 1, Name="Pier")
    page = text_of(clients["editor"].get(address(mine, "draft")).content)
    assert "in another draft too" not in page
    put(other, 1, Name="Quay")
    put(other, 2, Name="Central")
    page = text_of(clients["editor"].get(address(mine, "draft")).content)
    assert "changes 1 of these rows in another draft too" in page
    assert address(other, "draft") in clients["editor"].get(address(mine, "draft")).content.decode()
