"""A column of geographies is read at once, in memory that goes with its text."""

import tracemalloc

import pytest

from datasources.schema.geography import read_column


def test_one_long_geography_does_not_make_the_others_wide() -> None:
    points = ", ".join(f"{number / 1000:.3f} 50.000" for number in range(20_000))
    texts = [f"LINESTRING ({points})", *["POINT (10 57)"] * 500]
    read_column(["POINT (0 0)"])  # loads the libraries, which are not to be counted
    tracemalloc.start()
    geometries, faults = read_column(texts)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert not faults
    assert len(geometries) == 501
    assert peak < 20 * len(texts[0])


@pytest.mark.parametrize("number", ["1e999", "nan", "91"])
def test_a_hole_that_leaves_the_earth_is_at_fault_though_its_polygon_does_not(number: str) -> None:
    hole = f"(1 1, 1 2, 2 {number}, 1 1)"
    _, faults = read_column([f"POLYGON ((0 0, 0 9, 9 9, 0 0), {hole})", "POINT (1 2)"])
    assert list(faults) == [0]
    assert faults[0].rule == ("geography-range" if number == "91" else "geography-finite")
    assert faults[0].message.startswith("Point 7 of 8, (2 ")
