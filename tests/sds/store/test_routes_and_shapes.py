"""Near a route, and what entities have in common with a shape: as a plain walk finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
import shapely
from pyproj import Geod

from datasources.query import Query, parse_query
from datasources.query.along import pieces
from datasources.query.faults import NotLocated
from datasources.query.model import AlongRoute
from datasources.schema import EdmType, Property, Schema
from sds_server.store import EntityStore, VersionReader
from tests.sds.store.samples import CITIES, Row, cities, fill

GEOD = Geod(ellps="WGS84")
ROUTE = shapely.LineString([(4.35, 50.85), (4.9, 52.37), (6.96, 50.94), (8.68, 50.11), (2.35, 48.86)])  # fmt: skip


@pytest.fixture(scope="module")
def reader(city_store: EntityStore) -> Iterator[VersionReader]:
    with city_store.open("cities") as opened:
        yield opened


def along(line: shapely.LineString, schema: Schema = CITIES, **params: str) -> Query:
    """A query along a line; `_x` stands for `$x`."""
    named = {name.replace("_", "$"): value for name, value in params.items()}
    asked = parse_query({"spatialfilter": "nearRoute('a','b')", **named}, schema)
    return replace(asked, spatial=AlongRoute(line))


def walked(line: shapely.LineString, rows: tuple[Row, ...]) -> list[tuple[float, float, str]]:
    """Kilometres along the route and from it, and the ID, of the rows within 1.6 km of it."""
    best: dict[str, tuple[float, float, str]] = {}
    lats = np.array([row["Latitude"] for row in rows], dtype=float)
    lons = np.array([row["Longitude"] for row in rows], dtype=float)
    for piece in pieces(AlongRoute(line)):
        for index, *place in zip(*(one.tolist() for one in piece.measure(lats, lons)), strict=True):
            key = str(rows[index]["EntityID"])
            if key not in best or place[1] < best[key][1]:
                best[key] = (place[0], place[1], key)
    return sorted(best.values())


def near_line(line: shapely.LineString, number: int) -> tuple[Row, ...]:
    """Entities around a line: some off it by a few kilometres, each place twice."""
    chance = np.random.default_rng(7)
    rows: list[Row] = []
    for index in range(number):
        point = line.interpolate(chance.random(), normalized=True)
        off = chance.normal(0, 0.01, 2)
        place = {"Latitude": float(point.y + off[0]), "Longitude": float(point.x + off[1])}
        rows += [{**cities()[index], **place, "EntityID": f"{index:03}{twin}"} for twin in "ba"]
    return tuple(rows)


def test_a_route_gives_what_lies_near_it_from_its_start_on(store: EntityStore) -> None:
    rows = near_line(ROUTE, 400)
    fill(store.create("v1", CITIES), CITIES, rows)
    expected = walked(ROUTE, rows)
    assert 300 < len(expected) < 800
    with store.open("v1") as opened:
        page = opened.query(along(ROUTE, _top="500", _inlinecount="allpages", _select="*,__Distance"))  # fmt: skip
        assert page.ids == [key for _, _, key in expected]
        assert page.total == len(expected)
        assert [row["__Distance"] for row in page.rows] == [away for _, away, _ in expected]
        pages: list[str] = []
        for skip in count(0, 37):
            ids = opened.query(along(ROUTE, _top="37", _skip=str(skip))).ids
            pages += ids
            if not ids:
                break
        assert pages == [key for _, _, key in expected]


def test_near_a_route_what_is_found_can_be_filtered_and_ordered(store: EntityStore) -> None:
    rows = near_line(ROUTE, 100)
    fill(store.create("v1", CITIES), CITIES, rows)
    large = {str(row["EntityID"]) for row in rows if row["IsLarge"] is True}
    names = {str(row["EntityID"]): str(row["Name"]) for row in rows}
    inside = [place for place in walked(ROUTE, rows) if place[2] in large]
    with store.open("v1") as opened:
        found = opened.query(along(ROUTE, _filter="IsLarge eq true", _top="250"))
        assert found.ids == [key for _, _, key in inside]
        ordered = opened.query(
            along(ROUTE, _filter="IsLarge eq true", _orderby="Name desc", _top="250",
                  _select="Name,__Distance")
        )  # fmt: skip
    expected = sorted(inside, key=lambda place: place[2])
    expected.sort(key=lambda place: names[place[2]].encode(), reverse=True)
    assert ordered.ids == [key for _, _, key in expected]
    assert [row["__Distance"] for row in ordered.rows] == [away for _, away, _ in expected]


def test_a_route_over_the_antimeridian_holds_both_sides(reader: VersionReader) -> None:
    line = shapely.LineString([(179.8, -16.5), (-179.8, -16.5)])
    page = reader.query(along(line, _select="EntityID,__Distance"))
    assert page.ids == ["edge-4", "edge-3"]
    for row in page.rows:
        assert row["__Distance"] == pytest.approx(0.0079, abs=1e-3)  # a parallel bends


def test_a_store_is_never_asked_for_what_nobody_looked_up(reader: VersionReader) -> None:
    for spatial in ("nearRoute('a','b')", "nearby('a',5)"):
        with pytest.raises(NotLocated, match="nobody looked up"):
            reader.query(parse_query({"spatialfilter": spatial}, CITIES))


ZONES = Schema(
    "Zone",
    (
        Property("ID", EdmType.STRING, is_key=True),
        Property("Latitude", EdmType.DOUBLE),
        Property("Longitude", EdmType.DOUBLE),
        Property("Geom", EdmType.GEOGRAPHY),
    ),
)
STORED = {
    "point": "POINT (2 2)",
    "far": "POINT (50 50)",
    "line": "LINESTRING (-5 5, 15 5)",
    "polygon": "POLYGON ((5 5, 5 20, 20 20, 20 5, 5 5))",
    "holed": "POLYGON ((-5 -5, -5 15, 15 15, 15 -5, -5 -5), (1 1, 1 9, 9 9, 9 1, 1 1))",
    "points": "MULTIPOINT ((2 2), (30 30))",
    "lines": "MULTILINESTRING ((-5 1, 15 1), (30 30, 31 31))",
    "polygons": "MULTIPOLYGON (((1 1, 1 2, 2 2, 2 1, 1 1)), ((40 40, 40 41, 41 41, 40 40)))",
    "collection": "GEOMETRYCOLLECTION (POINT (3 3), LINESTRING (-5 7, 15 7))",
}
ASKED = {
    "point": "POINT (2 2)",
    "line": "LINESTRING (0 0, 10 10)",
    "polygon": "POLYGON ((0 0, 0 10, 10 10, 10 0, 0 0))",
    "points": "MULTIPOINT ((2 2), (50 50))",
    "lines": "MULTILINESTRING ((0 0, 10 10), (0 10, 10 0))",
    "polygons": "MULTIPOLYGON (((0 0, 0 3, 3 3, 3 0, 0 0)), ((29 29, 29 32, 32 32, 29 29)))",
    "collection": "GEOMETRYCOLLECTION (POINT (50 50), POLYGON ((0 0, 0 10, 10 10, 10 0, 0 0)))",
}


@pytest.fixture(scope="module")
def zones(new_store: Callable[[], EntityStore]) -> Iterator[VersionReader]:
    made = new_store()
    rows: list[Row] = [
        {"ID": key, "Latitude": 60.0, "Longitude": 60.0, "Geom": text}
        for key, text in STORED.items()
    ]
    rows.append({"ID": "placed", "Latitude": 4.0, "Longitude": 3.0, "Geom": None})
    fill(made.create("zones", ZONES), ZONES, rows)
    with made.open("zones") as opened:
        yield opened


@pytest.mark.parametrize("kind", ASKED)
def test_any_shape_meets_any_geography(zones: VersionReader, kind: str) -> None:
    shape = shapely.from_wkt(ASKED[kind])
    shapes = {key: shapely.from_wkt(text) for key, text in STORED.items()}
    shapes["placed"] = shapely.Point(3, 4)
    expected = sorted(key for key, one in shapes.items() if shape.intersects(one))
    query = parse_query(
        {"spatialfilter": f"intersects('{ASKED[kind]}')",
         "$select": f"intersection('{ASKED[kind]}'),ID"}, ZONES
    )  # fmt: skip
    page = zones.query(query)
    assert page.ids == expected
    assert expected
    for row in page.rows:
        assert list(row) == ["__IntersectedGeom", "ID"]
        common = shapely.from_wkt(str(row["__IntersectedGeom"]))
        wanted = shape.intersection(shapes[str(row["ID"])])
        assert common.equals(wanted) or shapely.equals(common.normalize(), wanted.normalize())


def test_what_has_nothing_in_common_says_null(zones: VersionReader) -> None:
    query = parse_query(
        {"$select": "intersection('POINT (-40 -40)'),*", "$filter": "ID eq 'line'"}, ZONES
    )
    (row,) = zones.query(query).rows
    assert row["__IntersectedGeom"] is None
    assert list(row) == ["__IntersectedGeom", *ZONES.names]


def test_one_entity_and_entities_without_a_geography_have_intersections_too(
    zones: VersionReader, reader: VersionReader
) -> None:
    square = "intersection('POLYGON ((0 0,0 10,10 10,10 0,0 0))')"
    (row,) = zones.query(parse_query({"$select": square}, ZONES, "line")).rows
    assert row == {"__IntersectedGeom": "LINESTRING (0 5, 10 5)"}
    found = reader.query(
        parse_query({"spatialfilter": "bbox(51.4,-0.2,51.6,0)", "$select":
                     "EntityID,intersection('POLYGON((-1 51,-1 52,1 52,1 51,-1 51))'),__Distance"},
                    CITIES)
    )  # fmt: skip
    assert {"edge-7", "edge-8", "edge-9"} <= set(found.ids)
    assert list(found.rows[0]) == ["EntityID", "__IntersectedGeom", "__Distance"]
    by_id = {str(row["EntityID"]): row for row in found.rows}
    assert by_id["edge-7"]["__IntersectedGeom"] == "POINT (-0.12 51.5)"


def test_a_geography_that_crosses_itself_is_answered(store: EntityStore) -> None:
    bow = "POLYGON ((0 0, 10 10, 10 0, 0 10, 0 0))"
    rows: list[Row] = [{"ID": "bow", "Latitude": 5.0, "Longitude": 5.0, "Geom": bow}]
    fill(store.create("v1", ZONES), ZONES, rows)
    square = "POLYGON ((-1 -1, -1 11, 11 11, 11 -1, -1 -1))"
    with store.open("v1") as opened:
        page = opened.query(
            parse_query({"spatialfilter": f"intersects('{square}')",
                         "$select": f"intersection('{square}')"}, ZONES)
        )  # fmt: skip
    assert page.ids == ["bow"]
    assert shapely.from_wkt(str(page.rows[0]["__IntersectedGeom"])).area == pytest.approx(50)


@pytest.mark.parametrize(
    "params",
    [
        {"spatialfilter": "nearby(51.5,-0.12,900)"},
        {"spatialfilter": "nearby(51.5,-0.12,900)", "$orderby": "IsLarge"},
        {"spatialfilter": "bbox(-90,-180,90,180)", "$orderby": "__Distance"},
        {"spatialfilter": "bbox(-90,170,90,-170)", "$orderby": "__Distance desc"},
        {"spatialfilter": "bbox(-60,-180,60,180)", "$filter": "IsLarge eq true"},
        {"spatialfilter": "intersects('POLYGON((-20 30,-20 60,40 60,40 30,-20 30))')"},
        {"$filter": "EntityID ne ''", "$orderby": "Country,IsLarge desc,Density"},
        {"$filter": "StartsWith(Name,'S')"},
    ],
    ids=["nearby", "nearby-ordered", "world", "antimeridian", "box", "shape", "ordered", "starts"],
)
def test_pages_of_any_size_are_the_whole_without_gap_or_overlap(
    reader: VersionReader, params: dict[str, str]
) -> None:
    total = reader.query(parse_query({**params, "$inlinecount": "allpages"}, CITIES)).total
    for size in (7, 250):
        found: list[str] = []
        for skip in count(0, size):
            page = parse_query({**params, "$top": str(size), "$skip": str(skip)}, CITIES)
            ids = reader.query(page).ids
            found += ids
            if not ids:
                break
        assert len(found) == len(set(found)) == total
        if size == 7:
            first = found
    assert found == first
