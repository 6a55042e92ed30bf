"""The limits of polygons in KML files and shapefiles, from "Geocode and Data Source Limits"."""

from __future__ import annotations

from datasources.formats.faults import file_fault
from datasources.schema import MAX_POINTS, ValueFault


class PolygonLimits:
    """Counts the entities that are polygons; None is no limit."""

    def __init__(self, polygons: int | None = None, points: int | None = MAX_POINTS) -> None:
        self._most = polygons
        self.points = points
        self._count = 0

    def add(self, points: int, row: int, line: int = 0) -> ValueFault | None:
        """Take in a polygon (with all its parts and holes); gives its fault if it has too many
        points. FileFault past the number of polygons."""
        self._count += 1
        if self._most is not None and self._count > self._most:
            raise file_fault(
                "too-many-polygons",
                f"The file has more than {self._most:,} polygons, which is the most that the plan "
                "allows in KML and shapefiles.",
                "Split the file: the first part complete, the others incremental. Or choose an "
                "account with a larger plan.",
                row=row,
                line=line or None,
            )
        if self.points is None or points <= self.points:
            return None
        return ValueFault(
            "polygon-points",
            f"The polygon has {points:,} points; {self.points:,} is the most.",
            "Simplify it, or split it into several entities.",
        )
