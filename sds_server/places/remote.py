"""Asking a geocoder or router over HTTP, and reading what it answers without trusting it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely

from sds_server.outgoing import JsonAnswer, OutgoingFault, fetch_json
from sds_server.places.model import PlacesFault

MAX_POINTS = 500_000  # of a route


@dataclass(frozen=True, slots=True)
class Remote:
    """A service an administrator has named: its address, key and how long it may take (seconds)."""

    url: str
    key: str = field(repr=False)
    agent: str
    seconds: float

    def ask(
        self, path: str, what: str, *, params: Mapping[str, str] | None = None, post: Any = None
    ) -> JsonAnswer:
        """The answer of a path below the address; PlacesFault (503) if there is none.

        `what` is the word for the service in messages. An answer that tells of too many requests,
        a refused key or a failure of the service is none.
        """
        given = dict(params or {})
        if self.key:
            given["api_key"] = self.key
        try:
            answer = fetch_json(
                f"{self.url.rstrip('/')}/{path}",
                params=given,
                post=post,
                agent=self.agent,
                seconds=self.seconds,
            )
        except OutgoingFault as fault:
            raise unavailable(what, str(fault)) from None
        if answer.status in (401, 403):
            raise unavailable(what, "refused this server")
        if answer.status == 429:
            raise unavailable(what, "was asked too often")
        if answer.status >= 500:
            raise unavailable(what, f"answered {answer.status}")
        return answer


def unavailable(what: str, failure: str) -> PlacesFault:
    return PlacesFault(f"The {what} that this server asks {failure}. Try again later.", 503)


def odd_answer(what: str) -> PlacesFault:
    """503 for an answer that isn't in the form the service documents."""
    return unavailable(what, "gave an answer that can't be read")


def degrees(latitude: Any, longitude: Any, what: str) -> tuple[float, float]:
    """A position of an answer, numbers or texts, checked."""
    try:
        pair = float(latitude), float(longitude)
    except (TypeError, ValueError):
        raise odd_answer(what) from None
    if not (-90 <= pair[0] <= 90 and -180 <= pair[1] <= 180):  # also where one is no number
        raise odd_answer(what)
    return pair


def line_of(points: Sequence[Sequence[float]], what: str) -> shapely.LineString:
    """A route of longitude-latitude pairs, checked; a route of one point stays at it."""
    if not 1 <= len(points) <= MAX_POINTS:
        raise odd_answer(what)
    pairs = []
    for point in points:
        if not isinstance(point, list | tuple) or len(point) < 2:
            raise odd_answer(what)
        latitude, longitude = degrees(point[1], point[0], what)
        pairs.append((longitude, latitude))
    if len(pairs) == 1:
        pairs *= 2
    return shapely.LineString(pairs)


def decoded(text: Any, decimals: int, what: str) -> list[tuple[float, float]]:
    """Longitude-latitude pairs of an encoded polyline, latitude first in it."""
    if not isinstance(text, str):
        raise odd_answer(what)
    numbers: list[int] = []
    value = shift = 0
    for char in text:
        bits = ord(char) - 63
        if not 0 <= bits < 64 or shift > 60:
            raise odd_answer(what)
        value |= (bits & 31) << shift
        shift += 5
        if bits < 32:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if shift or len(numbers) % 2:
        raise odd_answer(what)
    scale, pairs = math.pow(10, decimals), []
    latitude = longitude = 0
    for at in range(0, len(numbers), 2):
        latitude += numbers[at]
        longitude += numbers[at + 1]
        pairs.append((longitude / scale, latitude / scale))
    return pairs
