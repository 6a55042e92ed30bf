"""Addresses by Pelias's search."""

from __future__ import annotations

from sds_server.places.model import Place
from sds_server.places.remote import Remote, degrees, odd_answer

_WHAT = "geocoder"


class Pelias:
    """A `Geocoder` that asks `/v1/search` of a Pelias server."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def find(self, address: str) -> Place | None:
        """See `Geocoder.find`."""
        answer = self._remote.ask("v1/search", _WHAT, params={"text": address, "size": "1"})
        if answer.status == 400:
            return None
        try:
            features = answer.body["features"]
            if not features:
                return None
            properties = features[0]["properties"]
            longitude, latitude = features[0]["geometry"]["coordinates"][:2]
            name, layer = properties.get("label") or address, properties.get("layer")
        except (TypeError, KeyError, IndexError, ValueError, AttributeError):
            raise odd_answer(_WHAT) from None
        position = degrees(latitude, longitude, _WHAT)
        return Place(*position, f"{name} ({f'{layer}, ' if layer else ''}Pelias)")
