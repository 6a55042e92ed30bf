"""A folder and a bucket keep the same promises."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile, File
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.storage.local import LocalFiles

BYTES = bytes(range(256)) * 5000  # 1.28 MB: more than is read at once
SHA256 = hashlib.sha256(BYTES).hexdigest()


@pytest.fixture(params=["folder", "bucket"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "folder":
        return LocalFiles(tmp_path / "files")
    return request.getfixturevalue("bucket_files")()


def test_what_was_saved_is_read_back(files: Any) -> None:
    assert files.save("a/b/one", ContentFile(BYTES)) == "a/b/one"
    assert files.exists("a/b/one")
    assert files.size("a/b/one") == len(BYTES)
    with files.open("a/b/one") as stored:
        assert stored.read() == BYTES
    with files.local_copy("a/b/one", SHA256) as path:
        assert path.read_bytes() == BYTES


def test_a_file_that_is_saved_again_takes_the_place_of_the_first(files: Any) -> None:
    files.save("log", ContentFile(b"one"))
    assert files.save("log", ContentFile(b"second")) == "log"
    with files.open("log") as stored:
        assert stored.read() == b"second"


def test_an_empty_file_is_a_file(files: Any) -> None:
    files.save("empty", ContentFile(b""))
    assert files.size("empty") == 0
    with files.open_sealed("empty", hashlib.sha256(b"").hexdigest()) as stored:
        assert stored.read() == b""
    with files.local_copy("empty") as path:
        assert path.read_bytes() == b""


def test_a_stream_that_breaks_leaves_nothing(files: Any) -> None:
    class Breaking(io.RawIOBase):
        left = 20 * 1024 * 1024

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1, /) -> bytes:
            self.left -= size
            if self.left < 0:
                raise OSError("the connection broke")
            return b"x" * size

        def seekable(self) -> bool:
            return False

    with pytest.raises(OSError, match="connection broke"):
        files.save("half", File(Breaking(), "half"))
    assert not files.exists("half")
    assert list(files.walk()) == []


def test_a_finished_file_is_moved_in(files: Any, tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.write_bytes(BYTES)
    files.put("versions/v1.gpkg", made, SHA256)
    assert not made.exists()
    with files.local_copy("versions/v1.gpkg") as path:
        assert path.read_bytes() == BYTES


def test_what_is_not_there_is_not_found(files: Any) -> None:
    files.delete("nothing")
    assert not files.exists("nothing")
    for look in (files.open, files.size, lambda name: files.open_sealed(name, SHA256)):
        with pytest.raises(FileNotFoundError):
            look("nothing")
    with pytest.raises(FileNotFoundError), files.local_copy("nothing"):
        pass


def test_a_damaged_file_never_comes_whole(files: Any) -> None:
    damaged = bytearray(BYTES)
    damaged[700_000] ^= 1
    files.save("damaged", ContentFile(bytes(damaged)))
    taken = []
    with files.open_sealed("damaged", SHA256) as stored, pytest.raises(FileNotFoundError):
        taken.extend(iter(lambda: stored.read(4096), b""))
    assert sum(map(len, taken)) < len(BYTES)


def test_stepping_back_to_look_at_the_head_does_not_break_the_seal(files: Any) -> None:
    files.save("good", ContentFile(BYTES))
    with files.open_sealed("good", SHA256) as stored:
        assert stored.read(1000) == BYTES[:1000]
        stored.seek(0)
        assert stored.read() == BYTES
    with files.open_sealed("good", "0" * 64) as stored:
        stored.read(1000)
        stored.seek(0)
        with pytest.raises(FileNotFoundError):
            stored.read()


def test_everything_is_listed_with_its_size(files: Any) -> None:
    for name in ("bodies/one", "bodies/two", "logs/one.txt"):
        files.save(name, ContentFile(name.encode()))
    assert {(one.name, one.size) for one in files.walk("bodies")} == {
        ("bodies/one", 10),
        ("bodies/two", 10),
    }
    assert len(list(files.walk())) == 3
    assert all(one.at.tzinfo for one in files.walk())
    assert list(files.walk("nothing")) == []


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["seek", "read"]), st.integers(0, len(BYTES) + 10)), max_size=8
    )
)
def test_jumping_about_reads_what_stands_there(files: Any, steps: list[tuple[str, int]]) -> None:
    if not files.exists("jumps"):
        files.save("jumps", ContentFile(BYTES))
    plain = io.BytesIO(BYTES)
    with files.open("jumps") as stored:
        for step, number in steps:
            if step == "seek":
                stored.seek(number)
                plain.seek(number)
            else:
                assert stored.read(number) == plain.read(number)
