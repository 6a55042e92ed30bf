"""$select: properties, `*`, `__Distance` and `intersection('WKT')`.

Rules: "Query Options" and "Query by Area" of the reference. The answer has the order of $select,
as in the reference's examples.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import shapely

from datasources.phrases import Phrase
from datasources.query.faults import QueryFault, no_property, shown
from datasources.query.model import (
    DISTANCE,
    INTERSECTED,
    AlongRoute,
    AskedFilter,
    BBox,
    NearAddress,
    Nearby,
    NearRoute,
    readable_properties,
)
from datasources.query.spatial import read_shape
from datasources.schema import Property, Schema

PARAMETER = "$select"
MAX_LENGTH = 100_000  # characters

_OPEN = re.compile(r"\s*intersection\s*\(", re.IGNORECASE)
_MEASURED = (Nearby, NearAddress, BBox, NearRoute, AlongRoute)  # from a place of theirs


@dataclass(frozen=True, slots=True)
class Selection:
    """Stored properties, computed columns, and all names in order where the computed aren't last."""

    select: tuple[Property, ...]
    with_distance: bool = False
    intersection: shapely.Geometry | None = None
    fields: tuple[str, ...] = ()


def parse_select(text: str, schema: Schema, spatial: AskedFilter | None) -> Selection:
    """What a $select states; raises QueryFault."""
    readable = readable_properties(schema)
    if not text:
        return Selection(readable)
    if len(text) > MAX_LENGTH:
        raise QueryFault(
            PARAMETER,
            Phrase("The selection has more than {most:,} characters.", most=MAX_LENGTH),
        )
    by_name = {prop.name.lower(): prop for prop in readable}
    by_name.setdefault("entityid", schema.key)
    chosen: dict[str, Property | None] = {}
    shape = None
    for part in split_select(text):
        if _OPEN.match(part):
            if shape is not None:
                raise QueryFault(PARAMETER, Phrase("intersection can be selected once."))
            shape = _shape(part)
            chosen[INTERSECTED] = None
        elif part == "*":
            chosen |= {prop.name: prop for prop in readable if prop.name not in chosen}
        elif part.lower() == DISTANCE.lower():
            # Without a place to measure from there is none to answer, and the map control asks all
            # the same: `*,__Distance` is what it selects by default.
            if isinstance(spatial, _MEASURED):
                chosen[DISTANCE] = None
        elif part.lower() in by_name:
            prop = by_name[part.lower()]
            chosen.setdefault(prop.name, prop)
        else:
            raise no_property(PARAMETER, part, schema)
    select = tuple(prop for prop in chosen.values() if prop is not None)
    computed = [name for name in (DISTANCE, INTERSECTED) if name in chosen]
    natural = [*(prop.name for prop in select), *computed]
    fields = () if list(chosen) == natural else tuple(chosen)
    return Selection(select, DISTANCE in chosen, shape, fields)


def split_select(text: str) -> list[str]:
    """The text cut at its commas, but not at those in parentheses or quotes."""
    parts, start, depth, quoted = [], 0, 0, False
    for at, char in enumerate(text):
        if char == "'":
            quoted = not quoted
        elif not quoted and char in "()":
            depth += 1 if char == "(" else -1
        elif not quoted and depth <= 0 and char == ",":
            parts.append(text[start:at])
            start = at + 1
    parts.append(text[start:])
    return [part.strip() for part in parts]


def _shape(part: str) -> shapely.Geometry:
    """The shape of `intersection('WKT')`; one example of the reference has it without quotes."""
    opening = _OPEN.match(part)
    if opening is None or not part.endswith(")"):
        raise QueryFault(
            PARAMETER,
            Phrase(
                "Expected intersection('WKT') with one shape, longitude before latitude; found {found}.",
                found=shown(part),
            ),
        )
    inside = part[opening.end() : -1].strip()
    if len(inside) > 1 and inside[0] == inside[-1] == "'":
        inside = inside[1:-1].replace("''", "'")
    return read_shape(inside, PARAMETER, "intersection")
