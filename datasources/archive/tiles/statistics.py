"""What a legend needs to know of a property: its values and how often, its range and quantiles.

Strings and Booleans are told as categories; numbers and dates as ranges, dates in seconds since
1970 (UTC); numbers of few different values as categories too.
"""

# ruff: noqa: S608  (names come from the schema, through `quoted`)

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from datasources.formats.geopackage import GeoPackageFile
from datasources.formats.geopackage.layout import quoted
from datasources.schema import EdmType, Property

MOST_VALUES = 24  # values named with their counts
DISTINCT = 10_000  # different values counted at most: more are no categories
LONGEST = 80  # characters of a value that are kept
STEPS = 20  # quantiles: every twentieth
_BATCH = 5000

NUMERIC = (EdmType.INT64, EdmType.DOUBLE, EdmType.DATETIME)
_SECONDS = 19  # characters of a stored date up to its seconds

Numbers = npt.NDArray[np.float64]


def statistics(file: GeoPackageFile) -> list[dict[str, Any]]:
    """One record a property that can be styled by, in the schema's order.

    {"name", "type", "is_key", "filled", "distinct" (None: more than `DISTINCT`), "values": [[value,
    count] … the most frequent first]}, and of numbers and dates {"min", "max", "mean", "quantiles":
    21 numbers from the least to the greatest}.
    """
    layout = file.layout
    told = [
        _Told(prop)
        for prop in layout.schema.properties
        if prop.type is not EdmType.GEOGRAPHY
        and prop.name not in (layout.latitude, layout.longitude)
    ]
    names = ", ".join(quoted(one.prop.name) for one in told)
    cursor = file.connection.execute(f"SELECT {names} FROM {quoted(layout.table)}")
    while rows := cursor.fetchmany(_BATCH):
        for one, column in zip(told, zip(*rows, strict=True), strict=True):
            one.take(column)
    return [one.record() for one in told]


class _Told:
    """One property's values as they go by."""

    def __init__(self, prop: Property) -> None:
        self.prop = prop
        self._counts: Counter[Any] = Counter()
        self._is_open = True  # few enough different values so far
        self._numbers: list[Numbers] = []
        self._filled = 0

    def take(self, column: Sequence[Any]) -> None:
        there = [value for value in column if value is not None]
        self._filled += len(there)
        if self._is_open:
            is_text = self.prop.type is EdmType.STRING
            self._counts.update([value[:LONGEST] for value in there] if is_text else there)
            self._is_open = len(self._counts) <= DISTINCT
        if self.prop.type in NUMERIC:
            self._numbers.append(as_numbers(self.prop.type, there))

    def record(self) -> dict[str, Any]:
        return {
            "name": self.prop.name,
            "type": self.prop.type.value,
            "is_key": self.prop.is_key,
            "filled": self._filled,
            "distinct": len(self._counts) if self._is_open else None,
            "values": self._frequent() if self._is_open else [],
            **_range(np.concatenate(self._numbers) if self._numbers else np.empty(0)),
        }

    def _frequent(self) -> list[list[Any]]:
        """The most frequent values; equally frequent ones in their own order."""
        ordered = sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_VALUES]
        if self.prop.type is EdmType.BOOLEAN:
            return [[bool(value), count] for value, count in ordered]
        return [[value, count] for value, count in ordered]


def _range(numbers: Numbers) -> dict[str, Any]:
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        return {}
    quantiles = np.quantile(numbers, np.linspace(0, 1, STEPS + 1)).tolist()
    return {
        "min": quantiles[0],
        "max": quantiles[-1],
        "mean": float(numbers.mean()),
        "quantiles": quantiles,
    }


def as_numbers(kind: EdmType, values: Sequence[Any]) -> Numbers:
    """Stored values of a numeric type as floats, dates as seconds since 1970; NaN where empty."""
    if kind is not EdmType.DATETIME:
        return np.array(values, dtype=np.float64)
    texts = [None if value is None else value[:_SECONDS] for value in values]
    dates = np.array(texts, dtype="datetime64[s]")
    return np.where(np.isnat(dates), np.nan, dates.astype(np.int64).astype(np.float64))
