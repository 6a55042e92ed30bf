"""A property as tiles carry it: a category's number, or a number, for every place of a map index."""

# ruff: noqa: S608  (names come from the schema, through `quoted`)

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from datasources.archive.tiles.index import MapIndex, Places
from datasources.archive.tiles.statistics import LONGEST, NUMERIC, as_numbers
from datasources.formats.geopackage import GeoPackageFile
from datasources.formats.geopackage.layout import FID, quoted
from datasources.schema import EdmType

CATEGORIES = 9  # named; the rest are one more, "other", and those without a value are -1
OTHER = CATEGORIES

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Column:
    """Values by place: of a category its position in the property's most frequent values (`OTHER`
    beyond `CATEGORIES`), of a number the number; NaN where the entity has none."""

    values: npt.NDArray[np.float64]
    categories: bool

    def of_groups(self, places: Places, groups: Places) -> Numbers:
        """One value a group of places: the most frequent category, or the mean of the numbers."""
        values = self.values[places]
        if len(groups) == len(places):
            return values
        return _most_frequent(values, groups) if self.categories else _mean(values, groups)


def _most_frequent(values: Numbers, groups: Places) -> Numbers:
    """Of equally frequent ones the more frequent of the whole version."""
    width = OTHER + 1
    owners = np.repeat(np.arange(len(groups)), np.diff(groups, append=len(values)))
    there = ~np.isnan(values)
    keys = owners[there] * width + values[there].astype(np.int64)
    counts = np.bincount(keys, minlength=len(groups) * width).reshape(-1, width)
    return np.where(counts.any(axis=1), counts.argmax(axis=1).astype(np.float64), np.nan)


def _mean(values: Numbers, groups: Places) -> Numbers:
    there = ~np.isnan(values)
    sums = np.add.reduceat(np.where(there, values, 0.0), groups)
    counts = np.add.reduceat(there.astype(np.int64), groups)
    with np.errstate(invalid="ignore"):
        return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def read_column(index: MapIndex, file: GeoPackageFile, name: str, *, categories: bool) -> Column:
    """Reads a property of all entities. Raises KeyError where there is no such property to style by."""
    facts = next((one for one in index.facts["properties"] if one["name"] == name), None)
    if facts is None:
        raise KeyError(name)
    kind = EdmType(facts["type"])
    if not categories and kind not in NUMERIC:
        raise KeyError(name)
    rows = file.connection.execute(
        f"SELECT {quoted(FID)}, {quoted(name)} FROM {quoted(file.layout.table)}"
    ).fetchall()
    fids, stored = zip(*rows, strict=True) if rows else ((), ())
    values = _numbered(facts, stored) if categories else as_numbers(kind, stored)
    return Column(_by_place(index, np.array(fids, np.int64), values), categories)


def _numbered(facts: dict[str, Any], stored: tuple[Any, ...]) -> Numbers:
    numbers = {value: place for place, (value, _) in enumerate(facts["values"][:CATEGORIES])}
    empty, other = float("nan"), float(OTHER)

    def number(value: Any) -> float:
        if value is None:
            return empty
        found = numbers.get(value[:LONGEST] if isinstance(value, str) else value)
        return other if found is None else found

    known = {value: number(value) for value in set(stored)}
    return np.array([known[value] for value in stored], dtype=np.float64)


def _by_place(
    index: MapIndex, fids: npt.NDArray[np.int64], values: Numbers
) -> npt.NDArray[np.float64]:
    if not len(fids):
        return np.full(len(index), np.nan, dtype=np.float64)
    order = np.argsort(fids, kind="stable")
    found = np.searchsorted(fids, index.fids.astype(np.int64), sorter=order)
    return values[order[found]]
