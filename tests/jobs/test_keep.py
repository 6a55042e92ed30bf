"""Files are kept once, found again, and let go only when nothing needs them."""

from __future__ import annotations

import io
from datetime import timedelta
from hashlib import sha256

import pytest
from django.utils import timezone

from dashboard.people.models import User
from datasources import archive, jobs
from datasources.jobs.keep import sweep_files
from datasources.models import DataSource, StoredFile, UploadState, Version, VersionState
from tests.jobs.fixtures import Bench, make_bench


@pytest.fixture
def desk(db: None, people: dict[str, User]) -> Bench:
    return make_bench(people, "http://127.0.0.1:9/REST/v1", "master-1234", "query-5678", "basic")


def keep(desk: Bench, content: bytes = b"some bytes") -> StoredFile:
    return jobs.keep_file(desk.account, io.BytesIO(content))


def let_time_pass() -> None:
    StoredFile.objects.update(kept_until=timezone.now() - timedelta(days=1))


def version_with(desk: Bench, stored: StoredFile, state: VersionState) -> Version:
    source = DataSource.objects.create(account=desk.account, name=f"Cities{state}")
    now = timezone.now()
    return Version.objects.create(
        data_source=source, remote_job_id="a", state=state, made_at=now, seen_at=now, content=stored
    )


def test_a_file_is_kept_once_under_its_sha256(desk: Bench) -> None:
    first, second = keep(desk), keep(desk)
    assert first == second
    assert first.sha256 == sha256(b"some bytes").hexdigest()
    with archive.open_file(first.path) as kept:
        assert kept.read() == b"some bytes"


def test_bytes_that_were_lost_are_kept_anew(desk: Bench) -> None:
    first = keep(desk)
    archive.drop(first.path)
    assert archive.is_held(keep(desk).path, 10)


def test_a_file_stays_until_its_time_is_over(desk: Bench) -> None:
    stored = keep(desk)
    assert sweep_files() == 0
    let_time_pass()
    assert sweep_files() == 1
    assert not archive.is_held(stored.path, stored.size)
    assert not StoredFile.objects.exists()


def test_kept_for_ever_where_the_setting_says_so(desk: Bench, settings: object) -> None:
    settings.KEEP_FILES_DAYS = 0  # type: ignore[attr-defined]
    assert keep(desk).kept_until is None


@pytest.mark.parametrize(
    "state", [VersionState.PUBLISHED, VersionState.STAGED, VersionState.EARLIER]
)
def test_the_content_of_a_version_in_use_never_goes(desk: Bench, state: VersionState) -> None:
    version_with(desk, keep(desk), state)
    let_time_pass()
    assert sweep_files() == 0


def test_the_content_of_a_retired_version_goes_when_its_time_is_over(desk: Bench) -> None:
    version = version_with(desk, keep(desk), VersionState.RETIRED)
    let_time_pass()
    assert sweep_files() == 1
    version.refresh_from_db()
    assert version.content is None


def test_the_file_of_an_open_job_stays(desk: Bench) -> None:
    upload = desk.unchecked()
    upload.state = UploadState.GOOD
    upload.save()
    job = jobs.start_load(desk.publisher, upload, desk.key)
    let_time_pass()
    assert sweep_files() == 0
    job.state = "failed"
    job.save()
    assert sweep_files() == 1
    upload.refresh_from_db()
    assert upload.file is None
    with pytest.raises(jobs.JobRefused, match="upload it again"):
        jobs.run_again(desk.publisher, job)
