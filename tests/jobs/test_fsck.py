"""The check of kept files: it names what is lost, mends what can be made again, and no more."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from datasources import archive, jobs
from datasources.jobs import fsck
from datasources.models import (
    Job,
    PartialUpload,
    StoredFile,
    Upload,
    UploadState,
    Version,
    VersionState,
)
from tests.jobs.fixtures import CITIES, MORE_CITIES, Bench, done, drain, is_checked


def found(*, repair: bool = False, deep: bool = True) -> list[fsck.Finding]:
    return list(fsck.run(repair=repair, deep=deep))


def told(*options: str) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON of the command."""
    out = StringIO()
    try:
        call_command("fsck", "--json", *options, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> None:
    """Kept files of this test alone, in a folder and in a bucket."""
    if request.param == "bucket":
        request.getfixturevalue("in_bucket")
        return
    options = {"location": tmp_path / "files"}
    local = {"BACKEND": "dashboard.storage.local.LocalFiles", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": local}


@pytest.fixture
def full(place: None, bench: Bench) -> Bench:
    """A data source with two versions, both archived, compared and drawn."""
    bench.load()
    bench.load(MORE_CITIES)
    drain(lambda: not Version.objects.filter(archive=None).exists())
    drain(lambda: not Version.objects.filter(map_index=None).exists())
    drain(lambda: bench.version(VersionState.PUBLISHED).added == 1)
    return bench


@pytest.fixture
def in_two_days(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets two days pass."""

    def pass_by() -> None:
        later = timezone.now() + timedelta(days=2)
        monkeypatch.setattr(timezone, "now", lambda: later)

    return pass_by


def damage(stored: StoredFile) -> None:
    """Other bytes, as many as before."""
    default_storage.save(stored.path, ContentFile(b"x" * stored.size))


def test_a_site_that_works_has_nothing_to_be_told(full: Bench) -> None:
    assert found() == []
    assert told() == (0, {"exit_code": 0, "findings": []})


@pytest.mark.parametrize("lose", [lambda stored: archive.drop(stored.path), damage])
def test_an_archive_that_is_lost_or_damaged_is_made_anew_of_the_versions_file(
    full: Bench, lose: Callable[[StoredFile], None]
) -> None:
    version = full.version(VersionState.PUBLISHED)
    assert version.archive is not None
    lose(version.archive)
    (one,) = found()
    assert one.kind == fsck.DAMAGE
    assert one.uses == [
        f"the archive of Cities (Maps), published version of {version.made_at:%Y-%m-%d %H:%M} UTC"
    ]
    assert told("--repair")[0] == 0
    drain(lambda: bool(full.version(VersionState.PUBLISHED).archive))
    drain(lambda: bool(full.version(VersionState.PUBLISHED).map_index))
    assert found() == []
    with archive.open_geopackage(full.version(VersionState.PUBLISHED).archive.path) as opened:  # type: ignore[union-attr]
        assert opened.count == 4


def test_damage_is_not_looked_for_by_a_quick_check(full: Bench) -> None:
    version = full.version(VersionState.PUBLISHED)
    assert version.archive is not None
    damage(version.archive)
    assert found(deep=False) == []


def test_a_versions_file_that_is_lost_comes_back_from_the_service(full: Bench) -> None:
    version = full.version(VersionState.PUBLISHED)
    assert version.content is not None
    damage(version.content)
    (one,) = found()
    assert one.kind == fsck.DAMAGE
    assert {words.partition(" ")[2].partition(" ")[0] for words in one.uses} == {"file", "upload"}
    assert "The service still has this version" in one.advice
    assert "Bring the file anew" in one.advice
    Upload.objects.filter(file=version.content).update(file=None)
    (one,) = found(repair=True)
    assert one.mended
    assert found() == []
    done(jobs.start_download(full.publisher, version, full.key))
    again = full.version(VersionState.PUBLISHED)
    assert again.content is not None
    assert archive.is_held(again.content.path, again.content.size)
    assert found() == []


def test_what_can_still_be_done_for_a_version_that_the_service_dropped_is_said(full: Bench) -> None:
    version = full.version(VersionState.EARLIER)
    Version.objects.filter(pk=version.pk).update(state=VersionState.RETIRED)
    Upload.objects.update(file=None)
    assert version.content is not None
    assert version.archive is not None
    archive.drop(version.content.path)
    (one,) = found(deep=False)
    assert "its entities are in the archive" in one.advice
    archive.drop(version.archive.path)
    both = found(repair=True, deep=False)
    assert [finding.mended for finding in both] == [False, False]
    assert all("restore the file from a backup" in finding.advice for finding in both)
    assert told("--quick")[0] == fsck.DAMAGE


def test_lost_results_logs_and_comparisons_are_named(full: Bench) -> None:
    version = full.version(VersionState.PUBLISHED)
    job = done(jobs.start_download(full.publisher, version, output="geojson"))
    log = jobs.keep_file(full.account, io.BytesIO(b"row\tproblem\n"))
    Job.objects.filter(pk=job.pk).update(failed_log=log)
    for stored in StoredFile.objects.exclude(pk__in=[version.content_id, version.archive_id]):
        archive.drop(stored.path)
    uses = [words for one in found(deep=False) for words in one.uses]
    for part in ("the download of Cities by paula", "the log of failed entities of Cities",
                 "the comparison of Cities of", "the map of Cities", "the upload Cities.pipe"):  # fmt: skip
        assert any(part in words for words in uses), part


def test_files_that_no_row_knows_are_removed_once_a_day_old(
    full: Bench, in_two_days: Callable[[], None]
) -> None:
    stray = default_storage.save(f"accounts/{full.account.pk}/ab/stray", ContentFile(b"stray"))
    piece = default_storage.save("partial/no-upload/piece", ContentFile(b"piece"))
    under_way = PartialUpload.objects.create(
        account=full.account, user=full.publisher, file_name="x", size=9
    )
    part = default_storage.save(f"partial/{under_way.pk}/one", ContentFile(b"part"))
    PartialUpload.objects.filter(pk=under_way.pk).update(parts=[[part, 4]])
    assert sorted(one.what for one in found(repair=True)) == [stray, piece]
    in_two_days()
    assert told("--repair")[0] == 0
    assert not default_storage.exists(stray)
    assert not default_storage.exists(piece)
    assert default_storage.exists(part)
    assert found() == []


def test_the_record_of_a_lost_file_that_nothing_uses_goes(full: Bench) -> None:
    stored = jobs.keep_file(full.account, io.BytesIO(b"nobody's"))
    archive.drop(stored.path)
    (one,) = found(repair=True)
    assert (one.kind, one.mended) == (fsck.LEFTOVER, True)
    assert not StoredFile.objects.filter(pk=stored.pk).exists()


def test_work_that_nobody_would_take_up_is_woken(full: Bench) -> None:
    upload = full.unchecked(CITIES)
    Upload.objects.filter(pk=upload.pk).update(state=UploadState.CHECKING)
    (one,) = found()
    assert one.kind == fsck.STUCK
    assert told("--repair")[0] == 0
    drain(lambda: is_checked(upload))


def test_what_was_found_is_printed_for_people(full: Bench) -> None:
    version = full.version(VersionState.PUBLISHED)
    assert version.content is not None
    archive.drop(version.content.path)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("fsck", "--quick", stdout=out)
    assert ended.value.code == fsck.DAMAGE
    assert "Its bytes are gone, or not all there." in out.getvalue()
    assert (
        f"  the file of Cities (Maps), published version of {version.made_at:%Y}" in out.getvalue()
    )
