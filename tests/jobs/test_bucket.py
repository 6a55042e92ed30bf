"""The dashboard with its files in a bucket: nothing on this machine needs to survive."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from datasources import archive, jobs
from datasources.checks.differences import Differences
from datasources.formats.output import OutputFormat
from datasources.models import (
    Comparison,
    ComparisonState,
    JobState,
    Upload,
    UploadState,
    VersionState,
)
from tests.buckets import moto_server, options_of
from tests.jobs.fixtures import CITIES, MORE_CITIES, Bench, done, drain, ended, is_checked


def lose(cache: Path) -> None:
    """What this machine kept is gone, as on a new one."""
    shutil.rmtree(cache, ignore_errors=True)


def test_versions_are_archived_compared_and_downloaded_from_the_bucket(
    in_bucket: Path, bench: Bench
) -> None:
    bench.load()
    bench.load(MORE_CITIES, operation="completeStaging")
    published, staged = bench.version(VersionState.PUBLISHED), bench.version(VersionState.STAGED)
    drain(lambda: bench.source().versions.filter(archive=None).count() == 0)
    lose(in_bucket)
    found = jobs.start_comparison(bench.publisher, published, version=staged)
    drain(lambda: Comparison.objects.get(pk=found.pk).state == ComparisonState.DONE)
    lose(in_bucket)
    compared = Comparison.objects.get(pk=found.pk)
    assert compared.file is not None
    with archive.local_file(compared.file.path) as path, Differences(Path(path)) as opened:
        assert opened.count("added") == 1
    job = done(jobs.start_download(bench.publisher, staged, output=OutputFormat.GEOPACKAGE.value))
    assert job.result is not None
    lose(in_bucket)
    with archive.open_geopackage(job.result.path) as opened_package:
        assert opened_package.count == 4
    jobs.start_publish(bench.publisher, bench.source(), bench.key)


def test_a_kept_file_is_handed_over_from_the_bucket(
    in_bucket: Path, bench: Bench, clients: dict[str, Client]
) -> None:
    job = bench.load()
    lose(in_bucket)
    url = reverse("job_file", args=[bench.account.pk, job.pk])
    answer = clients["viewer"].get(url)
    assert answer.headers["Content-Length"] == str(len(CITIES.encode()))
    assert b"".join(answer.streaming_content) == CITIES.encode()  # type: ignore[attr-defined]
    assert not in_bucket.exists()


def test_a_file_that_was_damaged_is_not_sent(in_bucket: Path, bench: Bench) -> None:
    upload = bench.upload()
    assert upload.file is not None
    default_storage.save(upload.file.path, ContentFile(CITIES.replace("Oslo", "Olso").encode()))
    lose(in_bucket)
    job = ended(jobs.start_load(bench.publisher, upload, bench.key))
    assert (job.state, job.error_code) == (JobState.FAILED, "file-gone")
    assert job.sent_at is None


def test_while_the_bucket_is_away_work_waits_and_nothing_is_given_up(
    settings: Settings, tmp_path: Path, bench: Bench, clients: dict[str, Client]
) -> None:
    with moto_server() as away:
        gone: Any = options_of(away, away.make_bucket(), "files", tmp_path)
    here = settings.STORAGES
    earlier = bench.load()
    upload = bench.unchecked()
    jobs.start_check(upload)
    settings.STORAGES = {**here, "default": gone}
    drain(lambda: Upload.objects.get(pk=upload.pk).state == UploadState.CHECKING)
    waiting = Upload.objects.get(pk=upload.pk)
    assert waiting.tries == 0
    assert waiting.lease_owner == ""
    answer = clients["viewer"].get(reverse("job_file", args=[bench.account.pk, earlier.pk]))
    assert answer.status_code == 503
    assert "file store does not answer" in answer.content.decode()
    settings.STORAGES = here
    Upload.objects.filter(pk=upload.pk).update(next_look_at=waiting.created_at)
    drain(lambda: is_checked(upload))
    assert upload.state == UploadState.GOOD
    done(jobs.start_load(bench.publisher, upload, bench.key))
