"""The stack of stones: tiny in the catalogue, large on a data source's page, and as the mark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from datasources.models import Version

register = template.Library()

#: Outlines of stones in a box of 120 by 48, so that no two neighbours look alike.
OUTLINES = (
    "M27 4C48 -1 82 0 99 6c19 8 23 25 10 35-14 8-75 9-93 4C-4 38 2 11 27 4Z",
    "M20 8C38 0 76 -1 96 2c22 4 27 23 15 36-12 11-77 10-95 5C-3 35 2 16 20 8Z",
    "M32 3c21-4 55-3 71 3 20 9 20 26 6 36-16 7-73 6-91 2C-2 37 4 9 32 3Z",
)
SHOWN = 4
PITCH = 5.6  # from stone to stone of the tiny stack, in its square of 24
ORDER = {"staged": 0, "published": 1, "earlier": 2}


@register.simple_tag
def glyph(versions: Iterable[Version]) -> SafeString:
    """The tiny stack of a data source's versions, in any order; retired ones are left out."""
    states = [str(version.state) for version in versions if version.state in ORDER]
    stones = sorted(states, key=lambda state: ORDER.get(state, 9))[:SHOWN]
    top = 12 - PITCH * len(stones) / 2
    rows = [
        (state, 12 - half, f"{top + PITCH * place:.1f}", 2 * half)
        for place, (state, half) in enumerate(zip(stones, _widths(len(stones)), strict=True))
    ]
    drawn = format_html_join(
        "", '<rect class="pebble pebble-{}" x="{}" y="{}" width="{}" height="4.6" rx="2.3"/>', rows
    )
    return format_html(
        '<svg class="glyph" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>',
        glyph_words(states),
        drawn,
    )


def glyph_words(states: Sequence[str]) -> str:
    """What the glyph shows, in words: "1 staged, 1 published, 2 earlier"."""
    counts = {name: sum(1 for state in states if state == name) for name in ORDER}
    words = {
        "staged": gettext("{count} staged"),
        "published": gettext("{count} published"),
        "earlier": gettext("{count} earlier"),
    }
    said = [words[name].format(count=count) for name, count in counts.items() if count]
    return ", ".join(said) or gettext("no versions")


def _widths(count: int) -> list[float]:
    """Half widths of the stones from top to bottom, the lowest the widest."""
    return [round(10.5 - 1.9 * (count - 1 - place), 1) for place in range(count)]


@register.simple_tag
def stone(state: str, place: int, count: int) -> SafeString:
    """One stone of the large stack: `place` from 0 at the top of `count`."""
    scale = 1 - 0.09 * min(count - 1 - place, 4)
    return format_html(
        '<svg class="pebble-large" viewBox="0 0 120 48" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="pebble pebble-{}" transform="translate({} 0) scale({} 1)" d="{}"/></svg>',
        state,
        f"{60 * (1 - scale):.1f}",
        f"{scale:.2f}",
        OUTLINES[place % len(OUTLINES)],
    )
