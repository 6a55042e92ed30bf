"""A column of geographies is read at once, in memory that goes with its text."""

import tracemalloc

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
