"""A draft becomes a load with just its rows, and is closed; or it comes back with what was refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied

from dashboard.audit.models import Event
from dashboard.people.models import User
from datasources import archive, jobs
from datasources.drafts.files import Sent, changes_file, whole_file
from datasources.jobs.draft_sending import send
from datasources.models import (
    Draft,
    DraftRow,
    DraftState,
    Job,
    JobState,
    Upload,
    Version,
    VersionState,
)
from tests.drafts.fixtures import Change, MakeDraft, add, put, row, step
from tests.jobs.fixtures import CITIES, MORE_CITIES, Bench, drain
from tests.jobs.test_compare import archived, published_on
from tests.live import LiveAccount


def city_draft(bench: Bench, state: VersionState = VersionState.PUBLISHED) -> Draft:
    version = archived(bench.version(state))
    return jobs.start_draft(bench.publisher, version, "Census")


def sent(bench: Bench, draft: Draft, operation: str = "incremental", **options: bool) -> Draft:
    """The draft, once its sending is over."""
    jobs.send_draft(bench.publisher, draft, operation, bench.key, **options)

    def is_over() -> bool:
        draft.refresh_from_db()
        return draft.state != DraftState.SENDING

    drain(is_over)
    return draft


def edited(bench: Bench) -> Draft:
    """One city added, one changed, one deleted."""
    draft = city_draft(bench)
    put(draft, 1, People="709038")
    step(draft, [Change(3, gone=True)], "delete")
    add(draft, EntityID="4", Name="Bodø", Latitude="67.28", Longitude="14.4", People="42102")
    return draft


AFTER = {
    "1": ("Oslo", 59.91, 10.75, 709038),
    "2": ("Bergen", 60.39, 5.32, 291940),
    "4": ("Bodø", 67.28, 14.4, 42102),
}


def test_a_draft_is_published_as_an_incremental_load_with_just_its_rows(
    bench: Bench, remote: LiveAccount
) -> None:
    bench.load(CITIES)
    draft = sent(bench, edited(bench))
    assert draft.state == DraftState.SENT, draft.words
    assert draft.closed_at is not None
    assert draft.job is not None
    assert (draft.job.operation, draft.job.state) == ("incremental", JobState.DONE)
    assert published_on(remote, bench) == AFTER
    upload = draft.upload
    assert upload is not None
    assert (upload.report["good"], upload.report["deletes"]) == (2, 1)
    assert upload.file_name == "Census (draft).pipe"
    assert upload.comparisons.exists()
    event = Event.objects.get(action="draft.send")
    assert event.detail["operation"] == "incremental"
    assert (event.detail["added"], event.detail["changed"], event.detail["deleted"]) == (1, 1, 1)
    assert Event.objects.filter(action="data_source.load", detail__job=str(draft.job.pk)).exists()


def test_a_draft_is_staged_and_changes_a_staged_version_it_is_based_on(
    bench: Bench, remote: LiveAccount
) -> None:
    bench.load(CITIES)
    draft = sent(bench, edited(bench), "incrementalStaging")
    assert draft.state == DraftState.SENT, draft.words
    assert bench.version(VersionState.STAGED).entity_count == 3
    assert len(published_on(remote, bench)) == 3
    other = city_draft(bench)
    put(other, 1, Name="Christiania")
    with pytest.raises(jobs.JobRefused, match="A version is staged"):
        jobs.send_draft(bench.publisher, other, "incrementalStaging", bench.key)


def test_a_draft_replaces_everything_where_that_is_asked(bench: Bench, remote: LiveAccount) -> None:
    bench.load(CITIES)
    draft = sent(bench, edited(bench), "complete")
    assert draft.state == DraftState.SENT, draft.words
    assert draft.job is not None
    assert draft.job.operation == "complete"
    assert published_on(remote, bench) == AFTER


def test_an_entity_with_another_id_is_deleted_under_its_old_one(
    bench: Bench, remote: LiveAccount
) -> None:
    bench.load(CITIES)
    draft = city_draft(bench)
    put(draft, 1, EntityID="2")
    put(draft, 2, EntityID="22")
    assert draft.faulty == 0
    sent(bench, draft)
    assert draft.state == DraftState.SENT, draft.words
    found = published_on(remote, bench)
    assert {key: values[0] for key, values in found.items()} == {
        "2": "Oslo",
        "22": "Bergen",
        "3": "Tromsø",
    }


def test_rows_with_problems_are_mended_or_left_out_and_stay(
    bench: Bench, remote: LiveAccount
) -> None:
    bench.load(CITIES)
    draft = city_draft(bench)
    put(draft, 1, People="many")
    put(draft, 2, People="5")
    with pytest.raises(jobs.JobRefused, match="Rows have problems"):
        jobs.send_draft(bench.publisher, draft, "incremental", bench.key)
    sent(bench, draft, leave_out=True)
    assert draft.state == DraftState.OPEN
    assert "1 row with problems is still here" in draft.words
    assert published_on(remote, bench)["2"][3] == 5
    assert row(draft, 1).texts[4] == "many"


def test_a_load_that_fails_gives_the_draft_back_with_the_refused_rows_marked(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.load(CITIES)
    draft = edited(bench)
    put(draft, 1, Name="Oslo")
    # A rule that the service has and the check here has not.
    from datasources.drafts import files

    whole = files.text_lines

    def spoilt(*given: object) -> bytes:
        return whole(*given).replace(b"|59.91|", b"|159.91|")  # type: ignore[arg-type]

    monkeypatch.setattr(files, "text_lines", spoilt)
    monkeypatch.setattr("datasources.jobs.draft_sending.check", pass_unseen)
    sent(bench, draft)
    assert draft.state == DraftState.OPEN
    assert "The service refused 1 row." in draft.words
    assert "159.91" not in (row(draft, 1).texts[2] or "")
    assert "Latitude" in DraftRow.objects.get(draft=draft, number=1).refused
    assert DraftRow.objects.exclude(refused="").count() == 1
    put(draft, 1, Latitude="59.92")
    assert not DraftRow.objects.exclude(refused="").exists()


def pass_unseen(upload_id: str) -> None:
    Upload.objects.filter(pk=upload_id).update(state="good", report={"good": 3})


def test_a_job_that_cannot_run_gives_the_draft_back(bench: Bench) -> None:
    bench.load(CITIES)
    draft = edited(bench)
    bench.account.keys.filter(pk=bench.key.pk).update(secret="of-no-account-at-all")
    sent(bench, draft)
    assert draft.state == DraftState.OPEN
    assert draft.words.startswith("The load failed.")
    assert draft.job is not None
    assert draft.added == 1


def test_a_draft_of_an_older_version_is_not_sent_over_a_newer_one(bench: Bench) -> None:
    bench.load(CITIES)
    draft = edited(bench)
    bench.load(MORE_CITIES)
    for operation in ("incremental", "incrementalStaging"):
        with pytest.raises(jobs.JobRefused, match="merge it first"):
            jobs.send_draft(bench.publisher, draft, operation, bench.key)
    assert jobs.why_not_send_draft(draft, "complete") == ""


def test_a_version_that_is_published_while_the_draft_waits_holds_it_back(
    bench: Bench, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    bench.load(CITIES)
    draft = edited(bench)
    jobs.send_draft(bench.publisher, draft, "incremental", bench.key)
    Version.objects.filter(state=VersionState.PUBLISHED).update(state=VersionState.EARLIER)
    send(str(draft.pk))
    draft.refresh_from_db()
    assert draft.state == DraftState.OPEN
    assert "no version that could be changed" in draft.words
    assert draft.job is None


def test_an_empty_draft_and_a_closed_one_are_not_sent(bench: Bench) -> None:
    bench.load(CITIES)
    draft = city_draft(bench)
    with pytest.raises(jobs.JobRefused, match="changes nothing yet"):
        jobs.send_draft(bench.publisher, draft, "incremental", bench.key)
    put(draft, 1, Name="Christiania")
    jobs.discard_draft(bench.publisher, draft)
    with pytest.raises(jobs.JobRefused, match="Only an open draft"):
        jobs.send_draft(bench.publisher, draft, "incremental", bench.key)
    Draft.objects.update(state=DraftState.OPEN)
    with pytest.raises(jobs.JobRefused, match="Choose how"):
        jobs.send_draft(bench.publisher, draft, "explode", bench.key)


@pytest.mark.django_db
def test_editors_stage_and_only_owners_send(
    make_draft: MakeDraft, people: dict[str, User], make_key: Callable[..., object]
) -> None:
    draft = make_draft()
    put(draft, 1, Name="x")
    key = make_key("Master", shared=True)
    with pytest.raises(PermissionDenied):
        jobs.send_draft(people["editor"], draft, "incremental", key)  # type: ignore[arg-type]
    with pytest.raises(PermissionDenied):
        jobs.send_draft(people["publisher"], draft, "incremental", key)  # type: ignore[arg-type]
    jobs.send_draft(people["editor"], draft, "incrementalStaging", key)  # type: ignore[arg-type]


def test_a_killed_worker_sends_nothing_twice(bench: Bench) -> None:
    bench.load(CITIES)
    draft = edited(bench)
    jobs.send_draft(bench.publisher, draft, "incremental", bench.key)
    send(str(draft.pk))  # as far as the job
    draft.refresh_from_db()
    first = draft.job_id
    assert first is not None
    Draft.objects.update(lease_owner="", leased_until=None)
    send(str(draft.pk))
    send(str(draft.pk))
    assert Job.objects.filter(operation="incremental").count() == 1
    assert Upload.objects.filter(operation="incremental").count() == 1


@pytest.mark.django_db
def test_the_files_hold_what_differs_or_all_rows(draft: Draft) -> None:
    put(draft, 2, Name='A "quoted" | name')
    put(draft, 3, Seats="x")
    add(draft, 1, ID="e", Latitude="1", Longitude="2")
    step(draft, [Change(4, gone=True)], "delete")
    held = Sent()
    lines = b"".join(changes_file(draft, held)).decode().splitlines()
    assert lines[1].endswith("|__deleteEntity(Edm.Boolean)")
    assert lines[2].startswith('b|"A ""quoted"" | name"|25|')
    assert lines[3] == "e||||||1.0|2.0|"
    assert lines[4] == "d||||||||1"
    assert (held.entities, held.deletes, held.left_out, held.numbers) == (2, 1, 1, [2, -1, 4])
    whole = Sent()
    rows = b"".join(whole_file(draft, whole)).decode().splitlines()
    assert [line.split("|")[0] for line in rows[2:]] == ["a", "e", "b"]
    assert whole.numbers == [1, -1, 2]
    everything = b"".join(whole_file(draft, Sent(), leave_out=False)).decode()
    assert "c|Market|x|" in everything
    with archive.open_version(draft.base.content.path) as reader:  # type: ignore[union-attr]
        assert reader.schema.names[0] == "ID"
