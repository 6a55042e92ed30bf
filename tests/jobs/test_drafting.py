"""Drafts are started on any version, handed over, let go and taken back; each act is in the audit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from dashboard.audit.models import Event
from dashboard.people.models import User
from datasources import jobs
from datasources.jobs.drafting import prepare, sweep_drafts
from datasources.jobs.keep import sweep_files
from datasources.models import (
    Account,
    DataSource,
    Draft,
    DraftState,
    StoredFile,
    Version,
    VersionState,
)
from tests.drafts.fixtures import SHOPS, MakeArchived, put, texts
from tests.jobs.fixtures import CITIES, Bench, drain
from tests.views.sources import make_version

pytestmark = pytest.mark.django_db


def test_a_draft_opens_at_once_on_a_version_that_is_archived(
    make_archived: MakeArchived, people: dict[str, User]
) -> None:
    version = make_archived()
    draft = jobs.start_draft(people["editor"], version, "  Opening hours ")
    assert (draft.state, draft.name, draft.base_file) == ("open", "Opening hours", version.archive)
    assert [one["name"] for one in draft.columns][:2] == ["ID", "Name"]
    event = Event.objects.get(action="draft.start")
    assert (event.target, event.data_source) == ("Opening hours", "StoresEU")


def test_only_editors_start_drafts(make_archived: MakeArchived, people: dict[str, User]) -> None:
    version = make_archived()
    for name in ("viewer", "outsider"):
        with pytest.raises(PermissionDenied):
            jobs.start_draft(people[name], version)


def test_a_version_that_is_not_archived_yet_is_made_ready_in_the_background(
    make_archived: MakeArchived, people: dict[str, User], django_capture_on_commit_callbacks: object
) -> None:
    version = make_archived()
    Version.objects.update(archive=None, tries=0)
    version.refresh_from_db()
    draft = jobs.start_draft(people["editor"], version)
    assert draft.state == DraftState.PREPARING
    prepare(str(draft.pk))
    draft.refresh_from_db()
    assert draft.state == DraftState.OPEN
    put(draft, 1, Name="Pier")
    assert texts(draft, 1)["Name"] == "Pier"


def test_a_version_that_cannot_be_had_is_refused_in_words(
    source: DataSource, people: dict[str, User]
) -> None:
    retired = make_version(source, VersionState.RETIRED)
    with pytest.raises(jobs.JobRefused, match="no file of it is kept here"):
        jobs.start_draft(people["editor"], retired)
    published = make_version(source)
    with pytest.raises(jobs.JobRefused, match="then start the draft again"):
        jobs.start_draft(people["editor"], published)


@pytest.mark.django_db(transaction=True)
def test_a_version_made_elsewhere_is_downloaded_first(bench: Bench) -> None:
    bench.load(CITIES)
    version = bench.version(VersionState.PUBLISHED)
    Version.objects.update(archive=None, content=None, base=None, tries=0)
    version.refresh_from_db()
    draft = jobs.start_draft(bench.publisher, version)
    assert "downloaded first" in draft.words

    def is_open() -> bool:
        draft.refresh_from_db()
        return draft.state == DraftState.OPEN

    drain(is_open)
    assert draft.words == ""


def test_a_draft_is_handed_over_with_all_it_holds(draft: Draft, people: dict[str, User]) -> None:
    put(draft, 1, Name="Pier")
    with pytest.raises(PermissionDenied):
        jobs.hand_over_draft(people["publisher"], draft, people["publisher"])
    with pytest.raises(jobs.JobRefused, match="may not edit"):
        jobs.hand_over_draft(people["editor"], draft, people["viewer"])
    jobs.hand_over_draft(people["editor"], draft, people["publisher"])
    draft.refresh_from_db()
    assert draft.owner == people["publisher"]
    put(draft, 2, Name="Quay")
    assert texts(draft, 1)["Name"] == "Pier"
    assert Event.objects.get(action="draft.hand_over").detail["to"] == "paula"
    jobs.hand_over_draft(people["owner"], draft, people["editor"])
    draft.refresh_from_db()
    assert draft.owner == people["editor"]


def test_a_discarded_draft_can_be_taken_back_for_some_days(
    draft: Draft, people: dict[str, User]
) -> None:
    put(draft, 1, Name="Pier")
    jobs.discard_draft(people["editor"], draft)
    draft.refresh_from_db()
    assert draft.state == DraftState.DISCARDED
    assert Event.objects.get(action="draft.discard").detail["changed"] == 1
    jobs.take_back_draft(people["editor"], draft)
    draft.refresh_from_db()
    assert texts(draft, 1)["Name"] == "Pier"
    jobs.discard_draft(people["editor"], draft)
    assert sweep_drafts() == 0
    Draft.objects.update(closed_at=timezone.now() - timedelta(days=15))
    assert sweep_drafts() == 1
    assert not Draft.objects.exists()


def test_the_version_of_a_live_draft_is_kept_whatever_its_age(
    draft: Draft, people: dict[str, User]
) -> None:
    Version.objects.update(state=VersionState.RETIRED)
    StoredFile.objects.update(kept_until=timezone.now() - timedelta(days=1))
    sweep_files()
    assert StoredFile.objects.filter(pk=draft.base_file_id).exists()
    jobs.discard_draft(people["editor"], draft)
    Draft.objects.update(closed_at=timezone.now() - timedelta(days=15))
    sweep_drafts()
    sweep_files()
    assert not StoredFile.objects.filter(pk=draft.base_file_id).exists()


def test_two_people_may_have_a_draft_each(
    make_archived: MakeArchived, people: dict[str, User], account: Account
) -> None:
    version = make_archived(SHOPS)
    one = jobs.start_draft(people["editor"], version)
    other = jobs.start_draft(people["publisher"], version)
    put(one, 1, Name="Pier")
    put(other, 1, Name="Quay")
    assert (texts(one, 1)["Name"], texts(other, 1)["Name"]) == ("Pier", "Quay")
    assert account.drafts.count() == 2
