"""The base map: its settings page, and the tiles of the embedded one."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.audit.record import record
from dashboard.people.access import AuthedRequest
from datasources.archive.tiles import Tile
from datasources.archive.tiles.arrays import DamagedArrays
from datasources.archive.tiles.world import World
from datasources.forms.base_map import BaseMapForm
from datasources.models import BaseMap
from datasources.views.map_data import TILE_TYPE
from datasources.views.render import render_page
from datasources.views.upload import go

WORLD = "vendor/world/world.tiles"
FOR_ALL = "public, max-age=31536000, immutable"


@require_http_methods(["GET", "HEAD", "POST"])
def base_map(request: AuthedRequest) -> HttpResponse:
    """What lies under every map of the site, and a map that shows it."""
    chosen = BaseMap.chosen()
    before = {"kind": chosen.kind, "url": chosen.url}
    given = request.POST if request.method == "POST" else None
    form = BaseMapForm(given, instance=chosen)
    if given is not None and form.is_valid():
        made = form.save()
        record(
            "base_map.change",
            actor=request.user,
            target=str(made),
            detail={"url": made.url, "before": before},
            request=request,
        )
        messages.success(request, _("The base map is changed."))
        return go(request, reverse("base_map"))
    context = {"nav_section": "settings", "form": form}
    status = 200 if given is None else 422
    return render_page(request, "datasources/accounts/base_map.html", context, status=status)


# --- the embedded one: public data, for everybody ---


def world_path() -> Path:
    """Where the tiles lie that `manage.py frontend` made."""
    return Path(settings.STATICFILES_DIRS[0]) / WORLD


@lru_cache(maxsize=1)
def world_stamp() -> str:
    """What changes in the tiles' address when they do; empty where there are none."""
    try:
        return hashlib.sha256(world_path().read_bytes()).hexdigest()[:12]
    except OSError:
        return ""


@lru_cache(maxsize=1)
def _world() -> World:
    return World(world_path())


@require_safe
def world_tile(request: HttpRequest, stamp: str, z: int, x: int, y: int) -> HttpResponse:
    """A tile of land, borders and names; an empty one where there is only water."""
    tile = Tile(z, x, y)
    if stamp != world_stamp() or not stamp or not tile.is_there:
        return HttpResponse(status=404, content_type="text/plain")
    try:
        body = _world().tile(tile)
    except (OSError, DamagedArrays):
        return HttpResponse(status=404, content_type="text/plain")
    answer = HttpResponse(body or b"", content_type=TILE_TYPE)
    if body and "gzip" in request.headers.get("Accept-Encoding", ""):
        answer["Content-Encoding"] = "gzip"
    elif body:
        answer.content = gzip.decompress(body)
    answer["Cache-Control"] = FOR_ALL
    answer["Vary"] = "Accept-Encoding"
    return answer
