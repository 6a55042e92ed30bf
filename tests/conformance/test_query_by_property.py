"""Page "Query by Property"."""

from __future__ import annotations

import pytest

from tests.conformance.fixtures import Loaded
from tests.conformance.forms import entries, json_error, results

pytestmark = pytest.mark.xdist_group("conformance")

NEAR = "spatialFilter=nearby(27.894007,-82.670776,2)"
NEAR_10 = "spatialFilter=nearby(27.894007,-82.670776,10)"
COFFEE_SHOPS = "$filter=StoreType%20Eq%20'Coffee Shop'"
CLEAR = "$filter=StartsWith(PrimaryCity,'Clear')%20eq%20true"


def ids(coffee: Loaded, query: str) -> list[str]:
    return [
        row["EntityID"] for row in results(coffee.query(f"{query}&$select=EntityID&$format=json"))
    ]


def test_a_filter_near_a_point_in_atom(coffee: Loaded) -> None:
    """Examples: filter conditions and an order, Atom; what was selected and nothing else."""
    found = entries(
        coffee.query(f"{NEAR}&{COFFEE_SHOPS}&$select=IsWiFiHotSpot&$orderby=IsWiFiHotSpot")
    )
    assert [list(one) for one in found] == [["IsWiFiHotSpot"]] * 2
    # As the page says and shows: those that are come first.
    assert [str(one["IsWiFiHotSpot"].text) for one in found] == ["1", "0"]


def test_a_filter_near_a_point_in_json(coffee: Loaded) -> None:
    """Examples: the same in JSON, Booleans as true and false."""
    query = f"{NEAR}&{COFFEE_SHOPS}&$select=IsWiFiHotSpot&$format=json&$orderby=IsWiFiHotSpot"
    for order in ("", " desc"):
        assert [row["IsWiFiHotSpot"] for row in results(coffee.query(query + order))] == [
            True,
            False,
        ]
    assert [row["IsWiFiHotSpot"] for row in results(coffee.query(f"{query} asc"))] == [False, True]


def test_a_wildcard_search(coffee: Loaded) -> None:
    """Examples: StartsWith; a property is selected in any case and answered in its own."""
    select = "$select=DisplayName,IsWheelChairAccessible,Latitude,Longitude"
    query = f"{NEAR_10}&{CLEAR}&$orderby=IsWheelchairAccessible&{select}"
    found = entries(coffee.query(query))
    names = ["DisplayName", "IsWheelchairAccessible", "Latitude", "Longitude"]
    assert [list(one) for one in found] == [names] * 5
    assert [one["IsWheelchairAccessible"].text for one in found] == ["1", "1", "1", "0", "0"]
    numbers = ["661", "660", "666", "669", "710"]  # what is alike in the order of the distance
    assert [str(one["DisplayName"].text).split("#")[1][:3] for one in found] == numbers
    rows = results(coffee.query(f"{query}&$format=json"))
    assert [row["Latitude"] for row in rows] == [float(one["Latitude"].text or "") for one in found]


def test_in_a_box(coffee: Loaded) -> None:
    """URL template: property values and a bounding box."""
    box = "spatialFilter=bbox(40.7,-74.5,40.9,-74.1)"
    assert ids(coffee, f"{box}&$filter=IsWiFiHotSpot Eq true") == ["-8077", "-8080", "-8089"]


def test_a_box_without_its_parameters_name(coffee: Loaded) -> None:
    """URL template: bbox stands there without spatialFilter."""
    condition = "$filter=IsWiFiHotSpot Eq true"
    assert ids(coffee, f"bbox(40.7,-74.5,40.827,-74.1)&{condition}") == ["-8077"]


def test_in_an_area(coffee: Loaded) -> None:
    """URL template: property values and a geography."""
    area = "spatialFilter=intersects('POLYGON((-75 40,-74 40,-74 41,-75 41,-75 40))')"
    assert ids(coffee, f"{area}&$filter=Open Ge 700") == ["-8174", "-8181"]


def test_without_a_spatial_filter(coffee: Loaded) -> None:
    """Template Parameters: spatialFilter; real clients send a filter alone, and neither."""
    assert ids(coffee, "$filter=PrimaryCity eq 'Clearwater' and Open eq null") == [
        "-660", "-661", "-666", "-669", "-710",
    ]  # fmt: skip
    assert len(ids(coffee, "$top=250")) == 15


@pytest.mark.parametrize(
    "query",
    [
        "$filter=Latitude gt 40",
        "$filter=longitude lt 0",
        "$filter=Open gt 1&$orderby=Latitude",
        "$filter=Open gt 1&$orderby=Longitude desc",
    ],
)
def test_latitude_and_longitude_neither_filter_nor_order(coffee: Loaded, query: str) -> None:
    """Template Parameters: queryOptions, latitude and longitude cannot be used."""
    words = json_error(coffee.query(f"{query}&$format=json"), status=400).casefold()
    assert "itude" in words
    assert ("$orderby" if "orderby" in query else "$filter") in words
