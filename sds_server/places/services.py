"""The geocoder and the router that the settings name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sds_server.places.gazetteer import Gazetteer
from sds_server.places.locate import Services
from sds_server.places.model import Geocoder, Router
from sds_server.places.nominatim import Nominatim
from sds_server.places.osrm import Osrm
from sds_server.places.pelias import Pelias
from sds_server.places.remember import RememberedPlaces, RememberedRoutes
from sds_server.places.remote import Remote
from sds_server.places.valhalla import Valhalla

GEOCODERS = ("names", "nominatim", "pelias", "none")
ROUTERS = ("none", "osrm", "valhalla")


def services() -> Services:
    """The services of this process, made once for the settings as they are."""
    return _services(
        settings.SDS_GEOCODER,
        settings.SDS_GEOCODER_URL,
        settings.SDS_GEOCODER_KEY,
        settings.SDS_GEOCODER_PER_SECOND,
        settings.SDS_ROUTER,
        settings.SDS_ROUTER_URL,
        settings.SDS_ROUTER_KEY,
        settings.SDS_LOOKUP_SECONDS,
        Path(settings.SDS_DATA_DIR) / "places",
    )


@cache
def _services(
    geocoder: str,
    geocoder_url: str,
    geocoder_key: str,
    per_second: float,
    router: str,
    router_url: str,
    router_key: str,
    seconds: float,
    folder: Path,
) -> Services:
    agent = f"Cairn ({settings.SITE_URL})"
    return Services(
        _geocoder(geocoder, Remote(geocoder_url, geocoder_key, agent, seconds), per_second, folder),
        _router(router, Remote(router_url, router_key, agent, seconds)),
    )


def _geocoder(word: str, remote: Remote, per_second: float, folder: Path) -> Geocoder | None:
    match word:
        case "none":
            return None
        case "names":
            return Gazetteer(folder)
        case "nominatim":
            found: Geocoder = Nominatim(remote)
        case "pelias":
            found = Pelias(remote)
        case _:
            raise ImproperlyConfigured(f"SDS_GEOCODER is one of {', '.join(GEOCODERS)}.")
    return RememberedPlaces(found, per_second=per_second, patience=remote.seconds)


def _router(word: str, remote: Remote) -> Router | None:
    match word:
        case "none":
            return None
        case "osrm":
            return RememberedRoutes(Osrm(remote))
        case "valhalla":
            return RememberedRoutes(Valhalla(remote))
        case _:
            raise ImproperlyConfigured(f"SDS_ROUTER is one of {', '.join(ROUTERS)}.")
