"""Shapes as the points of their parts: those that shapely cannot hold, for a ring is open or a number
is not finite, and those that it does not read, for their edges are curves.

Sources: OGC 06-103r4, "Simple feature access", part 1, clause 8 (well-known binary), and ISO/IEC
13249-3 for the codes of curves; RFC 7946 for GeoJSON.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

#: An arc is drawn with a point in so many degrees at most, as GDAL draws it: what is cut off is
#: less than a thousandth of its radius.
ARC_STEP = 4.0
MAX_DEPTH = 32  # collections, one inside the other

_WORDS = {
    1: "POINT", 2: "LINESTRING", 3: "POLYGON", 4: "MULTIPOINT", 5: "MULTILINESTRING",
    6: "MULTIPOLYGON", 7: "GEOMETRYCOLLECTION", 8: "LINESTRING", 9: "LINESTRING", 10: "POLYGON",
    11: "MULTILINESTRING", 12: "MULTIPOLYGON",
}  # fmt: skip
_MEMBERS = {"MULTIPOINT": "POINT", "MULTILINESTRING": "LINESTRING", "MULTIPOLYGON": "POLYGON"}
_POINT, _LINE, _POLYGON, _CIRCULAR, _COMPOUND, _CURVE_POLYGON = 1, 2, 3, 8, 9, 10
SURFACES = (15, 16, 17)  # in space: polyhedral surface, TIN, triangle


class OutlineFault(Exception):  # noqa: N818  # "fault" is the word of this product
    """The shape's own numbers do not fit together, or it is of a kind that has no outline; `code`
    is its kind in well-known binary, 0 where not even that can be read."""

    def __init__(self, code: int = 0) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Outline:
    """A geometry: WKT's word for it, and the points of its parts.

    `parts` are arrays of points (x, y): one of a point or a line, the rings of a polygon; of a multi
    form or a collection they are outlines. `curved`: made of arcs; `heights`: more than x and y
    stood in the file.
    """

    word: str
    parts: list[Any] = field(default_factory=list)
    curved: bool = False
    heights: bool = False

    def arrays(self) -> Iterator[Any]:
        """The points of every part."""
        for one in self.parts:
            if isinstance(one, Outline):
                yield from one.arrays()
            else:
                yield one

    @property
    def is_finite(self) -> bool:
        import numpy as np

        return all(bool(np.isfinite(points).all()) for points in self.arrays())

    def moved(self, move: Callable[[Any], Any]) -> Outline:
        """The same with all of its points moved."""
        parts = [
            one.moved(move) if isinstance(one, Outline) else (move(one) if len(one) else one)
            for one in self.parts
        ]
        return Outline(self.word, parts, self.curved, self.heights)

    def shape(self) -> Any:
        """The shape in shapely; None where it cannot be made."""
        import numpy as np
        import shapely

        if not self.is_finite:
            return None
        with np.errstate(invalid="ignore"):
            return shapely.from_wkt(self.text, on_invalid="ignore")

    @property
    def text(self) -> str:
        """The well-known text, with all that is wrong in it."""
        return f"{self.word} {self._body()}"

    def _body(self) -> str:
        if not self.parts or (self.word == "POINT" and not len(self.parts[0])):
            return "EMPTY"
        if self.word in ("POINT", "LINESTRING"):
            return _points(self.parts[0])
        if self.word == "POLYGON":
            return f"({', '.join(map(_points, self.parts))})"
        if self.word in _MEMBERS:
            return f"({', '.join(one._body() for one in self.parts)})"
        return f"({', '.join(one.text for one in self.parts)})"


def _points(points: Any) -> str:
    return f"({', '.join(f'{_number(x)} {_number(y)}' for x, y in points.tolist())})"


def _number(value: float) -> str:
    return repr(value).removesuffix(".0")


# Well-known binary.


def from_wkb(wkb: bytes) -> Outline:
    """The outline of a shape, its curves made straight. OutlineFault where there is none."""
    try:
        made, _ = _read(memoryview(wkb), 0, 0)
    except (struct.error, ValueError, OverflowError, IndexError):
        raise OutlineFault(_code(wkb)) from None
    return made


def _code(wkb: bytes) -> int:
    """The kind of a shape, as far as its head can be read."""
    if len(wkb) < 5 or wkb[0] > 1:
        return 0
    (code,) = struct.unpack_from("<I" if wkb[0] else ">I", wkb, 1)
    return int((code & 0x0FFFFFFF) % 1000)


def _read(data: memoryview, at: int, depth: int) -> tuple[Outline, int]:
    """The geometry that begins at a byte, and the byte after its end."""
    mark = "<" if data[at] else ">"
    (whole,) = struct.unpack_from(f"{mark}I", data, at + 1)
    base = whole & 0x0FFFFFFF
    code, extra = base % 1000, base // 1000  # ISO's dimensions, then EWKB's
    width = 2 + (extra in (1, 3)) + (extra in (2, 3))
    width += bool(whole & 0x80000000) + bool(whole & 0x40000000)
    at += 9 if whole & 0x20000000 else 5  # EWKB's SRID
    word = _WORDS.get(code)
    if word is None or depth > MAX_DEPTH or width > 4:
        raise OutlineFault(code)
    made = Outline(word, curved=code == _CIRCULAR, heights=width > 2)
    if code == _POINT:
        points, at = _array(data, at, mark, width, 1)
        made.parts = [points[:0] if _is_nowhere(points) else points]
        return made, at
    (count,) = struct.unpack_from(f"{mark}I", data, at)
    at += 4
    if code in (_LINE, _CIRCULAR):
        points, at = _array(data, at, mark, width, count)
        made.parts = [arcs(points) if made.curved else points] if count else []
        return made, at
    if code == _POLYGON:
        for _ in range(count):
            (number,) = struct.unpack_from(f"{mark}I", data, at)
            ring, at = _array(data, at + 4, mark, width, number)
            made.parts.append(ring)
        return made, at
    return _with_members(made, code, count, data, at, depth)


def _with_members(
    made: Outline, code: int, count: int, data: memoryview, at: int, depth: int
) -> tuple[Outline, int]:
    """A geometry that has others in it, the first of which begins at a byte."""
    members: list[Outline] = []
    for _ in range(count):
        member, at = _read(data, at, depth + 1)
        members.append(member)
    made.curved = any(member.curved for member in members)
    made.heights |= any(member.heights for member in members)
    made.parts = _gathered(code, made.word, members)
    return made, at


def _gathered(code: int, word: str, members: list[Outline]) -> list[Any]:
    """The parts of a geometry that has others in it."""
    kinds = {member.word for member in members}
    if code in (_COMPOUND, _CURVE_POLYGON):
        if not kinds <= {"LINESTRING"}:
            raise OutlineFault(code)
        rings = [member.parts[0] for member in members if member.parts]
        return [_joined(rings)] if code == _COMPOUND and rings else rings
    if word in _MEMBERS and not kinds <= {_MEMBERS[word]}:
        raise OutlineFault(code)
    return members


def _array(data: memoryview, at: int, mark: str, width: int, count: int) -> tuple[Any, int]:
    """So many points, of whose numbers the first two are kept."""
    import numpy as np

    end = at + 8 * width * count
    if end > len(data):
        raise ValueError
    points = np.frombuffer(data, f"{mark}f8", width * count, at).reshape(-1, width)
    return points[:, :2].astype(np.float64), end


def _is_nowhere(points: Any) -> bool:
    """Whether a point is empty, which well-known binary writes as two numbers that are none."""
    import numpy as np

    return bool(np.isnan(points).all())


def _joined(lines: list[Any]) -> Any:
    """Lines that follow one another as one."""
    import numpy as np

    made = [lines[0]]
    for line in lines[1:]:
        follows = len(made[-1]) and len(line) and (made[-1][-1] == line[0]).all()
        made.append(line[1:] if follows else line)
    return np.concatenate(made)


# Arcs.


def arcs(points: Any) -> Any:
    """A string of arcs, each through three points of which the last begins the next, as a line."""
    import numpy as np

    if len(points) < 3 or len(points) % 2 == 0:
        raise ValueError
    threes = (points[at : at + 3].tolist() for at in range(0, len(points) - 2, 2))
    return np.concatenate([points[:1], *(_arc(*three) for three in threes)])


Pair = list[float]


def _arc(start: Pair, middle: Pair, end: Pair) -> Any:
    """The points of an arc after its first. It keeps its middle, and is the same drawn backwards."""
    import numpy as np

    center = _center(start, middle, end)
    if center is None:
        return np.array([middle, end])
    x, y = center
    radius = math.hypot(start[0] - x, start[1] - y)
    first, second, third = (math.atan2(one[1] - y, one[0] - x) for one in (start, middle, end))
    turn = 2 * math.pi
    if start == end or (second - first) % turn < (third - first) % turn:  # counter-clockwise
        sweeps = ((second - first) % turn, (third - second) % turn)
    else:
        sweeps = (-((first - second) % turn), -((second - third) % turn))
    made: list[Pair] = []
    for begin, sweep, to in ((first, sweeps[0], middle), (second, sweeps[1], end)):
        steps = max(1, math.ceil(abs(math.degrees(sweep)) / ARC_STEP - 1e-9))
        for step in range(1, steps):
            angle = begin + sweep * step / steps
            made.append([x + radius * math.cos(angle), y + radius * math.sin(angle)])
        made.append(to)
    return np.array(made)


def _center(start: Pair, middle: Pair, end: Pair) -> tuple[float, float] | None:
    """The center of the circle through three points; None where they lie on a line. Of a whole
    circle, which begins where it ends, the second point is the one across."""
    if start == end:
        if start == middle:
            return None
        return (start[0] + middle[0]) / 2, (start[1] + middle[1]) / 2
    ax, ay = middle[0] - start[0], middle[1] - start[1]
    bx, by = end[0] - start[0], end[1] - start[1]
    twice = 2 * (ax * by - ay * bx)
    if not math.isfinite(twice) or abs(twice) <= 1e-12 * (ax * ax + ay * ay + bx * bx + by * by):
        return None
    a, b = ax * ax + ay * ay, bx * bx + by * by
    return start[0] + (by * a - ay * b) / twice, start[1] + (ax * b - bx * a) / twice


# GeoJSON.


def from_geojson(geometry: Any, depth: int = 0) -> Outline:
    """The outline of a geometry of GeoJSON. OutlineFault where it has none."""
    try:
        kind = geometry["type"]
        if kind == "GeometryCollection":
            if depth > MAX_DEPTH:
                raise OutlineFault
            return Outline(
                kind.upper(), [from_geojson(one, depth + 1) for one in geometry["geometries"]]
            )
        return _of_coordinates(kind.upper(), geometry["coordinates"])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise OutlineFault from None


def _of_coordinates(word: str, given: Any) -> Outline:
    if word in _MEMBERS:
        return Outline(word, [_of_coordinates(_MEMBERS[word], one) for one in given])
    if word == "POLYGON":
        return Outline(word, [_pairs(ring) for ring in given])
    if word not in ("POINT", "LINESTRING"):
        raise ValueError
    return Outline(word, [_pairs([given] if word == "POINT" else given)])


def _pairs(points: Any) -> Any:
    """An array of the first two numbers of each point."""
    import numpy as np

    if any(not isinstance(one, (int, float)) for point in points for one in point[:2]):
        raise ValueError
    return np.array([[float(point[0]), float(point[1])] for point in points]).reshape(-1, 2)
