"""How values lie in a GeoPackage: dates that sort, geometries as blobs, and back.

Edm.DateTime is kept as ISO text with three decimals, the form of the standard, and with up to
seven only where a value has them. Compared without the final `Z` (see `sortable`) the text sorts
by time, whatever the number of decimals.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from datasources.formats.geopackage.layout import SRS, quoted
from datasources.schema import EdmType, Value

_POINT = np.dtype(
    [("head", "S4"), ("srs", "<i4"), ("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")]
)
_ENVELOPE = struct.Struct("<2sBBi4d")
_NO_ENVELOPE = struct.Struct("<2sBBi")
_ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}


def point_blobs(longitudes: Sequence[float], latitudes: Sequence[float]) -> list[bytes]:
    """GeoPackage blobs of points, little-endian, without envelope (29 bytes each)."""
    points = np.empty(len(longitudes), dtype=_POINT)
    # Version 0, flags: little-endian. Trailing zero bytes of "S4" are kept in the buffer.
    points["head"] = b"GP\x00\x01"
    points["srs"], points["order"], points["kind"] = SRS, 1, 1
    points["x"], points["y"] = longitudes, latitudes
    blobs: list[bytes] = points.view(f"V{_POINT.itemsize}").tolist()
    return blobs


def geometry_blobs(
    texts: Sequence[Value],
) -> tuple[list[bytes | None], npt.NDArray[np.float64]]:
    """GeoPackage blobs of WKT texts with their envelopes, and their bounds.

    Bounds are rows of min x, max x, min y, max y; NaN for a null or an empty geometry.
    """
    geometries = shapely.from_wkt(np.array(texts, dtype=object))
    bodies = shapely.to_wkb(geometries, byte_order=1, flavor="iso")
    bounds = shapely.bounds(geometries)[:, [0, 2, 1, 3]]
    empty = np.isnan(bounds[:, 0])
    blobs: list[bytes | None] = []
    for body, box, is_empty in zip(bodies, bounds.tolist(), empty.tolist(), strict=True):
        if body is None:
            blobs.append(None)
        elif is_empty:
            blobs.append(_NO_ENVELOPE.pack(b"GP", 0, 0b10001, SRS) + body)
        else:
            blobs.append(_ENVELOPE.pack(b"GP", 0, 0b00011, SRS, *box) + body)
    return blobs, bounds


def wkb_of(blob: bytes) -> bytes:
    """The WKB inside a GeoPackage blob."""
    return blob[8 + _ENVELOPE_BYTES[(blob[3] >> 1) & 0b111] :]


def wkt_of(blob: bytes | None) -> str | None:
    """A GeoPackage blob as WKT (longitude latitude), every digit kept."""
    if blob is None:
        return None
    text: str = shapely.to_wkt(shapely.from_wkb(wkb_of(blob)), rounding_precision=17, trim=True)
    return text


def stored_date(value: Any) -> str | None:
    """`…T10:00:00Z` as `…T10:00:00.000Z`; more than three decimals stay as they are."""
    if value is None:
        return None
    text: str = value
    if len(text) == 20:
        return text[:19] + ".000Z"
    return text[:-1].ljust(23, "0") + "Z"


def date_of(text: str | None) -> str | None:
    """A stored date as the value it was: no decimals if they are zero, no trailing zeros."""
    if text is None:
        return None
    if text.endswith(".000Z"):
        return text[:19] + "Z"
    return text[:-1].rstrip("0").rstrip(".") + "Z"


def sortable(column: str) -> str:
    """SQL for a date column in a form that sorts by time."""
    return f"rtrim({quoted(column)}, 'Z')"


def _boolean(value: Any) -> bool | None:
    return None if value is None else bool(value)


#: Turns what SQLite gives into a `Value`, where the two differ.
READERS: dict[EdmType, Callable[[Any], Value]] = {
    EdmType.BOOLEAN: _boolean,
    EdmType.DATETIME: date_of,
}
