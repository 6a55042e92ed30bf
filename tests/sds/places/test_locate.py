"""Queries that name addresses and routes, turned into ones a store can answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely
from django.core.checks import Error

from datasources.query import Query, QueryFault, parse_query
from datasources.query.model import AlongRoute, Nearby, RouteOptions
from datasources.schema import EdmType, Property, Schema
from sds_server.places.checks import lookups_are_named_whole
from sds_server.places.gazetteer import Gazetteer
from sds_server.places.locate import Services, located
from sds_server.places.model import Place, PlacesFault
from sds_server.places.osrm import Osrm
from sds_server.places.remember import RememberedPlaces, RememberedRoutes
from sds_server.places.services import services

SCHEMA = Schema("Shop", (Property("EntityID", EdmType.STRING, is_key=True),))
TOWN = Place(29.5, -95.1, "Webster, Texas")


class Atlas:
    """A geocoder and router at the outer edge."""

    def find(self, address: str) -> Place | None:
        if address == "down":
            raise PlacesFault("The geocoder that this server asks did not answer.", 503)
        return TOWN if address == "Webster" else None

    def route(self, start: Place, end: Place, options: RouteOptions) -> shapely.LineString:
        if options.heading == 1:
            raise PlacesFault("There is no route from the start to the end.")
        return shapely.LineString(
            [(start.longitude, start.latitude), (end.longitude, end.latitude)]
        )


BOTH = Services(Atlas(), Atlas())


def asked(spatial: str, **more: str) -> Query:
    return parse_query({"spatialfilter": spatial, **more}, SCHEMA)


def test_an_address_becomes_a_position_and_what_was_found_is_said() -> None:
    query, words = located(asked("nearby('Webster',5)"), BOTH)
    assert query.spatial == Nearby(29.5, -95.1, 5.0)
    assert words == ("Webster, Texas",)


@pytest.mark.parametrize("text", ["47.62341,-122.33441", " +47.62341 , -122.33441 "])
def test_a_position_in_quotes_is_taken_as_it_is(text: str) -> None:
    query, words = located(asked(f"nearby('{text}',5)"), Services(None, None))
    assert query.spatial == Nearby(47.62341, -122.33441, 5.0)
    assert words == ()


def test_a_route_becomes_a_line_from_start_to_end() -> None:
    query, words = located(asked("nearRoute('47.5,-122.5','Webster')"), BOTH)
    assert isinstance(query.spatial, AlongRoute)
    assert list(query.spatial.line.coords) == [(-122.5, 47.5), (-95.1, 29.5)]
    assert query.spatial.kilometres == 1.6
    assert words == ("Webster, Texas",)


def test_other_queries_stay_as_they_are() -> None:
    query = asked("bbox(1,2,3,4)")
    assert located(query, Services(None, None)) == (query, ())


@pytest.mark.parametrize(
    ("spatial", "who", "status", "words"),
    [
        ("nearby('Webster',5)", Services(None, None), 400, "no geocoder .*Give a position"),
        ("nearby('Atlantis',5)", BOTH, 400, "No place is known by 'Atlantis'"),
        ("nearby('down',5)", BOTH, 503, "did not answer"),
        ("nearby('91,0',5)", BOTH, 400, "'91,0' is not on the Earth: latitude comes first"),
        ("nearby('0,181',5)", BOTH, 400, "not on the Earth"),
        ("nearRoute('1,2','3,4')", Services(Atlas(), None), 400, "needs a router, and this server"),
        ("nearRoute('1,2','Atlantis')", BOTH, 400, "No place is known by 'Atlantis'"),
        ("nearRoute('1,2','95,4')", BOTH, 400, "not on the Earth"),
    ],
)
def test_what_can_not_be_located_is_refused(
    spatial: str, who: Services, status: int, words: str
) -> None:
    with pytest.raises(QueryFault, match=words) as caught:
        located(asked(spatial), who)
    assert (caught.value.parameter, caught.value.status) == ("spatialFilter", status)


def test_a_route_that_there_is_not_is_refused() -> None:
    with pytest.raises(QueryFault, match="There is no route") as caught:
        located(asked("nearRoute('1,2','3,4')", heading="1"), BOTH)
    assert caught.value.status == 400


def test_the_settings_name_who_is_asked(settings: Any, tmp_path: Path) -> None:
    settings.SDS_DATA_DIR = tmp_path
    found = services()
    assert isinstance(found.geocoder, Gazetteer)
    assert found.router is None
    settings.SDS_GEOCODER, settings.SDS_GEOCODER_URL = "nominatim", "http://127.0.0.1:1"
    settings.SDS_ROUTER, settings.SDS_ROUTER_URL = "osrm", "http://127.0.0.1:1"
    found = services()
    assert isinstance(found.geocoder, RememberedPlaces)
    assert isinstance(found.router, RememberedRoutes)
    assert services() is found
    settings.SDS_GEOCODER = "none"
    assert services().geocoder is None
    assert isinstance(found.router._router, Osrm)


@pytest.mark.parametrize(
    ("values", "ids"),
    [
        ({}, []),
        ({"SDS_GEOCODER": "google"}, ["cairn.E011"]),
        ({"SDS_ROUTER": "names"}, ["cairn.E011"]),
        ({"SDS_GEOCODER": "pelias"}, ["cairn.E012"]),
        ({"SDS_ROUTER": "valhalla", "SDS_ROUTER_URL": "valhalla.example"}, ["cairn.E012"]),
        ({"SDS_ROUTER": "valhalla", "SDS_ROUTER_URL": "https://valhalla.example"}, []),
    ],
    ids=["default", "geocoder", "router", "no-address", "no-scheme", "whole"],
)
def test_settings_that_name_nobody_are_found_before_the_start(
    settings: Any, values: dict[str, str], ids: list[str]
) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
    found = lookups_are_named_whole(None)
    assert [one.id for one in found] == ids
    assert all(isinstance(one, Error) and one.hint for one in found)
