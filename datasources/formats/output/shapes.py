"""Writing the .shp and .shx of a shapefile, from ESRI's "Shapefile Technical Description" (1998).

Lengths and offsets there are in words of 16 bits, and big-endian as record headers are; the rest is
little-endian. Outer rings run clockwise, holes the other way.
"""

from __future__ import annotations

import struct
from typing import Any, BinaryIO

from datasources.formats.faults import file_fault
from datasources.phrases import Phrase

POINT, LINE, POLYGON, MULTIPOINT = 1, 3, 5, 8
#: What a file of each kind is called, where there are several.
WORDS = {POINT: "points", LINE: "lines", POLYGON: "polygons", MULTIPOINT: "multipoints"}
MAX_SIZE = 2**31 - 1  # bytes of a .shp or .dbf that every program reads
_KINDS = {
    "Point": POINT,
    "LineString": LINE,
    "LinearRing": LINE,
    "MultiLineString": LINE,
    "Polygon": POLYGON,
    "MultiPolygon": POLYGON,
    "MultiPoint": MULTIPOINT,
}
_RECORD = struct.Struct(">2i")
_HEAD = struct.Struct("<i4d")
_HEADER_BYTES = 100
_NULL = struct.pack("<i", 0)


def kind_of(shape: Any) -> int:
    """The shape type of a geometry; 0 for none, and for a collection, which has none."""
    return 0 if shape is None else _KINDS.get(shape.geom_type, 0)


class ShapeFiles:
    """A .shp and its .shx, written record by record; `finish` completes their headers."""

    def __init__(self, kind: int, shp: BinaryIO, shx: BinaryIO) -> None:
        self._kind = kind
        self._shp, self._shx = shp, shx
        self._count = 0
        self._size = _HEADER_BYTES
        self._box: list[float] = []
        shp.write(bytes(_HEADER_BYTES))
        shx.write(bytes(_HEADER_BYTES))

    def add(self, shapes: Any) -> None:
        """Geometries of the kind, as many records."""
        import shapely

        if self._kind == POINT:
            places = shapely.get_coordinates(shapes).tolist()
            bodies = [struct.pack("<i2d", POINT, x, y) for x, y in places]
        else:
            if self._kind == POLYGON:
                shapes = shapely.orient_polygons(shapes, exterior_cw=True)
            bodies = [self._body(shape) for shape in shapes.tolist()]
        self._records(bodies)
        self._widen(shapely.total_bounds(shapes).tolist())

    def add_nulls(self, count: int) -> None:
        """Records without a shape."""
        self._records([_NULL] * count)

    def _body(self, shape: Any) -> bytes:
        import shapely

        head = _HEAD.pack(self._kind, *shape.bounds)
        points: bytes = shapely.get_coordinates(shape).astype("<f8").tobytes()
        if self._kind == MULTIPOINT:
            return head + struct.pack("<i", len(points) // 16) + points
        starts = [0]
        for part in _parts(shape):
            starts.append(starts[-1] + shapely.get_num_coordinates(part))
        parts = struct.pack(f"<2i{len(starts) - 1}i", len(starts) - 1, starts[-1], *starts[:-1])
        return head + parts + points

    def _records(self, bodies: list[bytes]) -> None:
        records, index = [], []
        for body in bodies:
            self._count += 1
            words = len(body) // 2
            records += [_RECORD.pack(self._count, words), body]
            index.append((self._size // 2, words))
            self._size += _RECORD.size + len(body)
        if self._size > MAX_SIZE:
            raise too_large()
        self._shp.write(b"".join(records))
        self._shx.write(b"".join(_RECORD.pack(*entry) for entry in index))

    def _widen(self, box: list[float]) -> None:
        if box[0] != box[0]:
            return
        if not self._box:
            self._box = box
        west, south, east, north = self._box
        self._box = [
            min(west, box[0]), min(south, box[1]), max(east, box[2]), max(north, box[3]),
        ]  # fmt: skip

    def finish(self) -> None:
        """Write the headers, now that size and extent are known."""
        for stream, size in (
            (self._shp, self._size),
            (self._shx, _HEADER_BYTES + _RECORD.size * self._count),
        ):
            stream.seek(0)
            stream.write(struct.pack(">i20xi", 9994, size // 2))
            box = self._box or [0.0] * 4
            stream.write(struct.pack("<2i8d", 1000, self._kind, *box, 0, 0, 0, 0))
            stream.seek(0)


def _parts(shape: Any) -> list[Any]:
    """The lines or rings of a geometry, in the order of its coordinates."""
    if shape.geom_type in ("LineString", "LinearRing"):
        return [shape]
    if shape.geom_type == "Polygon":
        return [shape.exterior, *shape.interiors]
    return [part for member in shape.geoms for part in _parts(member)]


def too_large() -> Exception:
    """The fault of a file that no program would read."""
    return file_fault(
        "shp-size",
        Phrase("The shapefile would be larger than 2 GB."),
        Phrase("Choose GeoPackage or FlatGeobuf."),
    )
