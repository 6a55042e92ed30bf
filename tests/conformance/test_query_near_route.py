"""Page "Query Near a Route". Routes themselves need a router; see the query rooms' own tests."""

from __future__ import annotations

import pytest

from tests.conformance.fixtures import Loaded
from tests.conformance.forms import json_error, xml_error

pytestmark = pytest.mark.xdist_group("conformance")

ROUTE = "spatialFilter=nearRoute('29.5386,-95.1194','29.5431,-95.01831')"


@pytest.mark.parametrize(
    "words", ["nearRoute('29.5,-95.1')", "nearRoute()", "nearRoute('29.5,-95.1','')"]
)
def test_a_route_has_two_ends(coffee: Loaded, words: str) -> None:
    """Template Parameters: spatialFilter, start and end of the route."""
    answer = coffee.query(f"spatialFilter={words}&$format=json")
    assert "spatialFilter" in json_error(answer, status=400)
    assert "spatialFilter" in xml_error(coffee.query(f"spatialFilter={words}"), status=400)


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("avoid", "avoid=mountains"),
        ("optimize", "optimize=beauty"),
        ("optimize", "optmz=beauty"),
        ("heading", "heading=360"),
        ("heading", "hd=north"),
        ("distanceBeforeFirstTurn", "dbft=-1"),
        ("travelMode", "travelMode=flying"),
    ],
)
def test_route_parameters_that_are_not_offered(coffee: Loaded, name: str, query: str) -> None:
    """Route Parameters: values, and the aliases dbft, hd and optmz."""
    words = json_error(coffee.query(f"{ROUTE}&{query}&$format=json"), status=400)
    assert name.casefold() in words.casefold()


@pytest.mark.own_server
def test_without_a_router_nothing_is_made_up(coffee: Loaded) -> None:
    """Page: entities near a route; ours needs a router, and says so where it has none."""
    words = json_error(coffee.query(f"{ROUTE}&$format=json"), status=400)
    assert "router" in words
