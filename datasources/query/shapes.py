"""`intersection('WKT')` of $select: what entities have in common with a shape."""

from __future__ import annotations

from typing import Any

import shapely


def common_parts(shape: Any, geometries: Any) -> list[str | None]:
    """What each geometry has in common with a shape, as WKT; None where that is nothing.

    Edges are straight lines in degrees, not geodesics. `geometries` may hold None.
    """
    try:
        found = shapely.intersection(shape, geometries)
    except shapely.errors.GEOSException:
        # A stored polygon that crosses itself may have no answer; its mended form has one.
        found = shapely.intersection(shape, shapely.make_valid(geometries))
    texts = shapely.to_wkt(found, rounding_precision=17, trim=True)
    return [
        None if text is None or empty else str(text)
        for text, empty in zip(texts, shapely.is_empty(found), strict=True)
    ]
