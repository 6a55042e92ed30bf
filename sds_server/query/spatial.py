"""spatialFilter: nearby, bbox and intersects.

Rules: "Query by Area" and "Geography Types" of the reference, as API.md settles them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import shapely

from datasources.schema import GeographyFault, read_wkt
from sds_server.query.faults import QueryFault, shown
from sds_server.query.model import BBox, Intersects, Nearby, SpatialFilter

PARAMETER = "spatialFilter"
MIN_KILOMETRES = 0.16
MAX_KILOMETRES = 1000.0
MAX_SHAPE_POINTS = 250
MAX_LENGTH = 50_000  # characters

_CALL = re.compile(r"\s*(\w+)\s*\((.*)\)\s*", re.DOTALL)
_TEXT = re.compile(r"\s*'((?:[^']|'')*)'\s*", re.DOTALL)
_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*", re.IGNORECASE | re.ASCII)
_FORMS = "nearby(latitude,longitude,kilometres), bbox(south,west,north,east) or intersects('WKT')"


def parse_spatial(text: str) -> SpatialFilter:
    """The spatial filter that a text states; raises QueryFault."""
    if len(text) > MAX_LENGTH:
        raise QueryFault(PARAMETER, f"The spatial filter has more than {MAX_LENGTH:,} characters.")
    match = _CALL.fullmatch(text)
    name = match[1].lower() if match else ""
    if match is None or name not in _READERS:
        raise QueryFault(PARAMETER, f"Expected {_FORMS}; found {shown(text)}.")
    return _READERS[name](match[2])


def _nearby(inside: str) -> Nearby:
    if inside.lstrip().startswith("'"):
        raise QueryFault(
            PARAMETER,
            "nearby by address is not available: this server has no geocoder configured. "
            "Give a position: nearby(latitude,longitude,kilometres).",
        )
    form = "nearby(latitude,longitude,kilometres)"
    latitude, longitude, kilometres = _numbers(inside, 3, form)
    _check_latitude(latitude)
    _check_longitude(longitude)
    if not MIN_KILOMETRES <= kilometres <= MAX_KILOMETRES:
        raise QueryFault(
            PARAMETER,
            f"The distance of nearby is given in kilometres, from {MIN_KILOMETRES} to "
            f"{MAX_KILOMETRES:g}; found {kilometres:g}.",
        )
    return Nearby(latitude, longitude, kilometres)


def _bbox(inside: str) -> BBox:
    south, west, north, east = _numbers(inside, 4, "bbox(south,west,north,east)")
    for latitude in (south, north):
        _check_latitude(latitude)
    for longitude in (west, east):
        _check_longitude(longitude)
    if south > north:
        raise QueryFault(
            PARAMETER,
            f"The south of the box ({south:g}) lies north of its north ({north:g}). The order is "
            "bbox(south,west,north,east).",
        )
    return BBox(south, west, north, east)


def _intersects(inside: str) -> Intersects:
    match = _TEXT.fullmatch(inside)
    if match is None:
        raise QueryFault(
            PARAMETER,
            "intersects needs one shape as WKT in single quotes, longitude before latitude: "
            "intersects('POLYGON((-123 41,-112 41,-112 42,-123 41))').",
        )
    text = match[1].replace("''", "'")
    try:
        shape = read_wkt(text)
    except GeographyFault as error:
        raise QueryFault(
            PARAMETER, f"The shape of intersects can't be read: {error} {error.advice}".strip()
        ) from None
    points = int(shapely.get_num_coordinates(shape))
    if points > MAX_SHAPE_POINTS:
        raise QueryFault(
            PARAMETER,
            f"The shape of intersects has {points:,} points; at most {MAX_SHAPE_POINTS} are "
            "allowed. Simplify it.",
        )
    if not points:
        raise QueryFault(PARAMETER, "The shape of intersects is empty.")
    if not shapely.is_valid(shape):
        raise QueryFault(
            PARAMETER,
            f"The shape of intersects is not valid: {shapely.is_valid_reason(shape)}.",
        )
    return Intersects(shape)


def _near_route(inside: str) -> Nearby:
    raise QueryFault(
        PARAMETER,
        "nearRoute is not available: this server has no router configured. "
        f"Available are {_FORMS}.",
    )


_READERS: dict[str, Callable[[str], SpatialFilter]] = {
    "nearby": _nearby,
    "bbox": _bbox,
    "intersects": _intersects,
    "nearroute": _near_route,
}


def _numbers(inside: str, count: int, form: str) -> list[float]:
    parts = inside.split(",")
    if len(parts) != count or not all(_NUMBER.fullmatch(part) for part in parts):
        raise QueryFault(PARAMETER, f"Expected {form} with {count} numbers; found {shown(inside)}.")
    numbers = [float(part) for part in parts]
    if not all(math.isfinite(number) for number in numbers):
        raise QueryFault(PARAMETER, f"A number in {shown(inside)} is out of range.")
    return numbers


def _check_latitude(value: float) -> None:
    if not -90 <= value <= 90:
        raise QueryFault(
            PARAMETER, f"A latitude lies from -90 to 90; found {value:g}. Latitude comes first."
        )


def _check_longitude(value: float) -> None:
    if not -180 <= value <= 180:
        raise QueryFault(PARAMETER, f"A longitude lies from -180 to 180; found {value:g}.")
