"""Addresses by Nominatim's search, OpenStreetMap's geocoder."""

from __future__ import annotations

from sds_server.places.model import Place
from sds_server.places.remote import Remote, degrees, odd_answer

_WHAT = "geocoder"


class Nominatim:
    """A `Geocoder` that asks `/search` of a Nominatim server."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def find(self, address: str) -> Place | None:
        """See `Geocoder.find`."""
        answer = self._remote.ask(
            "search", _WHAT, params={"q": address, "format": "jsonv2", "limit": "1"}
        )
        if answer.status == 400:
            return None
        if answer.status != 200 or not isinstance(answer.body, list):
            raise odd_answer(_WHAT)
        if not answer.body:
            return None
        first = answer.body[0]
        if not isinstance(first, dict):
            raise odd_answer(_WHAT)
        latitude, longitude = degrees(first.get("lat"), first.get("lon"), _WHAT)
        name, kind = first.get("display_name") or address, first.get("addresstype")
        return Place(latitude, longitude, f"{name} ({f'{kind}, ' if kind else ''}Nominatim)")
