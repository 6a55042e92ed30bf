"""The parameters of a query URL, read into a `Query`.

Rules: "Query Options" of the reference. Parameters that are not of the Query API (`clientApi`,
`jsonp`, the key) are left to others; an empty one counts as not given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from datasources.phrases import Phrase
from datasources.query.faults import QueryFault, no_property, shown
from datasources.query.filter import parse_filter
from datasources.query.model import (
    DEFAULT_TOP,
    DISTANCE,
    MAX_TOP,
    MAX_TOP_ROUTE,
    AskedFilter,
    BBox,
    NearAddress,
    Nearby,
    NearRoute,
    OrderKey,
    Query,
)
from datasources.query.routing import parse_route_options
from datasources.query.selecting import parse_select
from datasources.query.spatial import parse_spatial
from datasources.schema import EdmType, Schema

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
    if isinstance(spatial, NearRoute):
        spatial = replace(spatial, options=parse_route_options(values))
    chosen = parse_select(values.get("$select", ""), schema, spatial)
    if entity_id is not None:
        return Query(
            chosen.select,
            entity_id=entity_id,
            intersection=chosen.intersection,
            fields=chosen.fields,
            staging=staging,
        )
    where = parse_filter(values["$filter"], schema) if values.get("$filter") else None
    order = _order(values.get("$orderby", ""), schema, spatial)
    if order and spatial is None and where is None:
        raise QueryFault(
            "$orderby",
            Phrase("$orderby needs a spatialFilter or a $filter beside it; neither was given."),
        )
    most = MAX_TOP_ROUTE if isinstance(spatial, NearRoute) else MAX_TOP
    top = _whole(values.get("$top", ""), "$top", DEFAULT_TOP, MAX_SKIP)
    return Query(
        select=chosen.select,
        where=where,
        spatial=spatial,
        order=order,
        with_distance=chosen.with_distance,
        intersection=chosen.intersection,
        fields=chosen.fields,
        top=min(
            top, most
        ),  # who asks for more gets as much as there is to get, and goes on by $skip
        skip=_whole(values.get("$skip", ""), "$skip", 0, MAX_SKIP),
        count=_count(values.get("$inlinecount", "")),
        staging=staging,
    )


def parse_staging(params: Mapping[str, str]) -> bool:
    """Whether the staged version is meant; `isStaging` and `isStaged` are both taken."""
    for name, spelling in (("isstaging", "isStaging"), ("isstaged", "isStaged")):
        text = params.get(name, "").strip().lower()
        if text not in _FLAGS:
            raise QueryFault(
                spelling,
                Phrase("Expected 1 or 0, true or false; found {found}.", found=shown(text)),
            )
        if _FLAGS[text]:
            return True
    return False


def _order(text: str, schema: Schema, spatial: AskedFilter | None) -> tuple[OrderKey, ...]:
    if not text:
        return ()
    parts = text.split(",")
    if len(parts) > MAX_ORDER:
        raise QueryFault(
            "$orderby",
            Phrase(
                "At most {most} properties can be ordered by; found {count}.",
                most=MAX_ORDER,
                count=len(parts),
            ),
        )
    keys = tuple(_order_key(part, schema, spatial) for part in parts)
    # What is alike stays in the order that nearby has without $orderby, as in the page's examples.
    return (*keys, OrderKey(None)) if isinstance(spatial, Nearby | NearAddress) else keys


def _order_key(part: str, schema: Schema, spatial: AskedFilter | None) -> OrderKey:
    match = _ORDER.fullmatch(part)
    if match is None:
        raise QueryFault(
            "$orderby",
            Phrase(
                "Expected a property, with desc or asc after it if wanted; found {found}.",
                found=shown(part),
            ),
        )
    name, word = match[1].lower(), (match[2] or "").lower()
    if name in ("latitude", "longitude"):
        raise QueryFault("$orderby", Phrase("{property} can't be ordered by.", property=match[1]))
    if name == DISTANCE.lower():
        if not isinstance(spatial, BBox):
            raise QueryFault(
                "$orderby",
                Phrase(
                    "{distance} can be ordered by with a bbox spatialFilter only; nearby answers in the order of distance by itself.",
                    distance=DISTANCE,
                ),
            )
        return OrderKey(None, word == "desc")
    index = schema.index(name)
    if index is None and name != "entityid":
        raise no_property("$orderby", match[1], schema)
    prop = schema.key if index is None else schema.properties[index]
    if prop.type is EdmType.GEOGRAPHY:
        raise QueryFault(
            "$orderby",
            Phrase("{property} is Edm.Geography, which has no order.", property=prop.name),
        )
    if prop.type is EdmType.BOOLEAN and not word:
        return OrderKey(prop, True)  # "Query by Property": those that are so come first
    return OrderKey(prop, word == "desc")


def _whole(text: str, parameter: str, default: int, highest: int) -> int:
    if not text:
        return default
    number = int(text) if re.fullmatch(r"\+?[0-9]{1,12}", text) else -1
    if not 0 <= number <= highest:
        raise QueryFault(
            parameter,
            Phrase(
                "Expected a whole number from 0 to {most:,}; found {found}.",
                most=highest,
                found=shown(text),
            ),
        )
    return number


def _count(text: str) -> bool:
    if text.lower() not in ("", "none", "allpages"):
        raise QueryFault(
            "$inlinecount", Phrase("Expected allpages or none; found {found}.", found=shown(text))
        )
    return text.lower() == "allpages"
