"""Queries find exactly what a plain walk over all entities finds, in the same order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from datasources.query import parse_query
from datasources.query.filter import MAX_CONDITIONS, MAX_DEPTH, parse_filter
from datasources.schema import EdmType, Property, Schema
from sds_server.store import EntityStore, VersionReader
from tests.sds.store.oracle import holds, in_box, ticks
from tests.sds.store.samples import CITIES, SHAPES, Row, cities, fill

GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def reader(city_store: EntityStore) -> Iterator[VersionReader]:
    with city_store.open("cities") as opened:
        yield opened


def ask(reader: VersionReader, **params: str) -> list[str]:
    """Entity IDs of the page that the parameters ask for; `_x` stands for `$x`."""
    page = reader.query(parse_query(named(params), reader.schema))
    return page.ids


def named(params: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "$"): value for name, value in params.items()}


def distance(latitude: float, longitude: float, row: Row) -> float:
    return float(GEOD.inv(longitude, latitude, row["Longitude"], row["Latitude"])[2]) / 1000


def near(latitude: float, longitude: float, kilometres: float) -> list[str]:
    """IDs within a distance, nearest first, then by ID."""
    found = [(distance(latitude, longitude, row), str(row["EntityID"])) for row in cities()]
    return [key for km, key in sorted(found) if km <= kilometres]


CENTRES = [
    (48.85, 2.35, 1000.0), (51.5, -0.12, 0.16), (51.5, -0.12, 300.0), (-17.0, 179.99, 500.0),
    (-17.0, -179.99, 500.0), (-17.0, 180.0, 900.0), (-17.0, -180.0, 900.0), (89.99, 0.0, 50.0),
    (90.0, 0.0, 1000.0), (-90.0, 77.0, 1000.0),
    (0.0, 0.0, 1000.0), (35.0, 139.0, 250.0), (71.0, 25.0, 1000.0), (85.5, 0.0, 600.0),
]  # fmt: skip


@pytest.mark.parametrize(("latitude", "longitude", "kilometres"), CENTRES)
def test_nearby_gives_all_within_the_distance_nearest_first(
    reader: VersionReader, latitude: float, longitude: float, kilometres: float
) -> None:
    expected = near(latitude, longitude, kilometres)
    area = f"nearby({latitude},{longitude},{kilometres})"
    assert ask(reader, spatialfilter=area, _top="250") == expected[:250]
    assert ask(reader, spatialfilter=area) == expected[:25]
    assert ask(reader, spatialfilter=area, _skip="3", _top="4") == expected[3:7]
    counted = parse_query({"spatialfilter": area, "$inlinecount": "allpages"}, CITIES)
    assert reader.query(counted).total == len(expected)


@settings(max_examples=60, deadline=None)
@given(
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    kilometres=st.floats(0.16, 1000),
    skip=st.integers(0, 30),
)
def test_nearby_anywhere_equals_the_walk(
    reader: VersionReader, latitude: float, longitude: float, kilometres: float, skip: int
) -> None:
    area = f"nearby({latitude!r},{longitude!r},{kilometres!r})"
    expected = near(latitude, longitude, kilometres)
    assert ask(reader, spatialfilter=area, _skip=str(skip)) == expected[skip : skip + 25]


def test_places_at_the_same_distance_come_by_id_across_pages(reader: VersionReader) -> None:
    area = "nearby(51.5,-0.12,1)"
    pages = [ask(reader, spatialfilter=area, _top="1", _skip=str(skip)) for skip in range(4)]
    assert pages[:3] == [["edge-7"], ["edge-8"], ["edge-9"]]


def test_the_distance_is_the_geodesic_in_kilometres(reader: VersionReader) -> None:
    query = parse_query(
        {"spatialfilter": "nearby(48.85,2.35,400)", "$select": "EntityID,__Distance"}, CITIES
    )
    by_id = {row["EntityID"]: row for row in cities()}
    rows = reader.query(query).rows
    assert rows
    for row in rows:
        assert list(row) == ["EntityID", "__Distance"]
        assert row["__Distance"] == pytest.approx(
            distance(48.85, 2.35, by_id[row["EntityID"]]), abs=1e-9
        )


def test_nearby_can_be_ordered_and_filtered(reader: VersionReader) -> None:
    """What is alike stays in the order of the distance."""
    by_id = {str(row["EntityID"]): row for row in cities()}
    rows = [by_id[key] for key in near(48.85, 2.35, 800) if by_id[key]["IsLarge"] is True]
    rows.sort(key=lambda row: (row["Population"] is not None, row["Population"]), reverse=True)
    found = ask(reader, spatialfilter="nearby(48.85,2.35,800)", _filter="IsLarge eq 1",
                _orderby="Population desc", _top="250")  # fmt: skip
    assert found == [row["EntityID"] for row in rows]


BOXES = [
    (40.0, -10.0, 60.0, 20.0), (-20.0, 170.0, -10.0, -170.0), (-20.0, 170.0, -10.0, 180.0),
    (-20.0, -180.0, -10.0, -170.0), (-90.0, -180.0, 90.0, 180.0), (80.0, 40.0, 90.0, 50.0),
    (-90.0, 40.0, -80.0, 50.0), (51.5, -0.12, 51.5, -0.12), (0.0, 0.0, 0.0, 0.0),
]  # fmt: skip


@pytest.mark.parametrize("box", BOXES)
def test_a_box_gives_what_lies_in_it_by_id(reader: VersionReader, box: tuple[float, ...]) -> None:
    expected = sorted(str(row["EntityID"]) for row in cities() if in_box(box, row))
    area = "bbox({},{},{},{})".format(*box)
    assert ask(reader, spatialfilter=area, _top="250") == expected[:250]
    assert ask(reader, spatialfilter=area, _top="250", _skip="100") == expected[100:350]
    counted = parse_query({"spatialfilter": area, "$inlinecount": "allpages"}, CITIES)
    assert reader.query(counted).total == len(expected)


def test_a_box_over_the_antimeridian_holds_both_sides(reader: VersionReader) -> None:
    found = ask(reader, spatialfilter="bbox(-18,179,-16,-179)", _top="250")
    assert {"edge-3", "edge-4", "edge-5", "edge-6"} > {"edge-4"}
    assert {"edge-3", "edge-4", "edge-5", "edge-6"} <= set(found)


def test_a_box_that_touches_the_antimeridian_holds_points_written_with_the_other_sign(
    reader: VersionReader,
) -> None:
    assert {"edge-6", "edge-5"} <= set(ask(reader, spatialfilter="bbox(-18,179,-16,180)"))
    assert {"edge-6", "edge-5"} <= set(ask(reader, spatialfilter="bbox(-18,-180,-16,-179)"))


@pytest.mark.parametrize(
    ("box", "latitude", "longitude"),
    [((40.0, -10.0, 60.0, 20.0), 50.0, 5.0), ((-40.0, 150.0, 0.0, -170.0), -20.0, 170.0)],
)
def test_a_box_can_be_ordered_by_the_distance_from_its_centre(
    reader: VersionReader, box: tuple[float, ...], latitude: float, longitude: float
) -> None:
    rows = [row for row in cities() if in_box(box, row)]
    pairs = sorted((distance(latitude, longitude, row), str(row["EntityID"])) for row in rows)
    area = "bbox({},{},{},{})".format(*box)
    query = {"spatialfilter": area, "$orderby": "__Distance", "$select": "*,__Distance"}
    page = reader.query(parse_query(query, CITIES))
    assert page.ids == [key for _, key in pairs[:25]]
    assert [row["__Distance"] for row in page.rows] == pytest.approx(
        [km for km, _ in pairs[:25]], abs=1e-9
    )
    reverse = reader.query(parse_query({**query, "$orderby": "__Distance desc"}, CITIES))
    assert reverse.rows[0]["__Distance"] == pytest.approx(pairs[-1][0], abs=1e-9)
    mixed = reader.query(parse_query({**query, "$orderby": "Country,__Distance"}, CITIES))
    first = min(str(row["Country"]) for row in rows)
    nearest = min((distance(latitude, longitude, r), str(r["EntityID"])) for r in rows
                  if r["Country"] == first)  # fmt: skip
    assert mixed.ids[0] == nearest[1]
    plain = reader.query(parse_query({"spatialfilter": area, "$select": "__Distance"}, CITIES))
    assert len(plain.rows) == min(25, len(rows))
    assert all(list(row) == ["__Distance"] for row in plain.rows)


def test_intersects_gives_the_points_in_a_shape(reader: VersionReader) -> None:
    text = "POLYGON ((-5 42, 8 43, 12 48, 2 51, -5 42), (0 45, 1 45, 1 46, 0 46, 0 45))"
    shape = shapely.from_wkt(text)
    expected = sorted(
        str(row["EntityID"])
        for row in cities()
        if shape.intersects(
            shapely.Point(float(str(row["Longitude"])), float(str(row["Latitude"])))
        )
    )
    assert len(expected) > 10
    assert ask(reader, spatialfilter=f"intersects('{text}')", _top="250") == expected


def test_intersects_looks_at_the_geography_and_boxes_at_the_location(
    store: EntityStore,
) -> None:
    rows: list[Row] = [
        {
            "ID": "ring",
            "Geom": "POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0), (1 1, 9 1, 9 9, 1 9, 1 1))",
        },
        {"ID": "line", "Geom": "LINESTRING (4 4, 6 6)"},
        {"ID": "bow", "Geom": "POLYGON ((20 20, 24 24, 24 20, 20 24, 20 20))"},
        {"ID": "many", "Geom": "GEOMETRYCOLLECTION (POINT (5 -20), POINT (5 20))"},
    ]
    fill(store.create("v1", SHAPES), SHAPES, rows)
    with store.open("v1") as reader:
        assert ask(reader, spatialfilter="intersects('POINT (5 5)')") == ["line"]
        assert ask(reader, spatialfilter="intersects('LINESTRING (5 5, 5 21)')") == [
            "line", "many", "ring",
        ]  # fmt: skip
        hit = "intersects('POLYGON ((20 19, 25 19, 25 21, 20 21, 20 19))')"
        assert ask(reader, spatialfilter=hit) == ["bow"]
        assert ask(reader, spatialfilter=hit, _filter="Note ne null") == []
        assert ask(reader, spatialfilter="bbox(4,4,6,6)") == ["line", "ring"]
        assert ask(reader, _filter="ID eq 'ring'", spatialfilter="nearby(5,5,1)") == ["ring"]
        page = reader.query(
            parse_query({"$select": "Latitude,ID", "$filter": "ID eq 'line'"}, SHAPES)
        )
        assert page.rows == [{"ID": "line", "Latitude": 5.0}]


FILTERS = [
    "Country eq 'FR'", "Country EQ 'FR' And Population GT 50000", "not Country eq 'US'",
    "Region eq null", "Region ne null", "Region ne '11'", "not (Region ne '11')",
    "Population gt 100000", "not Population gt 100000", "Population le 20000.5",
    "Density ge 100 and Density lt 1.5e2", "IsLarge eq true", "IsLarge ne 1", "IsLarge eq 0",
    "Surveyed ge 2010-01-01 and Surveyed lt 2011-01-01", "Surveyed eq 2011-06-14T21:29:41.5Z",
    "Surveyed gt datetime'2013-06-14T21:29:41.1234566'", "Surveyed le 2013-06-14T21:29:41.1234567Z",
    "Surveyed lt 2012-06-14T23:29:41.123%2B02:00".replace("%2B", "+"),
    "startswith(Name,'San')", "StartsWith(Name,'San') eq true", "startswith(Name,'San') eq false",
    "not endswith(Region,'1')", "endswith(Name,'')", "Country in ('FR','DE')",
    "Population in (15005, 20000)", "not Region in ('11','12')", "Name eq 'L''Aquila'",
    "(Country eq 'FR' or Country eq 'DE') and not (Population lt 50000 or IsLarge eq null)",
    "Country eq 'FR' or Country eq 'DE' and Population lt 50000", "20000 lt Population",
    "Population gt null", "Population lt 99999999999999999999999", "Name gt 'Z'",
]  # fmt: skip


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_finds_what_the_plain_walk_finds(reader: VersionReader, text: str) -> None:
    condition = parse_filter(text, CITIES)
    expected = sorted(str(row["EntityID"]) for row in cities() if holds(condition, row))
    assert ask(reader, _filter=text, _top="250") == expected[:250]


values = st.one_of(
    st.builds(lambda n: f"Population {{}} {n}", st.integers(0, 200_000)),
    st.builds(lambda n: f"Density {{}} {n!r}", st.floats(0, 250, width=16)),
    st.builds(lambda t: f"Country {{}} '{t}'", st.sampled_from(["FR", "US", "CN", "", "fr"])),
    st.builds(lambda t: f"Region {{}} '{t}'", st.sampled_from(["11", "CA", "ENG", "0"])),
    st.builds(lambda y: f"Surveyed {{}} 20{y:02}-06-14T21:29:41.123Z", st.integers(0, 29)),
    st.sampled_from(["Region {} null", "Population {} null", "Surveyed {} null"]),
)
comparisons = st.builds(str.format, values, st.sampled_from(["eq", "Ne", "GT", "ge", "Lt", "LE"]))
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds("not ({})".format, inner),
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) Or ({})".format, inner, inner),
        st.builds("not {} AND {}".format, comparisons, comparisons),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(text=conditions)
def test_any_filter_equals_the_plain_walk(reader: VersionReader, text: str) -> None:
    condition = parse_filter(text, CITIES)
    expected = sorted(str(row["EntityID"]) for row in cities() if holds(condition, row))
    page = reader.query(
        parse_query({"$filter": text, "$top": "250", "$inlinecount": "allpages"}, CITIES)
    )
    assert page.ids == expected[:250]
    assert page.total == len(expected)


@settings(max_examples=40, deadline=None)
@given(
    text=conditions,
    corners=st.tuples(
        st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180)
    ),
)
def test_any_filter_in_any_box_equals_the_plain_walk(
    reader: VersionReader, text: str, corners: tuple[float, float, float, float]
) -> None:
    box = (min(corners[0], corners[2]), corners[1], max(corners[0], corners[2]), corners[3])
    condition = parse_filter(text, CITIES)
    expected = sorted(
        str(row["EntityID"]) for row in cities() if in_box(box, row) and holds(condition, row)
    )
    area = "bbox({!r},{!r},{!r},{!r})".format(*box)
    assert ask(reader, spatialfilter=area, _filter=text, _top="250") == expected[:250]


@pytest.mark.parametrize(
    "order", ["Country,Population desc,Name", "Surveyed", "Density desc", "IsLarge asc"]
)
def test_orders_are_kept_with_nulls_first_and_ties_by_id(reader: VersionReader, order: str) -> None:
    rows = sorted(cities(), key=lambda row: str(row["EntityID"]))
    for part in reversed(order.split(",")):
        name, *direction = part.split()
        rows.sort(
            key=lambda row: (row[name] is not None, sortable(name, row[name])),
            reverse=direction == ["desc"],
        )
    expected = [str(row["EntityID"]) for row in rows]
    found = ask(reader, _filter="EntityID ne ''", _orderby=order, _top="250")
    assert found == expected[:250]


def sortable(name: str, value: object) -> object:
    """Dates as text that sorts by time; everything else as it is, and nulls out of the way."""
    if value is None:
        return ()
    return ticks(str(value)) if name == "Surveyed" else value


def test_pages_follow_each_other_without_gap_or_overlap(reader: VersionReader) -> None:
    every = [
        key
        for skip in range(0, len(cities()) + 250, 250)
        for key in ask(reader, _top="250", _skip=str(skip))
    ]
    assert every == sorted(str(row["EntityID"]) for row in cities())
    assert ask(reader, _skip="999999") == []
    assert ask(reader, _top="0") == []
    assert ask(reader, spatialfilter="nearby(48.85,2.35,500)", _top="0") == []


def test_an_id_gives_one_entity_and_an_unknown_one_none(reader: VersionReader) -> None:
    row = cities()[7]
    found = reader.query(parse_query({"$select": "Name"}, CITIES, str(row["EntityID"])))
    assert found.rows == [{"Name": row["Name"]}]
    assert reader.query(parse_query({}, CITIES, "nowhere")).rows == []


def test_a_filter_as_deep_and_as_long_as_allowed_is_answered(store: EntityStore) -> None:
    rows = cities()[:40]
    fill(store.create("v1", CITIES), CITIES, rows)
    term = "IsLarge eq 1"
    deep = term
    for _ in range(MAX_DEPTH):
        deep = f"Population gt 900000 or not Density lt 5 and not ({deep}) and Country ne 'X'"
    heavy = term
    for _ in range(MAX_DEPTH):
        ors, ands = " or ".join([term] * 35), " and ".join(["IsLarge ne 0"] * 40)
        heavy = f"{ors} or {ands} and not ({heavy})"
    long = " or ".join([term] * MAX_CONDITIONS)
    for text in (deep, heavy, long):
        condition = parse_filter(text, CITIES)
        expected = sorted(str(row["EntityID"]) for row in rows if holds(condition, row))
        with store.open("v1") as reader:
            assert ask(reader, _filter=text, _top="250") == expected


def test_distances_grow_no_worse_at_the_far_side(reader: VersionReader) -> None:
    box = "bbox(-90,-180,90,180)"
    page = reader.query(
        parse_query(
            {
                "spatialfilter": box,
                "$orderby": "__Distance",
                "$select": "__Distance",
                "$skip": "1990",
                "$top": "20",
            },
            CITIES,
        )
    )
    expected = sorted(distance(0.0, 0.0, row) for row in cities())[1990:2010]
    assert [row["__Distance"] for row in page.rows] == pytest.approx(expected, abs=1e-9)
    assert all(math.isfinite(km) for km in expected)


NUMBERS = Schema(
    "Number",
    (
        Property("ID", EdmType.STRING, is_key=True),
        Property("Latitude", EdmType.DOUBLE),
        Property("Longitude", EdmType.DOUBLE),
        Property("Whole", EdmType.INT64),
        Property("Real", EdmType.DOUBLE),
    ),
)
WHOLE = (-(2**63), -(2**53) - 1, -1, 0, 1, 2**53, 2**53 + 1, 2**63 - 1, None)
REAL = (-1.7976931348623157e308, -(2.0**53), -0.0, 5e-324, 0.1, 2.0**53, 2.0**63, 1e308, None)
LITERALS = (
    "9223372036854775807", "-9223372036854775808", "9223372036854775808", "-9223372036854775809",
    "9007199254740993", "9007199254740992", "-9007199254740993", "0.5", "-0.5", "1e300", "-1e300",
    "0", "-0.0", "5e-324", "0.1", "9007199254740992.0", "1",
)  # fmt: skip


@pytest.fixture(scope="module")
def numbers(new_store: Callable[[], EntityStore]) -> Iterator[VersionReader]:
    rows: list[Row] = [
        {"ID": str(at), "Latitude": 1.0, "Longitude": 1.0, "Whole": whole, "Real": real}
        for at, (whole, real) in enumerate(zip(WHOLE, REAL, strict=True))
    ]
    made = new_store()
    fill(made.create("numbers", NUMBERS), NUMBERS, rows)
    with made.open("numbers") as opened:
        yield opened


def test_numbers_come_back_exactly_and_with_one_zero(numbers: VersionReader) -> None:
    rows = numbers.query(parse_query({}, NUMBERS)).rows
    assert [row["Whole"] for row in rows] == list(WHOLE)
    assert [row["Real"] for row in rows] == list(REAL)
    assert str(rows[2]["Real"]) == "0.0"


@pytest.mark.parametrize("literal", LITERALS)
def test_numbers_compare_exactly_at_the_edges_of_their_types(
    numbers: VersionReader, literal: str
) -> None:
    rows = [
        {"ID": str(at), "Whole": whole, "Real": real}
        for at, (whole, real) in enumerate(zip(WHOLE, REAL, strict=True))
    ]
    for name in ("Whole", "Real"):
        tests = [f"{name} {sign} {literal}" for sign in ("eq", "ne", "gt", "ge", "lt", "le")]
        for text in (*tests, f"{name} in ({literal},1)"):
            for asked in (text, f"not ({text})"):
                condition = parse_filter(asked, NUMBERS)
                expected = [row["ID"] for row in rows if holds(condition, row)]
                assert ask(numbers, _filter=asked) == expected, asked


def test_texts_sort_by_their_letters_codes_whatever_the_database_speaks(
    store: EntityStore,
) -> None:
    keys = ["a", "B", "b", "A", "ä", "Z", "z", "_", "-", "10", "9", "é", "e\u0301", "𝄞", "\ufb01"]
    rows: list[Row] = [{**cities()[0], "EntityID": key, "Name": key} for key in keys]
    fill(store.create("v1", CITIES), CITIES, rows)
    place = f"nearby({rows[0]['Latitude']},{rows[0]['Longitude']},1)"
    with store.open("v1") as opened:
        assert ask(opened) == sorted(keys)
        assert ask(opened, _filter="Name ge 'a'") == [key for key in sorted(keys) if key >= "a"]
        assert ask(opened, _filter="Name ne ''", _orderby="Name desc") == sorted(keys)[::-1]
        assert ask(opened, _filter="Name eq 'É'") == []
        assert ask(opened, spatialfilter=place) == sorted(keys)
