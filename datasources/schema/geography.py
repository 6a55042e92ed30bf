"""Edm.Geography: well-known text, longitude before latitude in degrees (WGS 84), and its rules.

Source: "Geography Types" of the public reference. Curves, Z and M values and empty geographies are
refused: the reference lists none of them.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Sequence
from typing import Any

from datasources.phrases import Phrase
from datasources.schema.types import MAX_POINTS, ValueFault
from datasources.schema.values import control_fault, has_controls
from datasources.schema.wkt import point_of, rings_of

#: Deeper nests of collections crash GEOS (its reader is recursive): refused before it sees them.
MAX_COLLECTIONS = 32

_KINDS = Phrase("point, linestring, polygon, their multi forms or a geometrycollection")
_COLLECTION = re.compile("collection", re.IGNORECASE)
_CURVES = re.compile(
    r"\b(circularstring|compoundcurve|curvepolygon|multicurve|multisurface)", re.IGNORECASE
)
_NOT_FINITE = re.compile(r"[\s(,][-+]?(nan|inf)", re.IGNORECASE)
_ENCOUNTERED = re.compile(r"encountered (?:word|number): '([^']+)'")
_LEAST = 4  # points of a ring
_ORDER = Phrase("Write longitude latitude with a space between, and a comma after each point.")


class GeographyFault(ValueFault):
    """A well-known text that is not a geography the reference allows."""


def read_wkt(text: str) -> Any:
    """The shapely geometry of one well-known text; GeographyFault if it breaks a rule.

    Safe for hostile text: bounded in depth, points and time.
    """
    import shapely

    _refuse_before_parsing(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            geometry = shapely.from_wkt(text)
    except (shapely.errors.ShapelyError, NotImplementedError) as error:
        raise _explained(text, str(error)) from None
    _refuse_after_parsing(geometry)
    return geometry


def _refuse_before_parsing(text: str) -> None:
    # The parser takes any control character for a space.
    if not text.isprintable() and (fault := control_fault(text)):
        raise GeographyFault(fault.rule, fault.message, fault.advice)
    if text[:5].upper() == "SRID=":
        raise GeographyFault(
            "geography-srid",
            Phrase("The geography begins with an SRID."),
            Phrase(
                "Remove it, with its semicolon: geographies are always WGS 84, longitude latitude."
            ),
        )
    if len(_COLLECTION.findall(text)) > MAX_COLLECTIONS:
        raise GeographyFault(
            "geography-nested",
            Phrase(
                "More than {most} geometry collections lie in one geography.",
                most=MAX_COLLECTIONS,
            ),
            Phrase("Write the parts in one collection, or as entities of their own."),
        )
    # Every point but the last of a part is followed by a comma: a bound before any memory is used.
    if text.count(",") > 2 * MAX_POINTS:
        raise _too_many_points(text.count(",") + 1)
    curve = _CURVES.search(text)
    if curve:
        raise GeographyFault(
            "geography-curve",
            Phrase(
                "{kind} is a curve; geographies have straight edges.", kind=curve.group(1).upper()
            ),
            Phrase("Convert it to lines. Allowed: {kinds}.", kinds=_KINDS),
        )


def _too_many_points(count: int) -> GeographyFault:
    return GeographyFault(
        "geography-points",
        Phrase(
            "The geography has {count:,} points; {most:,} is the most.",
            count=count,
            most=MAX_POINTS,
        ),
        Phrase("Simplify it, or split it into several entities."),
    )


def _refuse_after_parsing(geometry: Any) -> None:
    import shapely

    if geometry.is_empty:
        raise GeographyFault(
            "geography-empty",
            Phrase("The geography is empty."),
            Phrase(
                "Give it points, or leave the value out where latitude and longitude are given."
            ),
        )
    if geometry.has_z or shapely.has_m(geometry):
        raise GeographyFault(
            "geography-height",
            Phrase("The geography has Z or M values; a point is two numbers."),
            Phrase("Remove the third (and fourth) number of each point, and the word Z, M or ZM."),
        )
    count = int(shapely.get_num_coordinates(geometry))
    if count > MAX_POINTS:
        raise _too_many_points(count)
    if short := _short_rings([geometry]):
        raise _few_points(short[0])
    # Of all points: bounds leave NaN and the holes out.
    if not _on_earth(shapely.get_coordinates(geometry)).all():
        raise _out_of_range(geometry)


def _on_earth(points: Any) -> Any:
    """Which of some points (longitude, latitude) are degrees; those with NaN are not."""
    import numpy as np

    with np.errstate(invalid="ignore"):
        return (np.abs(points) <= (180, 90)).all(axis=1)


def _out_of_range(geometry: Any) -> GeographyFault:
    import shapely

    points = shapely.get_coordinates(geometry).tolist()
    number, longitude, latitude = next(
        (number, *point)
        for number, point in enumerate(points, start=1)
        if not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90)
    )
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        return GeographyFault(
            "geography-finite",
            Phrase(
                "Point {number} of {count}, ({longitude:g} {latitude:g}), has a coordinate that is not a finite number.",
                number=number,
                count=len(points),
                longitude=longitude,
                latitude=latitude,
            ),
            Phrase("Leave the point out, or give it its place."),
        )
    swapped = -180 <= latitude <= 180 and -90 <= longitude <= 90
    return GeographyFault(
        "geography-range",
        Phrase(
            "Point {number} of {count}, ({longitude:g} {latitude:g}), is not on the Earth: longitude runs from -180 to 180, latitude from -90 to 90.",
            number=number,
            count=len(points),
            longitude=longitude,
            latitude=latitude,
        ),
        Phrase("Latitude seems to stand first: write longitude before latitude.")
        if swapped
        else Phrase("Write degrees (WGS 84), longitude before latitude."),
    )


def _explained(text: str, words: str) -> GeographyFault:
    """What GEOS said of a text it could not read, in words that help to mend it."""
    if _NOT_FINITE.search(text):
        return _NO_NUMBER
    if "closed" in words or "Invalid number of points in LinearRing" in words:
        return _bad_ring(text)
    if "point array must contain 0 or >1" in words.lower():
        return GeographyFault(
            "geography-shape",
            Phrase("A line has one point; two is the least."),
            Phrase("Give it its other points, or make it a point."),
        )
    if "Unknown type" in words:
        word = re.split(r"[\s(]", text.strip(), maxsplit=1)[0][:30]
        return GeographyFault(
            "geography-type",
            Phrase("“{word}” is no type of geography.", word=word),
            Phrase("Write well-known text: {kinds}. {order}", kinds=_KINDS, order=_ORDER),
        )
    opened, closed = text.count("("), text.count(")")
    if opened != closed:
        return GeographyFault(
            "geography-text",
            Phrase(
                "The well-known text opens {opened} parentheses and closes {closed}.",
                opened=opened,
                closed=closed,
            ),
            Phrase("Compare its start and end with the source; it may have been cut off."),
        )
    said = words.partition("Exception: ")[2] or words
    found = _ENCOUNTERED.search(said)
    at = text.find(found.group(1)) if found else -1
    why = f"{said.strip()[0].lower()}{said.strip()[1:]}"  # in the English of GEOS
    message = Phrase("The well-known text cannot be read: {why}.", why=why)
    if at >= 0:
        message = Phrase(
            "The well-known text cannot be read at character {place} (“{text}”): {why}.",
            place=at + 1,
            text=text[max(0, at - 10) : at + 20],
            why=why,
        )
    return GeographyFault("geography-text", message, _ORDER)


_NO_NUMBER = GeographyFault(
    "geography-finite",
    Phrase("A point has a coordinate that is not a finite number."),
    Phrase("Leave the point out, or give it its place."),
)


def _bad_ring(text: str) -> GeographyFault:
    """The fault of the first ring that does not end where it begins or has too few points."""
    for ring in rings_of(text):
        points = ring.split(",")
        first, last = point_of(points[0]), point_of(points[-1])
        if first != last:
            return GeographyFault(
                "geography-ring",
                Phrase(
                    "A ring of the polygon is not closed: it begins at ({strip}) and ends at ({strip2}).",
                    strip=points[0].strip()[:40],
                    strip2=points[-1].strip()[:40],
                ),
                Phrase("End each ring with the point that it begins with."),
            )
        if len(points) < _LEAST:
            return _few_points(len(points))
    return GeographyFault(
        "geography-ring",
        Phrase("A ring of the polygon is not closed."),
        Phrase("End each ring with the point that it begins with."),
    )


def _few_points(count: int) -> GeographyFault:
    return GeographyFault(
        "geography-ring",
        Phrase("A ring of the polygon has {count} points; four is the least.", count=count),
        Phrase("Give it three corners at least, and its first point once more at its end."),
    )


def _short_rings(geometries: Sequence[Any]) -> dict[int, int]:
    """Positions of the polygons with a ring of too few points, which GEOS takes, and how many these
    are."""
    import numpy as np
    import shapely

    column: Any = np.asarray(geometries, dtype=object)
    flat = np.flatnonzero(np.isin(shapely.get_type_id(column), (3, 6, 7)))  # with polygons in them
    if not len(flat):
        return {}
    members, owners = shapely.get_parts(column[flat], return_index=True)
    parts, places = shapely.get_parts(members, return_index=True)
    rings, within = shapely.get_rings(parts, return_index=True)
    counts = shapely.get_num_coordinates(rings)
    short = np.flatnonzero(counts < _LEAST)
    found = flat[owners[places[within[short]]]].tolist()
    return dict(zip(found, counts[short].tolist(), strict=True))


def read_column(texts: Sequence[str | None]) -> tuple[Sequence[Any], dict[int, ValueFault]]:
    """The geometries of a column (None for an empty value), and the faults by position.

    All texts are parsed at once; those at which that fails or a rule breaks are read one by one,
    which tells what is wrong.
    """
    import numpy as np
    import shapely

    geometries: Any = np.full(len(texts), None, dtype=object)
    present = [place for place, text in enumerate(texts) if text and not text.isspace()]
    if not present:
        return geometries, {}
    stripped = [(texts[place] or "").strip() for place in present]
    odd: Sequence[int] = present
    if _harmless_together(stripped):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            # As objects: numpy would make each text as wide as the longest.
            column = np.array(stripped, dtype=object)
            geometries[present] = shapely.from_wkt(column, on_invalid="ignore")
        unread = [place for place in present if geometries[place] is None]
        odd = [*unread, *_rule_breakers(geometries)]
    faults: dict[int, ValueFault] = {}
    for place in odd:
        geometries[place] = None
        try:
            geometries[place] = read_wkt((texts[place] or "").strip())
        except GeographyFault as fault:
            faults[place] = fault
    return geometries, faults


def check_shapes(
    shapes: Sequence[Any], texts: Sequence[str | None]
) -> tuple[Sequence[Any], dict[int, ValueFault]]:
    """Geometries that a reader has made itself, None where one is at fault, and the faults by
    position. Where it could make none, the text says why."""
    import numpy as np
    import shapely

    geometries: Any = np.array(shapes, dtype=object)
    faults: dict[int, ValueFault] = {}
    for place in np.flatnonzero(shapely.is_missing(geometries)).tolist():
        if text := texts[place]:
            try:
                geometries[place] = read_wkt(text)
            except GeographyFault as fault:
                faults[place] = fault
    for place in _rule_breakers(geometries):
        try:
            _refuse_after_parsing(geometries[place])
        except GeographyFault as fault:
            faults[place] = fault
            geometries[place] = None
    return geometries, faults


def _harmless_together(texts: list[str]) -> bool:
    """Whether GEOS may be given all texts at once: no deep nests, floods of points or curves."""
    joined = "\n".join(texts)
    longest = max(map(len, texts))
    if longest > 2 * MAX_POINTS and max(text.count(",") for text in texts) > 2 * MAX_POINTS:
        return False
    return (
        len(_COLLECTION.findall(joined)) <= MAX_COLLECTIONS
        and "srid" not in joined.lower()
        and not _CURVES.search(joined)
        and not has_controls(joined)
    )


def _rule_breakers(geometries: Sequence[Any]) -> list[int]:
    """Positions of geometries that `_refuse_after_parsing` would refuse."""
    import numpy as np
    import shapely

    there = ~shapely.is_missing(geometries)
    points, owners = shapely.get_coordinates(geometries, return_index=True)
    unfit = shapely.is_empty(geometries) | shapely.has_z(geometries) | shapely.has_m(geometries)
    unfit |= shapely.get_num_coordinates(geometries) > MAX_POINTS
    unfit[owners[~_on_earth(points)]] = True
    unfit[list(_short_rings(geometries))] = True
    return np.flatnonzero(unfit & there).tolist()


def centroids(geometries: Sequence[Any]) -> tuple[list[float], list[float]]:
    """Latitudes and longitudes of many centroids; none of the geometries is None or empty."""
    import shapely

    places = shapely.centroid(geometries)
    return shapely.get_y(places).tolist(), shapely.get_x(places).tolist()


def centroid(geometry: Any) -> tuple[float, float]:
    """(latitude, longitude) of the centroid, on the plane of degrees as SqlGeometry does it."""
    point = geometry.centroid
    return float(point.y), float(point.x)
