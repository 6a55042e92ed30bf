"""Every operation, from the person's word to the service's Completed and the mirror's rows."""

from __future__ import annotations

import io

from django.utils import timezone

from dashboard.audit.models import Event
from datasources import jobs
from datasources.archive import open_version
from datasources.models import JobState, VersionState
from tests.jobs.fixtures import CITIES, MORE_CITIES, Bench, done, drain, ended, steps
from tests.live import LiveAccount


def test_a_complete_load_creates_a_data_source_and_shows_it(
    bench: Bench, remote: LiveAccount
) -> None:
    job = bench.load()

    assert job.state == JobState.DONE, (job.error_words, job.error_remote)
    assert steps(job) == ["checked", "sent", "accepted", "loading", "done"] or steps(job) == [
        "checked", "sent", "accepted", "done",
    ]  # fmt: skip
    assert (job.total_entities, job.failed_entities) == (3, 0)
    assert "3 entities loaded" in job.steps.get(name="done").words
    source = bench.source()
    assert source.entity_type == "City"
    assert source.access_id in source.query_url
    assert source.master_key == bench.key
    assert [one["name"] for one in source.properties][:2] == ["EntityID", "Name"]
    version = bench.version(VersionState.PUBLISHED)
    assert version.entity_count == 3
    assert version.made_by == bench.publisher
    assert version.remote_job_id == job.remote_id
    assert version.content is not None
    assert version.content.sha256 == job.file_sha256
    assert job.data_source == source
    assert job.makes_source
    assert len(remote.jobs()) == 1


def test_the_audit_tells_who_loaded_what_with_which_key_and_how_it_ended(bench: Bench) -> None:
    job = bench.load()

    started = Event.objects.get(action="data_source.load")
    assert started.actor == bench.publisher
    assert started.data_source == "Cities"
    assert started.detail["sha256"] == job.file_sha256
    assert bench.key.secret not in str(started.detail)
    assert Event.objects.get(action="job.ended").detail["outcome"] == "done"


def test_an_overwrite_leaves_the_version_before_to_roll_back_to(bench: Bench) -> None:
    first = bench.load(CITIES)
    bench.load(MORE_CITIES)
    assert bench.version(VersionState.PUBLISHED).entity_count == 4

    earlier = bench.version(VersionState.EARLIER)
    assert earlier.remote_job_id == first.remote_id
    done(jobs.start_rollback(bench.publisher, earlier, bench.key))

    assert bench.version(VersionState.PUBLISHED).entity_count == 3


def test_an_incremental_load_changes_entities_and_is_counted_by_asking(bench: Bench) -> None:
    bench.load()
    done(
        jobs.start_load(
            bench.publisher,
            bench.upload(
                CITIES.splitlines()[0]
                + "\n"
                + CITIES.splitlines()[1]
                + "|__deleteEntity(Edm.Boolean)\n"
                "2||||" + "|1\n" + "5|Hamar|60.79|11.07|32000|\n",
                operation="incremental",
            ),
            bench.key,
        )
    )
    version = bench.version(VersionState.PUBLISHED)
    assert version.entity_count == 3
    assert version.content is None


def test_a_staged_version_stands_beside_the_published_one_and_can_be_published(
    bench: Bench,
) -> None:
    bench.load()
    bench.load(MORE_CITIES, operation="completeStaging")
    staged = bench.version(VersionState.STAGED)
    assert staged.entity_count == 4
    assert staged.expires_at is not None
    assert (staged.expires_at - staged.made_at).days == 30

    done(jobs.start_publish(bench.publisher, bench.source(), bench.key))

    published = bench.version(VersionState.PUBLISHED)
    assert published.entity_count == 4
    assert published.content is not None
    assert not bench.source().versions.filter(state=VersionState.STAGED).exists()


def test_a_staged_version_can_be_discarded(bench: Bench) -> None:
    bench.load()
    bench.load(MORE_CITIES, operation="completeStaging")

    done(jobs.start_discard(bench.publisher, bench.source(), bench.key))

    assert not bench.source().versions.filter(state=VersionState.STAGED).exists()
    assert bench.version(VersionState.PUBLISHED).entity_count == 3


def test_a_data_source_can_be_staged_before_it_was_ever_published(bench: Bench) -> None:
    bench.load(operation="completeStaging")
    assert bench.version(VersionState.STAGED).entity_count == 3

    done(jobs.start_publish(bench.publisher, bench.source(), bench.key))
    assert bench.version(VersionState.PUBLISHED).entity_count == 3


def test_public_and_private_again(bench: Bench) -> None:
    bench.load()
    done(jobs.start_access(bench.publisher, bench.source(), bench.key, public=True))
    assert bench.source().is_public
    done(jobs.start_access(bench.publisher, bench.source(), bench.key, public=False))
    assert not bench.source().is_public


def test_a_deleted_data_source_is_gone_and_its_versions_stay_in_the_archive(
    bench: Bench, remote: LiveAccount
) -> None:
    bench.load()
    source = bench.source()

    job = done(jobs.start_delete(bench.publisher, source, bench.key))

    source.refresh_from_db()
    assert source.gone_at is not None
    assert job.remote_id
    retired = source.versions.get()
    assert retired.state == VersionState.RETIRED
    assert retired.content is not None
    assert remote.get("/data").text.count("workspace ") == 0


def test_a_download_is_fetched_and_kept(bench: Bench) -> None:
    bench.load()
    version = bench.version(VersionState.PUBLISHED)

    job = done(jobs.start_download(bench.people["viewer"], version, bench.key))

    assert job.result is not None
    with open_version(job.result.path) as reader:
        assert sum(len(batch) for batch in reader) == 3


def test_what_the_service_has_dropped_is_downloaded_from_the_archive(bench: Bench) -> None:
    bench.load()
    source = bench.source()
    done(jobs.start_delete(bench.publisher, source, bench.key))

    job = done(jobs.start_download(bench.people["viewer"], source.versions.get(), None))

    assert job.result is not None
    with open_version(job.result.path) as reader:
        batches = list(reader)
        assert reader.schema.entity_type == "City"
    assert sum(map(len, batches)) == 3


def test_a_rollback_to_a_version_the_service_has_dropped_loads_the_kept_file(bench: Bench) -> None:
    bench.load()
    for people in range(4):
        bench.load(CITIES.replace("709037", str(people)) + f"9|New|1|{people}|5\n")
    retired = bench.source().versions.filter(state=VersionState.RETIRED).last()
    assert retired is not None

    job = done(jobs.start_rollback(bench.publisher, retired, bench.key))

    assert "kept" in job.steps.get(name="checked").words
    published = bench.version(VersionState.PUBLISHED)
    assert published.entity_count == 3
    assert published.content == retired.content


def test_a_load_with_bad_rows_is_done_and_says_what_was_skipped(bench: Bench) -> None:
    upload = bench.unchecked(CITIES + "6|Nowhere|91|0|1\n")
    upload.state = "good"
    upload.save()

    job = done(jobs.start_load(bench.publisher, upload, bench.key))

    assert (job.total_entities, job.failed_entities) == (4, 1)
    assert "1 were skipped" in job.steps.get(name="done").words
    assert job.failed_log is not None
    assert bench.version(VersionState.PUBLISHED).entity_count == 3


def test_an_aborted_load_shows_the_services_words_and_can_be_run_again(bench: Bench) -> None:
    upload = bench.unchecked(CITIES + "1|Again|1|1|1\n")
    upload.state = "good"
    upload.save()

    job = jobs.start_load(bench.publisher, upload, bench.key)
    drain(lambda: not type(job).objects.get(pk=job.pk).is_open)
    job.refresh_from_db()

    assert job.state == JobState.FAILED
    assert job.error_code == "aborted"
    assert job.error_remote
    again = jobs.run_again(bench.publisher, job)
    assert again.again_of == job
    assert again.upload == upload


def test_a_kept_file_that_holds_no_entities_ends_the_rollback_with_a_reason(bench: Bench) -> None:
    bench.load()
    retired = bench.source().versions.create(
        remote_job_id="f" * 32,
        state=VersionState.RETIRED,
        made_at=timezone.now(),
        seen_at=timezone.now(),
        content=jobs.keep_file(bench.account, io.BytesIO(b"\x00\x01\x02")),
    )

    job = ended(jobs.start_rollback(bench.publisher, retired, bench.key))

    assert job.state == JobState.FAILED
    assert job.sent_at is None
    assert "in none of the formats" in job.error_words
