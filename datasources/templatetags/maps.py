"""What an element that becomes a map carries: the addresses of its files, its base map, its words."""

from __future__ import annotations

import json
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import RequestContext
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dashboard.origins import let_page_ask
from datasources.models import BaseMap, BaseMapKind
from datasources.views.base_map import world_stamp

register = template.Library()

_FILES = {
    "library": "vendor/maplibre-gl/maplibre-gl.mjs",
    "worker": "vendor/maplibre-gl/maplibre-gl-worker.mjs",
    "font": "vendor/inter/inter-latin-wght-normal.woff2",
}


def map_words() -> dict[str, str]:
    """What the map itself says, by the names that `static/js/map` knows it by."""
    return {
        "zoomIn": _("Zoom in"),
        "zoomOut": _("Zoom out"),
        "extent": _("Show everything"),
        "fullScreen": _("Full screen"),
        "leaveFullScreen": _("Leave full screen"),
        "close": _("Close"),
        "attribution": _("Sources of the map"),
        "scrollHelp": _("Hold Ctrl and scroll to zoom the map"),
        "scrollHelpMac": _("Hold ⌘ and scroll to zoom the map"),
        "touchHelp": _("Move the map with two fingers"),
        "noBase": _("The base map could not be loaded. The data is shown without it."),
        "noMap": _("The map could not be drawn. The table lists the same entities."),
        "gone": _("This version is no longer kept here: what is drawn may not be complete."),
        "trouble": _("Part of the map could not be loaded. Move the map to try again."),
        "entity": _("entity"),
        "entities": _("entities"),
        "here": _("%(count)s entities here"),
        "samePlace": _("They are at the same place; the table lists them."),
        "points": _("Points"),
        "lines": _("Lines"),
        "polygons": _("Polygons"),
        "collections": _("Collections"),
        "geography": _("Geography"),
        "noValue": _("No value"),
        "emptyText": _("(empty text)"),
        "others": _("Others"),
        "yes": _("Yes"),
        "no": _("No"),
        "findNone": _("No entity has that in its ID or its texts."),
        "findSlow": _("Not found in the time there is. Write more of it."),
        "findFailed": _("The search could not be made. Try again."),
        "tableFailed": _("The table could not be loaded. Move the map to try again."),
        "noEntity": _("This version has no entity with the ID %(key)s."),
        "noLocations": _("No entity of this version has a location."),
    }


@register.simple_tag(takes_context=True)
def map_attributes(context: RequestContext) -> SafeString:
    """The attributes of an element that `openMap` of `static/js/map` may open a map in."""
    values = {name: static(path) for name, path in _FILES.items()}
    values["base"] = json.dumps(_base(_chosen(context)), ensure_ascii=False)
    values["words"] = json.dumps(map_words(), ensure_ascii=False)
    return format_html_join(" ", 'data-{}="{}"', values.items())


@register.simple_tag(takes_context=True)
def let_map_ask(context: RequestContext) -> str:
    """Lets the page ask the hosts of the base map; for the head of every page that may show one."""
    let_page_ask(context["request"], _chosen(context).origins)
    return ""


def _chosen(context: RequestContext) -> BaseMap:
    """The site's base map, asked for once a page."""
    request: HttpRequest = context["request"]
    if not hasattr(request, "base_map"):
        request.base_map = BaseMap.chosen()  # type: ignore[attr-defined]
    chosen: BaseMap = request.base_map  # type: ignore[attr-defined]
    return chosen


def _base(chosen: BaseMap) -> dict[str, Any]:
    """A base map as `static/js/map/base.js` takes it; without `url` there is none to be had."""
    if chosen.kind == BaseMapKind.EMBEDDED:
        stamp = world_stamp()
        address = reverse("world_tile", args=[stamp, 0, 0, 0]) if stamp else ""
        return {
            "kind": chosen.kind,
            "url": address.replace("/0/0/0.mvt", "/{z}/{x}/{y}.mvt"),
            "attribution": "Natural Earth",
        }
    return {
        "kind": chosen.kind,
        "url": chosen.url,
        "attribution": chosen.attribution,
        "maxZoom": chosen.max_zoom,
    }
