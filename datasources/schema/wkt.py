"""Where the rings of polygons stand in a well-known text, good or not."""

from __future__ import annotations

import re
from collections.abc import Iterator

_POLYGON = re.compile(r"POLYGON\s*(?:Z\s*|M\s*|ZM\s*)?\(", re.IGNORECASE)
#: What stands in the innermost parentheses: of a polygon, the points of a ring.
RING = re.compile(r"\(([^()]*)\)")


def polygons_of(text: str) -> Iterator[tuple[int, int]]:
    """Where the parentheses of each polygon, or of a multipolygon, begin and end."""
    at = 0
    while found := _POLYGON.search(text, at):
        depth, at = 1, found.end()
        while depth and at < len(text):
            depth += (text[at] == "(") - (text[at] == ")")
            at += 1
        yield found.end(), at


def rings_of(text: str) -> Iterator[str]:
    """The points of each ring, with their commas."""
    for begin, end in polygons_of(text):
        for ring in RING.finditer(text, begin, end):
            yield ring[1]


def point_of(text: str) -> list[float] | str:
    """The numbers of a point, to be compared; the text itself if it has others than numbers."""
    try:
        return list(map(float, text.split()))
    except ValueError:
        return text
