"""Files of jobs, where several workers and the web process come and go at the same time."""

from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from sds_server import files, housekeeping
from sds_server.store import GeoPackageStore


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> None:
    """The server's files in a folder of their own, and in a bucket."""
    if request.param == "bucket":
        request.getfixturevalue("in_bucket")
        return
    options = {"location": tmp_path / "sds"}
    local = {"BACKEND": "dashboard.storage.local.LocalFiles", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "sds": local}


def read(name: str, sha256: str = "") -> bytes:
    with files.opened(name, sha256) as file:
        return file.read()


@pytest.mark.usefixtures("place")
def test_two_who_write_the_same_file_do_not_write_into_each_other() -> None:
    name = files.download_name("a")
    with files.written_aside(name) as late:
        late.file.write(b"<late>")
        with files.written_aside(name) as second:
            second.file.write(b"<second/>")
        assert read(name, second.kept.sha256) == b"<second/>"
        late.file.write(b"</late>")
    assert read(name, late.kept.sha256) == b"<late></late>"
    assert [found.name for found in files.storage().walk()] == [name]


@pytest.mark.usefixtures("place")
def test_what_is_written_aside_is_gone_where_the_writing_failed() -> None:
    with suppress(ValueError), files.written_aside("logs/a.txt") as aside:
        aside.file.write(b"x")
        raise ValueError("half")
    assert list(files.storage().walk()) == []
    assert not files.exists("logs/a.txt")


@pytest.mark.usefixtures("place")
def test_a_stream_is_kept_with_what_it_was() -> None:
    body = b"bytes " * 500_000
    kept = files.keep_stream(io.BytesIO(body), files.body_name("a"))
    assert kept == files.Kept(len(body), hashlib.sha256(body).hexdigest())
    assert read(files.body_name("a"), kept.sha256) == body
    with pytest.raises(FileNotFoundError):
        read(files.body_name("a"), "0" * 64)
    files.forget("a")
    assert not files.exists(files.body_name("a"))


@pytest.mark.django_db
@pytest.mark.usefixtures("place")
def test_files_that_no_job_needs_go_after_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (files.body_name("a"), files.log_name("b"), files.download_name("c")):
        files.keep_text("x", name)
    housekeeping.sweep_files()
    assert len(list(files.storage().walk())) == 3
    tomorrow = timezone.now() + timedelta(days=1, seconds=5)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    housekeeping.sweep_files()
    assert list(files.storage().walk()) == []


def test_the_store_bears_a_version_that_is_dropped_while_it_is_listed(tmp_path: Path) -> None:
    # A link that leads nowhere stands for a file that went between being listed and looked at.
    (tmp_path / "gone.gpkg").symlink_to("nowhere")
    (tmp_path / "gone.1a2b.partial").symlink_to("nowhere")
    store = GeoPackageStore(tmp_path)
    assert store.sizes() == {}
    assert store.sweep(older_than=0) == 0
