"""The URL's other parameters: what to select, in what order, how many, and where to look."""

from __future__ import annotations

import pytest

from datasources.query import QueryFault, parse_query, parse_staging
from datasources.query.model import (
    BBox,
    Intersects,
    NearAddress,
    Nearby,
    NearRoute,
    OrderKey,
    RouteOptions,
)
from datasources.schema import EdmType, Property, Schema, Value

KEY = Property("EntityID", EdmType.STRING, is_key=True)
NAME = Property("Name", EdmType.STRING)
ZIP = Property("ZipCode", EdmType.STRING)
ZONE = Property("Zone", EdmType.GEOGRAPHY)
LATITUDE = Property("Latitude", EdmType.DOUBLE)
LONGITUDE = Property("Longitude", EdmType.DOUBLE)
SCHEMA = Schema("Shop", (KEY, NAME, LATITUDE, LONGITUDE, ZIP))
SHAPES = Schema("Shape", (KEY, ZONE))
NEAR = {"spatialfilter": "nearby(47.6,-122.3,50.0)"}
ROUTE = {"spatialfilter": "nearRoute('47.6,-122.3','Redmond, WA')"}
BOX = {"spatialfilter": "bbox(47.5,-122.4,47.7,-122.2)"}


def test_without_parameters_the_first_25_with_all_properties_are_meant() -> None:
    query = parse_query({}, SCHEMA)
    assert query.select == SCHEMA.properties
    assert (query.top, query.skip, query.count, query.staging) == (25, 0, False, False)
    assert query.spatial is query.where is query.entity_id is None


def test_unknown_and_empty_parameters_are_left_alone() -> None:
    params = {"clientapi": "x", "key": "secret", "$top": "", "$filter": " ", "spatialfilter": ""}
    assert parse_query(params, SCHEMA) == parse_query({}, SCHEMA)


def test_selected_properties_come_in_the_order_asked_and_in_the_schemas_case() -> None:
    query = parse_query({"$select": "zipcode, NAME"}, SCHEMA)
    assert query.select == (ZIP, NAME)
    starred = parse_query({"$select": "ZipCode,*"}, SCHEMA)
    assert [prop.name for prop in starred.select] == [
        "ZipCode", "EntityID", "Name", "Latitude", "Longitude"
    ]  # fmt: skip
    assert parse_query({"$select": "*"}, SCHEMA).select == SCHEMA.properties
    assert parse_query({"$select": "Name,Name"}, SCHEMA).select == (NAME,)


def test_latitude_and_longitude_can_always_be_selected() -> None:
    assert parse_query({"$select": "Latitude"}, SHAPES).select == (LATITUDE,)
    assert parse_query({}, SHAPES).select == (KEY, ZONE, LATITUDE, LONGITUDE)


def test_the_distance_is_selected_beside_the_properties() -> None:
    query = parse_query({**NEAR, "$select": "*,__distance"}, SCHEMA)
    assert query.with_distance
    assert query.select == SCHEMA.properties
    only = parse_query({**BOX, "$select": "__Distance"}, SCHEMA)
    assert only.with_distance
    assert only.select == ()


def test_computed_columns_stand_where_the_selection_has_them() -> None:
    shape = "intersection('POLYGON((0 0,0 9,9 9,0 0))')"
    row: dict[str, Value] = {"EntityID": "1", "__Distance": 2.0, "__IntersectedGeom": None}
    first = parse_query({**NEAR, "$select": f"{shape},EntityID,__Distance"}, SCHEMA)
    assert first.fields == ("__IntersectedGeom", "EntityID", "__Distance")
    assert list(first.arranged(row)) == list(first.fields)
    last = parse_query({**NEAR, "$select": f"EntityID,__Distance,{shape}"}, SCHEMA)
    assert last.fields == ()
    assert last.arranged(row) is row


@pytest.mark.parametrize(
    "text",
    ["intersection('POLYGON ((0 0, 0 9, 9 9, 0 0))')", "INTERSECTION(POLYGON((0 0,0 9,9 9,0 0)))",
     "intersection ( 'POLYGON((0 0,0 9,9 9,0 0))' )"],
)  # fmt: skip
def test_an_intersection_is_selected_beside_properties(text: str) -> None:
    query = parse_query({"$select": f"Name,{text}"}, SCHEMA)
    assert query.select == (NAME,)
    assert query.intersection is not None
    assert query.intersection.bounds == (0, 0, 9, 9)
    assert parse_query({"$select": text}, SCHEMA, "7").intersection is not None


def test_three_properties_order_each_in_its_direction() -> None:
    query = parse_query({**NEAR, "$orderby": "zipcode DESC, Name asc,EntityID"}, SCHEMA)
    distance = OrderKey(None)  # as nearby is ordered by itself
    assert query.order == (OrderKey(ZIP, True), OrderKey(NAME), OrderKey(KEY), distance)
    assert parse_query({**BOX, "$orderby": "__Distance desc"}, SCHEMA).order == (
        OrderKey(None, True),
    )
    assert parse_query({"$filter": "Name ne null", "$orderby": "Name"}, SCHEMA).order


def test_a_page_is_cut_by_top_and_skip_and_counted_on_demand() -> None:
    query = parse_query({"$top": "250", "$skip": "50", "$inlinecount": "AllPages"}, SCHEMA)
    assert (query.top, query.skip, query.count) == (250, 50, True)
    assert not parse_query({"$inlinecount": "none"}, SCHEMA).count


def test_who_asks_for_too_many_gets_as_many_as_there_are_to_get() -> None:
    for text in ("251", "100000", "2147483647"):
        assert parse_query({"$top": text}, SCHEMA).top == 250
        assert parse_query({**ROUTE, "$top": text}, SCHEMA).top == min(int(text), 500)


def test_a_distance_from_nowhere_is_left_out() -> None:
    """The map control selects `*,__Distance` whatever it asks for."""
    for params in ({}, {"spatialfilter": "intersects('POINT (1 2)')"}, {"$filter": "Name ne null"}):
        query = parse_query({**params, "$select": "*,__Distance"}, SCHEMA)
        assert not query.with_distance
        assert query.select == SCHEMA.properties


def test_a_boolean_orders_those_that_are_so_first() -> None:
    schema = Schema("Shop", (KEY, LATITUDE, LONGITUDE, Property("Open", EdmType.BOOLEAN)))
    for words, descending in (("Open", True), ("Open desc", True), ("Open asc", False)):
        (key,) = parse_query({**BOX, "$orderby": words}, schema).order
        assert key.descending is descending


@pytest.mark.parametrize(
    ("params", "staging"),
    [({}, False), ({"isstaging": "1"}, True), ({"isstaging": "True"}, True),
     ({"isstaged": "1"}, True), ({"isstaging": "0"}, False), ({"isstaging": "false"}, False)],
)  # fmt: skip
def test_the_staged_version_is_asked_for_by_either_name(
    params: dict[str, str], staging: bool
) -> None:
    assert parse_staging(params) is staging
    assert parse_query(params, SCHEMA).staging is staging


def test_one_entity_is_asked_for_by_its_id_whatever_else_is_said() -> None:
    params = {"$select": "Name", "$orderby": "Name", "$top": "nonsense"}
    query = parse_query(params, SCHEMA, "4'2")
    assert (query.entity_id, query.select) == ("4'2", (NAME,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nearby(47.6,-122.3,50.0)", Nearby(47.6, -122.3, 50.0)),
        (" NEARBY ( 47.6 , -122.3 , 0.16 ) ", Nearby(47.6, -122.3, 0.16)),
        ("Nearby(-90,180,1000)", Nearby(-90.0, 180.0, 1000.0)),
        ("bbox(47.5,-122.4,47.7,-122.2)", BBox(47.5, -122.4, 47.7, -122.2)),
        ("BBox(-10,170,10,-170)", BBox(-10.0, 170.0, 10.0, -170.0)),
        (
            "nearby('1 Microsoft Way,Redmond,WA 98052',50.0)",
            NearAddress("1 Microsoft Way,Redmond,WA 98052", 50.0),
        ),
        ("Nearby( ' O''Fallon,  MO ' , 5 )", NearAddress("O'Fallon, MO", 5.0)),
        ("nearby('O'Fallon',5)", NearAddress("O'Fallon", 5.0)),  # as the .NET toolkit has it
        ("NEARROUTE('47.6,-122.3', 'Redmond, WA')", NearRoute("47.6,-122.3", "Redmond, WA")),
        ("nearRoute('O'Fallon, MO','D''Hanis')", NearRoute("O'Fallon, MO", "D'Hanis")),
    ],
)
def test_spatial_filters_are_read(text: str, expected: object) -> None:
    assert parse_query({"spatialfilter": text}, SCHEMA).spatial == expected


def test_a_shape_is_read_with_longitude_first() -> None:
    text = "intersects('POLYGON ((-112 42,-112 41,-123 41,-123 42,-112 42))')"
    found = parse_query({"spatialfilter": text}, SCHEMA).spatial
    assert isinstance(found, Intersects)
    assert found.shape.bounds == (-123.0, 41.0, -112.0, 42.0)


@pytest.mark.parametrize(
    ("box", "centre"),
    [((0, 10, 10, 20), (5, 15)), ((-10, 170, 10, -170), (0, 180)), ((0, 160, 0, -160), (0, 180)),
     ((0, 100, 0, -170), (0, 145)), ((0, 170, 0, -100), (0, -145))],
)  # fmt: skip
def test_the_centre_of_a_box_lies_inside_it(
    box: tuple[float, ...], centre: tuple[float, float]
) -> None:
    assert BBox(*box).centre() == centre


def test_route_parameters_are_read_by_long_and_short_names() -> None:
    def options(**params: str) -> RouteOptions:
        spatial = parse_query({**ROUTE, **params}, SCHEMA).spatial
        assert isinstance(spatial, NearRoute)
        return spatial.options

    assert options() == RouteOptions("driving", "time", frozenset(), None, None)
    assert options(heading="90", dbft="500") == options(hd="90", distancebeforefirstturn="500")
    assert options(optmz="Distance").optimize == "distance"
    strict = options(avoid="minimizeHighways, HIGHWAYS,minimizeTolls")
    assert strict.avoid == {"highways", "minimizetolls"}
    assert options(travelmode="Walking", avoid="tolls", dbft="9") == RouteOptions("walking")
    assert parse_query({**ROUTE, "$top": "500"}, SCHEMA).top == 500


CIRCLE = ",".join(f"{10 + i / 1000} {20 + (i % 2)}" for i in range(251))

FAULTS = [
    ({"spatialfilter": "nearby(47.6,-122.3)"}, "spatialFilter", r"nearby\(latitude,.*3 numbers"),
    ({"spatialfilter": "nearby(47.6,-122.3,0.15)"}, "spatialFilter", "from 0.16 to 1000"),
    ({"spatialfilter": "nearby(47.6,-122.3,1000.1)"}, "spatialFilter", "from 0.16 to 1000"),
    ({"spatialfilter": "nearby(91,0,5)"}, "spatialFilter", "latitude lies from -90 to 90"),
    ({"spatialfilter": "nearby(0,181,5)"}, "spatialFilter", "longitude lies from -180 to 180"),
    ({"spatialfilter": "nearby(nan,0,5)"}, "spatialFilter", "3 numbers"),
    ({"spatialfilter": "nearby(1e999,0,5)"}, "spatialFilter", "out of range"),
    ({"spatialfilter": "nearby(Redmond,5)"}, "spatialFilter", r"nearby\('address',km\)"),
    ({"spatialfilter": "nearby('Redmond)"}, "spatialFilter", "quote inside it written twice"),
    ({"spatialfilter": "nearRoute('a','b','c')"}, "spatialFilter", "in single quotes"),
    ({"spatialfilter": "nearby('Redmond',five)"}, "spatialFilter", "1 number;"),
    ({"spatialfilter": "nearby('Redmond',0.1)"}, "spatialFilter", "from 0.16 to 1000"),
    ({"spatialfilter": "nearby('  ',5)"}, "spatialFilter", "is empty"),
    ({"spatialfilter": f"nearby('{'x' * 501}',5)"}, "spatialFilter", "at most 500"),
    ({"spatialfilter": "nearRoute('1,2')"}, "spatialFilter", "nearRoute\\('start','end'\\)"),
    ({"spatialfilter": "nearRoute(47.6,-122.3,47.7,-122.4)"}, "spatialFilter", "in single quotes"),
    ({"spatialfilter": "nearRoute('a','')"}, "spatialFilter", "is empty"),
    ({**ROUTE, "avoid": "ferries"}, "avoid", "highways or tolls or minimizeHighways"),
    ({**ROUTE, "optimize": "fun"}, "optimize", "distance or time or timeWithTraffic"),
    ({**ROUTE, "optmz": "fun"}, "optimize", "distance or time or timeWithTraffic"),
    ({**ROUTE, "travelmode": "flying"}, "travelMode", "Driving or Walking"),
    ({**ROUTE, "heading": "360"}, "heading", "from 0 to 359"),
    ({**ROUTE, "hd": "-1"}, "heading", "from 0 to 359"),
    ({**ROUTE, "dbft": "1.5"}, "distanceBeforeFirstTurn", "whole number"),
    ({**ROUTE, "$orderby": "__Distance"}, "$orderby", "bbox spatialFilter only"),
    ({"spatialfilter": "bbox(1,2,3)"}, "spatialFilter", "4 numbers"),
    ({"spatialfilter": "bbox(50,0,40,10)"}, "spatialFilter", "lies north of its north"),
    ({"spatialfilter": "bbox(-91,0,40,10)"}, "spatialFilter", "latitude lies"),
    ({"spatialfilter": "around(1,2,3)"}, "spatialFilter", "Expected nearby"),
    ({"spatialfilter": "nearby 1,2,3"}, "spatialFilter", "Expected nearby"),
    ({"spatialfilter": "intersects(POINT (1 2))"}, "spatialFilter", "in single quotes"),
    ({"spatialfilter": "intersects('POINT (1')"}, "spatialFilter", "can't be read"),
    ({"spatialfilter": "intersects('POINT EMPTY')"}, "spatialFilter", "empty|can't be read"),
    ({"spatialfilter": f"intersects('LINESTRING ({CIRCLE})')"}, "spatialFilter", "at most 250"),
    ({"spatialfilter": "intersects('POLYGON ((0 0,1 1,1 0,0 1,0 0))')"}, "spatialFilter",
     "not valid|can't be read"),
    ({"spatialfilter": "bbox(" + "1" * 60_000 + ")"}, "spatialFilter", "50,000 characters"),
    ({"$select": "Name,Town"}, "$select", "no property 'Town'.*It has: EntityID"),
    ({"$select": "Name,,"}, "$select", "no property ''"),
    ({"$select": "intersection('POINT (1')"}, "$select", "can't be read"),
    ({"$select": "intersection('POINT (1 2)'"}, "$select", r"Expected intersection\('WKT'\)"),
    ({"$select": "intersection()"}, "$select", "can't be read"),
    ({"$select": "intersection('POINT (2 91)')"}, "$select", "not on the Earth"),
    ({"$select": "intersection('POINT (1 2)'),intersection('POINT (1 2)')"}, "$select", "once"),
    ({"$select": f"intersection('LINESTRING ({CIRCLE})')"}, "$select", "at most 250"),
    ({"$select": "intersection('POLYGON ((0 0,1 1,1 0,0 1,0 0))')"}, "$select", "not valid"),
    ({"$select": "x" * 100_001}, "$select", "100,000 characters"),
    ({"$orderby": "Name"}, "$orderby", "needs a spatialFilter or a \\$filter"),
    ({**NEAR, "$orderby": "Name,ZipCode,EntityID,Name"}, "$orderby", "At most 3"),
    ({**NEAR, "$orderby": "Latitude"}, "$orderby", "can't be ordered by"),
    ({**NEAR, "$orderby": "LONGITUDE desc"}, "$orderby", "can't be ordered by"),
    ({**NEAR, "$orderby": "__Distance"}, "$orderby", "bbox spatialFilter only"),
    ({**NEAR, "$orderby": "Town"}, "$orderby", "no property 'town'"),
    ({**NEAR, "$orderby": "Name upwards"}, "$orderby", "desc or asc"),
    ({**NEAR, "$orderby": "Name;DROP TABLE Shop"}, "$orderby", "desc or asc"),
    ({"$top": "-1"}, "$top", "whole number"),
    ({"$top": "ten"}, "$top", "whole number"),
    ({"$top": "9" * 5000}, "$top", "whole number"),
    ({"$skip": "1.5"}, "$skip", "whole number"),
    ({"$inlinecount": "some"}, "$inlinecount", "allpages or none"),
    ({"isstaging": "maybe"}, "isStaging", "1 or 0"),
]  # fmt: skip


@pytest.mark.parametrize(("params", "parameter", "words"), FAULTS)
def test_what_can_not_be_answered_is_refused_by_parameter_and_in_words(
    params: dict[str, str], parameter: str, words: str
) -> None:
    with pytest.raises(QueryFault, match=f"(?i){words}") as caught:
        parse_query(params, SCHEMA)
    assert caught.value.parameter == parameter
    assert caught.value.status == 400
    assert len(caught.value.message) < 400


def test_a_geography_can_not_be_ordered_by() -> None:
    with pytest.raises(QueryFault, match="has no order"):
        parse_query({**NEAR, "$orderby": "Zone"}, SHAPES)
