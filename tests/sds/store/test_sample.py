"""What a box holds, told by a sample: near enough to choose a way by."""

from __future__ import annotations

import numpy as np
import pytest

from datasources.query.model import BBox
from datasources.query.search import ROW
from sds_server.store.sample import Sample

#: A location at every whole degree of a grid, each standing for ten entities.
GRID = np.array(
    [(0, float(lat), float(lon)) for lat in range(-60, 61) for lon in range(-180, 180)], dtype=ROW
)
SAMPLE = Sample(GRID, 10 * len(GRID))


@pytest.mark.parametrize(
    ("box", "inside", "band"),
    [
        (BBox(0.0, 0.0, 9.0, 4.0), 10 * 5, 10 * 360),  # edges included
        (BBox(0.5, 0.5, 0.9, 0.9), 0, 0),
        (BBox(0.0, 170.0, 0.0, -171.0), 20, 360),  # over the antimeridian
        (BBox(-90.0, -180.0, 90.0, 180.0), 121 * 360, 121 * 360),
    ],
)
def test_a_box_and_its_band_are_told(box: BBox, inside: int, band: int) -> None:
    assert SAMPLE.held(box) == (10.0 * inside, 10.0 * band)


def test_of_no_entities_a_box_holds_none() -> None:
    assert Sample(np.array([], dtype=ROW), 0).held(BBox(-1.0, -1.0, 1.0, 1.0)) == (0.0, 0.0)
