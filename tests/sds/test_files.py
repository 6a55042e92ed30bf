"""Files of jobs, where several workers and the web process come and go at the same time.

A link that leads nowhere stands for a file that went between being listed and being looked at.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pytest_django import Settings

from sds_server import files, housekeeping
from sds_server.store import GeoPackageStore


def test_two_who_write_the_same_file_do_not_write_into_each_other(tmp_path: Path) -> None:
    path = tmp_path / "download.xml"
    with files.written_aside(path) as late:
        late.write(b"<late>")
        with files.written_aside(path) as second:
            second.write(b"<second/>")
        assert path.read_bytes() == b"<second/>"
        late.write(b"</late>")
    assert path.read_bytes() == b"<late></late>"
    assert os.listdir(tmp_path) == ["download.xml"]


@pytest.mark.django_db
def test_the_sweep_of_files_bears_one_that_goes_meanwhile(
    settings: Settings, tmp_path: Path
) -> None:
    settings.SDS_DATA_DIR = tmp_path
    bodies = files.folder(files.BODIES)
    (bodies / "gone").symlink_to("nowhere")
    old = bodies / "old"
    old.write_bytes(b"x")
    os.utime(old, (0, 0))
    young = bodies / "young"
    young.write_bytes(b"x")

    housekeeping.sweep_files()

    assert not old.exists()
    assert young.exists()


def test_the_store_bears_a_version_that_is_dropped_while_it_is_listed(tmp_path: Path) -> None:
    (tmp_path / "gone.gpkg").symlink_to("nowhere")
    (tmp_path / "gone.1a2b.partial").symlink_to("nowhere")
    store = GeoPackageStore(tmp_path)
    assert store.sizes() == {}
    assert store.sweep(older_than=0) == 0
