"""The embedded geocoder: the place names of `datasources.gazetteer`, as the server answers them.

It knows no streets: an address with a street is found by its town, and the answer's `matched` says
so.
"""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

from datasources import gazetteer
from sds_server.places.model import Place, PlacesFault

log = logging.getLogger("cairn.sds.places")


class Gazetteer:
    """A `Geocoder` of place names; its file is kept in a folder. For any number of threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = gazetteer.Gazetteer(folder)

    def find(self, address: str) -> Place | None:
        """See `Geocoder.find`. Of places of one name the most populous is taken."""
        try:
            town = self._names.find(address)
        except (OSError, sqlite3.Error):
            log.exception("The file of place names in %s can't be made or read.", self._folder)
            raise PlacesFault(
                "The names of places can't be looked up just now. Try again later.", 503
            ) from None
        if town is None:
            return None
        words = f"{town.name} (GeoNames {town.id}, town centre)"
        if not town.is_exact:
            words += f", read from '{address}'"
        elif not town.is_whole:
            words += f", for '{address}'"
        return Place(town.latitude, town.longitude, words)
