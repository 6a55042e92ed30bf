"""The cache of copies: bounded, the longest unused first, safe among threads and processes."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import pytest

from dashboard.storage.copies import DEAD_AFTER, PART, Copies

SIZE = 1000


def of(number: int) -> Callable[[BinaryIO], None]:
    return lambda file: _write(file, number)


def _write(file: BinaryIO, number: int) -> None:
    file.write(bytes([number]) * SIZE)


def get(copies: Copies, number: int) -> bytes:
    with copies.get(f"file {number}", lambda: SIZE, of(number)) as path:
        return path.read_bytes()


def kept(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def test_the_longest_unused_goes_first(tmp_path: Path) -> None:
    copies = Copies(tmp_path, 3 * SIZE)
    fetched: list[int] = []

    def look(number: int) -> None:
        def fetch(file: BinaryIO) -> None:
            fetched.append(number)
            _write(file, number)

        with copies.get(f"file {number}", lambda: SIZE, fetch) as path:
            assert path.read_bytes() == bytes([number]) * SIZE
            os.utime(path, (len(order), len(order)))  # a clock that no machine is too fast for
        order.append(number)

    order: list[int] = []
    for number in (1, 2, 3, 1, 4, 1, 3, 2):
        look(number)
    assert fetched == [1, 2, 3, 4, 2]
    assert kept(tmp_path) <= 3 * SIZE


def test_a_copy_in_use_stays(tmp_path: Path) -> None:
    copies = Copies(tmp_path, SIZE)
    with copies.get("file 1", lambda: SIZE, of(1)) as path:
        assert get(copies, 2) == bytes([2]) * SIZE
        assert path.read_bytes() == bytes([1]) * SIZE
        assert get(copies, 3) == bytes([3]) * SIZE
    get(copies, 4)
    assert kept(tmp_path) == SIZE


def test_a_file_larger_than_the_bound_is_served_all_the_same(tmp_path: Path) -> None:
    assert get(Copies(tmp_path, SIZE // 2), 1) == bytes([1]) * SIZE


def test_a_fetch_that_fails_leaves_nothing_and_the_next_tries_again(tmp_path: Path) -> None:
    copies = Copies(tmp_path, 3 * SIZE)

    def broken(file: BinaryIO) -> None:
        file.write(b"half")
        raise ConnectionError("away")

    with pytest.raises(ConnectionError), copies.get("file 1", lambda: SIZE, broken):
        pass
    assert list(tmp_path.iterdir()) == []
    assert get(copies, 1) == bytes([1]) * SIZE


def test_what_a_killed_fetch_left_is_never_taken_for_whole(tmp_path: Path) -> None:
    copies = Copies(tmp_path, 3 * SIZE)
    get(copies, 1)
    (whole,) = tmp_path.iterdir()
    part = whole.with_name(whole.name + PART)
    whole.unlink()
    part.write_bytes(b"half")
    assert get(copies, 1) == bytes([1]) * SIZE
    assert list(tmp_path.iterdir()) == [whole]
    other = tmp_path / f"other{PART}"
    other.write_bytes(b"half of another")
    long_ago = time.time() - DEAD_AFTER - 1
    os.utime(other, (long_ago, long_ago))
    get(copies, 2)
    assert not other.exists()


def test_many_threads_fetch_once(tmp_path: Path) -> None:
    copies = Copies(tmp_path, 3 * SIZE)
    fetched: list[int] = []
    together = threading.Barrier(8)

    def fetch(file: BinaryIO) -> None:
        fetched.append(1)
        _write(file, 1)

    def look(_: int) -> bytes:
        together.wait()
        with copies.get("file 1", lambda: SIZE, fetch) as path:
            return path.read_bytes()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(look, range(8))) == {bytes([1]) * SIZE}
    assert fetched == [1]


def _hammer(folder: str, seed: int, wrong: multiprocessing.Queue[int]) -> None:
    import random

    chosen = random.Random(seed)
    copies = Copies(Path(folder), 3 * SIZE)
    bad = sum(get(copies, n) != bytes([n]) * SIZE for n in chosen.choices(range(8), k=300))
    wrong.put(bad)


def test_many_processes_share_a_small_cache_and_always_read_what_they_asked_for(
    tmp_path: Path,
) -> None:
    context = multiprocessing.get_context("spawn")
    wrong: multiprocessing.Queue[int] = context.Queue()
    processes = [
        context.Process(target=_hammer, args=(str(tmp_path), seed, wrong)) for seed in range(4)
    ]
    for process in processes:
        process.start()
    found = [wrong.get(timeout=120) for _ in processes]
    for process in processes:
        process.join(60)
    assert found == [0] * 4
    assert [path for path in tmp_path.iterdir() if path.suffix == PART] == []
    get(Copies(tmp_path, 3 * SIZE), 9)
    assert kept(tmp_path) <= 3 * SIZE
