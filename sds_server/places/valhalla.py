"""Routes by Valhalla's route service."""

from __future__ import annotations

from typing import Any

import shapely

from datasources.query.model import RouteOptions
from sds_server.places.model import Place, PlacesFault
from sds_server.places.remote import Remote, decoded, line_of, odd_answer

_WHAT = "router"
_DECIMALS = 6
#: Error codes of Valhalla that say that there is no way: no path, no road near, not connected.
_NO_WAY = (170, 171, 442)
_TOO_FAR = 154


class Valhalla:
    """A `Router` that asks `/route` of a Valhalla server; the shortest route and traffic included.

    It has no distance before the first turn, which is refused.
    """

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def route(self, start: Place, end: Place, options: RouteOptions) -> shapely.LineString:
        """See `Router.route`."""
        if options.distance_before_first_turn:
            raise PlacesFault(
                "distanceBeforeFirstTurn can't be followed by this server's router (Valhalla). "
                "Leave it out."
            )
        answer = self._remote.ask("route", _WHAT, post=_question(start, end, options))
        body = answer.body if isinstance(answer.body, dict) else {}
        if answer.status != 200:
            raise _refusal(body.get("error_code"))
        try:
            legs = [leg["shape"] for leg in body["trip"]["legs"]]
        except (TypeError, KeyError):
            raise odd_answer(_WHAT) from None
        points = [point for leg in legs for point in decoded(leg, _DECIMALS, _WHAT)]
        return line_of(points, _WHAT)


def _question(start: Place, end: Place, options: RouteOptions) -> dict[str, Any]:
    first: dict[str, Any] = {"lat": start.latitude, "lon": start.longitude}
    if options.heading is not None:
        first["heading"] = options.heading
    costing = "pedestrian" if options.travel_mode == "walking" else "auto"
    wishes: dict[str, Any] = {}
    if options.optimize == "distance":
        wishes["shortest"] = True
    for road in ("highways", "tolls"):
        if road in options.avoid:
            wishes[f"exclude_{road}"] = True
        if {road, f"minimize{road}"} & options.avoid:
            wishes[f"use_{road}"] = 0
    question: dict[str, Any] = {
        "locations": [first, {"lat": end.latitude, "lon": end.longitude}],
        "costing": costing,
        "costing_options": {costing: wishes},
        "directions_type": "none",
    }
    if options.optimize == "timewithtraffic":
        question["date_time"] = {"type": 0}
    return question


def _refusal(code: Any) -> PlacesFault:
    if code in _NO_WAY:
        return PlacesFault("There is no route from the start to the end.")
    if code == _TOO_FAR:
        return PlacesFault("The start and the end lie too far apart for this server's router.")
    return odd_answer(_WHAT)
