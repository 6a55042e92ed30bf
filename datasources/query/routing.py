"""The route parameters of nearRoute: avoid, optimize, heading, distanceBeforeFirstTurn, travelMode.

Rules: "Query Near a Route" of the reference, short names (`optmz`, `hd`, `dbft`) among them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from datasources.phrases import Phrase
from datasources.query.faults import QueryFault, shown
from datasources.query.model import RouteOptions

MAX_METRES = 1_000_000

_MODES = {"driving": "Driving", "walking": "Walking"}
_GOALS = {"distance": "distance", "time": "time", "timewithtraffic": "timeWithTraffic"}
_AVOID = {
    "highways": "highways",
    "tolls": "tolls",
    "minimizehighways": "minimizeHighways",
    "minimizetolls": "minimizeTolls",
}


def parse_route_options(params: Mapping[str, str]) -> RouteOptions:
    """What the parameters (lower-case names) say of the route; raises QueryFault.

    Of two words for one road type in `avoid` the stricter counts. `avoid` and
    `distanceBeforeFirstTurn` are for driving: walking leaves them aside.
    """
    mode = _word(params, "travelMode", _MODES, default="driving")
    avoid = {_choice("avoid", part, _AVOID) for part in _parts(params.get("avoid", ""))}
    avoid -= {f"minimize{road}" for road in ("highways", "tolls") if road in avoid}
    turn = _whole(params, "distanceBeforeFirstTurn", "dbft", MAX_METRES)
    driving = mode == "driving"
    return RouteOptions(
        travel_mode=mode,
        optimize=_word(params, "optimize", _GOALS, default="time", short="optmz"),
        avoid=frozenset(avoid if driving else ()),
        heading=_whole(params, "heading", "hd", 359),
        distance_before_first_turn=turn if driving else None,
    )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _given(params: Mapping[str, str], name: str, short: str) -> str:
    return (params.get(name.lower()) or params.get(short, "") or "").strip()


def _word(
    params: Mapping[str, str], name: str, words: Mapping[str, str], *, default: str, short: str = ""
) -> str:
    text = _given(params, name, short)
    return _choice(name, text, words) if text else default


def _choice(name: str, text: str, words: Mapping[str, str]) -> str:
    word = text.lower()
    if word not in words:
        raise QueryFault(
            name,
            Phrase(
                "Expected {names}; found {found}.",
                names=" or ".join(words.values()),
                found=shown(text),
            ),
        )
    return word


def _whole(params: Mapping[str, str], name: str, short: str, highest: int) -> int | None:
    text = _given(params, name, short)
    if not text:
        return None
    number = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else -1
    if not 0 <= number <= highest:
        raise QueryFault(
            name,
            Phrase(
                "Expected a whole number from 0 to {most:,}; found {found}.",
                most=highest,
                found=shown(text),
            ),
        )
    return number
