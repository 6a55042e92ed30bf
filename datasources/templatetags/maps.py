"""What an element that becomes a map carries: the addresses of its files, its words."""

from __future__ import annotations

import json

from django import template
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

_FILES = {
    "library": "vendor/maplibre-gl/maplibre-gl.mjs",
    "worker": "vendor/maplibre-gl/maplibre-gl-worker.mjs",
    "topojson": "vendor/topojson-client/topojson-client.min.js",
    "world": "vendor/world-atlas/countries-50m.json",
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
        "nearer": _("Zoom in to see them one by one."),
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


@register.simple_tag
def map_attributes() -> SafeString:
    """The attributes of an element that `openMap` of `static/js/map` may open a map in."""
    values = {name: static(path) for name, path in _FILES.items()}
    values["words"] = json.dumps(map_words(), ensure_ascii=False)
    return format_html_join(" ", 'data-{}="{}"', values.items())
