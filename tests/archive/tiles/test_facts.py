"""What a legend is made of: values and their counts, ranges, classes; and the file they lie in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from datasources.archive.tiles import DamagedArrays, MapIndex, classify
from datasources.archive.tiles.arrays import Arrays, write_arrays
from datasources.archive.tiles.statistics import LONGEST
from tests.archive.tiles.samples import indexed, write_points, write_shapes


def test_each_property_is_told_as_it_can_be_styled(tmp_path: Path) -> None:
    names = ["Cafe", "Cafe", "Bar", None, "", "x" * 200, "x" * 300]
    path = write_points(
        tmp_path / "facts.gpkg",
        [(float(n), 0.0) for n in range(7)],
        Name=names,
        Seats=[4, 4, 10, None, 0, 2, 100],
        Open=[True, True, False, None, True, True, True],
        Opened=["2024-01-01T00:00:00Z", "2024-01-03T00:00:00Z", *[None] * 5],
    )
    facts = indexed(path).index.facts
    told = {one["name"]: one for one in facts["properties"]}
    assert list(told) == ["ID", "Name", "Seats", "Open", "Opened"]
    assert told["Name"]["values"] == [["Cafe", 2], ["x" * LONGEST, 2], ["", 1], ["Bar", 1]]
    assert (told["Name"]["filled"], told["Name"]["distinct"]) == (6, 4)
    assert told["Open"]["values"] == [[True, 5], [False, 1]]
    seats = told["Seats"]
    assert (seats["min"], seats["max"], seats["mean"]) == (0, 100, 20)
    assert len(seats["quantiles"]) == 21
    assert told["Opened"]["max"] - told["Opened"]["min"] == 2 * 24 * 3600
    assert told["ID"]["is_key"]
    assert facts["title"] == "Name"
    assert (facts["key"], facts["entity_type"]) == ("ID", "Place")


def test_a_geography_is_no_property_to_be_styled_by(tmp_path: Path) -> None:
    facts = indexed(write_shapes(tmp_path / "s.gpkg", ["POINT (1 2)"])).index.facts
    assert [one["name"] for one in facts["properties"]] == ["ID", "Kind"]


@pytest.mark.parametrize("method", ["quantiles", "equal", "natural"])
def test_classes_hold_every_value_once(method: str) -> None:
    random = np.random.default_rng(3)
    values = np.concatenate((random.lognormal(3, 1, 5000), [np.nan] * 7))
    found = classify(values, 5, method)
    assert len(found.counts) == 5
    assert sum(found.counts) == 5000
    assert found.empty == 7
    assert found.breaks == sorted(found.breaks)
    edges = [-np.inf, *found.breaks, np.inf]
    for count, low, high in zip(found.counts, edges, edges[1:], strict=False):
        assert count == ((values >= low) & (values < high)).sum()
    if method == "quantiles":
        assert max(found.counts) < 1100
    if method == "natural":
        assert found.counts[0] > found.counts[-1]


def test_natural_breaks_part_what_lies_apart() -> None:
    values = np.array([1.0, 2, 3, 50, 51, 52, 53, 900, 901])
    found = classify(values, 3, "natural")
    assert found.counts == [3, 4, 2]


def test_fewer_different_values_make_fewer_classes() -> None:
    assert classify(np.array([7.0, 7.0]), 5, "quantiles").counts == [2]
    assert classify(np.array([7.0, 7.0]), 5, "natural").counts == [2]
    assert classify(np.array([7.0, 7.0]), 5, "equal").counts == [2]
    assert classify(np.array([1.0, 2.0]), 9, "natural").counts == [1, 1]
    nothing = classify(np.array([np.nan]), 5, "quantiles")
    assert (nothing.breaks, nothing.counts, nothing.empty) == ([], [0], 1)
    huge = classify(np.arange(100.0), 1000, "equal")
    assert len(huge.counts) == 9


def test_arrays_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "arrays"
    given = {
        "big_endian": np.arange(5, dtype=">u4"),
        "none": np.empty((0, 4), dtype=np.float32),
        "table": np.arange(6, dtype=np.int64).reshape(2, 3),
    }
    write_arrays(path, {"words": "ä"}, given)
    read = Arrays(path)
    assert read.facts == {"words": "ä"}
    for name, array in given.items():
        assert np.array_equal(read[name], array)
        assert read[name].shape == array.shape
    assert "nothing" not in read
    path.unlink()
    assert read["table"][1, 2] == 5


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "index"
    write_arrays(path, {}, {"a": np.arange(1000)})
    whole = path.read_bytes()
    for damaged in (b"", b"x", whole[:9], whole[:40], whole[:500], b"CAIRNARR" + bytes(100)):
        path.write_bytes(damaged)
        with pytest.raises(DamagedArrays):
            Arrays(path)
    with pytest.raises(FileNotFoundError):
        MapIndex.read(tmp_path / "nowhere")
