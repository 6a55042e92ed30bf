"""The geocoder that the settings name, for people who look for missing locations."""

from __future__ import annotations

import logging
import sqlite3
from functools import cache
from pathlib import Path

from django.conf import settings

from datasources.api.geocoding import (
    Confidence,
    Geocoder,
    GeocoderFault,
    Located,
    Nominatim,
    Pelias,
    Remote,
)
from datasources.gazetteer import Gazetteer
from datasources.phrases import Phrase

log = logging.getLogger("cairn.jobs")
FAR = 5.0  # kilometres from a town's centre beyond which its name says little


class Names:
    """A `Geocoder` of the embedded place names, which know towns and no streets."""

    def __init__(self, folder: Path) -> None:
        self._names = Gazetteer(folder)

    def find(self, address: str) -> Located | None:
        """See `Geocoder.find`. Never more than "medium": it is the town's centre."""
        try:
            town = self._names.find(address)
        except (OSError, sqlite3.Error):
            raise _unusable() from None
        if town is None:
            return None
        is_sure = town.is_whole and town.is_exact
        sure = Confidence.MEDIUM if is_sure else Confidence.LOW
        words = Phrase("{name}, town centre (GeoNames)", name=town.name)
        return Located(town.latitude, town.longitude, words, sure)

    def name(self, latitude: float, longitude: float) -> Located | None:
        """See `Geocoder.name`: the nearest town."""
        try:
            found = self._names.nearest(latitude, longitude)
        except (OSError, sqlite3.Error):
            raise _unusable() from None
        if found is None:
            return None
        town, km = found
        sure = Confidence.MEDIUM if km <= FAR else Confidence.LOW
        return Located(town.latitude, town.longitude, town.name, sure)


def _unusable() -> GeocoderFault:
    log.exception("The file of place names can't be made or read.")
    return GeocoderFault(Phrase("The names of places cannot be looked up just now."))


def geocoder() -> Geocoder | None:
    """The geocoder of this process; None where the admin has turned it off."""
    return _geocoder(
        settings.SDS_GEOCODER,
        settings.SDS_GEOCODER_URL,
        settings.SDS_GEOCODER_KEY,
        settings.SDS_GEOCODER_PER_SECOND,
        settings.SDS_LOOKUP_SECONDS,
        settings.DATA_DIR / "places",
    )


@cache
def _geocoder(
    word: str, url: str, key: str, per_second: float, seconds: float, folder: Path
) -> Geocoder | None:
    if word == "none":
        return None
    if word == "names":
        return Names(folder)
    remote = Remote(url, key, f"Cairn ({settings.SITE_URL})", seconds, per_second)
    return Pelias(remote) if word == "pelias" else Nominatim(remote)
