"""Queries by address and along a route over plain HTTP, with the services of the defaults and with
a geocoder and a router that an administrator named."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.faulty import Behaviour, FaultyService, answer, hang
from tests.live import LiveAccount, LiveServer, service_path

GEOCODER_KEY, ROUTER_KEY = "geo-Hk3-hidden", "route-Zp9-hidden"
#: The coffee shops of the reference's example along Webster to Kemah, and one that is off the way.
SHOPS = "\n".join([
    "Bing Spatial Data Services, 1.0, FourthCoffeeShops",
    "EntityID(Edm.String,primaryKey)|Latitude(Edm.Double)|Longitude(Edm.Double)|City(Edm.String)",
    "-946|29.533064|-95.124686|Webster",
    "-951|29.541998|-95.016876|Kemah",
    "-960|29.566524|-95.060661|Seabrook",
    "-999|29.66|-95.10|Pasadena",
])  # fmt: skip
LINE = [[-95.1194, 29.5386], [-95.0650, 29.5606], [-95.0300, 29.5600], [-95.01831, 29.5431]]
ROUTE = "nearRoute('29.5386,-95.1194','29.5431,-95.01831')"


def says(body: Any, status: int = 200) -> Behaviour:
    return answer(status, json.dumps(body).encode())


def place(latitude: float, longitude: float, name: str) -> Behaviour:
    return says([{"lat": str(latitude), "lon": str(longitude), "display_name": name}])


WAY = says({"code": "Ok", "routes": [{"geometry": {"coordinates": LINE}}]})


@dataclass
class Lookups:
    """A live server, and the services it asks."""

    server: LiveServer
    geocoder: FaultyService
    router: FaultyService
    account: LiveAccount
    shops: str

    def ask(self, spatial: str, **options: str) -> Any:
        return self.account.get(self.shops, spatialFilter=spatial, **{"$format": "json", **options})


@pytest.fixture(scope="module")
def lookups() -> Iterator[Lookups]:
    geocoder, router = FaultyService(), FaultyService()
    with tempfile.TemporaryDirectory(prefix="cairn-lookups-") as folder:
        server = LiveServer(Path(folder))
        server.env |= {
            "SDS_GEOCODER": "nominatim", "SDS_GEOCODER_URL": geocoder.base_url,
            "SDS_GEOCODER_KEY": GEOCODER_KEY, "SDS_GEOCODER_PER_SECOND": "0",
            "SDS_ROUTER": "osrm", "SDS_ROUTER_URL": router.base_url,
            "SDS_ROUTER_KEY": ROUTER_KEY, "SDS_LOOKUP_SECONDS": "1", "LOG_LEVEL": "DEBUG",
        }  # fmt: skip
        try:
            server.start()
            account = server.account()
            job = account.loaded("Coffee", SHOPS)
            yield Lookups(server, geocoder, router, account, f"{service_path(job)}/FourthCoffeeShops")  # fmt: skip
        finally:
            server.stop()
            geocoder.stop()
            router.stop()


def ids(response: Any) -> list[str]:
    assert response.status_code == 200, response.text
    return [row["EntityID"] for row in response.json()["d"]["results"]]


def test_an_address_is_asked_once_and_what_was_found_is_said(lookups: Lookups) -> None:
    lookups.geocoder.will(place(29.5377, -95.1183, "Webster, Texas, Vereinigte Staaten; Ö"))
    before = len(lookups.geocoder.seen)
    for _ in range(2):
        found = lookups.ask("nearby('Webster,TX',5)", **{"$select": "EntityID,__Distance"})
        assert ids(found) == ["-946"]
        assert found.json()["d"]["results"][0]["__Distance"] == pytest.approx(0.80, abs=0.01)
        said = unquote(found.headers["X-Place"])
        assert said == "Webster, Texas, Vereinigte Staaten; Ö (Nominatim)"
    (seen,) = lookups.geocoder.seen[before:]
    assert seen.query["q"] == "Webster,TX"
    assert seen.query["api_key"] == GEOCODER_KEY
    assert seen.headers["User-Agent"].startswith("Cairn (http")


def test_a_route_gives_what_lies_along_it(lookups: Lookups) -> None:
    lookups.router.will(WAY)
    select = {"$select": "EntityID,City,__Distance"}
    found = lookups.ask(ROUTE, **select)
    assert ids(found) == ["-946", "-960", "-951"]
    assert all(row["__Distance"] < 1.6 for row in found.json()["d"]["results"])
    assert ids(lookups.ask(ROUTE, **{"$top": "1", "$skip": "1", **select})) == ["-960"]
    assert ids(lookups.ask(ROUTE, **{"$filter": "City ne 'Webster'", "$orderby": "City"})) == [
        "-951", "-960"
    ]  # fmt: skip
    counted = lookups.ask(ROUTE, **{"$inlinecount": "allpages", "$top": "0"})
    assert counted.json()["d"]["__count"] == "3"


def test_a_route_between_addresses_asks_for_both(lookups: Lookups) -> None:
    lookups.geocoder.will(place(29.5386, -95.1194, "Start"), place(29.5431, -95.0183, "End, TX"))
    lookups.router.will(WAY)
    found = lookups.ask("nearRoute('Start','End')", avoid="tolls", travelMode="DRIVING")
    assert ids(found) == ["-946", "-960", "-951"]
    start, end = found.headers["X-Place"].split(",")
    assert (unquote(start), unquote(end)) == ("Start (Nominatim)", "End, TX (Nominatim)")
    assert lookups.router.seen[-1].query["exclude"] == "toll"


def test_what_the_services_do_not_know_or_say_is_told_in_the_form_asked_for(
    lookups: Lookups,
) -> None:
    lookups.geocoder.will(says([]))
    unknown = lookups.ask("nearby('Atlantis',5)")
    assert unknown.status_code == 400
    assert unknown.json()["errorDetails"] == [
        "spatialFilter: No place is known by 'Atlantis'. Write it as town, region, country, or "
        "give a position, latitude before longitude."
    ]
    lookups.geocoder.will(hang)
    late = lookups.account.get(lookups.shops, spatialFilter="nearby('Lemuria',5)")
    assert late.status_code == 503
    assert late.headers["Content-Type"].startswith("application/xml")
    assert "The geocoder that this server asks did not answer in time" in late.text
    lookups.router.will(says({"code": "NoRoute"}, 400))
    no_way = lookups.ask("nearRoute('1,1','2,2')")
    assert no_way.status_code == 400
    assert no_way.json()["errorDetails"] == [
        "spatialFilter: There is no route from the start to the end."
    ]
    wished = lookups.ask("nearRoute('1,1','2,2')", optimize="distance")
    assert wished.status_code == 400
    assert "optimize=distance can't be followed" in wished.text


def test_no_key_of_a_service_is_in_any_answer_or_log(lookups: Lookups) -> None:
    lookups.geocoder.will(says({"error": "no"}, 403))
    refused = lookups.ask("nearby('Mu',5)")
    assert refused.status_code == 503
    assert "refused this server" in refused.text
    lookups.geocoder.will(answer(200, b"no JSON"))
    assert lookups.ask("nearby('Mo',5)").status_code == 503
    for text in (refused.text, lookups.server.log_text()):
        assert GEOCODER_KEY not in text
        assert ROUTER_KEY not in text
    assert "cairn.sds.outgoing" in lookups.server.log_text()


@pytest.fixture
def shops(account: LiveAccount) -> str:
    return f"{service_path(account.loaded('Coffee', SHOPS))}/FourthCoffeeShops"


def test_by_default_towns_are_known_and_routes_are_not(account: LiveAccount, shops: str) -> None:
    json_form = {"$format": "json", "$select": "EntityID"}
    found = account.get(shops, spatialFilter="nearby('Kemah,TX',5)", **json_form)
    assert ids(found) == ["-951", "-960"]
    assert unquote(found.headers["X-Place"]).startswith("Kemah, Texas, United States (GeoNames ")
    head = account.request("HEAD", shops, params={"spatialFilter": "nearby('Kemah,TX',5)"})
    assert head.headers["X-Place"] == found.headers["X-Place"]
    route = account.get(shops, spatialFilter="nearRoute('Webster,TX','Kemah,TX')", **json_form)
    assert route.status_code == 400
    assert route.json()["errorDetails"] == [
        "spatialFilter: nearRoute needs a router, and this server has none: its administrator can "
        "name one (SDS_ROUTER). Other filters work: nearby, bbox and intersects."
    ]
    unknown = account.get(shops, spatialFilter="nearby('Nowhereville',5)")
    assert unknown.status_code == 400
    assert "No place is known by 'Nowhereville'" in unknown.text
    plain = account.get(shops, spatialFilter="nearby(29.5,-95.1,50)")
    assert "X-Place" not in plain.headers


def test_an_intersection_is_answered_in_both_forms(account: LiveAccount, shops: str) -> None:
    select = "intersection('POLYGON((-96 29,-96 30,-95 30,-95 29,-96 29))'),EntityID"
    found = account.get(shops, **{"$select": select, "$top": "1", "$format": "json"})
    (row,) = found.json()["d"]["results"]
    assert list(row) == ["__metadata", "__IntersectedGeom", "EntityID"]
    assert row["__IntersectedGeom"] == "POINT (-95.124686 29.533064)"
    feed = account.get(shops, **{"$select": select, "$top": "1"}).text
    assert (
        '<d:__IntersectedGeom m:type="Edm.Geography">POINT (-95.124686 29.533064)'
        "</d:__IntersectedGeom><d:EntityID>-946</d:EntityID>" in feed
    )
