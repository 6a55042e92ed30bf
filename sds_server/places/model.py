"""What a geocoder and a router answer, and what they are refused with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import shapely

from datasources.query.model import RouteOptions


class PlacesFault(Exception):  # noqa: N818  # "fault" is the word of this product
    """An address or a route that can't be had; `status` is 400 for a caller's fault, 503 for a
    service that didn't answer and may do so later."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True)
class Place:
    """A position in degrees (WGS 84), and in words what was found there, with its source."""

    latitude: float
    longitude: float
    matched: str


class Geocoder(Protocol):
    """Says where an address is."""

    def find(self, address: str) -> Place | None:
        """The best match, or None; raises PlacesFault if the service can't answer."""


class Router(Protocol):
    """Finds the way between two positions."""

    def route(self, start: Place, end: Place, options: RouteOptions) -> shapely.LineString:
        """The line of the route, longitude and latitude in degrees, from start to end.

        Raises PlacesFault: 400 if there is no route or an option can't be followed, 503 if the
        service can't answer.
        """
