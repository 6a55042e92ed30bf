"""Geometries of a batch, as readers hand them on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast, overload

from datasources.schema import Batch


class WktColumn(Sequence[str | None]):
    """The well-known text of geometries, written when it is asked for: a check never does."""

    def __init__(self, shapes: Sequence[Any]) -> None:
        self._shapes = shapes

    def __len__(self) -> int:
        return len(self._shapes)

    @overload
    def __getitem__(self, place: int) -> str | None: ...
    @overload
    def __getitem__(self, place: slice) -> WktColumn: ...
    def __getitem__(self, place: int | slice) -> str | WktColumn | None:
        if isinstance(place, slice):
            return WktColumn(self._shapes[place])
        shape = self._shapes[place]
        return None if shape is None else str(_wkt(shape))

    def __iter__(self) -> Iterator[str | None]:
        return iter(cast("list[str | None]", _wkt(self._shapes).tolist()))


def from_wkb(sizes: Sequence[int], blob: bytes) -> Any:
    """An array of shapely geometries from so many bytes of WKB each; None where there are none."""
    import numpy as np
    import shapely

    packed: list[bytes | None] = []
    start = 0
    for size in sizes:
        packed.append(blob[start : start + size] if size else None)
        start += size
    with np.errstate(invalid="ignore"):  # what is not a number is found by the check
        return shapely.from_wkb(np.array(packed, dtype=object))


def part(batch: Batch, start: int, size: int) -> Batch:
    """So many entities of a batch."""
    if len(batch) <= size:
        return batch
    those = slice(start, start + size)
    return Batch(
        [column[those] for column in batch.columns],
        batch.rows[those],
        batch.lines[those],
        shapes=None if batch.shapes is None else batch.shapes[those],
    )


def _wkt(shapes: Any) -> Any:
    import shapely

    return shapely.to_wkt(shapes, rounding_precision=-1)
