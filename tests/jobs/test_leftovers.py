"""What killed processes left goes after a day; what somebody may be writing stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pytest_django import Settings

from datasources.jobs.leftovers import DAY, sweep_leftovers


@pytest.fixture(autouse=True)
def folders(settings: Settings, tmp_path: Path) -> Path:
    """Storage and scratch folder of this test alone."""
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "tmp"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    local = "dashboard.storage.local.LocalFiles"
    default = {"BACKEND": local, "OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    return tmp_path


def aged(path: Path, seconds: float) -> Path:
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def test_scratch_files_and_folders_of_dead_processes_go_after_a_day(folders: Path) -> None:
    scratch = folders / "tmp"
    old = scratch / "tmpold"
    old.mkdir()
    (old / "version.gpkg").write_bytes(b"half")
    busy = scratch / "tmpbusy"
    busy.mkdir()
    written = busy / "version.gpkg"
    written.write_bytes(b"being written")
    for path in (old / "version.gpkg", old, busy):
        aged(path, DAY + 60)
    (scratch / "upload").write_bytes(b"x")
    aged(scratch / "upload", DAY + 60)
    assert sweep_leftovers() == 2
    assert [path.name for path in scratch.iterdir()] == ["tmpbusy"]


def test_halves_beside_kept_files_go_after_a_day(folders: Path) -> None:
    kept = default_storage.save("accounts/1/ab/kept", ContentFile(b"whole"))
    beside = Path(default_storage.path(kept)).parent
    (beside / ".one.1a2b3c4d.part").write_bytes(b"half")
    (beside / ".two.1a2b3c4d.part").write_bytes(b"being written")
    for path in beside.iterdir():
        if "two" not in path.name:
            aged(path, DAY + 60)
    assert sweep_leftovers() == 1
    assert sorted(path.name for path in beside.iterdir()) == [".two.1a2b3c4d.part", "kept"]
