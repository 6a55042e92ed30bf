"""The rings of a shapefile's polygon: which are outer, and in which the holes lie.

In a shapefile outer rings run clockwise and holes the other way round, in any order. A file in
which all rings run anticlockwise was written by a program that did not care: there the rings that
lie in an odd number of others are the holes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datasources.formats.outlines import Outline

_AT_ONCE = 64  # holes that are looked for at a time


class RingFault(Exception):  # noqa: N818  # "fault" is the word of this product
    """The shape cannot be read."""


def polygon(edges: Any, coordinates: Any) -> Any:
    """The polygon or multipolygon of rings, which lie in `coordinates` from edge to edge.

    RingFault where a ring is not closed or has fewer than four points, or a number is not finite.
    """
    import numpy as np
    import shapely

    begins, ends = edges[:-1], edges[1:] - 1
    if (ends - begins < 3).any() or (coordinates[begins] != coordinates[ends]).any():
        raise RingFault
    if not np.isfinite(coordinates).all():
        raise RingFault
    if len(begins) == 1:
        return shapely.polygons(coordinates)
    try:
        return _of_rings(edges, coordinates)
    except shapely.errors.GEOSException:
        raise RingFault from None


def open_polygon(edges: Any, coordinates: Any) -> Outline:
    """The outline of rings of which `polygon` makes none: open ones stay open, and holes lie in the
    rings around them as they would if these were closed."""
    import numpy as np
    import shapely

    rings = np.split(coordinates, edges[1:-1])
    closed = [
        ring if (ring[0] == ring[-1]).all() else np.concatenate([ring, ring[:1]]) for ring in rings
    ]
    try:
        made = polygon(np.cumsum([0, *map(len, closed)]), np.concatenate(closed))
    except RingFault:
        return Outline("POLYGON", rings)
    as_given = {one.tobytes(): ring for one, ring in zip(closed, rings, strict=True)}
    parts = [
        Outline(
            "POLYGON",
            [
                as_given[shapely.get_coordinates(ring).tobytes()]
                for ring in (part.exterior, *part.interiors)
            ],
        )
        for part in shapely.get_parts(made)
    ]
    return parts[0] if len(parts) == 1 else Outline("MULTIPOLYGON", parts)


def _of_rings(edges: Any, coordinates: Any) -> Any:
    import numpy as np
    import shapely

    begins, ends = edges[:-1], edges[1:] - 1
    owners = np.repeat(np.arange(len(begins)), ends - begins + 1)
    rings = shapely.linearrings(coordinates, indices=owners)
    clockwise = _turn(edges, coordinates) <= 0
    outer, inner = np.flatnonzero(clockwise), np.flatnonzero(~clockwise)
    if not len(outer):
        outer, inner = _by_depth(rings)
    return _assembled(rings, outer, inner)


def _turn(edges: Any, coordinates: Any) -> Any:
    """Twice the area of each ring, positive where it runs anticlockwise."""
    import numpy as np

    x, y = (coordinates - coordinates[0]).T
    with np.errstate(invalid="ignore", over="ignore"):
        cross = np.append(x[:-1] * y[1:] - x[1:] * y[:-1], 0.0)
        cross[edges[1:-1] - 1] = 0.0  # from the end of a ring to the start of the next
        return np.add.reduceat(cross, edges[:-1])


def _by_depth(rings: Any) -> tuple[Any, Any]:
    """Outer and inner rings, told from how many others each lies in."""
    import numpy as np

    depth = np.zeros(len(rings), dtype=int)
    every = np.arange(len(rings))
    for place, _ in _containing(rings, every, every):
        depth[place] += 1
    odd = depth % 2 == 1
    return np.flatnonzero(~odd), np.flatnonzero(odd)


def _assembled(rings: Any, outer: Any, inner: Any) -> Any:
    """Each hole put into the smallest outer ring that it lies in; one that lies in none is an
    outer ring itself."""
    import shapely

    # The smallest comes last, and stays.
    shell_of = dict(_containing(rings, outer, inner))
    holes: dict[int, list[int]] = {}
    for hole, shell in shell_of.items():
        holes.setdefault(shell, []).append(hole)
    shells = [*outer.tolist(), *(place for place in inner.tolist() if place not in shell_of)]
    parts = [shapely.polygons(rings[place], holes=rings[holes.get(place, [])]) for place in shells]
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def _containing(rings: Any, outer: Any, inner: Any) -> Iterator[tuple[int, int]]:
    """Pairs of (inner, outer) ring where a point within the one lies in the other, which is larger;
    for each inner ring the largest outer first."""
    import numpy as np
    import shapely

    filled = shapely.polygons(rings)
    areas = shapely.area(filled)
    tree = shapely.STRtree(filled[outer])
    for start in range(0, len(inner), _AT_ONCE):
        chosen = inner[start : start + _AT_ONCE]
        points = shapely.point_on_surface(filled[chosen])
        hits, others = tree.query(points, predicate="intersects")
        within, around = chosen[hits], outer[others]
        order = np.argsort(-areas[around], kind="stable")
        for hole, shell in zip(within[order].tolist(), around[order].tolist(), strict=True):
            if areas[shell] > areas[hole]:
                yield hole, shell
