"""Geometries of a batch, as readers hand them on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast, overload


class WktColumn(Sequence[str | None]):
    """The well-known text of geometries, written when it is asked for: a check never does.

    `odd` has the texts of those that cannot be made, by position, as they stand in the file.
    """

    def __init__(self, shapes: Sequence[Any], odd: Mapping[int, str] | None = None) -> None:
        self._shapes = shapes
        self.odd = odd or {}

    def __len__(self) -> int:
        return len(self._shapes)

    @overload
    def __getitem__(self, place: int) -> str | None: ...
    @overload
    def __getitem__(self, place: slice) -> WktColumn: ...
    def __getitem__(self, place: int | slice) -> str | WktColumn | None:
        if isinstance(place, slice):
            within = range(len(self._shapes))[place]
            return WktColumn(
                self._shapes[place],
                {within.index(at): text for at, text in self.odd.items() if at in within},
            )
        shape = self._shapes[place]
        return self.odd.get(place % len(self)) if shape is None else str(_wkt(shape))

    def picked(self, places: Sequence[int]) -> WktColumn:
        """Those at some positions of an array."""
        shapes: Any = self._shapes
        odd = {at: self.odd[place] for at, place in enumerate(places) if place in self.odd}
        return WktColumn(shapes[places], odd)

    def __iter__(self) -> Iterator[str | None]:
        texts = cast("list[str | None]", _wkt(self._shapes).tolist())
        for place, text in self.odd.items():
            if texts[place] is None:
                texts[place] = text
        return iter(texts)


def picked(column: Sequence[Any], places: Sequence[int]) -> Sequence[Any]:
    """Some of a column's values."""
    if isinstance(column, WktColumn):
        return column.picked(places)
    return [column[place] for place in places]


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


def _wkt(shapes: Any) -> Any:
    import shapely

    return shapely.to_wkt(shapes, rounding_precision=-1)
