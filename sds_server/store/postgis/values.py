"""Values on their way into PostGIS, as the text of COPY, and back.

Source: PostgreSQL's "COPY", "Text Format": a line a row, tabs between, `\\N` for a null, a backslash
before what would end a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import shapely

from datasources.schema import EdmType, Value
from sds_server.store.postgis.layout import SRID

NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_DATE_LENGTH = len("2026-11-23T08:30:00.0000000")


def stored_date(value: str) -> str:
    """An Edm.DateTime with all seven decimals, so that the text sorts by time."""
    whole = value[:-1]
    return (whole if "." in whole else whole + ".").ljust(_DATE_LENGTH, "0") + "Z"


def date_of(text: str) -> str:
    """A stored date as the value it was: no decimals if they are zero, no trailing zeros."""
    return text[:-1].rstrip("0").rstrip(".") + "Z"


def geography_of(wkb: bytes) -> str:
    """A geometry as WKT (longitude latitude), every digit kept."""
    text: str = shapely.to_wkt(shapely.from_wkb(wkb), rounding_precision=17, trim=True)
    return text


#: Turns what PostgreSQL gives into a `Value`, where the two differ; never asked about a null.
READERS: dict[EdmType, Callable[[Any], Value]] = {
    EdmType.DATETIME: date_of,
    EdmType.GEOGRAPHY: geography_of,
}


def copy_text(columns: Sequence[Iterable[str]]) -> bytes:
    """Rows of COPY, of columns of texts."""
    lines = map("\t".join, zip(*columns, strict=True))
    return ("\n".join(lines) + "\n").encode()


def column_texts(kind: EdmType, values: Sequence[Any]) -> Iterable[str]:
    """A column of values as texts of COPY."""
    return _TEXTS[kind](values)


def _strings(values: Sequence[str | None]) -> Sequence[str]:
    present = [value for value in values if value is not None]
    joined = "".join(present)
    if any(mark in joined for mark in "\\\t\n\r"):
        return [NULL if value is None else value.translate(_ESCAPES) for value in values]
    if len(present) == len(values):
        return present
    return [NULL if value is None else value for value in values]


def _whole(values: Sequence[int | None]) -> Iterable[str]:
    return [NULL if value is None else str(value) for value in values]


def _doubles(values: Sequence[float | None]) -> Iterable[str]:
    # Adding zero makes 0.0 of -0.0: there is one zero, as in a GeoPackage.
    return [NULL if value is None else repr(value + 0.0) for value in values]


def _booleans(values: Sequence[bool | None]) -> Iterable[str]:
    words = {None: NULL, True: "t", False: "f"}
    return map(words.__getitem__, values)


def _dates(values: Sequence[str | None]) -> Iterable[str]:
    return [NULL if value is None else stored_date(value) for value in values]


def _geographies(values: Sequence[str | None]) -> Iterable[str]:
    shapes = shapely.from_wkt(np.array(values, dtype=object))
    texts = shapely.to_wkb(shapely.set_srid(shapes, SRID), hex=True, include_srid=True)
    return [NULL if text is None else text for text in texts]


_TEXTS: dict[EdmType, Callable[[Sequence[Any]], Iterable[str]]] = {
    EdmType.STRING: _strings,
    EdmType.INT64: _whole,
    EdmType.DOUBLE: _doubles,
    EdmType.BOOLEAN: _booleans,
    EdmType.DATETIME: _dates,
    EdmType.GEOGRAPHY: _geographies,
}
