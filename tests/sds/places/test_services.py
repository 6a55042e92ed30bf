"""Geocoders and routers of other makers, spoken to over real HTTP by scripted answers."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from datasources.query.model import RouteOptions
from sds_server.places.model import Geocoder, Place, PlacesFault, Router
from sds_server.places.nominatim import Nominatim
from sds_server.places.osrm import Osrm
from sds_server.places.pelias import Pelias
from sds_server.places.remote import Remote, decoded
from sds_server.places.valhalla import Valhalla
from tests.faulty import (
    Behaviour,
    FaultyService,
    answer,
    drip,
    half_json,
    hang,
    html,
    huge,
    redirect,
    refused_base_url,
    reset,
    reset_in_answer,
    truncate,
)

KEY = "Kq7-no-log-may-show-this"
WEBSTER = Place(29.5386, -95.1194, "Webster")
KEMAH = Place(29.5431, -95.01831, "Kemah")
LINE = [[-95.1194, 29.5386], [-95.06, 29.55], [-95.01831, 29.5431]]
ENCODED = "_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI"  # of (38.5 -120.2), (40.7 -120.95), (43.252 -126.453)
NOMINATIM = [{"lat": "29.5377", "lon": "-95.1183", "display_name": "Webster, Texas",
              "addresstype": "city"}]  # fmt: skip
PELIAS = {
    "type": "FeatureCollection",
    "features": [
        {
            "geometry": {"type": "Point", "coordinates": [-95.1183, 29.5377]},
            "properties": {"label": "Webster, TX, USA", "layer": "locality"},
        }
    ],
}
OSRM = {"code": "Ok", "routes": [{"geometry": {"type": "LineString", "coordinates": LINE}}]}
VALHALLA = {"trip": {"legs": [{"shape": ENCODED}]}}


def remote(service: FaultyService, key: str = "", seconds: float = 5) -> Remote:
    return Remote(service.base_url, key, "Cairn (https://maps.example)", seconds)


def says(body: Any, status: int = 200) -> Behaviour:
    return answer(status, json.dumps(body).encode())


def nominatim(service: FaultyService) -> Geocoder:
    return Nominatim(remote(service, KEY, 0.5))


def pelias(service: FaultyService) -> Geocoder:
    return Pelias(remote(service, KEY, 0.5))


def osrm(service: FaultyService) -> Router:
    return Osrm(remote(service, KEY, 0.5))


def valhalla(service: FaultyService) -> Router:
    return Valhalla(remote(service, KEY, 0.5))


def test_nominatim_is_asked_for_one_match_by_name_and_agent(faulty: FaultyService) -> None:
    faulty.will(says(NOMINATIM))
    found = Nominatim(remote(faulty)).find("Webster,TX")
    assert found == Place(29.5377, -95.1183, "Webster, Texas (city, Nominatim)")
    (seen,) = faulty.seen
    assert (seen.method, seen.path) == ("GET", "/REST/v1/search")
    assert seen.query == {"q": "Webster,TX", "format": "jsonv2", "limit": "1"}
    assert seen.headers["User-Agent"] == "Cairn (https://maps.example)"


def test_pelias_is_asked_for_one_match_with_its_key(faulty: FaultyService) -> None:
    faulty.will(says(PELIAS))
    found = Pelias(remote(faulty, KEY)).find("Webster,TX")
    assert found == Place(29.5377, -95.1183, "Webster, TX, USA (locality, Pelias)")
    assert faulty.seen[0].path == "/REST/v1/v1/search"
    assert faulty.seen[0].query == {"text": "Webster,TX", "size": "1", "api_key": KEY}


@pytest.mark.parametrize(
    ("make", "empty"),
    [(nominatim, []), (pelias, {"features": []}), (nominatim, {"error": "bad"})],
    ids=["nominatim", "pelias", "nominatim-400"],
)
def test_an_address_that_nobody_knows_is_none(faulty: FaultyService, make: Any, empty: Any) -> None:
    faulty.will(says(empty, 400 if "error" in empty else 200))
    assert make(faulty).find("Nowhere") is None


def test_osrm_gives_the_line_of_the_fastest_route(faulty: FaultyService) -> None:
    faulty.will(says(OSRM))
    line = Osrm(remote(faulty)).route(WEBSTER, KEMAH, RouteOptions())
    assert [list(point) for point in line.coords] == LINE
    (seen,) = faulty.seen
    assert seen.path == "/REST/v1/route/v1/driving/-95.119400,29.538600;-95.018310,29.543100"
    assert seen.query == {"overview": "full", "geometries": "geojson", "steps": "false"}


def test_osrm_follows_what_it_can(faulty: FaultyService) -> None:
    faulty.will(says(OSRM))
    wishes = RouteOptions(
        "driving", "timewithtraffic", frozenset({"tolls", "minimizehighways"}), heading=90
    )
    Osrm(remote(faulty)).route(WEBSTER, KEMAH, wishes)
    assert faulty.seen[0].query["exclude"] == "toll"
    assert faulty.seen[0].query["bearings"] == "90,45;"
    Osrm(remote(faulty)).route(WEBSTER, KEMAH, RouteOptions("walking"))
    assert "/route/v1/foot/" in faulty.seen[1].path


def test_valhalla_gives_the_line_of_all_legs(faulty: FaultyService) -> None:
    faulty.will(says({"trip": {"legs": [{"shape": ENCODED}, {"shape": ENCODED}]}}))
    line = Valhalla(remote(faulty)).route(WEBSTER, KEMAH, RouteOptions())
    points = [(-120.2, 38.5), (-120.95, 40.7), (-126.453, 43.252)]
    assert list(line.coords) == [*points, *points]
    (seen,) = faulty.seen
    assert (seen.method, seen.path) == ("POST", "/REST/v1/route")
    assert json.loads(seen.body_head) == {
        "locations": [{"lat": 29.5386, "lon": -95.1194}, {"lat": 29.5431, "lon": -95.01831}],
        "costing": "auto",
        "costing_options": {"auto": {}},
        "directions_type": "none",
    }


def test_valhalla_follows_what_was_asked(faulty: FaultyService) -> None:
    faulty.will(says(VALHALLA))
    wishes = RouteOptions(
        "driving", "distance", frozenset({"tolls", "minimizehighways"}), heading=270
    )
    Valhalla(remote(faulty)).route(WEBSTER, KEMAH, wishes)
    asked = json.loads(faulty.seen[0].body_head)
    assert asked["locations"][0]["heading"] == 270
    assert asked["costing_options"]["auto"] == {
        "shortest": True, "exclude_tolls": True, "use_tolls": 0, "use_highways": 0
    }  # fmt: skip
    Valhalla(remote(faulty)).route(WEBSTER, KEMAH, RouteOptions("walking", "timewithtraffic"))
    asked = json.loads(faulty.seen[1].body_head)
    assert asked["costing"] == "pedestrian"
    assert asked["date_time"] == {"type": 0}


@pytest.mark.parametrize(
    ("make", "body", "options", "words"),
    [
        (osrm, {"code": "NoRoute"}, RouteOptions(), "There is no route from the start to the end"),
        (osrm, {"code": "NoSegment"}, RouteOptions(heading=9), "keeps to avoid and heading"),
        (osrm, {"code": "InvalidValue"}, RouteOptions(avoid=frozenset({"tolls"})), "avoid can't"),
        (valhalla, {"error_code": 442}, RouteOptions(), "There is no route"),
        (valhalla, {"error_code": 171}, RouteOptions(), "There is no route"),
        (valhalla, {"error_code": 154}, RouteOptions(), "too far apart"),
    ],
    ids=["no-route", "no-segment", "exclude", "no-path", "no-road", "too-far"],
)
def test_a_route_that_there_is_not_is_the_callers_to_know(
    faulty: FaultyService, make: Any, body: Any, options: RouteOptions, words: str
) -> None:
    faulty.will(says(body, 400))
    with pytest.raises(PlacesFault, match=words) as caught:
        make(faulty).route(WEBSTER, KEMAH, options)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("make", "options", "words"),
    [
        (osrm, RouteOptions(optimize="distance"), "optimize=distance can't be followed"),
        (osrm, RouteOptions(distance_before_first_turn=9), "distanceBeforeFirstTurn can't"),
        (valhalla, RouteOptions(distance_before_first_turn=9), "distanceBeforeFirstTurn can't"),
    ],
    ids=["osrm-distance", "osrm-turn", "valhalla-turn"],
)
def test_what_a_router_can_not_follow_is_refused_and_not_asked(
    faulty: FaultyService, make: Any, options: RouteOptions, words: str
) -> None:
    with pytest.raises(PlacesFault, match=words) as caught:
        make(faulty).route(WEBSTER, KEMAH, options)
    assert caught.value.status == 400
    assert not faulty.seen


FAILURES: list[tuple[str, Behaviour, str]] = [
    ("late", hang, "did not answer in time"),
    ("drip", drip, "did not answer in time"),
    ("reset", reset, "could not be reached"),
    ("broken-off", reset_in_answer, "could not be reached"),
    ("page", html(), "no JSON"),
    ("half", half_json(), "no JSON"),
    ("cut", truncate(), "could not be reached|no JSON"),
    ("deep", answer(200, b"[" * 200_000), "no JSON"),
    ("endless", huge(40_000_000), "too long|in time"),
    ("elsewhere", redirect("http://127.0.0.1:9/"), "redirect"),
    ("down", html(502), "answered 502"),
    ("down-json", says({"code": "Busy"}, 503), "answered 503"),
    ("often", says({}, 429), "asked too often"),
    ("key", says({"message": KEY}, 403), "refused this server"),
    ("odd", says({"hello": [1]}), "can't be read"),
    ("null", says(None), "can't be read"),
]


@pytest.mark.parametrize("make", [nominatim, pelias, osrm, valhalla])
@pytest.mark.parametrize(
    ("behaviour", "words"), [row[1:] for row in FAILURES], ids=[row[0] for row in FAILURES]
)
def test_a_service_that_fails_is_said_and_no_key_or_address_is_told(
    faulty: FaultyService,
    caplog: pytest.LogCaptureFixture,
    make: Any,
    behaviour: Behaviour,
    words: str,
) -> None:
    caplog.set_level(logging.INFO)
    faulty.will(behaviour)
    with pytest.raises(PlacesFault, match=words) as caught:
        _ask(make(faulty))
    assert caught.value.status == 503
    assert "Try again later." in caught.value.message
    assert KEY not in caplog.text + caught.value.message + repr(make(faulty)._remote)
    assert "127.0.0.1" not in caught.value.message
    assert caught.value.__cause__ is None


def test_a_service_that_nobody_runs_is_said() -> None:
    asked = Nominatim(Remote(refused_base_url(), "", "Cairn", 5))
    with pytest.raises(PlacesFault, match=r"geocoder .* could not be reached"):
        asked.find("Webster")


ODD_PLACES = [
    [{"lat": "north", "lon": "1"}], [{"lat": "91", "lon": "0"}], [{"lat": "nan", "lon": "0"}],
    [{}], ["Webster"], [{"lat": None, "lon": 1}],
]  # fmt: skip


@pytest.mark.parametrize("body", ODD_PLACES, ids=range(len(ODD_PLACES)))
def test_a_place_that_is_none_is_refused(faulty: FaultyService, body: Any) -> None:
    faulty.will(says(body))
    with pytest.raises(PlacesFault, match="can't be read"):
        nominatim(faulty).find("Webster")


@pytest.mark.parametrize(
    "points", [[], "x", [1, 2], [[1]], [["a", 2]], [[0, 91]], [[float("nan"), 0]], None],
    ids=range(8),
)  # fmt: skip
def test_a_line_that_is_none_is_refused(faulty: FaultyService, points: Any) -> None:
    faulty.will(says({"code": "Ok", "routes": [{"geometry": {"coordinates": points}}]}))
    with pytest.raises(PlacesFault, match="can't be read"):
        osrm(faulty).route(WEBSTER, KEMAH, RouteOptions())


@pytest.mark.parametrize("text", ["_", "_p~iF", "\x01", "~" * 50, None, 7, "_p~iF~ps|U_"])
def test_an_encoded_line_that_is_none_is_refused(text: Any) -> None:
    with pytest.raises(PlacesFault, match="can't be read"):
        decoded(text, 6, "router")


def _ask(service: Any) -> None:
    if hasattr(service, "find"):
        service.find("Webster")
    else:
        service.route(WEBSTER, KEMAH, RouteOptions())
