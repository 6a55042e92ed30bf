"""Answers of other services are kept, and asked for at a measured pace."""

from __future__ import annotations

import pytest
import shapely

from datasources.query.model import RouteOptions
from sds_server.places.model import Place, PlacesFault
from sds_server.places.remember import (
    PLACE_SECONDS,
    ROUTE_POINTS,
    ROUTE_SECONDS,
    UNKNOWN_SECONDS,
    Kept,
    RememberedPlaces,
    RememberedRoutes,
)

HERE, THERE = Place(1.0, 2.0, "here"), Place(3.0, 4.0, "there")


class Clock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


class Asked:
    """A geocoder and router at the outer edge, which counts what it is asked."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.routes = 0

    def find(self, address: str) -> Place | None:
        self.addresses.append(address)
        return None if address == "nowhere" else HERE

    def route(self, start: Place, end: Place, options: RouteOptions) -> shapely.LineString:
        self.routes += 1
        return shapely.LineString([(start.longitude, start.latitude), (0, self.routes)])


def places(
    asked: Asked, clock: Clock, per_second: float = 0, patience: float = 5
) -> RememberedPlaces:
    return RememberedPlaces(
        asked, per_second=per_second, patience=patience, clock=clock, wait=clock.wait
    )


def test_an_address_is_asked_once_in_any_case() -> None:
    asked, clock = Asked(), Clock()
    geocoder = places(asked, clock)
    assert geocoder.find("Redmond, WA") == geocoder.find("redmond, wa") == HERE
    assert asked.addresses == ["Redmond, WA"]
    clock.wait(PLACE_SECONDS + 1)
    geocoder.find("Redmond, WA")
    assert len(asked.addresses) == 2


def test_that_nobody_knows_an_address_is_kept_for_an_hour() -> None:
    asked, clock = Asked(), Clock()
    geocoder = places(asked, clock)
    assert geocoder.find("nowhere") is geocoder.find("nowhere") is None
    assert len(asked.addresses) == 1
    clock.wait(UNKNOWN_SECONDS + 1)
    geocoder.find("nowhere")
    assert len(asked.addresses) == 2


def test_questions_are_asked_one_a_second_and_kept_answers_at_once() -> None:
    asked, clock = Asked(), Clock()
    geocoder = places(asked, clock, per_second=1)
    for address in ("a", "b", "c", "a", "b"):
        geocoder.find(address)
    assert clock.now == 1002.0


def test_who_would_wait_too_long_is_told_so() -> None:
    asked, clock = Asked(), Clock()
    geocoder = RememberedPlaces(
        asked, per_second=1, patience=2, clock=clock, wait=lambda _seconds: None
    )
    for address in "abc":
        geocoder.find(address)
    with pytest.raises(PlacesFault, match="Too many addresses") as caught:
        geocoder.find("d")
    assert caught.value.status == 503
    assert geocoder.find("a") == HERE


def test_the_pages_of_a_query_have_one_route() -> None:
    asked, clock = Asked(), Clock()
    router = RememberedRoutes(asked, clock)
    first = router.route(HERE, THERE, RouteOptions())
    assert router.route(HERE, THERE, RouteOptions()) is first
    assert router.route(HERE, THERE, RouteOptions("walking")) is not first
    assert router.route(THERE, HERE, RouteOptions()) is not first
    clock.wait(ROUTE_SECONDS + 1)
    assert router.route(HERE, THERE, RouteOptions()) is not first


def test_what_is_kept_has_a_bound_and_the_least_used_goes_first() -> None:
    kept: Kept[str] = Kept(10, Clock())
    kept.put("a", "x", 60, weight=4)
    kept.put("b", "y", 60, weight=4)
    assert kept.get("a") == ("x",)
    kept.put("c", "z", 60, weight=4)
    assert kept.get("b") is None
    assert kept.get("a") == ("x",)
    kept.put("d", "huge", 60, weight=ROUTE_POINTS)
    assert kept.get("a") is kept.get("c") is None
    assert kept.get("d") == ("huge",)
