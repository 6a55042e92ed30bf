"""No file that is almost right crashes or hangs a reader: the same files each time."""

from __future__ import annotations

import random

import pytest

from tests.fuzz.mutate import mutated
from tests.fuzz.run import Reading, fuzz
from tests.fuzz.seeds import Seed, all_seeds


@pytest.mark.parametrize(
    ("reader", "number"),
    [("check", 400), ("import", 26), ("wkt", 300)],
    ids=["check", "import", "wkt"],
)
def test_almost_right_files_bring_no_more_than_faults(reader: str, number: int) -> None:
    done, findings = fuzz(7, number=number, readers=frozenset({reader}))
    assert done == number
    assert not [(one.number, one.case.name, one.what) for one in findings]


def test_the_seeds_are_good_files() -> None:
    reading = Reading()
    try:
        assert not [(seed.name, what) for seed in all_seeds() if (what := reading.read(seed))]
    finally:
        reading.end()


def test_the_same_seed_makes_the_same_file() -> None:
    data = all_seeds()[0].data
    first, second = (mutated(random.Random(3), data, [data]) for _ in range(2))
    assert first == second


def test_an_exception_is_a_finding() -> None:
    reading = Reading()
    try:
        assert "ValueError" in reading.read(Seed("a", "check", "no such format", b"x"))
        assert not reading.read(all_seeds()[0])
    finally:
        reading.end()
