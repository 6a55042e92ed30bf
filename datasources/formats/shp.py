"""The shapes of a shapefile: points as arrays of coordinates, lines and polygons as geometries.

Source: ESRI's "Shapefile Technical Description". Where a record lies is said by the .shx; every
length is held against the record, and every record against the file, before it is followed. Of a
point only its first two numbers count: heights and measures are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datasources.formats.faults import FileFault, file_fault
from datasources.formats.outlines import Outline
from datasources.formats.rings import RingFault, open_polygon, polygon
from datasources.phrases import Phrase
from datasources.schema import MAX_POINTS

#: Shape types by what they are in the plane.
POINT, LINE, POLYGON, MULTIPOINT = 1, 3, 5, 8
KINDS = {0: POINT, 1: 1, 3: 3, 5: 5, 8: 8, 11: 1, 13: 3, 15: 5, 18: 8, 21: 1, 23: 3, 25: 5, 28: 8}
_HEAD = 100  # bytes, of the file
_RECORD = 8  # bytes before each record
_BATCH_BYTES = 8 * 1024 * 1024  # of shapes at a time, if not one alone is larger
_POINT_BYTES = 16
_AT_ONCE = 50_000  # records whose places are looked at


@dataclass(slots=True)
class Shapes:
    """Of some records: their coordinates (of points) or geometries, None where a shape is null.

    `broken` are the places of shapes that cannot be read, `odd` those of which no geometry can be
    made, for a ring is open, say. `points` says how many each one has.
    """

    coordinates: Any = None
    geometries: Any = None
    broken: list[int] = field(default_factory=list)
    odd: dict[int, Outline] = field(default_factory=dict)
    points: Sequence[int] = ()


class ShapeFile:
    """A .shp with its .shx. FileFault where the one points outside the other."""

    def __init__(self, shp: Path, shx: Path, kind: int, records: int) -> None:
        self.kind = KINDS[kind]
        size = shp.stat().st_size
        self._index = shx.open("rb")
        self._file = shp.open("rb")
        total = 0
        try:
            for start in range(0, records, _AT_ONCE):
                starts, lengths = self._places(start, min(_AT_ONCE, records - start))
                outside = (starts < _HEAD) | (lengths < 4) | (starts + lengths > size)
                total += int(lengths.sum())
                # As a whole no more than the file: no record is given twice, a million times say.
                if outside.any() or total > size:
                    raise _odd_index(start + int(outside.argmax()) + 1)
        except BaseException:
            self.close()
            raise

    def _places(self, start: int, count: int) -> tuple[Any, Any]:
        """Where so many records begin in the .shp, and how long they are, in bytes."""
        import numpy as np

        self._index.seek(_HEAD + start * 8)
        pairs = np.frombuffer(self._index.read(count * 8), dtype=">i4").reshape(-1, 2)
        return pairs[:, 0].astype(np.int64) * 2 + _RECORD, pairs[:, 1].astype(np.int64) * 2

    def close(self) -> None:
        self._file.close()
        self._index.close()

    def fitting(self, start: int, count: int) -> int:
        """How many records from `start` on to read at once, `count` at most."""
        _, lengths = self._places(start, count)
        return max(1, int((lengths.cumsum() <= _BATCH_BYTES).sum()))

    def read(self, places: Any) -> Shapes:
        """The shapes of the records with these numbers (from 0, rising); those of more points than
        a geography may have are not put together."""
        return self._points(places) if self.kind == POINT else self._composed(places)

    def _contents(self, places: Any) -> list[bytes]:
        """The records' bytes; those that follow one another are read at once."""
        if not len(places):
            return []
        first = int(places[0])
        starts, lengths = self._places(first, int(places[-1]) - first + 1)
        starts, lengths = starts[places - first], lengths[places - first]
        begin, end = int(starts.min()), int((starts + lengths).max())
        if end - begin > int(lengths.sum()) + 1024 * len(starts):
            return [
                self._piece(start, length) for start, length in zip(starts, lengths, strict=True)
            ]
        data = self._piece(begin, end - begin)
        return [
            data[start : start + length]
            for start, length in zip((starts - begin).tolist(), lengths.tolist(), strict=True)
        ]

    def _piece(self, start: int, length: int) -> bytes:
        self._file.seek(start)
        return self._file.read(length)

    def _points(self, places: Any) -> Shapes:
        import numpy as np

        found = np.full((len(places), 2), np.nan)
        size = 4 + _POINT_BYTES
        contents = self._contents(places)
        kinds = self._kinds(contents)
        whole = [place for place, one in enumerate(contents) if len(one) >= size and kinds[place]]
        if whole:
            joined = b"".join([contents[place][4:size] for place in whole])
            found[whole] = np.frombuffer(joined, dtype="<f8").reshape(-1, 2)
        broken = {place for place, kind in enumerate(kinds) if kind != 0}.difference(whole)
        made = Shapes(coordinates=found, broken=sorted(broken))
        for place in np.flatnonzero(~np.isfinite(found).all(axis=1)).tolist():
            if kinds[place] and place not in broken:
                made.odd[place] = Outline("POINT", [found[place : place + 1].copy()])
                found[place] = np.nan
        return made

    def _kinds(self, contents: list[bytes]) -> list[int | None]:
        """What each record is in the plane: 0 for a null shape, None for another than the file's."""
        import numpy as np

        types = np.frombuffer(b"".join([one[:4] for one in contents]), dtype="<i4").tolist()
        return [
            0 if one == 0 else (self.kind if KINDS.get(one) == self.kind else None) for one in types
        ]

    def _composed(self, places: Any) -> Shapes:
        import numpy as np

        contents = self._contents(places)
        made = Shapes(geometries=np.full(len(contents), None, dtype=object))
        made.points = points = [0] * len(contents)
        plain: dict[int, Any] = {}  # of one part, which most are
        for place, (content, kind) in enumerate(zip(contents, self._kinds(contents), strict=True)):
            if kind == 0:
                continue
            try:
                if kind is None:
                    raise RingFault
                edges, coordinates = _parts(content, has_parts=kind != MULTIPOINT)
            except RingFault:
                made.broken.append(place)
                continue
            points[place] = len(coordinates)
            if len(coordinates) > MAX_POINTS:
                continue
            try:
                if len(edges) == 2 and _is_plain(kind, coordinates):
                    plain[place] = coordinates
                else:
                    made.geometries[place] = _MAKE[kind](edges, coordinates)
            except RingFault:
                made.odd[place] = _outline(kind, edges, coordinates)
        if plain:
            made.geometries[list(plain)] = _together(self.kind, list(plain.values()))
        return made


def _is_plain(kind: int, coordinates: Any) -> bool:
    """Whether a shape of one part can be made together with others."""
    import numpy as np

    if not np.isfinite(coordinates).all():
        return False
    if kind == POLYGON:
        return len(coordinates) > 3 and bool((coordinates[0] == coordinates[-1]).all())
    return kind == LINE and len(coordinates) > 1


def _outline(kind: int, edges: Any, coordinates: Any) -> Outline:
    """What stands in a record of which no geometry can be made."""
    import numpy as np

    if kind == POLYGON:
        return open_polygon(edges, coordinates)
    if kind == MULTIPOINT:
        points = [Outline("POINT", [coordinates[at : at + 1]]) for at in range(len(coordinates))]
        return Outline("MULTIPOINT", points)
    lines = [Outline("LINESTRING", [one]) for one in np.split(coordinates, edges[1:-1])]
    return lines[0] if len(lines) == 1 else Outline("MULTILINESTRING", lines)


def _together(kind: int, shapes: list[Any]) -> Any:
    """Lines or polygons of one part each."""
    import numpy as np
    import shapely

    owners = np.repeat(np.arange(len(shapes)), [len(one) for one in shapes])
    if kind == LINE:
        return shapely.linestrings(np.concatenate(shapes), indices=owners)
    return shapely.polygons(shapely.linearrings(np.concatenate(shapes), indices=owners))


def _odd_index(record: int) -> FileFault:
    return file_fault(
        "shp-index",
        Phrase(
            "The .shx points to shape {record:,} at a place that the .shp does not have.",
            record=record,
        ),
        Phrase("They belong to different files, or one is damaged: export the shapefile again."),
        row=record,
    )


def _parts(content: bytes, *, has_parts: bool) -> tuple[Any, Any]:
    """(where each part begins and the last ends, coordinates) of a record. RingFault if its
    numbers do not fit into it."""
    import numpy as np

    head = np.frombuffer(content[36:44], dtype="<i4")
    at = 44 if has_parts else 40
    if len(content) < at:
        raise RingFault
    count, points = (int(head[0]), int(head[1])) if has_parts else (0, int(head[0]))
    if count < 0 or points < 1 or at + 4 * count + _POINT_BYTES * points > len(content):
        raise RingFault
    begins = np.frombuffer(content, dtype="<i4", count=count, offset=at)
    edges = np.append(begins if has_parts else [0], points)
    if len(edges) < 2 or edges[0] != 0 or (np.diff(edges) < 1).any():
        raise RingFault
    coordinates = np.frombuffer(content, dtype="<f8", count=2 * points, offset=at + 4 * count)
    return edges, coordinates.reshape(-1, 2)


def _lines(edges: Any, coordinates: Any) -> Any:
    import numpy as np
    import shapely

    lengths = np.diff(edges)
    if (lengths < 2).any() or not np.isfinite(coordinates).all():
        raise RingFault
    made = shapely.linestrings(coordinates, indices=np.repeat(np.arange(len(lengths)), lengths))
    return made[0] if len(made) == 1 else shapely.multilinestrings(made)


def _multipoint(_edges: Any, coordinates: Any) -> Any:
    import numpy as np
    import shapely

    if not np.isfinite(coordinates).all():
        raise RingFault
    return shapely.multipoints(shapely.points(coordinates))


_MAKE = {LINE: _lines, POLYGON: polygon, MULTIPOINT: _multipoint}
