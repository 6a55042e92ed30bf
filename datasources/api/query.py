"""Options of a query, from types to the reference's parameters ("Query Options")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

from datasources.query.model import RouteOptions
from datasources.query.routing import parse_route_options
from datasources.query.write import quoted_text

ANY_ROUTE = RouteOptions()


@dataclass(frozen=True, slots=True)
class SpatialFilter:
    """The value of `spatialFilter`, as the pages of the Query API write it."""

    text: str


@dataclass(frozen=True, slots=True)
class QueryOptions:
    """One query: what every form of this product asks with, and what a URL is made of.

    `route` holds the route parameters of nearRoute; without them the service's own choices hold.
    `format` is `json` or `atom`.
    """

    spatial_filter: SpatialFilter | str | None = None
    filter: str = ""
    select: str = ""
    orderby: str = ""
    top: int | None = None
    skip: int | None = None
    inlinecount: bool = False
    staged: bool = False
    entity_id: str | None = None
    route: RouteOptions = ANY_ROUTE
    format: str = "json"


def nearby(latitude: float, longitude: float, distance: float) -> SpatialFilter:
    """Within `distance` kilometres (0.16 to 1000) of a point in degrees."""
    return SpatialFilter(
        f"nearby({plain_number(latitude)},{plain_number(longitude)},{plain_number(distance)})"
    )


def nearby_address(address: str, distance: float) -> SpatialFilter:
    """Within `distance` kilometres (0.16 to 1000) of an address."""
    return SpatialFilter(f"nearby({quoted_text(address)},{plain_number(distance)})")


def bbox(south: float, west: float, north: float, east: float) -> SpatialFilter:
    """In a box of degrees; with west beyond east it crosses the antimeridian."""
    return SpatialFilter(
        f"bbox({plain_number(south)},{plain_number(west)},{plain_number(north)},{plain_number(east)})"
    )


def intersects(wkt: str) -> SpatialFilter:
    """Meeting a geography in WKT (longitude latitude), of 250 points at most."""
    return SpatialFilter(f"intersects({quoted_text(wkt)})")


def near_route(start: str, end: str) -> SpatialFilter:
    """Within 1.6 kilometres of the way between two addresses, or positions (`47.6,-122.3`)."""
    return SpatialFilter(f"nearRoute({quoted_text(start)},{quoted_text(end)})")


def selection(names: Sequence[str], *, common_with: str = "") -> str:
    """A `$select` of properties, `*` and `__Distance`, and of the part that each entity has in
    common with a geography in WKT (`__IntersectedGeom`)."""
    parts = [*names]
    if common_with:
        parts = [*(parts or ["*"]), f"intersection({quoted_text(common_with)})"]
    return ",".join(parts)


def url_and_params(query_url: str, options: QueryOptions) -> tuple[str, dict[str, str]]:
    """The URL and parameters (without the key) of a query."""
    url = query_url
    if options.entity_id is not None:
        url += f"({quote(quoted_text(options.entity_id), safe=chr(39))})"
    spatial = options.spatial_filter
    params = {
        "spatialFilter": spatial.text if isinstance(spatial, SpatialFilter) else spatial or "",
        **_route_params(options.route),
        "$filter": options.filter,
        "$select": options.select,
        "$orderby": options.orderby,
        "$top": "" if options.top is None else str(options.top),
        "$skip": "" if options.skip is None else str(options.skip),
        "$inlinecount": "allpages" if options.inlinecount else "",
        "isStaging": "1" if options.staged else "",
        "$format": options.format,
    }
    return url, {name: value for name, value in params.items() if value}


def options_of(params: Mapping[str, str]) -> QueryOptions:
    """The options that parameters of `url_and_params` state, without those of a page."""
    lowered = {name.lower(): value for name, value in params.items()}
    return QueryOptions(
        spatial_filter=lowered.get("spatialfilter", ""),
        filter=lowered.get("$filter", ""),
        select=lowered.get("$select", ""),
        orderby=lowered.get("$orderby", ""),
        staged=lowered.get("isstaging", "") in ("1", "true"),
        route=parse_route_options(lowered),
    )


_ROUTE_WORDS = {
    "walking": "Walking",
    "timewithtraffic": "timeWithTraffic",
    "minimizehighways": "minimizeHighways",
    "minimizetolls": "minimizeTolls",
}


def _route_params(route: RouteOptions) -> dict[str, str]:
    """What differs from the reference's defaults, in its spelling."""
    first_turn = route.distance_before_first_turn
    return {
        "travelMode": "" if route.travel_mode == "driving" else _ROUTE_WORDS[route.travel_mode],
        "optimize": ""
        if route.optimize == "time"
        else _ROUTE_WORDS.get(route.optimize, route.optimize),
        "avoid": ",".join(_ROUTE_WORDS.get(road, road) for road in sorted(route.avoid)),
        "heading": "" if route.heading is None else str(route.heading),
        "distanceBeforeFirstTurn": "" if first_turn is None else str(first_turn),
    }


def plain_number(number: float) -> str:
    """A number in its shortest form, without an exponent."""
    text = format(Decimal(repr(float(number))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
