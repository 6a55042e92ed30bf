"""A query URL as people find it in code and logs, read into the explorer's address."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from django.utils.translation import gettext as _

from datasources.api import ServiceError
from datasources.api.query import plain_number
from datasources.forms.explore.names import ORDERS
from datasources.models import Account
from datasources.phrases.told import told
from datasources.query import QueryFault
from datasources.query.model import DISTANCE, BBox, NearAddress, Nearby, NearRoute
from datasources.query.routing import parse_route_options
from datasources.query.selecting import split_select
from datasources.query.spatial import parse_spatial
from datasources.views.explore.target import place_of

LONGEST = 60_000  # characters
_BY_ID = re.compile(r"\(\s*'((?:[^']|'')*)'\s*\)\s*$")
_QUOTED = re.compile(r"[^']*'((?:[^']|'')*)'[^']*", re.DOTALL)
_COMMON = re.compile(r"\s*intersection\s*\((.*)\)\s*", re.DOTALL | re.IGNORECASE)
_TRUE = ("1", "true")

Pairs = dict[str, str]


def address_in(account: Account, url: str) -> str:
    """The explorer's address of a query URL. A key in it is left out.

    Raises ServiceError for a URL that is none of the account's service, or that cannot be read.
    """
    if len(url) > LONGEST:
        raise _unreadable(_("it is too long"))
    parts = urlsplit("".join(url.split("\n")).strip())
    path = unquote(parts.path)
    by_id = _BY_ID.search(path)
    bare = parts._replace(path=path[: by_id.start()] if by_id else path, query="", fragment="")
    place = place_of(account, bare.geturl())
    given = {name.lower(): value for name, value in parse_qsl(parts.query)}
    pairs: Pairs = {"at": place.url}
    if given.get("isstaging", given.get("isstaged", "")).lower() in _TRUE:
        pairs["version"] = "staged"
    if by_id:
        pairs |= {"find": "id", "entity": by_id[1].replace("''", "'")}
    elif given.get("$filter"):
        pairs["filter"] = given["$filter"]
    try:
        listed = _placed(given)
    except QueryFault as fault:
        raise _unreadable(told(fault.words)) from None
    pairs |= _selected(given.get("$select", "")) | _ordered(given.get("$orderby", ""))
    for name in ("top", "skip"):
        if given.get(f"${name}"):
            pairs[name] = given[f"${name}"]
    if given.get("$inlinecount", "none").lower() != "allpages":
        pairs["count"] = "none"
    if given.get("$format", "atom").lower() != "json":
        pairs["format"] = "atom"
    return urlencode([*pairs.items(), *listed])


def _unreadable(why: str) -> ServiceError:
    words = _("This URL cannot be read as a query: %(why)s") % {"why": why}
    return ServiceError(words, code="unreadable", sent=False)


def _placed(given: Pairs) -> list[tuple[str, str]]:
    """Where to look; names may stand several times."""
    text = given.get("spatialfilter", "")
    if not text:
        return []
    match parse_spatial(text):
        case Nearby(latitude, longitude, km):
            named = {"lat": latitude, "lon": longitude, "km": km}
            return [("where", "near"), *_numbers(named)]
        case NearAddress(address, km):
            return [("where", "address"), ("place", address), ("km", plain_number(km))]
        case BBox(south, west, north, east):
            named = {"south": south, "west": west, "north": north, "east": east}
            return [("where", "box"), *_numbers(named)]
        case NearRoute(start, end):
            return _routed(start, end, given)
        case _:
            inside = _QUOTED.fullmatch(text)
            wkt = inside[1].replace("''", "'") if inside else ""
            return [("where", "shape"), ("wkt", wkt)]


def _numbers(named: dict[str, float]) -> list[tuple[str, str]]:
    return [(name, plain_number(value)) for name, value in named.items()]


def _routed(start: str, end: str, given: Pairs) -> list[tuple[str, str]]:
    way = parse_route_options(given)
    pairs = [("where", "route"), ("start", start), ("end", end), ("travel", way.travel_mode)]
    pairs += [("optimize", way.optimize), *(("avoid", road) for road in sorted(way.avoid))]
    if way.heading is not None:
        pairs.append(("heading", str(way.heading)))
    if way.distance_before_first_turn is not None:
        pairs.append(("turn", str(way.distance_before_first_turn)))
    return pairs


def _selected(text: str) -> Pairs:
    pairs: Pairs = {}
    names = []
    for part in split_select(text) if text else []:
        common = _COMMON.fullmatch(part)
        if common:
            pairs["common"] = common[1].strip().strip("'").replace("''", "'")
        elif part.lower() == DISTANCE.lower():
            pairs["distance"] = "on"
        elif part:
            names.append(part)
    if names and names != ["*"]:
        pairs["select"] = ",".join(names)
    return pairs


def _ordered(text: str) -> Pairs:
    pairs: Pairs = {}
    for part, (name, way) in zip(filter(None, text.split(",")), ORDERS, strict=False):
        words = part.split()
        if words:
            pairs[name] = words[0]
            if words[1:] and words[1].lower() == "desc":
                pairs[way] = "desc"
    return pairs
