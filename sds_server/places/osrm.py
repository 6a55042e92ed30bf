"""Routes by OSRM's route service."""

from __future__ import annotations

import shapely

from datasources.query.model import RouteOptions
from sds_server.places.model import Place, PlacesFault
from sds_server.places.remote import Remote, line_of, odd_answer

_WHAT = "router"
_PROFILES = {"driving": "driving", "walking": "foot"}
_EXCLUDE = {"highways": "motorway", "tolls": "toll"}
_HEADING_RANGE = 45  # degrees to each side


class Osrm:
    """A `Router` that asks `/route/v1` of an OSRM server.

    OSRM has no shortest route, no traffic and no distance before the first turn: the first and the
    last are refused, traffic is left aside, and so are roads that are only to be minimised. What
    profiles it has, and which roads they can leave out, its maker has decided.
    """

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def route(self, start: Place, end: Place, options: RouteOptions) -> shapely.LineString:
        """See `Router.route`."""
        if options.optimize == "distance":
            raise PlacesFault(
                "optimize=distance can't be followed: this server's router (OSRM) finds the "
                "fastest route. Leave it out."
            )
        if options.distance_before_first_turn:
            raise PlacesFault(
                "distanceBeforeFirstTurn can't be followed by this server's router (OSRM). Leave "
                "it out."
            )
        params = {"overview": "full", "geometries": "geojson", "steps": "false"}
        exclude = [word for road, word in _EXCLUDE.items() if road in options.avoid]
        if exclude:
            params["exclude"] = ",".join(exclude)
        if options.heading is not None:
            params["bearings"] = f"{options.heading},{_HEADING_RANGE};"
        ends = ";".join(f"{place.longitude:.6f},{place.latitude:.6f}" for place in (start, end))
        profile = _PROFILES[options.travel_mode]
        answer = self._remote.ask(f"route/v1/{profile}/{ends}", _WHAT, params=params)
        body = answer.body if isinstance(answer.body, dict) else {}
        if body.get("code") != "Ok":
            raise _refusal(str(body.get("code", "")), options)
        try:
            points = body["routes"][0]["geometry"]["coordinates"]
        except (TypeError, KeyError, IndexError):
            raise odd_answer(_WHAT) from None
        return line_of(points if isinstance(points, list) else [], _WHAT)


def _refusal(code: str, options: RouteOptions) -> PlacesFault:
    if code in ("NoRoute", "NoSegment"):
        return PlacesFault(
            "There is no route from the start to the end"
            f"{' that keeps to avoid and heading' if options.avoid or options.heading else ''}."
        )
    if code == "InvalidValue" and options.avoid:
        return PlacesFault(
            "avoid can't be followed: this server's router can't leave these roads out. Leave it "
            "out."
        )
    return odd_answer(_WHAT)
