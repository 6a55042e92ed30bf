"""System checks of the settings that name a geocoder and a router."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from sds_server.places.services import GEOCODERS, ROUTERS


@register
def lookups_are_named_whole(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """A geocoder or router of a kind that there is, at an address."""
    found: list[CheckMessage] = []
    for name, kinds in (("SDS_GEOCODER", GEOCODERS), ("SDS_ROUTER", ROUTERS)):
        kind, url = getattr(settings, name), getattr(settings, f"{name}_URL")
        if kind not in kinds:
            found.append(
                Error(
                    f'{name} is "{kind}", which is no kind that there is.',
                    hint=f"Set it to one of {', '.join(kinds)}.",
                    id="cairn.E011",
                )
            )
        elif kind not in ("names", "none") and urlsplit(url).scheme not in ("http", "https"):
            found.append(
                Error(
                    f"{name} is {kind}, but {name}_URL does not say where it is.",
                    hint=f"Set {name}_URL to its http or https address.",
                    id="cairn.E012",
                )
            )
    return found
