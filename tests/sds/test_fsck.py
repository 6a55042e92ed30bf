"""The check of the server's data: it finds what is wrong, nothing else, and mends what is safe."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from sds_server import files, fsck
from sds_server.models import DataflowJob, DataSource, JobKind, JobStatus, Version, new_id
from sds_server.store import PostgisStore, store
from tests.sds.endpoints.sample import SHOPS, pipe
from tests.sds.inside import Inside, local_sds


def found(*, repair: bool = False, deep: bool = True) -> list[fsck.Finding]:
    return list(fsck.run(repair=repair, deep=deep))


def told(*options: str) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON of the command."""
    out = StringIO()
    try:
        call_command("sds_fsck", "--json", *options, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.fixture
def in_two_days(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets two days pass."""

    def pass_by() -> None:
        later = timezone.now() + timedelta(days=2)
        monkeypatch.setattr(timezone, "now", lambda: later)

    return pass_by


@pytest.fixture
def full(inside: Inside) -> Inside:
    """Published, staged and earlier versions, a download, a log."""
    inside.load("Shops", pipe())
    inside.load("Shops", pipe(SHOPS[:2]))
    inside.load("Shops", pipe([*SHOPS, ("bad", 91, 0, "Beyond", "", "", "")]), "completeStaging")
    access_id = inside.access_id("Shops")
    inside.ended(inside.ask("GET", f"/Dataflows/DataSourceDownload/{access_id}/Shops"))
    return inside


def test_a_server_that_works_has_nothing_to_be_told(full: Inside) -> None:
    assert found() == []
    full.ask(
        "POST", "/Dataflows/LoadDataSource", pipe().encode(),
        dataSourceName="Waiting", loadOperation="complete", input="pipe",
    )  # fmt: skip
    assert full.waits
    assert found() == []
    assert told() == (0, {"exit_code": 0, "findings": []})


def test_files_of_no_job_are_told_and_removed_once_a_day_old(
    full: Inside, in_two_days: Callable[[], None]
) -> None:
    lost = new_id()
    names = [files.body_name(lost), files.download_name(lost), files.log_name(lost)]
    for name in names:
        files.keep_text("nobody's", name)
    assert sorted(one.what for one in found(repair=True)) == names
    assert all(files.exists(name) for name in names)
    in_two_days()
    code, answer = told("--repair")
    assert code == 0
    assert [one["repaired"] for one in answer["findings"]] == [True] * 3
    assert not any(files.exists(name) for name in names)
    assert found() == []


def test_entities_of_no_version_are_told_and_removed_once_a_day_old(
    full: Inside, in_two_days: Callable[[], None]
) -> None:
    gone = Version.objects.earliest("pk")
    Version.objects.filter(pk=gone.pk).delete()
    (one,) = found(repair=True)
    assert (one.kind, one.what, one.mended) == (fsck.LEFTOVER, f"entities of {gone.job_id}", False)
    in_two_days()
    (one,) = found(repair=True)
    assert one.mended
    assert not store().exists(gone.job_id)
    assert found() == []


def test_entities_of_a_load_under_way_are_left_alone(full: Inside) -> None:
    version = Version.objects.earliest("pk")
    DataflowJob.objects.filter(job_id=version.job_id).update(status=JobStatus.PENDING)
    files.keep_text("body", files.body_name(version.job_id))
    Version.objects.filter(pk=version.pk).delete()
    assert found(repair=True) == []


@pytest.mark.parametrize(
    ("part", "advice"),
    [("published", "Roll back"), ("staged", "Stage its data anew"), ("earlier", "not touched")],
)
def test_a_version_whose_entities_are_gone_is_named(full: Inside, part: str, advice: str) -> None:
    source = DataSource.objects.get(name="Shops")
    version = {
        "published": source.published,
        "staged": source.staged,
        "earlier": source.earlier_versions().first(),
    }[part]
    assert version is not None
    store().delete(version.job_id)
    (one,) = found(deep=False)
    assert (one.kind, one.account, one.data_source) == (fsck.DAMAGE, "inside", "Shops")
    assert one.what == f"version {version.job_id} ({part})"
    assert one.words == "Its entities are gone."
    assert advice in one.advice
    code, _ = told("--repair")
    assert code == fsck.DAMAGE, "what is lost is not mended by forgetting it"
    assert Version.objects.filter(pk=version.pk).exists()


def test_a_version_with_other_entities_than_it_had_is_told(full: Inside) -> None:
    source = DataSource.objects.get(name="Shops")
    assert source.published is not None
    Version.objects.filter(pk=source.published.pk).update(entity_count=7)
    (one,) = found(deep=False)
    assert one.words == "It has 2 entities, and had 7."


def test_damage_that_only_reading_it_all_finds_is_told(full: Inside) -> None:
    version = Version.objects.earliest("pk")
    made = store()
    if isinstance(made, PostgisStore):
        with made._connections.write() as connection:
            layout = made._looked_up(version.job_id).layout
            connection.execute(f"DELETE FROM {layout.table.as_string(connection)} WHERE __fid = 1")
    else:
        Version.objects.filter(pk=version.pk).update(sha256="0" * 64)
    assert found(deep=False) == []
    (one,) = found()
    assert one.kind == fsck.DAMAGE
    assert "SHA-256" in one.words or "2 entities" in one.words
    assert told("--quick")[0] == 0


def test_lost_files_of_jobs_are_told(full: Inside) -> None:
    download = DataflowJob.objects.get(kind=JobKind.DOWNLOAD)
    files.delete(files.download_name(download.job_id))
    answer = full.ask(
        "POST", "/Dataflows/LoadDataSource", pipe().encode(),
        dataSourceName="Waiting", loadOperation="complete", input="pipe",
    )  # fmt: skip
    waiting = DataflowJob.objects.latest("pk")
    assert answer.status_code == 201
    files.delete(files.body_name(waiting.job_id))
    assert {one.what for one in found()} == {f"job {download.job_id}", f"job {waiting.job_id}"}
    full.work()
    assert full.job(waiting.job_id)["status"] == "Aborted"
    assert "load again" in full.job(waiting.job_id)["errors"][0]


def test_jobs_that_nobody_works_on_are_told(full: Inside, in_two_days: Callable[[], None]) -> None:
    for name in ("One", "Two"):
        full.ask(
            "POST", "/Dataflows/LoadDataSource", pipe().encode(),
            dataSourceName=name, loadOperation="complete", input="pipe",
        )  # fmt: skip
    silent = DataflowJob.objects.latest("pk")
    DataflowJob.objects.filter(pk=silent.pk).update(lease_until=timezone.now(), lease_holder="gone")
    assert found() == []
    in_two_days()
    one, two = found(repair=True)
    assert (one.kind, two.kind) == (fsck.STUCK, fsck.STUCK)
    assert "no worker has taken it" in one.words
    assert "fell silent" in two.words
    assert told("--repair")[0] == fsck.STUCK


def test_a_deletion_that_nobody_does_is_let_go_of(full: Inside) -> None:
    DataSource.objects.update(deleting=True)
    (one,) = found()
    assert one.kind == fsck.STUCK
    assert told("--repair")[0] == 0
    assert not DataSource.objects.filter(deleting=True).exists()
    full.load("Shops", pipe())


def test_a_data_source_that_nothing_is_left_of_goes_once_a_day_old(
    full: Inside, in_two_days: Callable[[], None]
) -> None:
    shops = DataSource.objects.get(name="Shops")
    DataSource.objects.create(account=shops.account, name="Empty", master_key=shops.master_key)
    (one,) = found(repair=True)
    assert (one.kind, one.mended) == (fsck.LEFTOVER, False)
    in_two_days()
    (one,) = found(repair=True)
    assert one.mended
    assert list(DataSource.objects.values_list("name", flat=True)) == ["Shops"]


def test_a_version_of_another_data_source_is_no_version_of_this(full: Inside) -> None:
    full.load("Others", pipe())
    other = DataSource.objects.get(name="Others")
    DataSource.objects.filter(name="Shops").update(staged=other.published)
    assert [one.words for one in found(deep=False)] == [
        "Its staged version is one of another data source."
    ]


@pytest.mark.django_db(transaction=True)
def test_what_a_dead_writer_left_half_is_told_and_removed(
    settings: Settings, tmp_path: Path
) -> None:
    local_sds(settings, tmp_path)
    half, busy = (files.storage().scratch("downloads/a.xml") for _ in range(2))
    for path in (half, busy):
        path.write_bytes(b"half")
    os.utime(half, (0, 0))
    (one,) = found(repair=True)
    assert (one.kind, one.mended) == (fsck.LEFTOVER, True)
    assert not half.exists()
    assert busy.exists()


def test_what_was_found_is_printed_for_people(full: Inside) -> None:
    files.keep_text("nobody's", files.body_name(new_id()))
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("sds_fsck", stdout=out)
    assert ended.value.code == fsck.LEFTOVER
    assert "A file of 8 bytes that no job needs." in out.getvalue()
