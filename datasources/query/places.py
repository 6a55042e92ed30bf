"""Where the entities of an answer are: by a geography, or else by latitude and longitude."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import shapely

from datasources.query.model import INTERSECTED
from datasources.schema import EdmType, GeographyFault, Schema, read_wkt

Row = Mapping[str, object]
_WORDS = ("POINT", "LINESTRING", "POLYGON", "MULTI", "GEOMETRYCOLLECTION")


def geographies(rows: Iterable[Row], schema: Schema | None) -> list[str]:
    """The properties that may hold a geography, `__IntersectedGeom` first, as it was asked for.

    Where no schema is known they are told by what they hold.
    """
    if schema is not None:
        named = [prop.name for prop in schema.properties if prop.type is EdmType.GEOGRAPHY]
    else:
        named = [name for row in rows for name, value in row.items() if _is_wkt(value)]
    return list(dict.fromkeys([INTERSECTED, *named]))


def _is_wkt(value: object) -> bool:
    return isinstance(value, str) and value.lstrip().upper().startswith(_WORDS)


def shape_of(row: Row, names: Sequence[str]) -> tuple[Any, str]:
    """The geometry of an entity, None where it has none, and the property that it stands in.

    `names` are those of `geographies`; the property is "" where it is latitude and longitude.
    """
    for name in names:
        value = row.get(name)
        if isinstance(value, str) and value:
            try:
                return read_wkt(value), name
            except GeographyFault:
                continue
    latitude, longitude = _named(row, "latitude"), _named(row, "longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None, ""
    on_earth = -90 <= latitude <= 90 and -180 <= longitude <= 180
    return (shapely.Point(longitude, latitude) if on_earth else None), ""


def _named(row: Row, name: str) -> object:
    return next((value for key, value in row.items() if key.lower() == name), None)
