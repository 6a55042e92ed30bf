"""Versions are archived and compared in the background; one click sends just the differences."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from dashboard.audit.models import Event
from dashboard.people.models import User
from datasources import archive, jobs
from datasources.archive import open_geopackage
from datasources.checks.differences import Differences
from datasources.jobs.archiving import archive_version
from datasources.jobs.keep import sweep_files
from datasources.models import (
    Comparison,
    ComparisonState,
    Job,
    JobKind,
    JobState,
    StoredFile,
    Upload,
    Version,
    VersionState,
)
from tests.jobs.fixtures import CITIES, MORE_CITIES, Bench, done, drain, is_checked, make_bench
from tests.live import LiveAccount

HEAD = "".join(line + "\n" for line in CITIES.splitlines()[:2])
DELETING = HEAD.replace("Int64)\n", "Int64)|__deleteEntity(Edm.Boolean)\n")
Entities = dict[str, tuple[object, ...]]


def text_of(entities: Entities) -> str:
    return HEAD + "".join(
        "|".join([key, *map(str, values)]) + "\n" for key, values in entities.items()
    )


def many(count: int = 40) -> Entities:
    return {str(n): (f"City {n}", 50 + n / 100, 10.0, 1000 + n) for n in range(count)}


def ended(comparison: Comparison) -> Comparison:
    def look() -> Comparison | None:
        comparison.refresh_from_db()
        return None if comparison.state in Comparison.OPEN else comparison

    return drain(look)


def compared(upload: Upload) -> Comparison:
    """The comparison that started by itself after the check."""
    comparison = ended(upload.comparisons.get())
    assert comparison.state == ComparisonState.DONE, comparison.words
    return comparison


def archived(version: Version) -> Version:
    def look() -> Version | None:
        version.refresh_from_db()
        return version if version.archive_id else None

    return drain(look)


def entities_of(version: Version) -> dict[str, tuple[object, ...]]:
    assert version.archive is not None
    with open_geopackage(version.archive.path) as opened:
        return {
            row[0]: row[1:]
            for batch in opened.batches()
            for row in zip(*batch.columns, strict=True)
        }


def published_on(remote: LiveAccount, bench: Bench) -> dict[str, tuple[object, ...]]:
    """What the service itself answers."""
    found: dict[str, tuple[object, ...]] = {}
    address = bench.source().query_url
    while True:
        answer = remote.get(address, **{"$format": "json", "$top": 250, "$skip": len(found)})
        rows = answer.json()["d"]["results"]
        for row in rows:
            names = ("Name", "Latitude", "Longitude", "People")
            found[row["EntityID"]] = tuple(row[name] for name in names)
        if len(rows) < 250:
            return found


def test_every_version_whose_file_is_kept_is_archived(bench: Bench) -> None:
    bench.load()
    version = archived(bench.version(VersionState.PUBLISHED))
    assert entities_of(version)["1"] == ("Oslo", 59.91, 10.75, 709037)
    assert len(entities_of(version)) == 3
    drain(lambda: Version.objects.get(pk=version.pk).map_index_id)
    assert Version.objects.get(pk=version.pk).next_look_at is None


def test_a_file_that_is_no_entity_data_is_not_tried_for_ever(bench: Bench) -> None:
    bench.load()
    version = bench.source().versions.create(
        remote_job_id="f" * 32,
        state=VersionState.EARLIER,
        made_at=timezone.now(),
        seen_at=timezone.now(),
        content=jobs.keep_file(bench.account, io.BytesIO(b"\x00\x01\x02")),
    )
    archive_version(version.pk)
    version.refresh_from_db()
    assert version.archive is None
    assert version.next_look_at is None
    comparison = jobs.start_comparison(
        bench.publisher, bench.version(VersionState.PUBLISHED), version=version
    )
    assert "could not be read" in ended(comparison).words


def test_the_versions_of_a_stack_say_what_each_changed(bench: Bench) -> None:
    bench.load(CITIES)
    bench.load(MORE_CITIES.replace("709037", "709038").replace("2|Bergen|60.39|5.32|291940\n", ""))
    version = bench.version(VersionState.PUBLISHED)

    def look() -> Version | None:
        version.refresh_from_db()
        return version if version.added is not None else None

    drain(look)
    assert (version.added, version.removed, version.changed) == (1, 1, 1)
    earlier = bench.version(VersionState.EARLIER)
    assert earlier.added is None

    done(jobs.start_rollback(bench.publisher, earlier, bench.key))
    drain(lambda: bench.version(VersionState.PUBLISHED).added is not None)
    back = bench.version(VersionState.PUBLISHED)
    assert (back.added, back.removed, back.changed) == (1, 1, 1)
    version.refresh_from_db()
    assert version.added is None


def test_an_upload_is_compared_with_what_it_would_replace_once_it_is_checked(bench: Bench) -> None:
    bench.load()
    upload = bench.upload(MORE_CITIES.replace("Bergen|60.39", "Bergen|60.40"))
    comparison = compared(upload)
    assert comparison.base == bench.version(VersionState.PUBLISHED)
    summary = comparison.summary
    assert (summary["added"], summary["changed"], summary["removed"]) == (1, 1, 0)
    assert summary["columns"] == {"Latitude": 1}
    assert comparison.file is not None
    with (
        archive.local_file(comparison.file.path) as there,
        Differences(Path(there)) as differences,
    ):
        assert [one.key for one in differences.page()] == ["4", "2"]


def test_a_new_data_source_is_compared_with_nothing(bench: Bench) -> None:
    assert not bench.upload(name="Fresh").comparisons.exists()


def test_a_staged_load_is_compared_with_the_published_version(bench: Bench) -> None:
    bench.load()
    bench.load(MORE_CITIES, operation="completeStaging")
    upload = bench.upload(MORE_CITIES, operation="completeStaging")
    assert compared(upload).base == bench.version(VersionState.PUBLISHED)


def test_an_incremental_upload_changes_only_what_it_names(bench: Bench) -> None:
    bench.load()
    upload = bench.upload(
        DELETING + "2|||||1\n5|Hamar|60.79|11.07|32000|\n1|Oslo|59.91|10.75|709037|\n",
        operation="incremental",
    )
    summary = compared(upload).summary
    assert (summary["added"], summary["changed"], summary["removed"]) == (1, 0, 1)
    assert (summary["unchanged"], summary["after"]) == (2, 3)
    assert "difference" not in summary


def test_one_click_sends_the_differences_and_the_service_then_has_the_complete_file(
    bench: Bench, remote: LiveAccount
) -> None:
    old = many()
    new = {key: values for key, values in old.items() if key not in ("7", "8")}
    new |= {"3": ("Renamed; 'quoted'", 50.03, 10.0, 5)}
    new |= {"x": ("Extra", 1.0, 2.0, 3)}
    bench.load(text_of(old))
    upload = bench.upload(text_of(new))
    comparison = compared(upload)
    offered = comparison.summary["difference"]
    assert (offered["entities"], offered["deletes"], offered["whole_entities"]) == (2, 2, 39)
    assert offered["bytes"] < offered["whole_bytes"]

    made = jobs.start_difference(bench.publisher, comparison)
    assert jobs.start_difference(bench.publisher, comparison) == made
    assert (made.operation, made.derived_from, made.format) == ("incremental", upload, "pipe")
    event = Event.objects.get(action="upload.create")
    assert event.detail["derived_from"] == upload.file_name
    drain(lambda: is_checked(made))
    assert made.state == "good", made.report
    assert (made.report["entities"], made.report["deletes"]) == (4, 2)

    done(jobs.start_load(bench.publisher, made, bench.key))

    assert published_on(remote, bench) == new
    version = archived(bench.version(VersionState.PUBLISHED))
    assert version.base == bench.version(VersionState.EARLIER)
    assert entities_of(version) == new
    assert version.content is not None
    with archive.open_version(version.content.path) as reader:
        assert sum(len(batch) for batch in reader) == len(new)


def test_differences_are_refused_once_another_version_is_published(bench: Bench) -> None:
    bench.load(text_of(many()))
    new = many() | {"3": ("Renamed", 50.03, 10.0, 5)}
    comparison = compared(bench.upload(text_of(new)))
    made = jobs.start_difference(bench.publisher, comparison)
    drain(lambda: is_checked(made))
    bench.load(text_of(many(41)))
    with pytest.raises(jobs.JobRefused, match="compare it again"):
        jobs.start_load(bench.publisher, made, bench.key)
    with pytest.raises(jobs.JobRefused, match="compare it again"):
        jobs.start_difference(bench.publisher, comparison)


def test_differences_are_staged_only_where_nothing_is_staged(bench: Bench) -> None:
    bench.load(text_of(many()))
    new = many() | {"3": ("Renamed", 50.03, 10.0, 5)}
    comparison = compared(bench.upload(text_of(new), operation="completeStaging"))
    made = jobs.start_difference(bench.publisher, comparison)
    assert made.operation == "incrementalStaging"
    drain(lambda: is_checked(made))
    done(jobs.start_load(bench.publisher, made, bench.key))
    assert bench.version(VersionState.STAGED).entity_count == 40
    with pytest.raises(jobs.JobRefused, match="A version is staged"):
        jobs.start_difference(bench.publisher, comparison)


@pytest.mark.parametrize(
    "text",
    [
        text_of({key: (*values[:3], 1) for key, values in many().items()}),
        text_of(many()),
        text_of(many() | {"3": ("New", 1.0, 1.0, 5)}).replace("People(", "Persons("),
    ],
    ids=["all-changed", "nothing-differs", "another-schema"],
)
def test_differences_are_not_offered_where_they_save_little_or_cannot_be_sent(
    bench: Bench, text: str
) -> None:
    bench.load(text_of(many()))
    comparison = compared(bench.upload(text))
    assert "difference" not in comparison.summary
    with pytest.raises(jobs.JobRefused, match="compare it again"):
        jobs.start_difference(bench.publisher, comparison)


def unknown_here(bench: Bench, remote: LiveAccount) -> Version:
    """A version that was loaded elsewhere: the mirror knows it, its file is not kept."""
    remote.loaded("Cities", MORE_CITIES)
    bench.account.duties.all().delete()
    from datasources.jobs.duties import mend_duties

    mend_duties()
    drain(lambda: bench.account.data_sources.filter(name="Cities", versions__isnull=False).exists())
    return bench.version(VersionState.PUBLISHED)


def test_what_is_not_kept_is_downloaded_first(bench: Bench, remote: LiveAccount) -> None:
    version = unknown_here(bench, remote)
    upload = bench.upload(CITIES)
    comparison = upload.comparisons.get()
    assert comparison.state in (ComparisonState.FETCHING, ComparisonState.DONE)
    compared(upload)
    assert (comparison.summary or compared(upload).summary)["removed"] == 1
    version.refresh_from_db()
    assert version.content is not None
    assert Job.objects.get(kind=JobKind.DOWNLOAD).user == bench.publisher


def test_without_a_key_it_says_what_to_do(bench: Bench, remote: LiveAccount) -> None:
    version = unknown_here(bench, remote)
    bench.account.keys.update(is_shared=False)
    viewer = bench.people["viewer"]
    other = bench.source().versions.create(
        remote_job_id="e" * 32,
        state=VersionState.EARLIER,
        made_at=timezone.now(),
        seen_at=timezone.now(),
        content=jobs.keep_file(bench.account, io.BytesIO(CITIES.encode())),
    )
    comparison = jobs.start_comparison(viewer, version, version=other)
    assert comparison.state == ComparisonState.FAILED
    assert "store an account key under Keys" in comparison.words
    assert "then compare again" in comparison.words

    bench.account.keys.update(is_shared=True)
    again = jobs.start_comparison(viewer, version, version=other)
    assert again == comparison
    assert ended(again).state == ComparisonState.DONE


def test_a_download_that_fails_ends_the_comparison_with_its_words(
    bench: Bench, remote: LiveAccount
) -> None:
    version = unknown_here(bench, remote)
    upload = bench.unchecked(CITIES)
    comparison = jobs.start_comparison(bench.publisher, version, upload=upload)
    Job.objects.filter(kind=JobKind.DOWNLOAD).update(
        state=JobState.FAILED, error_words="The service does not answer."
    )
    assert ended(comparison).state == ComparisonState.FAILED
    assert "could not be downloaded. The service does not answer." in comparison.words


@pytest.fixture
def desk(db: None, people: dict[str, User]) -> Bench:
    return make_bench(people, "http://127.0.0.1:9/REST/v1", "master-1234", "query-5678", "basic")


def kept_version(desk: Bench, state: VersionState, day: int, body: bytes | None) -> Version:
    source, _ = desk.account.data_sources.get_or_create(name="Cities", entity_type="City")
    return source.versions.create(
        remote_job_id=f"{day}" * 32,
        state=state,
        made_at=timezone.now() - timedelta(days=day),
        seen_at=timezone.now(),
        content=jobs.keep_file(desk.account, io.BytesIO(body)) if body else None,
    )


def test_a_retired_version_without_a_file_cannot_be_compared(desk: Bench) -> None:
    gone = kept_version(desk, VersionState.RETIRED, 2, None)
    there = kept_version(desk, VersionState.PUBLISHED, 1, CITIES.encode())
    comparison = jobs.start_comparison(desk.publisher, gone, version=there)
    assert comparison.state == ComparisonState.FAILED
    assert "no file of it is kept here" in comparison.words


def test_only_two_versions_of_one_data_source_are_compared_by_who_may_see_them(
    desk: Bench,
) -> None:
    one = kept_version(desk, VersionState.PUBLISHED, 1, CITIES.encode())
    other_source = desk.account.data_sources.create(name="Others")
    other = other_source.versions.create(
        remote_job_id="a", state="published", made_at=timezone.now(), seen_at=timezone.now()
    )
    for wrong in (one, other):
        with pytest.raises(jobs.JobRefused, match="two different versions of one data source"):
            jobs.start_comparison(desk.publisher, one, version=wrong)
    with pytest.raises(PermissionDenied):
        jobs.start_comparison(desk.people["outsider"], one, version=other)


def test_a_viewer_may_compare_but_not_make_an_upload_of_it(desk: Bench) -> None:
    comparison = Comparison.objects.create(
        account=desk.account, base=kept_version(desk, VersionState.PUBLISHED, 1, None)
    )
    with pytest.raises(PermissionDenied):
        jobs.start_difference(desk.people["viewer"], comparison)


def test_a_killed_comparison_is_taken_up_again_and_given_up_in_the_end(desk: Bench) -> None:
    base = kept_version(desk, VersionState.EARLIER, 2, CITIES.encode())
    version = kept_version(desk, VersionState.PUBLISHED, 1, MORE_CITIES.encode())
    comparison = jobs.start_comparison(desk.publisher, base, version=version)
    comparison.state, comparison.tries = ComparisonState.RUNNING, 1
    comparison.next_look_at = timezone.now()
    comparison.save()
    assert ended(comparison).state == ComparisonState.DONE
    Comparison.objects.update(state=ComparisonState.RUNNING, tries=3, next_look_at=timezone.now())
    assert ended(comparison).state == ComparisonState.FAILED
    assert "interrupted several times" in comparison.words


def test_the_archive_of_a_version_in_use_stays_and_a_retired_ones_goes(desk: Bench) -> None:
    used = kept_version(desk, VersionState.EARLIER, 2, CITIES.encode())
    retired = kept_version(desk, VersionState.RETIRED, 3, MORE_CITIES.encode())
    for version in (used, retired):
        archive_version(version.pk)
    Comparison.objects.all().delete()
    StoredFile.objects.update(kept_until=timezone.now() - timedelta(days=1))
    assert sweep_files() == 2
    used.refresh_from_db()
    retired.refresh_from_db()
    assert used.archive_id is not None
    assert used.content_id is not None
    assert retired.archive_id is None


def test_what_an_open_comparison_needs_stays(desk: Bench) -> None:
    base = kept_version(desk, VersionState.RETIRED, 2, CITIES.encode())
    version = kept_version(desk, VersionState.RETIRED, 1, MORE_CITIES.encode())
    archive_version(version.pk)
    comparison = jobs.start_comparison(desk.publisher, base, version=version)
    StoredFile.objects.update(kept_until=timezone.now() - timedelta(days=1))
    assert sweep_files() == 0
    assert ended(comparison).state == ComparisonState.DONE


def test_versions_of_the_same_file_share_their_archive(desk: Bench) -> None:
    one = kept_version(desk, VersionState.EARLIER, 2, CITIES.encode())
    two = kept_version(desk, VersionState.PUBLISHED, 1, CITIES.encode())
    archive_version(one.pk)
    archive_version(two.pk)
    one.refresh_from_db()
    two.refresh_from_db()
    assert one.archive_id == two.archive_id is not None
