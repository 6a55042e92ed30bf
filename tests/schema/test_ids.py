"""Entity IDs that occur twice are found, however long the file is, in little memory."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.schema import SeenIds, ids


@pytest.fixture
def small_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes are set aside early, so that short lists go all ways."""
    monkeypatch.setattr(ids, "RECENT", 3)


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
        for start in range(0, 1_000_000, 50_000):
            numbers = range(start, start + 50_000)
            assert not seen.add_batch([f"entity-{number}" for number in numbers], numbers, numbers)
        assert seen.add_batch(["entity-77"], [9], [9])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 80 * 1024 * 1024


def test_a_file_repeated_whole_is_told_in_good_time() -> None:
    seen = SeenIds()
    names = [f"entity-{number}" for number in range(50_000)]
    rows = range(1, 50_001)
    assert not seen.add_batch(names, rows, rows)
    assert len(seen.add_batch(names, rows, rows)) == 50_000
