"""The cache of tiles: made once however many ask, within its bound, harmless where it fails."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from datasources.archive.tiles.cache import DiskCache
from tests.live import eventually


def kept_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_what_was_made_is_kept(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 10_000)
    assert cache.get_or_make("a", lambda: b"one") == b"one"
    assert cache.get_or_make("a", lambda: b"two") == b"one"
    assert DiskCache(tmp_path, 10_000).get_or_make("a", lambda: b"two") == b"one"
    assert cache.get_or_make("b", lambda: b"") == b""
    assert cache.get_or_make("b", lambda: b"x") == b""


def test_one_makes_it_while_others_wait(tmp_path: Path) -> None:
    caches = [DiskCache(tmp_path, 10_000), DiskCache(tmp_path, 10_000)]
    made: list[int] = []
    begun, go_on = threading.Event(), threading.Event()

    def make() -> bytes:
        made.append(1)
        begun.set()
        assert go_on.wait(30)
        return b"tile"

    answers: list[bytes] = []
    threads = [
        threading.Thread(target=lambda c=cache: answers.append(c.get_or_make("key", make)))
        for cache in caches * 4
    ]
    for thread in threads:
        thread.start()
    assert begun.wait(30)
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert answers == [b"tile"] * 8
    assert len(made) == 1


def test_a_maker_that_fails_leaves_nothing_and_holds_nobody_up(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 10_000)

    def fail() -> bytes:
        raise FileNotFoundError

    for _ in range(2):
        try:
            cache.get_or_make("key", fail)
        except FileNotFoundError:
            continue
        raise AssertionError("no error")
    assert cache.get_or_make("key", lambda: b"made") == b"made"


def test_what_is_made_may_not_ask_the_cache_itself(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 10_000)
    for key in ("key", "another"):
        with pytest.raises(RuntimeError, match="asks the cache"):
            cache.get_or_make("key", lambda key=key: cache.get_or_make(key, lambda: b"inner"))
    assert cache.get("key") is None
    assert cache.get_or_make("key", lambda: b"made") == b"made"
    assert cache.get("key") == b"made"


def test_what_was_not_used_the_longest_goes_first(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 1_000_000)
    for number in range(20):
        cache.get_or_make(str(number), lambda: bytes(1000))
    paths = {number: cache._path(str(number)) for number in range(20)}
    for number, path in paths.items():
        then = time.time() - 10_000 * (20 - number)
        os.utime(path, (then, then))
    assert cache.get_or_make("0", lambda: b"gone") == bytes(1000)  # and so it was just used
    bounded = DiskCache(tmp_path, 10_000)
    assert bounded.sweep() == 12
    there = [number for number, path in paths.items() if path.exists()]
    assert there == [0, *range(13, 20)]
    assert bounded.sweep() == 0


def test_it_keeps_to_its_bound_by_itself(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 50_000)
    for number in range(500):
        cache.get_or_make(str(number), lambda: bytes(1000))
    eventually(lambda: kept_bytes(tmp_path) <= 60_000, within=30)


def test_without_a_bound_or_a_disk_tiles_are_made_each_time(tmp_path: Path) -> None:
    nothing = DiskCache(tmp_path / "none", 0)
    assert nothing.get_or_make("a", lambda: b"one") == b"one"
    assert nothing.get_or_make("a", lambda: b"two") == b"two"
    assert not (tmp_path / "none").exists()
    (tmp_path / "file").write_text("no folder")
    broken = DiskCache(tmp_path / "file", 10_000)
    assert broken.get_or_make("a", lambda: b"one") == b"one"
    assert broken.get_or_make("a", lambda: b"two") == b"two"
