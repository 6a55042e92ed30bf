"""A query that names addresses or a route, turned into one that a store can answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from datasources.query import Query, QueryFault
from datasources.query.faults import shown
from datasources.query.model import AlongRoute, NearAddress, Nearby, NearRoute
from sds_server.places.model import Geocoder, Place, PlacesFault, Router

PARAMETER = "spatialFilter"

_NUMBER = r"\s*([+-]?(?:\d{1,3}(?:\.\d*)?|\.\d+))\s*"
_POSITION = re.compile(f"{_NUMBER},{_NUMBER}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Services:
    """The geocoder and the router that this server asks; None where it has none."""

    geocoder: Geocoder | None
    router: Router | None


def needs_lookup(query: Query) -> bool:
    """Whether a query names an address or a route."""
    return isinstance(query.spatial, (NearAddress, NearRoute))


def located(query: Query, services: Services) -> tuple[Query, tuple[str, ...]]:
    """The query with its addresses and its route looked up, and in words what was found.

    A position in quotes is taken as it is. Raises QueryFault.
    """
    match query.spatial:
        case NearAddress(address, kilometres):
            place = _asked(services.geocoder, address)
            area = Nearby(place.latitude, place.longitude, kilometres)
            return replace(query, spatial=area), _words(place)
        case NearRoute() as asked:
            if services.router is None:
                raise QueryFault(
                    PARAMETER,
                    "nearRoute needs a router, and this server has none: its administrator can "
                    "name one (SDS_ROUTER). Other filters work: nearby, bbox and intersects.",
                )
            start, end = (_asked(services.geocoder, text) for text in (asked.start, asked.end))
            try:
                line = services.router.route(start, end, asked.options)
            except PlacesFault as fault:
                raise QueryFault(PARAMETER, fault.message, fault.status) from None
            return replace(query, spatial=AlongRoute(line)), (*_words(start), *_words(end))
    return query, ()


def _words(place: Place) -> tuple[str, ...]:
    return (place.matched,) if place.matched else ()


def _asked(geocoder: Geocoder | None, text: str) -> Place:
    position = _position(text)
    if position is not None:
        return position
    if geocoder is None:
        raise QueryFault(
            PARAMETER,
            "Addresses can't be looked up: this server has no geocoder (SDS_GEOCODER). Give a "
            "position, latitude before longitude.",
        )
    try:
        place = geocoder.find(text)
    except PlacesFault as fault:
        raise QueryFault(PARAMETER, fault.message, fault.status) from None
    if place is None:
        raise QueryFault(
            PARAMETER,
            f"No place is known by {shown(text)}. Write it as town, region, country, or give a "
            "position, latitude before longitude.",
        )
    return place


def _position(text: str) -> Place | None:
    match = _POSITION.fullmatch(text)
    if match is None:
        return None
    latitude, longitude = map(float, match.groups())
    if not -90 <= latitude <= 90 or not -180 <= longitude <= 180:
        raise QueryFault(
            PARAMETER,
            f"{shown(text)} is not on the Earth: latitude comes first, from -90 to 90, then "
            "longitude, from -180 to 180.",
        )
    return Place(latitude, longitude, "")
