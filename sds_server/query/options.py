"""The parameters of a query URL, read into a `Query`.

Rules: "Query Options" of the reference. Parameters that are not of the Query API (`clientApi`,
`jsonp`, the key) are left to others; an empty one counts as not given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from datasources.schema import EdmType, Property, Schema
from sds_server.query.faults import QueryFault, shown
from sds_server.query.filter import parse_filter
from sds_server.query.model import (
    DEFAULT_TOP,
    DISTANCE,
    MAX_TOP,
    BBox,
    Nearby,
    OrderKey,
    Query,
    SpatialFilter,
    readable_properties,
)
from sds_server.query.spatial import parse_spatial

MAX_ORDER = 3
MAX_SKIP = 2**31 - 1
_ORDER = re.compile(r"\s*(\w+)(?:\s+(asc|desc))?\s*", re.IGNORECASE)
_FLAGS = {"1": True, "true": True, "0": False, "false": False, "": False}


def parse_query(params: Mapping[str, str], schema: Schema, entity_id: str | None = None) -> Query:
    """The query that a URL's parameters state about entities of a schema.

    `params` has lower-case names. With an `entity_id` (from the path) the parameters that choose,
    order or count entities are not looked at. Raises QueryFault.
    """
    values = {name: text.strip() for name, text in params.items()}
    staging = parse_staging(values)
    spatial = None
    if entity_id is None and values.get("spatialfilter"):
        spatial = parse_spatial(values["spatialfilter"])
    select, with_distance = _select(values.get("$select", ""), schema, spatial)
    if entity_id is not None:
        return Query(select, entity_id=entity_id, staging=staging)
    where = parse_filter(values["$filter"], schema) if values.get("$filter") else None
    order = _order(values.get("$orderby", ""), schema, spatial)
    if order and spatial is None and where is None:
        raise QueryFault(
            "$orderby", "$orderby needs a spatialFilter or a $filter beside it; neither was given."
        )
    return Query(
        select=select,
        where=where,
        spatial=spatial,
        order=order,
        with_distance=with_distance,
        top=_whole(values.get("$top", ""), "$top", DEFAULT_TOP, MAX_TOP),
        skip=_whole(values.get("$skip", ""), "$skip", 0, MAX_SKIP),
        count=_count(values.get("$inlinecount", "")),
        staging=staging,
    )


def parse_staging(params: Mapping[str, str]) -> bool:
    """Whether the staged version is meant; `isStaging` and `isStaged` are both taken."""
    for name, spelling in (("isstaging", "isStaging"), ("isstaged", "isStaged")):
        text = params.get(name, "").strip().lower()
        if text not in _FLAGS:
            raise QueryFault(spelling, f"Expected 1 or 0, true or false; found {shown(text)}.")
        if _FLAGS[text]:
            return True
    return False


def _select(
    text: str, schema: Schema, spatial: SpatialFilter | None
) -> tuple[tuple[Property, ...], bool]:
    readable = readable_properties(schema)
    if not text:
        return readable, False
    if re.match(r"\s*intersection\s*\(", text, re.IGNORECASE):
        raise QueryFault(
            "$select",
            "intersection(…) is not available on this server. Use "
            "spatialFilter=intersects('WKT') to find the entities.",
        )
    by_name = {prop.name.lower(): prop for prop in readable}
    by_name.setdefault("entityid", schema.key)
    chosen: set[str] = set()
    with_distance = False
    for part in (piece.strip() for piece in text.split(",")):
        if part == "*":
            chosen.update(prop.name for prop in readable)
        elif part.lower() == DISTANCE.lower():
            with_distance = True
        elif part.lower() in by_name:
            chosen.add(by_name[part.lower()].name)
        else:
            raise _no_property("$select", part, schema)
    if with_distance and not isinstance(spatial, Nearby | BBox):
        raise QueryFault(
            "$select", f"{DISTANCE} can be selected with a nearby or bbox spatialFilter only."
        )
    return tuple(prop for prop in readable if prop.name in chosen), with_distance


def _order(text: str, schema: Schema, spatial: SpatialFilter | None) -> tuple[OrderKey, ...]:
    if not text:
        return ()
    parts = text.split(",")
    if len(parts) > MAX_ORDER:
        raise QueryFault(
            "$orderby",
            f"At most {MAX_ORDER} properties can be ordered by; found {len(parts)}.",
        )
    return tuple(_order_key(part, schema, spatial) for part in parts)


def _order_key(part: str, schema: Schema, spatial: SpatialFilter | None) -> OrderKey:
    match = _ORDER.fullmatch(part)
    if match is None:
        raise QueryFault(
            "$orderby",
            f"Expected a property, with desc or asc after it if wanted; found {shown(part)}.",
        )
    name, descending = match[1].lower(), (match[2] or "").lower() == "desc"
    if name in ("latitude", "longitude"):
        raise QueryFault("$orderby", f"{match[1]} can't be ordered by.")
    if name == DISTANCE.lower():
        if not isinstance(spatial, BBox):
            raise QueryFault(
                "$orderby",
                f"{DISTANCE} can be ordered by with a bbox spatialFilter only; nearby answers in "
                "the order of distance by itself.",
            )
        return OrderKey(None, descending)
    index = schema.index(name)
    if index is None and name != "entityid":
        raise _no_property("$orderby", match[1], schema)
    prop = schema.key if index is None else schema.properties[index]
    if prop.type is EdmType.GEOGRAPHY:
        raise QueryFault("$orderby", f"{prop.name} is Edm.Geography, which has no order.")
    return OrderKey(prop, descending)


def _no_property(parameter: str, name: str, schema: Schema) -> QueryFault:
    names = schema.names
    return QueryFault(
        parameter,
        f"The entity type {schema.entity_type} has no property {shown(name)}. It has: "
        f"{', '.join(names[:20])}{', …' if len(names) > 20 else ''}.",
    )


def _whole(text: str, parameter: str, default: int, highest: int) -> int:
    if not text:
        return default
    number = int(text) if re.fullmatch(r"\+?[0-9]{1,12}", text) else -1
    if not 0 <= number <= highest:
        raise QueryFault(
            parameter, f"Expected a whole number from 0 to {highest:,}; found {shown(text)}."
        )
    return number


def _count(text: str) -> bool:
    if text.lower() not in ("", "none", "allpages"):
        raise QueryFault("$inlinecount", f"Expected allpages or none; found {shown(text)}.")
    return text.lower() == "allpages"
