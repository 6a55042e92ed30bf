"""The repairs of polygons: rings closed, and rings turned.

"Geography Types" wants the first and the last point of a ring to be the same, and says nothing of
the direction. Outer rings are turned counter-clockwise, holes clockwise: so SQL Server's geography
type, to which that page links, tells the inside from the outside, and so GeoJSON (RFC 7946).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from datasources.checks.repairs.base import Kind, Step, Tally, Texts, with_columns
from datasources.formats.shapes import WktColumn
from datasources.phrases import Phrase
from datasources.schema import Batch, GeographyFault, read_wkt
from datasources.schema.geography import check_shapes, read_column
from datasources.schema.wkt import RING, point_of, polygons_of

CLOSE_RINGS = Kind(
    "close-rings",
    Phrase("Close polygons"),
    Phrase("Ends each ring of a polygon with the point that it begins with."),
)
TURN_RINGS = Kind(
    "turn-rings",
    Phrase("Turn rings"),
    Phrase(
        "Turns outer rings counter-clockwise and holes clockwise, as SQL Server's geography type and GeoJSON have them. No point moves."
    ),
)


class CloseRings(Step):
    """Well-known text; also that of shapes which a reader could not make, for their rings are open."""

    def mend(self, batch: Batch, tally: Tally) -> Batch:
        index = self.schema.geography_index
        if index is None:
            return batch
        texts: Texts = batch.columns[index]  # type: ignore[assignment]
        shapes: Any = batch.shapes
        _, faults = read_column(texts) if shapes is None else check_shapes(shapes, texts)
        closed = {
            place: made
            for place, fault in faults.items()
            if fault.rule == "geography-ring"
            and (made := _closed(texts[place] or "")) != texts[place]
        }
        if not closed:
            return batch
        name = self.schema.properties[index].name
        for place, made in sorted(closed.items()):
            tally.at(CLOSE_RINGS.name, batch, place, name, texts[place] or "", made)
        if shapes is None:
            mended = [closed.get(place, text) for place, text in enumerate(texts)]
            return with_columns(batch, {index: mended})
        shapes = shapes.copy()
        for place, made in closed.items():
            shapes[place] = read_wkt(made)
        column = WktColumn(shapes, {**texts.odd, **closed})  # type: ignore[attr-defined]
        return replace(with_columns(batch, {index: column}), shapes=shapes)


def _closed(text: str) -> str:
    """A well-known text with its rings closed; the text itself if it is no good even so."""
    mended, done = "", 0
    for begin, end in polygons_of(text):
        mended += text[done:begin] + RING.sub(_close, text[begin:end])
        done = end
    mended += text[done:]
    try:
        read_wkt(mended.strip())
    except GeographyFault:
        return text
    return mended


def _close(ring: re.Match[str]) -> str:
    points = ring[1].split(",")
    if len(points) > 2 and point_of(points[0]) != point_of(points[-1]):
        return f"({ring[1].rstrip()}, {points[0].strip()})"
    return ring[0]


class TurnRings(Step):
    """Geometries of the reader, and well-known text, which is written anew where it changes."""

    def mend(self, batch: Batch, tally: Tally) -> Batch:
        index = self.schema.geography_index
        if index is None:
            return batch
        import numpy as np

        texts: Texts = batch.columns[index]  # type: ignore[assignment]
        if batch.shapes is not None:
            shapes: Any = np.array(batch.shapes, dtype=object)
        else:
            shapes, _ = read_column(texts)
        places = wrong_way(shapes)
        if not places:
            return batch
        turned = self.tell(tally, batch, index, shapes, places)
        if batch.shapes is not None:
            column = WktColumn(turned, texts.odd)  # type: ignore[attr-defined]
            return replace(with_columns(batch, {index: column}), shapes=turned)
        mended = list(texts)
        for place, text in zip(places, WktColumn(turned[places]), strict=True):
            mended[place] = text
        return with_columns(batch, {index: mended})

    def tell(
        self, tally: Tally, batch: Batch, index: int, shapes: Any, places: Sequence[int]
    ) -> Any:
        """The geometries with those at `places` turned, which the tally takes in."""
        import shapely

        turned = shapes.copy()
        if not places:
            return turned
        turned[places] = shapely.orient_polygons(shapes[places])
        name = self.schema.properties[index].name
        texts: Texts = batch.columns[index]  # type: ignore[assignment]
        for place, text in zip(places, WktColumn(turned[places]), strict=True):
            tally.at(TURN_RINGS.name, batch, place, name, texts[place] or "", text or "")
        return turned


_POLYGONS = (3, 6)  # GEOS's numbers: polygon, multipolygon


def runs_clockwise(shapes: Any) -> list[int]:
    """Positions of the polygons, single or multi, with an outer ring that runs clockwise. Quick."""
    if not len(shapes):
        return []
    import numpy as np
    import shapely

    flat = np.flatnonzero(np.isin(shapely.get_type_id(shapes), _POLYGONS))
    if not len(flat):
        return []
    parts, owners = shapely.get_parts(shapes[flat], return_index=True)
    wrong = ~shapely.is_ccw(shapely.get_exterior_ring(parts))
    return flat[np.unique(owners[wrong])].tolist()  # type: ignore[no-any-return]


def wrong_way(shapes: Sequence[Any]) -> list[int]:
    """Positions of the geometries with a ring that runs the other way."""
    if not len(shapes):
        return []
    import numpy as np
    import shapely

    column: Any = np.asarray(shapes, dtype=object)
    flat = np.flatnonzero(np.isin(shapely.get_type_id(column), (3, 6, 7)))  # with polygons in them
    if not len(flat):
        return []
    before = column[flat]
    after = shapely.orient_polygons(before)
    return flat[~shapely.equals_exact(before, after, tolerance=0)].tolist()  # type: ignore[no-any-return]
