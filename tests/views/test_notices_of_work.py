"""Comparisons and drafts tell their end as jobs do: to whoever asked, on any page, good or bad."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.signals import post_save
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dashboard.people.models import User
from datasources import jobs
from datasources.jobs.compare import run_comparison
from datasources.jobs.draft_sending import send
from datasources.jobs.drafting import prepare
from datasources.jobs.stack import fill_stack
from datasources.models import (
    Account,
    Comparison,
    DataSource,
    Draft,
    DraftState,
    Notice,
    StoredFile,
    Version,
    VersionState,
)
from tests.drafts.fixtures import SHOPS, MakeArchived, put
from tests.views.fixtures import MakeKey, MakeUpload
from tests.views.sources import make_version
from tests.views.test_notices import MAX_QUERIES, URL, poll

pytestmark = pytest.mark.django_db
FEWER = SHOPS.replace("c|Market|60|3.0||2024-02-29T00:00:00Z|55.4|10.39\n", "")
NO_ENTITIES = "\x00\x01\x02"
MakeKept = Callable[..., Version]


@pytest.fixture
def make_kept(source: DataSource) -> MakeKept:
    """A version whose file is kept, and which is not archived yet."""

    def make(text: str = SHOPS, state: str = VersionState.PUBLISHED, days: int = 1) -> Version:
        content = jobs.keep_file(source.account, io.BytesIO(text.encode()))
        made_at = timezone.now() - timedelta(days=days)
        return make_version(source, state, content=content, made_at=made_at, entity_count=None)

    return make


@contextmanager
def once_a_file_is_kept(act: Callable[[], None]) -> Iterator[None]:
    """Does something while the background work is at it: the first file it keeps is the sign."""

    def receive(**_given: Any) -> None:
        post_save.disconnect(receive, StoredFile)
        act()

    post_save.connect(receive, StoredFile)
    try:
        yield
    finally:
        post_save.disconnect(receive, StoredFile)


# --- comparisons ---


def test_the_end_of_a_comparison_is_told_to_everybody_who_asked_and_nobody_else(
    account: Account, clients: dict[str, Client], people: dict[str, User], make_kept: MakeKept
) -> None:
    base, other = make_kept(days=2, state=VersionState.EARLIER), make_kept(FEWER)
    for name in ("viewer", "editor", "viewer"):
        comparison = jobs.start_comparison(people[name], base, version=other)
    shown = clients["viewer"].get(URL).content.decode()
    assert "StoresEU: versions of" in shown
    assert poll(account, clients["viewer"])[1]["X-Working"] == "1"
    run_comparison(comparison.pk)
    page = reverse("compare", args=[account.pk, base.data_source_id])
    for name in ("viewer", "editor"):
        said, headers = poll(account, clients[name])
        assert "(Compared)" in said
        assert f"{page}?base={base.pk}&amp;other={other.pk}" in said
        assert (headers["X-Unread"], headers["X-Working"]) == ("1", "0")
    assert poll(account, clients["publisher"])[1]["X-Unread"] == "0"
    jobs.start_comparison(people["publisher"], base, version=other)
    assert Notice.objects.count() == 2, "what is there already is shown at once"


def test_a_comparison_that_fails_says_why(
    account: Account, clients: dict[str, Client], people: dict[str, User], make_kept: MakeKept
) -> None:
    base, other = make_kept(NO_ENTITIES, days=2, state=VersionState.EARLIER), make_kept()
    comparison = jobs.start_comparison(people["viewer"], base, version=other)
    run_comparison(comparison.pk)
    said, _headers = poll(account, clients["viewer"])
    assert "toast-failed" in said
    assert "(Cannot be compared)" in said
    assert "could not be read" in said


def test_a_comparison_that_fails_at_once_is_shown_and_not_told(
    account: Account, people: dict[str, User], make_kept: MakeKept, source: DataSource
) -> None:
    gone = make_version(source, VersionState.RETIRED)
    jobs.start_comparison(people["viewer"], gone, version=make_kept())
    assert Comparison.objects.get().state == "failed"
    assert not Notice.objects.exists()


def test_comparisons_that_nobody_asked_for_are_told_to_nobody(
    account: Account,
    clients: dict[str, Client],
    make_archived: MakeArchived,
    make_upload: MakeUpload,
) -> None:
    make_archived(state=VersionState.EARLIER, days=2)
    published = make_archived(FEWER)
    fill_stack(published.data_source_id)
    upload = make_upload(SHOPS)
    assert Comparison.objects.filter(upload=upload).exists()
    for comparison in Comparison.objects.all():
        run_comparison(comparison.pk)
    assert set(Comparison.objects.values_list("state", flat=True)) == {"done"}
    assert [notice.upload for notice in Notice.objects.all()] == [upload]
    assert poll(account, clients["publisher"])[1]["X-Working"] == "0"


def test_a_comparison_of_an_upload_that_is_asked_for_leads_to_its_review(
    account: Account,
    clients: dict[str, Client],
    people: dict[str, User],
    make_archived: MakeArchived,
    make_upload: MakeUpload,
) -> None:
    base = make_archived(FEWER)
    upload = make_upload(SHOPS, by="editor")
    comparison = jobs.start_comparison(people["publisher"], base, upload=upload)
    run_comparison(comparison.pk)
    said, _headers = poll(account, clients["publisher"])
    assert "stores.txt: comparison (Compared)" in said
    assert reverse("upload_review", args=[account.pk, upload.pk]) in said


# --- drafts ---


def test_a_draft_that_was_made_ready_in_the_background_is_told(
    account: Account, clients: dict[str, Client], people: dict[str, User], make_kept: MakeKept
) -> None:
    draft = jobs.start_draft(people["editor"], make_kept(), "Opening hours")
    page = reverse("draft", args=[account.pk, draft.pk])
    shown = clients["editor"].get(URL).content.decode()
    assert page in shown
    assert "Being prepared" in shown
    assert poll(account, clients["editor"])[1]["X-Working"] == "1"
    prepare(str(draft.pk))
    said, headers = poll(account, clients["editor"])
    assert "Opening hours: ready to be edited" in said
    assert "toast-failed" not in said
    assert page in said
    assert headers["X-Working"] == "0"


def test_a_draft_that_opens_at_once_is_not_told(
    people: dict[str, User], make_archived: MakeArchived
) -> None:
    assert jobs.start_draft(people["editor"], make_archived()).state == DraftState.OPEN
    assert not Notice.objects.exists()


def test_a_draft_that_cannot_be_made_ready_says_why(
    account: Account, clients: dict[str, Client], people: dict[str, User], make_kept: MakeKept
) -> None:
    draft = jobs.start_draft(people["editor"], make_kept(NO_ENTITIES))
    prepare(str(draft.pk))
    said, _headers = poll(account, clients["editor"])
    assert "Draft of StoresEU: could not be prepared" in said
    assert "toast-failed" in said
    assert "could not be read" in said
    page = clients["editor"].get(reverse("draft", args=[account.pk, draft.pk]))
    assert "could not be read" in page.content.decode()


def test_whoever_was_given_the_draft_meanwhile_is_told(
    people: dict[str, User], make_kept: MakeKept
) -> None:
    draft = jobs.start_draft(people["editor"], make_kept())
    with once_a_file_is_kept(
        lambda: jobs.hand_over_draft(people["editor"], draft, people["publisher"])
    ):
        prepare(str(draft.pk))
    draft.refresh_from_db()
    assert (draft.state, draft.owner) == (DraftState.OPEN, people["publisher"])
    assert Notice.objects.get().user == people["publisher"]


def test_a_draft_that_is_discarded_meanwhile_stays_so_and_is_not_told(
    people: dict[str, User], make_kept: MakeKept
) -> None:
    draft = jobs.start_draft(people["editor"], make_kept())
    with once_a_file_is_kept(lambda: jobs.discard_draft(people["editor"], draft)):
        prepare(str(draft.pk))
    draft.refresh_from_db()
    assert draft.state == DraftState.DISCARDED
    assert not Notice.objects.exists()


def test_a_draft_that_comes_back_without_a_job_says_why(
    account: Account,
    clients: dict[str, Client],
    people: dict[str, User],
    draft: Draft,
    make_key: MakeKey,
) -> None:
    put(draft, 1, Latitude="far up")
    key = make_key("Master", owner="editor")
    jobs.send_draft(people["editor"], draft, "incrementalStaging", key, leave_out=True)
    assert "Being sent" in clients["editor"].get(URL).content.decode()
    send(str(draft.pk))
    draft.refresh_from_db()
    assert draft.state == DraftState.OPEN
    said, headers = poll(account, clients["editor"])
    assert "Draft of StoresEU: was not sent" in said
    assert "toast-failed" in said
    assert "No row without problems is left to send." in said
    assert headers["X-Working"] == "0"


def test_a_draft_whose_file_does_not_pass_the_check_is_told_once(
    account: Account,
    clients: dict[str, Client],
    people: dict[str, User],
    draft: Draft,
    make_key: MakeKey,
) -> None:
    put(draft, 1, Name="Pier")
    key = make_key("Master", owner="editor")
    jobs.send_draft(people["editor"], draft, "incrementalStaging", key)
    send(str(draft.pk))
    said, headers = poll(account, clients["editor"])
    assert "Draft of StoresEU: was not sent" in said
    assert "The file has properties that the data source has not." in said
    assert headers["X-Unread"] == "1"


def test_a_draft_that_becomes_a_job_leaves_the_telling_to_it(
    account: Account,
    clients: dict[str, Client],
    people: dict[str, User],
    draft: Draft,
    make_key: MakeKey,
) -> None:
    DataSource.objects.update(properties=[])  # else the check finds them to be others
    put(draft, 1, Name="Pier")
    key = make_key("Master", owner="editor")
    jobs.send_draft(people["editor"], draft, "incrementalStaging", key)
    send(str(draft.pk))
    draft.refresh_from_db()
    assert draft.job is not None, draft.words
    assert not Notice.objects.exists(), "its file is nothing that the person brought"
    assert poll(account, clients["editor"])[1]["X-Working"] == "1"
    shown = clients["editor"].get(URL).content.decode()
    assert reverse("job", args=[account.pk, draft.job.pk]) in shown
    assert reverse("draft", args=[account.pk, draft.pk]) not in shown


def test_few_queries_however_many_there_are(
    account: Account,
    clients: dict[str, Client],
    people: dict[str, User],
    make_kept: MakeKept,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    versions = [
        make_kept(SHOPS.replace("40", str(days)), VersionState.EARLIER, days)
        for days in range(1, 9)
    ]
    for base in versions[1:]:
        comparison = jobs.start_comparison(people["editor"], base, version=versions[0])
        draft = jobs.start_draft(people["editor"], base)
        if base.pk % 2:
            run_comparison(comparison.pk)
            prepare(str(draft.pk))
    assert Notice.objects.count() > 4
    with django_assert_max_num_queries(MAX_QUERIES):
        page = clients["editor"].get(URL)
    assert "Waiting" in page.content.decode()
    assert "Being prepared" in page.content.decode()
    with django_assert_max_num_queries(MAX_QUERIES):
        poll(account, clients["editor"])
