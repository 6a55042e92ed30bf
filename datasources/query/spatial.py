"""spatialFilter: nearby, bbox, intersects and nearRoute.

Rules: "Query by Area", "Query Near a Route" and "Geography Types" of the reference.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import shapely

from datasources.phrases import Phrase
from datasources.query.faults import QueryFault, shown
from datasources.query.model import (
    AskedFilter,
    BBox,
    Intersects,
    NearAddress,
    Nearby,
    NearRoute,
)
from datasources.schema import GeographyFault, read_wkt

PARAMETER = "spatialFilter"
MIN_KILOMETRES = 0.16
MAX_KILOMETRES = 1000.0
MAX_SHAPE_POINTS = 250
MAX_LENGTH = 50_000  # characters
MAX_ADDRESS = 500  # characters

_CALL = re.compile(r"\s*(\w+)\s*\((.*)\)\s*", re.DOTALL)
_TEXT = re.compile(r"\s*'((?:[^']|'')*)'\s*", re.DOTALL)
_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*", re.IGNORECASE | re.ASCII)
# A quote inside an address is written twice; real clients write it once, and nothing else is meant.
_ADDRESS = re.compile(r"\s*'(.*)'\s*,([^,']*)", re.DOTALL)
_ENDS = re.compile(r"\s*'(.*)'\s*", re.DOTALL)
_BETWEEN_ENDS = re.compile(r"'\s*,\s*'")
_FORMS = Phrase(
    "nearby(latitude,longitude,kilometres), nearby('address',kilometres), "
    "bbox(south,west,north,east), intersects('WKT') or nearRoute('start','end')"
)


def parse_spatial(text: str) -> AskedFilter:
    """The spatial filter that a text states; raises QueryFault.

    A position in quotes (`'47.6,-122.3'`) stays a text: who looks up addresses reads it.
    """
    if len(text) > MAX_LENGTH:
        raise QueryFault(
            PARAMETER,
            Phrase("The spatial filter has more than {most:,} characters.", most=MAX_LENGTH),
        )
    match = _CALL.fullmatch(text)
    name = match[1].lower() if match else ""
    if match is None or name not in _READERS:
        raise QueryFault(
            PARAMETER, Phrase("Expected {forms}; found {found}.", forms=_FORMS, found=shown(text))
        )
    return _READERS[name](match[2])


def _nearby(inside: str) -> Nearby | NearAddress:
    if "'" in inside:
        return _near_address(inside)
    form = Phrase("nearby(latitude,longitude,km), or nearby('address',km),")
    latitude, longitude, kilometres = _numbers(inside, 3, form)
    _check_latitude(latitude)
    _check_longitude(longitude)
    return Nearby(latitude, longitude, _checked_distance(kilometres))


def _near_address(inside: str) -> NearAddress:
    match = _ADDRESS.fullmatch(inside)
    form = "nearby('address',kilometres)"
    if match is None:
        raise QueryFault(
            PARAMETER,
            Phrase(
                "Expected {form}, the address in single quotes and a quote inside it written twice; found {found}.",
                form=form,
                found=shown(inside),
            ),
        )
    (kilometres,) = _numbers(match[2], 1, form)
    return NearAddress(_address(match[1], "nearby"), _checked_distance(kilometres))


def _near_route(inside: str) -> NearRoute:
    match = _ENDS.fullmatch(inside)
    ends = _BETWEEN_ENDS.split(match[1]) if match else []
    if len(ends) != 2:
        raise QueryFault(
            PARAMETER,
            Phrase(
                "Expected nearRoute('start','end'), each an address or latitude,longitude in single quotes; found {found}.",
                found=shown(inside),
            ),
        )
    start, end = (_address(text, "nearRoute") for text in ends)
    return NearRoute(start, end)


def _address(quoted: str, function: str) -> str:
    text = " ".join(quoted.replace("''", "'").split())
    if not text:
        raise QueryFault(PARAMETER, Phrase("An address of {function} is empty.", function=function))
    if len(text) > MAX_ADDRESS:
        raise QueryFault(
            PARAMETER,
            Phrase(
                "An address of {function} has {count:,} characters; at most {most} are allowed.",
                function=function,
                count=len(text),
                most=MAX_ADDRESS,
            ),
        )
    return text


def _checked_distance(kilometres: float) -> float:
    if not MIN_KILOMETRES <= kilometres <= MAX_KILOMETRES:
        raise QueryFault(
            PARAMETER,
            Phrase(
                "The distance of nearby is given in kilometres, from {least} to {most:g}; found {kilometres:g}.",
                least=MIN_KILOMETRES,
                most=MAX_KILOMETRES,
                kilometres=kilometres,
            ),
        )
    return kilometres


def _bbox(inside: str) -> BBox:
    south, west, north, east = _numbers(inside, 4, "bbox(south,west,north,east)")
    for latitude in (south, north):
        _check_latitude(latitude)
    for longitude in (west, east):
        _check_longitude(longitude)
    if south > north:
        raise QueryFault(
            PARAMETER,
            Phrase(
                "The south of the box ({south:g}) lies north of its north ({north:g}). The order is bbox(south,west,north,east).",
                south=south,
                north=north,
            ),
        )
    return BBox(south, west, north, east)


def _intersects(inside: str) -> Intersects:
    match = _TEXT.fullmatch(inside)
    if match is None:
        raise QueryFault(
            PARAMETER,
            Phrase(
                "intersects needs one shape as WKT in single quotes, longitude before latitude: "
                "intersects('POLYGON((-123 41,-112 41,-112 42,-123 41))')."
            ),
        )
    return Intersects(read_shape(match[1].replace("''", "'"), PARAMETER, "intersects"))


def read_shape(text: str, parameter: str, function: str) -> shapely.Geometry:
    """The shape that a query brings, of 250 points at most; raises QueryFault."""
    try:
        shape: shapely.Geometry = read_wkt(text)
    except GeographyFault as error:
        raise QueryFault(
            parameter,
            Phrase.sentences(
                Phrase(
                    "The shape of {function} can't be read: {why}",
                    function=function,
                    why=str(error),
                ),
                error.advice,
            ),
        ) from None
    points = int(shapely.get_num_coordinates(shape))
    if points > MAX_SHAPE_POINTS:
        raise QueryFault(
            parameter,
            Phrase(
                "The shape of {function} has {points:,} points; at most {most} are allowed. Simplify it.",
                function=function,
                points=points,
                most=MAX_SHAPE_POINTS,
            ),
        )
    if not shapely.is_valid(shape):
        raise QueryFault(
            parameter,
            Phrase(
                "The shape of {function} is not valid: {why}.",
                function=function,
                why=shapely.is_valid_reason(shape),
            ),
        )
    return shape


_READERS: dict[str, Callable[[str], AskedFilter]] = {
    "nearby": _nearby,
    "bbox": _bbox,
    "intersects": _intersects,
    "nearroute": _near_route,
}


def _numbers(inside: str, count: int, form: str) -> list[float]:
    parts = inside.split(",")
    if len(parts) != count or not all(_NUMBER.fullmatch(part) for part in parts):
        raise QueryFault(
            PARAMETER,
            Phrase.counted(
                "Expected {form} with {count} number; found {found}.",
                "Expected {form} with {count} numbers; found {found}.",
                count=count,
                form=form,
                found=shown(inside),
            ),
        )
    numbers = [float(part) for part in parts]
    if not all(math.isfinite(number) for number in numbers):
        raise QueryFault(
            PARAMETER, Phrase("A number in {found} is out of range.", found=shown(inside))
        )
    return numbers


def _check_latitude(value: float) -> None:
    if not -90 <= value <= 90:
        raise QueryFault(
            PARAMETER,
            Phrase(
                "A latitude lies from -90 to 90; found {value:g}. Latitude comes first.",
                value=value,
            ),
        )


def _check_longitude(value: float) -> None:
    if not -180 <= value <= 180:
        raise QueryFault(
            PARAMETER, Phrase("A longitude lies from -180 to 180; found {value:g}.", value=value)
        )
