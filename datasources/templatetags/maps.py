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
    }


@register.simple_tag
def map_attributes() -> SafeString:
    """The attributes of an element that `openMap` of `static/js/map` may open a map in."""
    values = {name: static(path) for name, path in _FILES.items()}
    values["words"] = json.dumps(map_words(), ensure_ascii=False)
    return format_html_join(" ", 'data-{}="{}"', values.items())
