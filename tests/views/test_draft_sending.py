"""The dialog that sends a draft, how far it is, and its files."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from datasources.models import Account, Draft, DraftRow, DraftState, Job, VersionState
from tests.drafts.fixtures import SHOPS, Change, MakeArchived, add, put, step
from tests.people_fixtures import refusals
from tests.views.fixtures import MakeJob, MakeKey

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def address(draft: Draft, name: str = "draft_send") -> str:
    return reverse(name, args=[draft.account_id, draft.pk])


def text_of(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode()))


def changed(draft: Draft) -> Draft:
    put(draft, 1, Name="Pier")
    put(draft, 2, Name="Quay")
    add(draft, ID="e", Latitude="1", Longitude="2")
    step(draft, [Change(3, gone=True)], "delete")
    return draft


def test_who_may_open_the_dialog_and_the_files(draft: Draft, clients: dict[str, Client]) -> None:
    refusals(clients, address(draft), low=("viewer",))
    for name in ("draft_changes", "draft_whole", "draft_sending"):
        refusals(clients, address(draft, name))


def test_the_dialog_says_what_will_happen_in_numbers(
    draft: Draft, clients: dict[str, Client], make_key: MakeKey
) -> None:
    make_key("Master", shared=True)
    changed(draft)
    said = text_of(clients["editor"].get(address(draft), headers=HTMX).content)
    assert "The draft adds 1 entity, changes 2 entities and deletes 1 entity in StoresEU." in said
    assert "This needs the role Publisher." in said
    assert "It waits as a staged version" in said
    assert "Uses 1 of 50 jobs" in said
    Draft.objects.update(
        owner=Draft.objects.get().account.team.memberships.get(role="publisher").user
    )
    said = text_of(clients["publisher"].get(address(draft), headers=HTMX).content)
    assert "StoresEU then has 4 entities. Applications that query StoresEU see it" in said
    assert "All 4 entities are loaded anew." in said


def test_sending_starts_and_the_page_follows_it(
    draft: Draft, clients: dict[str, Client], make_key: MakeKey, make_job: MakeJob
) -> None:
    key = make_key("Master", owner="editor")
    changed(draft)
    answer = clients["editor"].post(
        address(draft), {"operation": "incrementalStaging", "key": key.pk}, headers=HTMX
    )
    assert answer["HX-Redirect"] == address(draft, "draft")
    draft.refresh_from_db()
    assert draft.state == DraftState.SENDING
    page = clients["editor"].get(address(draft, "draft")).content.decode()
    assert "Its rows are being written" in page
    assert 'data-may-edit="0"' in page
    job = make_job(data_source_name="StoresEU", data_source=draft.data_source)
    Draft.objects.update(job=job, state=DraftState.SENDING)
    part = clients["viewer"].get(address(draft, "draft_sending"), headers=HTMX)
    assert reverse("job", args=[draft.account_id, job.pk]) in part.content.decode()
    assert "HX-Refresh" not in part
    Draft.objects.update(state=DraftState.SENT)
    part = clients["viewer"].get(address(draft, "draft_sending"), headers=HTMX)
    assert part["HX-Refresh"] == "true"
    page = clients["viewer"].get(address(draft, "draft")).content.decode()
    assert "This draft was sent" in page
    Job.objects.update(upload=None)


def test_an_editor_does_not_publish_by_a_forged_form(
    draft: Draft, clients: dict[str, Client], make_key: MakeKey
) -> None:
    key = make_key("Master", owner="editor")
    changed(draft)
    for operation in ("incremental", "complete", "explode"):
        answer = clients["editor"].post(
            address(draft), {"operation": operation, "key": key.pk}, headers=HTMX
        )
        assert answer.status_code == 422
    assert clients["publisher"].post(
        address(draft), {"operation": "incremental", "key": key.pk}
    ).status_code in (403, 422)
    draft.refresh_from_db()
    assert draft.state == DraftState.OPEN


def test_rows_with_problems_are_asked_about(
    draft: Draft, clients: dict[str, Client], make_key: MakeKey
) -> None:
    key = make_key("Master", owner="editor")
    put(draft, 1, Seats="many")
    data = {"operation": "incrementalStaging", "key": key.pk}
    answer = clients["editor"].post(address(draft), data, headers=HTMX)
    assert answer.status_code == 422
    said = text_of(answer.content)
    assert "Leave out the 1 row with problems" in said
    assert "Mend these rows first, or leave them out." in said
    answer = clients["editor"].post(address(draft), {**data, "leave_out": "on"}, headers=HTMX)
    assert answer.status_code == 204


def test_without_a_key_or_a_change_the_dialog_says_so(
    draft: Draft, clients: dict[str, Client], make_key: MakeKey
) -> None:
    changed(draft)
    assert "no account key that you may use" in text_of(
        clients["editor"].get(address(draft), headers=HTMX).content
    )
    make_key("Master", shared=True)
    DraftRow.objects.all().delete()
    Draft.objects.update(added=0, changed=0, deleted=0)
    said = text_of(clients["editor"].get(address(draft), headers=HTMX).content)
    assert "The draft changes nothing yet." in said


def test_a_draft_of_an_older_version_says_that_it_has_to_be_merged(
    draft: Draft,
    clients: dict[str, Client],
    make_key: MakeKey,
    make_archived: MakeArchived,
    account: Account,
) -> None:
    make_key("Master", shared=True)
    changed(draft)
    draft.data_source.versions.update(state=VersionState.EARLIER)
    make_archived(SHOPS.replace("Market", "Square"), days=0)
    Draft.objects.update(owner=account.team.memberships.get(role="publisher").user)
    said = text_of(clients["publisher"].get(address(draft), headers=HTMX).content)
    assert "The published version is another one than the draft is based on" in said
    assert "What was published since this draft was begun is replaced too." in said


def test_a_draft_is_exported_as_it_is(draft: Draft, clients: dict[str, Client]) -> None:
    changed(draft)
    put(draft, 4, Seats="x")
    answer = clients["viewer"].get(address(draft, "draft_changes"))
    assert answer["Content-Disposition"] == 'attachment; filename="StoresEU-changes.csv"'
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0] == "Bing Spatial Data Services, 1.0, Shop"
    assert [line.split(",")[0] for line in lines[2:]] == ["a", "b", "d", "e", "c"]
    whole = clients["viewer"].get(address(draft, "draft_whole"))
    lines = b"".join(whole.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert [line.split(",")[0] for line in lines[2:]] == ["a", "b", "d", "e"]
    assert any(",x," in line for line in lines)


def test_a_draft_whose_version_is_gone_can_still_be_exported(
    draft: Draft, clients: dict[str, Client]
) -> None:
    changed(draft)
    Draft.objects.update(base_file=None)
    page = clients["editor"].get(address(draft, "draft")).content.decode()
    assert address(draft, "draft_changes") in page
    answer = clients["editor"].get(address(draft, "draft_changes"))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "a,Pier," in text
    assert "e,," in text
