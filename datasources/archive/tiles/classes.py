"""Classes of a number for a graduated map: where they begin, and how many entities each holds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FEWEST, MOST = 2, 9
QUANTILES, EQUAL, NATURAL = "quantiles", "equal", "natural"
METHODS = (QUANTILES, EQUAL, NATURAL)

_DIGITS = 3  # of a break, where that many keep the breaks apart
_SAMPLE = 400  # values that natural breaks are found among

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Classes:
    """`breaks` are where the second and each later class begins; one count more than breaks.

    `empty` counts entities without a value.
    """

    breaks: list[float]
    counts: list[int]
    low: float
    high: float
    empty: int


def classify(values: Numbers, count: int, method: str) -> Classes:
    """Divides values into at most `count` classes.

    `quantiles` hold about equally many entities, `equal` are equally wide, `natural` have values
    close to each other (Fisher's and Jenks's natural breaks). Fewer classes where there are fewer
    different values.
    """
    there = values[np.isfinite(values)]
    empty = len(values) - len(there)
    if not len(there):
        return Classes([], [0], 0.0, 0.0, empty)
    count = min(max(count, FEWEST), MOST)
    low, high = float(there.min()), float(there.max())
    found = {QUANTILES: _quantiles, EQUAL: _equal, NATURAL: _natural}[method](there, count)
    breaks = _tidy([one for one in sorted(set(found)) if low < one <= high], low, high)
    counts = np.bincount(np.searchsorted(breaks, there, side="right"), minlength=len(breaks) + 1)
    return Classes(breaks, counts.tolist(), low, high, empty)


def _quantiles(values: Numbers, count: int) -> list[float]:
    shares = np.arange(1, count) / count
    quantiles: list[float] = np.quantile(values, shares, method="higher").tolist()
    return quantiles


def _equal(values: Numbers, count: int) -> list[float]:
    sides: list[float] = np.linspace(values.min(), values.max(), count + 1)[1:-1].tolist()
    return sides


def _natural(values: Numbers, count: int) -> list[float]:
    """The classes whose values differ least from their means, among a sample of the values."""
    shares = np.linspace(0, 1, _SAMPLE)
    sample = np.unique(np.quantile(values, shares, method="nearest"))
    size = len(sample)
    count = min(count, size)
    sums = np.concatenate(([0.0], np.cumsum(sample)))
    squares = np.concatenate(([0.0], np.cumsum(sample**2)))
    best = _spread(sums, squares, np.arange(1, size + 1), 0)
    starts = []
    for _ in range(1, count):
        # best[end]: the least spread of the first end + 1 values in the classes so far
        following = np.full(size, np.inf)
        start_of = np.zeros(size, dtype=np.int64)
        for start in range(1, size):
            costs = best[start - 1] + _spread(sums, squares, np.arange(start + 1, size + 1), start)
            better = costs < following[start:]
            following[start:][better] = costs[better]
            start_of[start:][better] = start
        starts.append(start_of)
        best = following
    breaks, end = [], size - 1
    for start_of in reversed(starts):
        start = int(start_of[end])
        if start == 0:
            break
        breaks.append(float(sample[start]))
        end = start - 1
    return breaks


def _spread(sums: Numbers, squares: Numbers, ends: npt.NDArray[np.int64], start: int) -> Numbers:
    """How far the values from `start` up to each end are from their mean, squared and summed."""
    totals = sums[ends] - sums[start]
    spread: Numbers = squares[ends] - squares[start] - totals**2 / (ends - start)
    return spread


def _tidy(breaks: list[float], low: float, high: float) -> list[float]:
    """Breaks with few digits, where they stay apart and among the values."""
    short = [_rounded(one) for one in breaks]
    is_same = len(set(short)) == len(short) and all(low < one <= high for one in short)
    return short if is_same else breaks


def _rounded(value: float) -> float:
    if not value:
        return 0.0
    return round(value, _DIGITS - 1 - math.floor(math.log10(abs(value))))
