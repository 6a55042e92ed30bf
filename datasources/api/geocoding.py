"""Geocoders that a site admin names: where an address is, and what is at a position.

Nominatim's `/search` and `/reverse`, Pelias's `/v1/search` and `/v1/reverse`. What they answer is
read without trusting it; a key never reaches a message.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests

from datasources.phrases import Phrase

log = logging.getLogger("cairn.api")

MOST_BYTES = 1 << 20
_CHUNK = 1 << 14


class Confidence(StrEnum):
    """How sure a geocoder is: of the very building, of the street or so, of the town or less."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Located:
    """A position in degrees (WGS 84), what was found there in words, with its source, and how sure
    that is."""

    latitude: float
    longitude: float
    words: str
    confidence: Confidence


class GeocoderFault(Exception):  # noqa: N818  # "fault" is the word of this product
    """A geocoder that cannot answer just now; the text is for people."""


class Geocoder(Protocol):
    """Says where an address is, and what is at a position."""

    def find(self, address: str) -> Located | None:
        """The best match, None if there is none. Raises GeocoderFault."""

    def name(self, latitude: float, longitude: float) -> Located | None:
        """What is at a position, or nearest to it. Raises GeocoderFault."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A service's address and key, how long it may take (seconds), and how often it may be asked
    (0: no bound); `agent` is the User-Agent."""

    url: str
    key: str = field(repr=False)
    agent: str
    seconds: float
    per_second: float

    def ask(self, path: str, params: Mapping[str, str]) -> Any:
        """The JSON of a path below the address. Raises GeocoderFault."""
        given = {**params, **({"api_key": self.key} if self.key else {})}
        _turns.take(self.url, self.per_second)
        failure = ""
        try:
            return self._read(f"{self.url.rstrip('/')}/{path}", given)
        except requests.Timeout:
            failure = "late"
        except (requests.RequestException, OSError):
            failure = "unreachable"
        except (ValueError, RecursionError):
            failure = "unreadable"
        # Raised outside: the exceptions above hold the URL, and with it a key.
        log.warning("The geocoder at %s: %s.", urlsplit(self.url).hostname, failure)
        raise GeocoderFault(_WORDS[failure])

    def _read(self, url: str, params: Mapping[str, str]) -> Any:
        until = time.monotonic() + self.seconds
        headers = {"User-Agent": self.agent, "Accept": "application/json"}
        with requests.get(
            url,
            params=params,
            headers=headers,
            timeout=self.seconds,
            stream=True,
            allow_redirects=False,
        ) as response:
            if response.status_code == 400:
                return None
            if response.status_code != 200:
                raise requests.RequestException
            body = bytearray()
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > MOST_BYTES:
                    raise ValueError
                if time.monotonic() > until:
                    raise requests.Timeout
            return json.loads(body)


_WORDS = {
    "late": Phrase("The geocoder did not answer in time. Try again later."),
    "unreachable": Phrase(
        "The geocoder could not be reached, or refused to answer. Try again later, or tell a site "
        "admin."
    ),
    "unreadable": Phrase("The geocoder gave an answer that cannot be read. Tell a site admin."),
}


class Turns:
    """Spaces out what is asked of a service, for all threads of this process."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock, self._wait = clock, wait
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}

    def take(self, url: str, per_second: float) -> None:
        if per_second <= 0:
            return
        with self._lock:
            now = self._clock()
            at = max(now, self._free_at.get(url, 0.0))
            self._free_at[url] = at + 1 / per_second
        if at > now:
            self._wait(at - now)


_turns = Turns()


class Nominatim:
    """A `Geocoder` that asks a Nominatim server."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def find(self, address: str) -> Located | None:
        """See `Geocoder.find`."""
        answer = self._remote.ask("search", {"q": address, "format": "jsonv2", "limit": "1"})
        if not answer:
            return None
        return self._located(answer[0] if isinstance(answer, list) else answer)

    def name(self, latitude: float, longitude: float) -> Located | None:
        """See `Geocoder.name`."""
        params = {"lat": str(latitude), "lon": str(longitude), "format": "jsonv2"}
        answer = self._remote.ask("reverse", params)
        if not answer or (isinstance(answer, dict) and "error" in answer):
            return None
        return self._located(answer)

    def _located(self, found: Any) -> Located:
        try:
            rank = int(found.get("place_rank") or 0)
            position = _degrees(found["lat"], found["lon"])
            return Located(*position, f"{found['display_name']} (Nominatim)", _by_rank(rank))
        except (AttributeError, KeyError, TypeError, ValueError):
            raise GeocoderFault(_WORDS["unreadable"]) from None


def _by_rank(rank: int) -> Confidence:
    """Nominatim's ranks: 30 a house or point of interest, 26 and 27 a street, less an area."""
    if rank >= 28:
        return Confidence.HIGH
    return Confidence.MEDIUM if rank >= 25 else Confidence.LOW


class Pelias:
    """A `Geocoder` that asks a Pelias server."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def find(self, address: str) -> Located | None:
        """See `Geocoder.find`."""
        return self._first(self._remote.ask("v1/search", {"text": address, "size": "1"}))

    def name(self, latitude: float, longitude: float) -> Located | None:
        """See `Geocoder.name`."""
        params = {"point.lat": str(latitude), "point.lon": str(longitude), "size": "1"}
        return self._first(self._remote.ask("v1/reverse", params))

    def _first(self, answer: Any) -> Located | None:
        if answer is None:
            return None
        try:
            features = answer["features"]
            if not features:
                return None
            about = features[0]["properties"]
            longitude, latitude = features[0]["geometry"]["coordinates"][:2]
            sure = float(about.get("confidence") or 0)
            position = _degrees(latitude, longitude)
            return Located(*position, f"{about['label']} (Pelias)", _by_share(sure))
        except (AttributeError, KeyError, IndexError, TypeError, ValueError):
            raise GeocoderFault(_WORDS["unreadable"]) from None


def _by_share(sure: float) -> Confidence:
    if sure >= 0.9:
        return Confidence.HIGH
    return Confidence.MEDIUM if sure >= 0.6 else Confidence.LOW


def _degrees(latitude: Any, longitude: Any) -> tuple[float, float]:
    """A position, numbers or texts; ValueError where it is none."""
    pair = float(latitude), float(longitude)
    if not (-90 <= pair[0] <= 90 and -180 <= pair[1] <= 180):  # also where one is no number
        raise ValueError(pair)
    return pair
