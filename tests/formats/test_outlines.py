"""Shapes as the points of their parts: curves made straight, and what shapely cannot hold."""

from __future__ import annotations

import json
import math
import struct

import numpy as np
import pytest
import shapely

from datasources.formats import outlines
from datasources.formats.outlines import Outline, OutlineFault, from_geojson, from_wkb

Points = list[tuple[float, ...]]


def wkb(code: int, *inside: bytes, count: int | None = None) -> bytes:
    """A geometry with members, or with points that `points` made."""
    return struct.pack("<BII", 1, code, len(inside) if count is None else count) + b"".join(inside)


def points(code: int, given: Points) -> bytes:
    flat = [number for point in given for number in point]
    return wkb(code, struct.pack(f"<{len(flat)}d", *flat), count=len(given))


def ring(given: Points) -> bytes:
    flat = [number for point in given for number in point]
    return struct.pack(f"<I{len(flat)}d", len(given), *flat)


HALF = [(-1.0, 0.0), (0.0, 1.0), (1.0, 0.0)]
CIRCLE = [(1.0, 0.0), (-1.0, 0.0), (1.0, 0.0)]


def test_an_arc_becomes_a_line_with_a_point_every_four_degrees() -> None:
    made = from_wkb(points(8, HALF))
    (line,) = made.parts
    assert (made.word, made.curved, len(line)) == ("LINESTRING", True, 47)
    assert np.allclose(np.hypot(*line.T), 1, atol=1e-12)
    assert line[[0, -1]].tolist() == [[-1, 0], [1, 0]]
    assert [0.0, 1.0] in line.tolist()
    angles = np.degrees(np.arctan2(line[:, 1], line[:, 0]))
    assert np.abs(np.diff(angles)).max() <= outlines.ARC_STEP
    assert (line[:, 1] >= 0).all()


def test_an_arc_is_the_same_drawn_backwards() -> None:
    there = from_wkb(points(8, [(3.0, 4.0), (5.0, 0.0), (0.0, -5.0)])).parts[0]
    back = from_wkb(points(8, [(0.0, -5.0), (5.0, 0.0), (3.0, 4.0)])).parts[0]
    assert np.allclose(there, back[::-1], atol=1e-12)
    assert math.isclose(shapely.LineString(there).length, 5 * math.radians(143.13), rel_tol=1e-3)


def test_a_circle_and_arcs_that_are_none() -> None:
    circle = from_wkb(wkb(10, points(8, CIRCLE))).shape()
    assert circle.geom_type == "Polygon"
    assert circle.area == pytest.approx(math.pi, rel=1e-3)
    assert circle.is_valid
    straight = from_wkb(points(8, [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)]))
    assert straight.text == "LINESTRING (0 0, 1 1, 2 2)"


def test_compound_curves_and_what_is_made_of_them() -> None:
    way = wkb(
        9,
        points(2, [(-2.0, 0.0), (-1.0, 0.0)]),
        points(8, HALF),
        points(2, [(1.0, 0.0), (2.0, 0.0)]),
    )
    line = from_wkb(way).shape()
    assert (line.geom_type, len(line.coords)) == ("LineString", 49)
    closed = wkb(9, points(8, HALF), points(2, [(1.0, 0.0), (-1.0, 0.0)]))
    half = from_wkb(wkb(10, closed)).shape()
    assert half.area == pytest.approx(math.pi / 2, rel=1e-3)
    many = from_wkb(wkb(12, wkb(10, closed), shapely.Point(9, 9).buffer(1).wkb)).shape()
    assert (many.geom_type, len(many.geoms)) == ("MultiPolygon", 2)
    lines = from_wkb(wkb(11, points(8, HALF), way, points(2, [(0.0, 0.0), (1.0, 1.0)])))
    assert lines.curved
    assert lines.shape().geom_type == "MultiLineString"
    assert from_wkb(wkb(7, points(8, HALF), shapely.Point(1, 2).wkb)).shape().geom_type == (
        "GeometryCollection"
    )


def test_heights_and_measures_are_left_out_and_known_of() -> None:
    for code, width in ((1008, 3), (2008, 3), (3008, 4), (8 | 0x80000000, 3), (8 | 0xC0000000, 4)):
        made = from_wkb(points(code, [(*pair, *[7.0] * (width - 2)) for pair in HALF]))
        assert made.heights
        assert made.parts[0].tolist() == from_wkb(points(8, HALF)).parts[0].tolist()
    ewkb = struct.pack("<BIII", 1, 2 | 0x20000000, 4326, 2) + struct.pack("<4d", 0, 0, 1, 1)
    assert from_wkb(ewkb).text == "LINESTRING (0 0, 1 1)"


def test_big_endian_is_read_too() -> None:
    line = shapely.LineString([(1, 2), (3.5, 4)])
    assert from_wkb(shapely.to_wkb(line, byte_order=0)).text == line.wkt


def test_a_ring_stays_open_in_the_text_and_makes_no_shape() -> None:
    made = from_wkb(wkb(3, ring([(0, 0), (0, 1), (1, 1)])))
    assert made.text == "POLYGON ((0 0, 0 1, 1 1))"
    assert made.shape() is None
    moved = made.moved(lambda given: given + 1)
    assert moved.text == "POLYGON ((1 1, 1 2, 2 2))"


@pytest.mark.parametrize(
    "geometry",
    [
        "POINT (1 2)",
        "POINT EMPTY",
        "LINESTRING (1 2, 3 4)",
        "POLYGON ((0 0, 9 0, 9 9, 0 0), (1 1, 2 1, 2 2, 1 1))",
        "MULTIPOINT ((1 2), (3 4))",
        "MULTILINESTRING ((1 2, 3 4), (5 6, 7 8))",
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
        "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (1 2, 3 4))",
        "GEOMETRYCOLLECTION EMPTY",
    ],
)
def test_the_outline_of_a_good_shape_is_the_shape(geometry: str) -> None:
    shape = shapely.from_wkt(geometry)
    assert shapely.equals_exact(from_wkb(shape.wkb).shape(), shape)
    if not shape.is_empty:
        found = from_geojson(json.loads(shapely.to_geojson(shape)))
        assert shapely.equals_exact(found.shape(), shape)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x01",
        b"\x01\x02\x00\x00\x00\xff\xff\xff\xff",
        points(8, HALF[:2]),
        points(8, [*HALF, (2.0, 2.0)]),
        wkb(6, points(2, [(0.0, 0.0), (1.0, 1.0)])),
        wkb(10, shapely.Point(1, 2).wkb),
        wkb(15),
        wkb(99),
        shapely.LineString([(0, 0), (1, 1)]).wkb[:-3],
    ],
)
def test_what_has_no_outline_is_a_fault(data: bytes) -> None:
    with pytest.raises(OutlineFault):
        from_wkb(data)


def test_collections_in_collections_end_somewhere() -> None:
    deep = shapely.Point(1, 2).wkb
    for _ in range(100):
        deep = wkb(7, deep)
    with pytest.raises(OutlineFault):
        from_wkb(deep)
    nested: object = {"type": "Point", "coordinates": [1, 2]}
    for _ in range(100):
        nested = {"type": "GeometryCollection", "geometries": [nested]}
    with pytest.raises(OutlineFault):
        from_geojson(nested)


def test_numbers_that_are_not_finite_are_told() -> None:
    made = from_geojson({"type": "LineString", "coordinates": [[0, 0], [1e400, 1]]})
    assert (made.is_finite, made.text) == (False, "LINESTRING (0 0, inf 1)")
    assert made.shape() is None
    assert Outline("POINT", [np.array([[1.0, 2.0]])]).is_finite


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Point"},
        {"type": "Point", "coordinates": ["1", 2]},
        {"type": "Polygon", "coordinates": [[0, 0], [1, 1]]},
        {"type": "LineString", "coordinates": [[1]]},
        {"type": "Circle", "coordinates": [1, 2]},
        {"type": "GeometryCollection", "geometries": [None]},
    ],
)
def test_geojson_that_is_no_geometry_is_a_fault(geometry: object) -> None:
    with pytest.raises(OutlineFault):
        from_geojson(geometry)
