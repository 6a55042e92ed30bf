"""An answer for the page: a table, what lies on the map, the body as it came."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from lxml import etree

from datasources.query.places import geographies, shape_of
from datasources.schema import Schema

LONGEST = 160  # characters of a value in the table
LONGEST_TITLE = 2000  # characters of it on hover and in a popup
MOST_COLUMNS = 60
MOST_PLACES = 60_000  # of all shapes on the map; beyond, they are simplified
RAW_SHOWN = 150_000  # characters of the body

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Cell:
    """A value: `kind` is text, number or none; `whole` is what hovering shows."""

    kind: str
    text: str
    whole: str


@dataclass(frozen=True, slots=True)
class Line:
    """An entity in the table; `key` ties it to its mark on the map, "" where it has none."""

    key: str
    entity_id: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """Entities as rows. `left_out` counts columns beyond those that are shown."""

    columns: tuple[str, ...]
    lines: list[Line]
    left_out: int = 0


def table_of(
    entities: Sequence[Row], columns: Sequence[str], ids: Sequence[str], placed: set[str]
) -> Table:
    """The table; `placed` are the keys of those on the map."""
    shown = tuple(columns[:MOST_COLUMNS])
    lines = []
    for place, entity in enumerate(entities):
        key = str(place)
        cells = [cell_of(entity.get(name)) for name in shown]
        entity_id = ids[place] if place < len(ids) else ""
        lines.append(Line(key if key in placed else "", entity_id, cells))
    return Table(shown, lines, len(columns) - len(shown))


def cell_of(value: object) -> Cell:
    """A value as the table shows it."""
    if value is None:
        return Cell("none", "", "")
    if isinstance(value, bool):
        return Cell("text", "true" if value else "false", "")
    if isinstance(value, int | float):
        return Cell("number", str(value), "")
    text = str(value)
    if len(text) <= LONGEST:
        return Cell("text", text, "")
    return Cell("text", text[: LONGEST - 1] + "…", text[:LONGEST_TITLE])


# --- the map ---


def features_of(
    entities: Sequence[Row], ids: Sequence[str], schema: Schema | None
) -> dict[str, Any]:
    """A GeoJSON feature collection: the geography of each entity, or else its location.

    What an entity has in common with a shape (`__IntersectedGeom`) comes first, as it was asked
    for. Shapes of very many points are simplified, for the picture alone.
    """
    names = geographies(entities, schema)
    shapes = [shape_of(entity, names)[0] for entity in entities]
    features = [
        {
            "type": "Feature",
            "properties": {
                "key": str(place),
                "id": ids[place] if place < len(ids) else "",
                "kind": "shown",
            },
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for place, shape in enumerate(_thinned(shapes))
        if shape is not None and not shapely.is_empty(shape)
    ]
    return {"type": "FeatureCollection", "features": features}


def _thinned(shapes: list[Any]) -> list[Any]:
    """The shapes, simplified until all together have few enough points to draw."""
    known = [shape for shape in shapes if shape is not None]
    total = sum(shapely.get_num_coordinates(shape) for shape in known)
    if total <= MOST_PLACES:
        return shapes
    west, south, east, north = shapely.total_bounds(known)
    tolerance = max(east - west, north - south) / 4000 or 1e-6
    while total > MOST_PLACES and math.isfinite(tolerance) and tolerance < 90:
        shapes = [None if shape is None else shapely.simplify(shape, tolerance) for shape in shapes]
        total = sum(shapely.get_num_coordinates(shape) for shape in shapes if shape is not None)
        tolerance *= 4
    return shapes


# --- the body ---


@dataclass(frozen=True, slots=True)
class Raw:
    """The body for reading: `text` is set out anew where it is JSON or XML, and may be cut."""

    text: str
    size: int  # bytes, as it came
    is_cut: bool


def raw_of(body: bytes) -> Raw:
    """The body of an answer, whatever it is."""
    text = _set_out(body) if len(body) <= 4 * RAW_SHOWN else None
    if text is None:
        text = body[: 4 * RAW_SHOWN].decode("utf-8", errors="replace")
    cut = len(text) > RAW_SHOWN or len(body) > 4 * RAW_SHOWN
    return Raw(text[:RAW_SHOWN], len(body), cut)


def _set_out(body: bytes) -> str | None:
    try:
        return json.dumps(json.loads(body.decode("utf-8-sig")), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        pass
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_blank_text=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(body.lstrip(), parser)
        if root.getroottree().docinfo.internalDTD is not None:
            return None
        return str(etree.tostring(root, pretty_print=True, encoding="unicode"))
    except (etree.XMLSyntaxError, ValueError):
        return None
