"""Page "Query Near a Route". A router of OSRM's kind answers from a script, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.conformance.fixtures import Loaded
from tests.conformance.forms import META, entries, is_type, json_error, results, xml_error
from tests.conformance.sample import shop, xml_document
from tests.conformance.service import Answer, Service
from tests.faulty import FaultyService, answer
from tests.live import running

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


# --- with a router ---

#: Shops of the page's examples; the last lies 2 km from the route.
SHOPS = (
    shop(951, "29.541998", "-95.016876", "Kemah"),
    shop(946, "29.533064", "-95.124686", "Webster"),
    shop(960, "29.566524", "-95.060661", "Seabrook"),
    shop(970, "29.590000", "-95.060661", "Beyond"),
)
LINE = [[-95.1194, 29.5386], [-95.06, 29.562], [-95.01831, 29.5431]]
FOUND = ["-946", "-960", "-951"]  # from the start of the route to its end
SELECT = "$select=EntityID,Latitude,Longitude,DisplayName"
NO_ROUTE = json.dumps({"code": "NoRoute"}).encode()
OSRM = json.dumps(
    {"code": "Ok", "routes": [{"geometry": {"type": "LineString", "coordinates": LINE}}]}
).encode()


@dataclass(frozen=True)
class Routed:
    """The shops on a server of ours that has a router, and the router."""

    shops: Loaded
    router: FaultyService

    def near(self, query: str, ends: str = "'29.5386,-95.1194','29.5431,-95.01831'") -> Answer:
        return self.shops.query(f"spatialFilter=nearRoute({ends})&{query}")


@pytest.fixture(scope="module")
def routed() -> Iterator[Routed]:
    router = FaultyService()
    router.will(answer(200, OSRM))
    try:
        with running(SDS_ROUTER="osrm", SDS_ROUTER_URL=router.base_url) as server:
            account = server.account()
            sds = Service(account.base_url, account.master_key, account.query_key)
            started = sds.load("Coffee", xml_document("Coffee", SHOPS), input="xml")
            yield Routed(Loaded(sds, "Coffee", started, sds.completed(started)), router)
    finally:
        router.stop()


@pytest.mark.own_server
def test_the_example_in_atom(routed: Routed) -> None:
    """Examples: coffee shops between two positions, Atom; those within 1.6 km and no other."""
    found = entries(routed.near(f"{SELECT}&$top=3"))
    assert [one["EntityID"].text for one in found] == FOUND
    assert [list(one) for one in found] == [SELECT.partition("=")[2].split(",")] * 3
    assert found[0]["Latitude"].text == "29.533064"
    assert found[0]["Longitude"].attrib == {f"{{{META}}}type": "Edm.Double"}


@pytest.mark.own_server
def test_the_example_in_json(routed: Routed) -> None:
    """Examples: the same in JSON, and the first of them with $top."""
    rows = results(routed.near(f"{SELECT}&$format=json&$top=2"))
    assert [row["EntityID"] for row in rows] == FOUND[:2]
    assert list(rows[0]) == ["__metadata", *SELECT.partition("=")[2].split(",")]
    body = routed.near("$select=EntityID&$format=json&$top=500&$inlinecount=allpages").json()["d"]
    assert (str(body["__count"]), len(body["results"])) == ("3", 3)


@pytest.mark.own_server
def test_the_example_with_addresses(routed: Routed) -> None:
    """Examples: 'Webster,TX' and 'Kemah,TX'; ours says which places it took them for."""
    found = routed.near(f"{SELECT}&$format=json", "'Webster,TX','Kemah,TX'")
    assert [row["EntityID"] for row in results(found)] == FOUND
    start, end = found.headers["X-Place"].split(",")
    assert start.startswith("Webster")
    assert end.startswith("Kemah")
    ends = routed.router.seen[-1].path.rsplit("/", 1)[1].split(";")
    assert [one.partition(".")[0] for one in ends] == ["-95", "-95"]


@pytest.mark.own_server
def test_the_example_with_route_parameters(routed: Routed) -> None:
    """Examples: avoid, optimize and travelMode; the page's URL begins with &, and has output=xml."""
    more = "&avoid=tolls&optimize=time&travelMode=driving&output=xml"
    assert [one["EntityID"].text for one in entries(routed.near(more))] == FOUND
    assert routed.router.seen[-1].query["exclude"] == "toll"
    assert "/route/v1/driving/" in routed.router.seen[-1].path


@pytest.mark.own_server
@pytest.mark.parametrize(
    ("query", "name", "value"),
    [
        ("HD=270", "bearings", "270,45;"),
        ("heading=90&avoid=Highways", "exclude", "motorway"),
        ("avoid=Tolls,MinimizeTolls&optmz=Time&hd=9", "exclude", "toll"),
        ("avoid=minimizeHighways&hd=8", "overview", "full"),
        ("OPTMZ=TimeWithTraffic&hd=7", "geometries", "geojson"),
    ],
)
def test_route_parameters_reach_the_router(
    routed: Routed, query: str, name: str, value: str
) -> None:
    """Route Parameters: names, aliases and values in any case; the .NET toolkit capitalises them."""
    assert len(results(routed.near(f"{query}&$format=json"))) == 3
    assert routed.router.seen[-1].query[name] == value


@pytest.mark.own_server
def test_a_route_on_foot(routed: Routed) -> None:
    """Route Parameters: travelMode=Walking; avoid and dbft are for driving alone."""
    found = routed.near("travelMode=Walking&avoid=tolls&dbft=500&$format=json")
    assert len(results(found)) == 3
    assert "/route/v1/foot/" in routed.router.seen[-1].path
    assert "exclude" not in routed.router.seen[-1].query


@pytest.mark.own_server
@pytest.mark.parametrize("query", ["optimize=distance", "dbft=500", "distanceBeforeFirstTurn=1"])
def test_a_wish_that_the_router_cannot_follow(routed: Routed, query: str) -> None:
    """Route Parameters: refused by name, and no route of another kind is given for it."""
    words = json_error(routed.near(f"{query}&$format=json"), status=400)
    assert ("optimize" if "optimize" in query else "distanceBeforeFirstTurn") in words
    assert "OSRM" in words


@pytest.mark.own_server
def test_the_distance_from_the_route(routed: Routed) -> None:
    """Template Parameters: queryOption, $select=…,__Distance; an order of one's own by $orderby."""
    rows = results(routed.near("$select=EntityID,__Distance&$format=json"))
    assert [row["EntityID"] for row in rows] == FOUND
    assert all(0 < row["__Distance"] <= 1.6 for row in rows)
    ordered = results(routed.near("$orderby=PrimaryCity&$select=PrimaryCity&$format=json"))
    assert [row["PrimaryCity"] for row in ordered] == ["Kemah", "Seabrook", "Webster"]
    filtered = results(routed.near("$filter=PrimaryCity Ne 'Kemah'&$format=json"))
    assert [row["EntityID"] for row in filtered] == FOUND[:2]


@pytest.mark.own_server
def test_in_a_callback_and_without_its_body(routed: Routed) -> None:
    """Template Parameters: jsonp, jsonso; Supported HTTP Methods: GET, HEAD."""
    called = routed.near("$format=json&jsonp=show&jsonso=abc3144sd")
    is_type(called, "application/javascript")
    assert called.text.startswith('show({"d":')
    assert called.text.endswith(',"abc3144sd")')
    head = routed.shops.query(ROUTE, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.own_server
def test_a_route_that_there_is_not(routed: Routed) -> None:
    """HTTP Status Codes: 400 where no way leads there, 503 where the router does not answer."""
    over_the_sea = "'29.5386,-95.1194','38.72,-27.22'"
    routed.router.will(answer(400, NO_ROUTE), answer(502), answer(200, OSRM))
    words = json_error(routed.near("$format=json", over_the_sea), status=400)
    assert "There is no route" in words
    late = routed.near("$format=json&hd=6", over_the_sea)
    assert late.status_code == 503
    assert "Try again later" in late.json()["errorDetails"][0]
