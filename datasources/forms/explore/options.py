"""From a form in order to the query it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datasources.api import query as ask
from datasources.api.query import QueryOptions, SpatialFilter
from datasources.forms.explore.names import ORDERS
from datasources.query.filter import MAX_LIST
from datasources.query.model import DISTANCE, RouteOptions
from datasources.query.write import quoted_text
from datasources.schema import EdmType, Schema

if TYPE_CHECKING:
    from datasources.forms.explore.form import ExploreForm


def options_of(form: ExploreForm) -> QueryOptions:
    """The query; of the published version, until somebody says otherwise."""
    data = form.cleaned_data
    common = data["common"].strip()
    names = [name.strip() for name in data["select"].split(",") if name.strip()]
    format = data["format"] or "json"
    if form.found_by == "id":
        select = ask.selection(names, common_with=common)
        return QueryOptions(entity_id=data["entity"], select=select, format=format)
    if data["distance"]:
        names = [*(names or ["*"]), DISTANCE]
    return QueryOptions(
        spatial_filter=_spatial(form),
        route=_route(form),
        filter=_filter(form),
        select=ask.selection(names, common_with=common),
        orderby=_order(form),
        top=_top(form),
        skip=data["skip"] or None,
        inlinecount=data["count"] != "none",
        format=format,
    )


def _filter(form: ExploreForm) -> str:
    if form.found_by == "filter":
        return form.filter_state.text
    first = (form.asked_part - 1) * MAX_LIST
    return filter_of_ids(form, form.all_ids[first : first + MAX_LIST])


def filter_of_ids(form: ExploreForm, ids: list[str]) -> str:
    """The filter that finds entities by their IDs, 50 at most."""
    key = form.schema.key.name if form.schema else "EntityID"
    return f"{key} in ({','.join(map(quoted_text, ids))})"


def _top(form: ExploreForm) -> int | None:
    """Entities a page: never fewer than the IDs that are asked for."""
    top: int | None = form.cleaned_data["top"]
    if form.found_by != "ids":
        return top
    return max(top or 0, min(len(form.all_ids), MAX_LIST))


def _spatial(form: ExploreForm) -> SpatialFilter | None:
    data = form.cleaned_data
    match form.placed_by:
        case "near":
            return ask.nearby(data["lat"], data["lon"], data["km"])
        case "address":
            return ask.nearby_address(_tidy(data["place"]), data["km"])
        case "box":
            return ask.bbox(data["south"], data["west"], data["north"], data["east"])
        case "shape":
            return ask.intersects(data["wkt"].strip())
        case "route":
            return ask.near_route(_tidy(data["start"]), _tidy(data["end"]))
    return None


def _tidy(address: str) -> str:
    """An address in one line, as the service reads it."""
    return " ".join(address.split())


def _route(form: ExploreForm) -> RouteOptions:
    if form.placed_by != "route":
        return ask.ANY_ROUTE
    data = form.cleaned_data
    driving = data["travel"] != "walking"  # who walks turns at once, and on no motorway
    return RouteOptions(
        travel_mode=data["travel"] or "driving",
        optimize=data["optimize"] or "time",
        avoid=frozenset(data["avoid"] if driving else ()),
        heading=data["heading"],
        distance_before_first_turn=data["turn"] if driving else None,
    )


def _order(form: ExploreForm) -> str:
    data = form.cleaned_data
    chosen = [(data[name].strip(), data[way]) for name, way in ORDERS if data[name].strip()]
    return ",".join(f"{name}{_direction(form.schema, name, way)}" for name, way in chosen)


def _direction(schema: Schema | None, name: str, way: str) -> str:
    if way == "desc":
        return " desc"
    place = schema.index(name) if schema else None
    # Of Booleans, without a word, those that are true come first.
    is_boolean = (
        schema is not None
        and place is not None
        and schema.properties[place].type is EdmType.BOOLEAN
    )
    return " asc" if is_boolean else ""
