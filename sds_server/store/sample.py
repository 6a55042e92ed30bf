"""How much of a version lies in a box: told in microseconds, by some locations that are kept.

To count what a box holds takes a good part of the time that a page of it does. A version never
changes, so locations from all over it are read once, and tell well enough which way is the shortest.
What they tell decides about time alone, never about an answer.
"""

from __future__ import annotations

import numpy as np

from datasources.query.model import BBox
from datasources.query.search import Rows

SAMPLE = 2000  # locations
SCATTER = 2_654_435_761  # a prime, by the golden ratio: what lies at equal steps may be alike


class Sample:
    """Locations (degrees) from all over a version of `count` entities."""

    def __init__(self, rows: Rows, count: int) -> None:
        self._lat, self._lon = np.array(rows["lat"]), np.array(rows["lon"])
        #: So many entities stand behind each location.
        self._each = count / max(len(rows), 1)

    def held(self, box: BBox) -> tuple[float, float]:
        """About how many entities lie in a box, and between its southern and its northern edge.

        At an edge on the antimeridian, or a pole, those that are written with another longitude are
        left out.
        """
        band = self._lon[(self._lat >= box.south) & (self._lat <= box.north)]
        if box.west <= box.east:
            inside = (band >= box.west) & (band <= box.east)
        else:
            inside = (band >= box.west) | (band <= box.east)
        return float(np.count_nonzero(inside)) * self._each, len(band) * self._each
