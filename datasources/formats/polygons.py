"""The limits of polygons in KML files and shapefiles, from "Geocode and Data Source Limits"."""

from __future__ import annotations

from datasources.phrases import Phrase
from datasources.schema import MAX_POINTS, Problem


class PolygonLimits:
    """Counts the entities that are polygons; None is no limit."""

    def __init__(self, polygons: int | None = None, points: int | None = MAX_POINTS) -> None:
        self._most = polygons
        self._points = points
        self._count = 0

    def add(self, points: int, column: str, row: int, line: int = 0) -> Problem | None:
        """Take in a polygon (with all its parts and holes), which stands in `column`; gives what is
        wrong if it has too many points, or is past the number of polygons, which aborts a load."""
        self._count += 1
        if self._most is not None and self._count > self._most:
            return Problem(
                "too-many-polygons",
                Phrase(
                    "The file has more than {most:,} polygons, which is the most that the plan allows in KML and shapefiles.",
                    most=self._most,
                ),
                Phrase(
                    "Split the file: the first part complete, the others incremental. Or choose an account with a larger plan."
                ),
                row=row,
                line=line or None,
                column=column,
                fatal=True,
            )
        if self._points is None or points <= self._points:
            return None
        return Problem(
            "polygon-points",
            Phrase(
                "The polygon has {count:,} points; {most:,} is the most.",
                count=points,
                most=self._points,
            ),
            Phrase("Simplify it, or split it into several entities."),
            row=row,
            line=line or None,
            column=column,
        )
