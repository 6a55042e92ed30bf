"""A version in any format: from the copy kept here, or fetched from the service first."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied

from dashboard.audit.models import Event
from datasources import archive, jobs
from datasources.archive import open_version
from datasources.formats import detect_any
from datasources.formats.geopackage import GeoPackageFile
from datasources.formats.output import OutputFormat
from datasources.jobs.kinds import FROM_ARCHIVE
from datasources.models import Job, JobState, StoredFile, Version, VersionState
from tests.jobs.fixtures import Bench, ended

JUNK = b"no entities at all\n"
pytestmark = pytest.mark.django_db(transaction=True)


def done(job: Job) -> Job:
    found = ended(job)
    assert found.state == JobState.DONE, found.error_words
    return found


def published(bench: Bench) -> Version:
    bench.load()
    return bench.version(VersionState.PUBLISHED)


@pytest.mark.parametrize("format", OutputFormat)
def test_the_copy_kept_here_is_written_in_every_format(bench: Bench, format: OutputFormat) -> None:
    job = done(jobs.start_download(bench.people["viewer"], published(bench), output=format.value))
    assert job.operation == FROM_ARCHIVE
    assert job.key is None
    assert not job.sent_at, "the service is not asked"
    assert job.processed_entities == 3
    assert job.result is not None
    assert jobs.output_of(job) is format
    with archive.open_file(job.result.path) as stored:
        found = detect_any(stored.read(65536), f"x{format.ending}")
    assert found is not None
    assert found.value == format.value


def test_what_is_fetched_is_kept_as_xml_and_written_in_the_format(bench: Bench) -> None:
    version = published(bench)
    Version.objects.filter(pk=version.pk).update(content=None)
    version.refresh_from_db()

    job = done(jobs.start_download(bench.people["viewer"], version, bench.key, output="gpkg"))

    version.refresh_from_db()
    assert version.content is not None
    with open_version(version.content.path) as reader:
        assert sum(map(len, reader)) == 3
    assert job.result is not None
    assert job.result != version.content
    assert job.file_sha256 == version.content.sha256
    with archive.local_file(job.result.path) as path, GeoPackageFile(Path(path)) as opened:
        assert opened.count == 3
        assert opened.schema.entity_type == "City"


def test_an_archived_version_needs_no_file_and_no_service(bench: Bench) -> None:
    version = published(bench)
    made = done(jobs.start_download(bench.people["viewer"], version, output="gpkg"))
    Version.objects.filter(pk=version.pk).update(content=None, archive=made.result)
    version.refresh_from_db()

    job = done(jobs.start_download(bench.people["viewer"], version, output="csv"))

    assert job.result is not None
    with open_version(job.result.path) as reader:
        (batch,) = list(reader)
        assert reader.schema.names == ("EntityID", "Name", "Latitude", "Longitude", "People")
        assert list(batch.columns[1]) == ["Oslo", "Bergen", "Tromsø"]


def test_without_a_copy_and_without_a_key_nothing_is_started(bench: Bench) -> None:
    version = published(bench)
    Version.objects.filter(pk=version.pk).update(content=None, archive=None)
    version.refresh_from_db()
    with pytest.raises(jobs.JobRefused, match="Choose the key to download it from the service"):
        jobs.start_download(bench.people["viewer"], version)


def test_a_format_that_is_none_is_refused(bench: Bench) -> None:
    with pytest.raises(jobs.JobRefused, match="no format to download in"):
        jobs.start_download(bench.people["viewer"], published(bench), output="docx")


def test_more_entities_than_a_sheet_holds_are_refused_beforehand(bench: Bench) -> None:
    version = published(bench)
    version.entity_count = 2_000_000
    with pytest.raises(jobs.JobRefused, match="1,048,576 rows; 2,000,000 entities"):
        jobs.start_download(bench.people["viewer"], version, output="xlsx")


def test_an_outsider_gets_nothing(bench: Bench) -> None:
    with pytest.raises(PermissionDenied):
        jobs.start_download(bench.people["outsider"], published(bench), output="csv")


def test_the_audit_names_the_format(bench: Bench) -> None:
    version = published(bench)
    done(jobs.start_download(bench.people["viewer"], version, output="kml"))
    done(jobs.start_download(bench.people["viewer"], version))
    events = Event.objects.filter(action="data_source.download").order_by("at")
    assert [event.detail["format"] for event in events] == ["kml", "xml"]


@pytest.mark.parametrize(
    ("sha256", "code"), [(hashlib.sha256(JUNK).hexdigest(), "wrong-file"), ("ab" * 32, "file-gone")]
)
def test_a_copy_that_is_no_entities_or_damaged_ends_the_job_with_a_reason(
    bench: Bench, sha256: str, code: str
) -> None:
    version = published(bench)
    assert version.content is not None
    kept = archive.keep("accounts/1", io.BytesIO(JUNK), sha256, len(JUNK))
    StoredFile.objects.filter(pk=version.content.pk).update(path=kept.path, size=len(JUNK))

    job = ended(jobs.start_download(bench.people["viewer"], version, output="gpkg"))

    assert job.state == JobState.FAILED
    assert job.error_code == code
    assert job.error_words
    assert job.result is None


def test_a_failed_download_runs_again_in_its_format_and_from_its_place(bench: Bench) -> None:
    version = published(bench)
    first = ended(jobs.start_download(bench.people["viewer"], version, output="geojson"))
    Job.objects.filter(pk=first.pk).update(state=JobState.FAILED)
    first.refresh_from_db()
    again = done(jobs.run_again(bench.people["viewer"], first))
    assert (again.output_format, again.operation) == ("geojson", FROM_ARCHIVE)
    assert again.result == first.result, "the same bytes are kept once"
