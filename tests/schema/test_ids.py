"""Entity IDs that occur twice are found, however long the file is, in little memory."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.schema import SeenIds, ids
from datasources.schema import seen as seen_hashes


@pytest.fixture
def small_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes and texts go to files early, so that short lists go all ways."""
    monkeypatch.setattr(seen_hashes, "FEW", 3)
    monkeypatch.setattr(ids, "_IN_MEMORY", 10)


def test_a_repeat_names_both_places() -> None:
    seen = SeenIds()
    assert not seen.add_batch(["a", "b"], [1, 2], [3, 4])
    (problem,) = seen.add_batch(["c", "a"], [3, 4], [5, 6])
    assert (problem.rule, problem.row, problem.line, problem.value) == ("duplicate-id", 4, 6, "a")
    assert "row 1 (line 3)" in problem.message
    assert problem.fatal


def test_a_repeat_in_one_batch_is_found_and_case_counts() -> None:
    (problem,) = SeenIds().add_batch(["a", "A", "a"], [1, 2, 3], [0, 0, 0])
    assert problem.row == 3
    assert problem.line is None
    assert "row 1" in problem.message


def test_another_id_with_the_same_hash_is_no_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(ids), "hash", lambda _: 7)
    seen = SeenIds()
    assert not seen.add_batch(["a", "b"], [1, 2], [3, 4])
    assert not seen.add_batch(["c"], [3], [5])
    assert seen.add_batch(["b"], [4], [6])


@pytest.mark.usefixtures("small_sets")
@given(st.lists(st.lists(st.text(st.characters(exclude_characters="\0"), max_size=2), max_size=6)))
def test_exactly_the_repeats_are_found(batches: list[list[str]]) -> None:
    seen, known, row = SeenIds(), set[str](), 0
    for batch in batches:
        rows = range(row + 1, row + len(batch) + 1)
        found = {problem.row for problem in seen.add_batch(batch, rows, rows)}
        expected = set()
        for number, entity_id in zip(rows, batch, strict=True):
            if entity_id in known:
                expected.add(number)
            known.add(entity_id)
        assert found == expected
        row += len(batch)


def test_a_million_ids_take_little_memory() -> None:
    seen = SeenIds()
    tracemalloc.start()
    try:
        for start in range(0, 1_000_000, 5_000):
            numbers = range(start, start + 5_000)
            assert not seen.add_batch([f"entity-{number}" for number in numbers], numbers, numbers)
        assert seen.add_batch(["entity-77"], [9], [9])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 16 * 1024 * 1024


def test_a_file_repeated_whole_is_told_in_good_time() -> None:
    seen = SeenIds()
    names = [f"entity-{number}" for number in range(50_000)]
    rows = range(1, 50_001)
    assert not seen.add_batch(names, rows, rows)
    assert len(seen.add_batch(names, rows, rows)) == 50_000


def test_a_filter_that_is_full_gets_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen_hashes, "FEW", 100)
    hashes = seen_hashes.SeenHashes(size=4096)
    for start in range(0, 50_000, 500):
        assert not hashes.add([hash(str(n)) for n in range(start, start + 500)])
    old = {hash(str(n)) for n in range(0, 50_000, 1000)}
    assert hashes.add([*old, hash("new")]) == old
    assert hashes.count == 50_000 + 51


def test_a_place_is_found_whatever_the_numbers_are() -> None:
    seen = SeenIds()
    assert not seen.add_batch(["a", "b", "c"], [1, 3, 9], [10, 11, 20])
    assert not seen.add_batch(["d", "e"], [10, 11], [0, 0])
    (c, e) = seen.add_batch(["c", "e"], [12, 13], [30, 31])
    assert "row 9 (line 20)" in c.message
    assert e.message.endswith("in row 11.")
