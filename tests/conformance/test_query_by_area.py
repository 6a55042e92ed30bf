"""Page "Query by Area"."""

from __future__ import annotations

import re

import pytest

from tests.conformance.fixtures import Loaded
from tests.conformance.forms import META, entries, json_error, results
from tests.conformance.sample import ALL_IDS

pytestmark = pytest.mark.xdist_group("conformance")

BOX = (
    "spatialFilter=bbox(40.7801465817126,-74.46958923339845,40.88535150706938,-74.163070678710937)"
)
POINT = "spatialFilter=nearby(40.83274904439099,-74.3163299560546935,5)"
#: The distances of the page's examples; the page gives 2.19734 and 2.19741 for the same pair.
DISTANCES = {"-8051": 2.1974, "-8174": 2.72010344668636, "-8181": 2.81746736218219}


def ids(coffee: Loaded, query: str) -> list[str]:
    return [row["EntityID"] for row in results(coffee.query(f"{query}&$format=json"))]


def test_a_box_in_atom(coffee: Loaded) -> None:
    """Examples: a bounding box, Atom; the first three by entity ID."""
    found = entries(coffee.query(f"{BOX}&$select=EntityID,Latitude,Longitude&$top=3"))
    assert [one["EntityID"].text for one in found] == ["-7884", "-7891", "-7920"]
    assert [list(one) for one in found] == [["EntityID", "Latitude", "Longitude"]] * 3
    assert found[0]["Latitude"].text == "40.780329"
    assert found[0]["Latitude"].get(f"{{{META}}}type") == "Edm.Double"


def test_a_box_in_json(coffee: Loaded) -> None:
    """Examples: a bounding box, JSON."""
    rows = results(coffee.query(f"{BOX}&$select=EntityID,Latitude,Longitude&$top=3&$format=json"))
    assert [row["EntityID"] for row in rows] == ["-7884", "-7891", "-7920"]
    assert (rows[0]["Latitude"], rows[0]["Longitude"]) == (40.780329, -74.237863)


def test_a_point_and_a_distance(coffee: Loaded) -> None:
    """Examples: nearby with __Distance, the nearest first, in kilometres."""
    select = "$select=EntityID,Latitude,Longitude,__Distance&$top=3"
    rows = results(coffee.query(f"{POINT}&$filter&{select}&$format=json"))
    assert [row["EntityID"] for row in rows] == list(DISTANCES)
    for row in rows:
        assert row["__Distance"] == pytest.approx(DISTANCES[row["EntityID"]], rel=0.005)
    found = entries(coffee.query(f"{POINT}&{select}"))
    assert list(found[0]) == ["EntityID", "Latitude", "Longitude", "__Distance"]
    assert found[0]["__Distance"].get(f"{{{META}}}type") == "Edm.Double"


def test_numbers_have_the_form_of_the_examples(coffee: Loaded) -> None:
    """Examples: six decimals of a position (40.787240), at most fifteen digits of a distance."""
    select = "$select=EntityID,Latitude,Longitude,__Distance"
    as_json = coffee.query(f"{BOX}&{select}&$format=json").text
    for text in (as_json, coffee.query(f"{BOX}&{select}").text):
        assert "40.787240" in text
        assert "-74.293720" in text
    (distance, *_) = re.findall(r'"__Distance":([0-9.E-]+)', as_json)
    assert len(distance.replace(".", "").lstrip("0")) <= 15


@pytest.mark.parametrize(
    "query",
    [
        "",
        "$filter=Open eq 700&",
        "spatialFilter=intersects('POLYGON((0 50,20 50,20 60,0 60,0 50))')&",
    ],
)
def test_a_distance_that_there_is_not(coffee: Loaded, query: str) -> None:
    """Template Parameters: $select=*,__Distance, which the map control sends with every query."""
    for row in results(coffee.query(f"{query}$select=*,__Distance&$format=json")):
        assert row["EntityID"]
        assert "__Distance" not in row


def test_a_point_and_a_filter(coffee: Loaded) -> None:
    """Examples: nearby and a filter; its URL asks for JSON by `format`, without the $."""
    select = "$select=DisplayName,Latitude,Longitude&$top=3"
    rows = results(coffee.query(f"{POINT}&$filter=IsWifiHotSpot%20eq%201&{select}&format=json"))
    assert [row["Latitude"] for row in rows] == [40.827191, 40.826413, 40.828150]


def test_every_property_and_the_distance(coffee: Loaded) -> None:
    """Template Parameters: $select=*,__Distance."""
    row = results(coffee.query(f"{POINT}&$select=*,__Distance&$top=1&$format=json"))[0]
    assert {"EntityID", "DisplayName", "__Distance"} <= set(row)


def test_the_distance_from_the_middle_of_a_box(coffee: Loaded) -> None:
    """Template Parameters: __Distance of a box is from its centre, and may be ordered by."""
    query = f"{BOX}&$select=EntityID,__Distance&$orderby=__Distance&$format=json"
    distances = [row["__Distance"] for row in results(coffee.query(query))]
    assert len(distances) == 9
    assert distances == sorted(distances)


@pytest.mark.parametrize("km", ["0.15", "1000.1", "-5", "far"])
def test_a_distance_that_is_not_allowed(coffee: Loaded, km: str) -> None:
    """URL template: between 0.16 and 1000 kilometres."""
    answer = coffee.query(f"spatialFilter=nearby(40.8,-74.3,{km})&$format=json")
    assert "spatialFilter" in json_error(answer, status=400)


@pytest.mark.parametrize("km", ["0.16", "1000"])
def test_the_ends_of_the_distance(coffee: Loaded, km: str) -> None:
    """URL template: between 0.16 and 1000 kilometres, these two included."""
    assert coffee.query(f"SPATIALFILTER=Nearby(40.8,-74.3,{km})").status_code == 200


@pytest.mark.parametrize(
    "words",
    [
        "bbox(1,2,3)",
        "bbox(91,0,92,1)",
        "bbox(10,0,5,1)",
        "nearby(91,0,5)",
        "intersects('CIRCLE(1 2)')",
        "intersects(POINT(1 2))",
        "within(1,2,3,4)",
        "nearby(1,2,3",
    ],
)
def test_an_area_that_is_none(coffee: Loaded, words: str) -> None:
    """Template Parameters: spatialFilter; the error names it."""
    answer = coffee.query(f"spatialFilter={words}&$format=json")
    assert "spatialFilter" in json_error(answer, status=400)


def test_a_box_over_the_antimeridian(coffee: Loaded) -> None:
    """Template Parameters: bbox with a west beyond its east reaches over 180 degrees."""
    assert ids(coffee, "spatialFilter=bbox(50,170,60,10)") == ["-22067"]


def test_an_area(coffee: Loaded) -> None:
    """URL template: entities that intersect a geography, `SpatialFilter` in any case."""
    shape = "POLYGON((9 56,10 56,10 58,9 58,9 56))"
    assert ids(coffee, f"SpatialFilter=intersects('{shape}')") == ["-22067"]


COMMON = "POLYGON((-75 40,-74 40,-74 41,-75 41,-75 40))"


def test_what_an_area_and_an_entity_have_in_common_in_atom(coffee: Loaded) -> None:
    """Examples: intersects and intersection, Atom; the geography first, as it was selected."""
    query = f"SpatialFilter=intersects('{COMMON}')&$select=intersection('{COMMON}'),EntityID&$top=2"
    first, second = entries(coffee.query(query))
    for one in (first, second):
        assert list(one) == ["__IntersectedGeom", "EntityID"]
        assert dict(one["__IntersectedGeom"].attrib) == {f"{{{META}}}type": "Edm.Geography"}
    assert [first["EntityID"].text, second["EntityID"].text] == ["-7884", "-7891"]
    assert str(first["__IntersectedGeom"].text).replace(" (", "(") == "POINT(-74.237863 40.780329)"


def test_what_an_area_and_an_entity_have_in_common_in_json(coffee: Loaded) -> None:
    """Examples: the same in JSON; the function's name in any case."""
    select = f"$select=Intersection('{COMMON}'),EntityID"
    query = f"SpatialFilter=intersects('{COMMON}')&{select}&$top=2&$format=json"
    first, second = results(coffee.query(query))
    assert list(first) == ["__metadata", "__IntersectedGeom", "EntityID"]
    assert first["__IntersectedGeom"].replace(" (", "(") == "POINT(-74.237863 40.780329)"
    assert second["EntityID"] == "-7891"


def test_near_an_address(coffee: Loaded) -> None:
    """Template Parameters: nearby('address',distance); the distance is from where that is."""
    select = "$select=PrimaryCity,__Distance"
    query = f"spatialFilter=nearby('Clearwater, FL, United States',25)&{select}&$format=json"
    rows = results(coffee.query(query))
    assert "Clearwater" in [row["PrimaryCity"] for row in rows]
    distances = [row["__Distance"] for row in rows]
    assert distances == sorted(distances)
    assert distances[-1] <= 25


@pytest.mark.own_server
def test_an_address_as_the_toolkit_sends_it(coffee: Loaded) -> None:
    """Template Parameters: an address with a quote, which the .NET toolkit does not write twice."""
    for address in ("O%27Fallon%2C%20Missouri", "O''Fallon, Missouri"):
        answer = coffee.query(f"spatialFilter=nearby('{address}',5)&$format=json")
        assert results(answer) == []
        assert answer.headers["X-Place"].startswith("O'Fallon")


def test_the_example_of_an_address(coffee: Loaded) -> None:
    """Examples: an address, a filter, every property and the distance; no shop of ours is there."""
    query = (
        "spatialFilter=nearby('1 Microsoft Way Redmond WA 98052',5)&$filter=IsWifiHotSpot%20eq%201"
        "&$select=*,__Distance&$format=json"
    )
    assert results(coffee.query(query)) == []


@pytest.mark.parametrize(
    "box",
    ["bbox(-90,-180,90,180)", "bbox(-90.0,-180.0,90.0,180.0)", "BBOX( -90 , -180 , 90 , 180 )"],
)
def test_the_whole_earth(coffee: Loaded, box: str) -> None:
    """Template Parameters: a bounding box from pole to pole, all around."""
    assert ids(coffee, f"spatialFilter={box}") == ALL_IDS
