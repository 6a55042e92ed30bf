"""Options of a query, from types to the reference's parameters ("Query Options")."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class SpatialFilter:
    """The value of `spatialFilter`, as the pages of the Query API write it."""

    text: str


@dataclass(frozen=True, slots=True)
class QueryOptions:
    """See `Client.query`."""

    spatial_filter: SpatialFilter | str | None = None
    filter: str = ""
    select: str = ""
    orderby: str = ""
    top: int | None = None
    skip: int | None = None
    inlinecount: bool = False
    staged: bool = False
    entity_id: str | None = None


def nearby(latitude: float, longitude: float, distance: float) -> SpatialFilter:
    """Within `distance` kilometres (0.16 to 1000) of a point in degrees."""
    return SpatialFilter(f"nearby({_plain(latitude)},{_plain(longitude)},{_plain(distance)})")


def nearby_address(address: str, distance: float) -> SpatialFilter:
    """Within `distance` kilometres (0.16 to 1000) of an address."""
    return SpatialFilter(f"nearby({text_literal(address)},{_plain(distance)})")


def bbox(south: float, west: float, north: float, east: float) -> SpatialFilter:
    """In a box of degrees; with west beyond east it crosses the antimeridian."""
    return SpatialFilter(f"bbox({_plain(south)},{_plain(west)},{_plain(north)},{_plain(east)})")


def intersects(wkt: str) -> SpatialFilter:
    """Meeting a geography in WKT (longitude latitude), of 250 points at most."""
    return SpatialFilter(f"intersects({text_literal(wkt)})")


def text_literal(text: str) -> str:
    """A text in the filter's grammar: in single quotes, those inside doubled."""
    return "'" + text.replace("'", "''") + "'"


def url_and_params(query_url: str, options: QueryOptions) -> tuple[str, dict[str, str]]:
    """The URL and parameters (without the key) of a query; JSON is asked for."""
    url = query_url
    if options.entity_id is not None:
        url += f"({quote(text_literal(options.entity_id), safe=chr(39))})"
    spatial = options.spatial_filter
    params = {
        "spatialFilter": spatial.text if isinstance(spatial, SpatialFilter) else spatial or "",
        "$filter": options.filter,
        "$select": options.select,
        "$orderby": options.orderby,
        "$top": "" if options.top is None else str(options.top),
        "$skip": "" if options.skip is None else str(options.skip),
        "$inlinecount": "allpages" if options.inlinecount else "",
        "isStaging": "1" if options.staged else "",
        "$format": "json",
    }
    return url, {name: value for name, value in params.items() if value}


def _plain(number: float) -> str:
    """A number in its shortest form, without an exponent."""
    text = format(Decimal(repr(float(number))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
