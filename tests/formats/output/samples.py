"""Entities that are hard to write, and strategies that make more of them."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from hypothesis import strategies as st

from datasources.formats import InputFormat, open_entities
from datasources.formats.output import OutputFormat, write_output
from datasources.schema import Batch, EdmType, Property, Schema, Value, check_batch

Entity = tuple[Value, ...]

_ATTRIBUTES = (
    Property("EntityID", EdmType.STRING, is_key=True),
    Property("Name", EdmType.STRING),
    Property("OpeningHoursOnSundays", EdmType.STRING),
    Property("OpeningHoursOnMondays", EdmType.STRING),
    Property("Open", EdmType.INT64),
    Property("Area", EdmType.DOUBLE),
    Property("IsOpen", EdmType.BOOLEAN),
    Property("Since", EdmType.DATETIME),
)
_LOCATION = (Property("Latitude", EdmType.DOUBLE), Property("Longitude", EdmType.DOUBLE))

#: Entities at a latitude and longitude.
POINTS = Schema("Shops", (*_ATTRIBUTES, *_LOCATION))
#: Entities with a geography, a latitude and longitude, or both.
AREAS = Schema("Shops", (*_ATTRIBUTES, *_LOCATION, Property("Layout", EdmType.GEOGRAPHY)))

_NASTY: list[Entity] = [
    ("plain", "Oslo", "9–17", "9–18", 700, 1.5, True, "2010-11-16T01:19:36Z"),
    ("empty", None, None, None, None, None, None, None),
    ("quotes", 'He said "no"', '"', "''", 0, 0.0, False, "1970-01-01T00:00:00Z"),
    ("lines", "one\ntwo", "a\tb", "a|b,c;d", 1, -0.0, True, "1969-12-31T23:59:59.123Z"),
    ("formula", "=1+1", "+1", "-1", -1, 1e300, False, "1900-02-28T12:00:00Z"),
    ("formula2", "@SUM(A1)", "http://example.com", "0042", 2**53 + 1, 1e-300, None, None),
    ("signs", "a < b & c", "]]>", "100%", 2**63 - 1, 0.1 + 0.2, True, "0001-01-01T00:00:00Z"),
    ("low", "None", "NULL", "nan", -(2**63), -1 / 3, False, "9999-12-31T23:59:59Z"),
    ("emoji", "𝄞 🗺 𠜎", "é" * 127 + "é", "x" * 2560, 10**17, 123456789.125, None, None),
    ("seven", "NaT", "true", "1e5", 12, 5.0, True, "1815-06-18T11:35:00.1234567Z"),
    ("early", " a", "\t", " ", 4, 3.5, True, "0586-07-29T16:20:59.106Z"),
    ("sixty", "a", "b", "c", 4, 3.5, True, "1973-12-31T22:59:59.999999Z"),
    ("_x0041_", "_x000D_", "a_x0041_b", "_", 3, 2.5, None, "2026-11-24T07:30:00.5Z"),
]  # fmt: skip
_PLACES: list[tuple[float, float]] = [
    (59.91, 10.75), (0.0, 0.0), (-0.0, -0.0), (90.0, 180.0), (-90.0, -180.0), (1 / 3, -2 / 3),
]  # fmt: skip
GEOGRAPHIES: list[str] = [
    "POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0), (2 2, 2 4, 4 4, 4 2, 2 2))",
    "POLYGON ((0 0, 0 10, 10 10, 10 0, 0 0))",
    "MULTIPOLYGON (((170 0, 180 0, 180 10, 170 10, 170 0)), ((-180 0, -170 0, -170 10, -180 10, -180 0)))",
    "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))",
    "LINESTRING (179.5 1, -179.5 2.25, 0.1 0.3)",
    "MULTILINESTRING ((0 0, 1 1), (2 2, 3.0000001 3))",
    "POINT (1.1 2.2)",
    "MULTIPOINT (1 2, 3 4)",
    "MULTIPOINT (5 6)",
    "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1))",
]

# No control characters (no schema takes them), no surrogates, no "<" (HTML is refused).
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff<")
    | st.sampled_from("\t\n\"|, ;&'"),
    min_size=1,
)
_DATES = st.datetimes().map(lambda moment: re.sub(r"(\.\d*?)0+$", r"\1", moment.isoformat()) + "Z")
_ROWS = st.tuples(
    st.none() | TEXT,
    st.none() | TEXT,
    st.none() | TEXT,
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.booleans(),
    st.none() | _DATES,
)
_PLACE = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@st.composite
def entities(draw: st.DrawFn, schema: Schema) -> list[Entity]:
    """The hard ones, and some more; every ID once."""
    rows = [*_NASTY, *((f"g{n}", *row) for n, row in enumerate(draw(st.lists(_ROWS, max_size=12))))]
    made: list[Entity] = []
    for number, row in enumerate(rows):
        place = _PLACES[number] if number < len(_PLACES) else draw(_PLACE)
        if schema is POINTS:
            made.append((*row, *place))
        elif number % 3 == 2:
            made.append((*row, *place, None))
        else:
            # Some have a place beside their geography.
            made.append((*row, *place, GEOGRAPHIES[number % len(GEOGRAPHIES)]))
    return made


def batches(schema: Schema, rows: Sequence[Entity], size: int = 7) -> list[Batch]:
    """Typed entities in batches."""
    made = []
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        numbers = range(start + 1, start + 1 + len(part))
        made.append(Batch(list(zip(*part, strict=True)), numbers, numbers))
    return made


def through_xml(schema: Schema, rows: Sequence[Entity]) -> list[Batch]:
    """The entities as they are read from XML, which is how the service gives them."""
    stream = io.BytesIO()
    write_output(stream, OutputFormat.XML, schema, batches(schema, rows), data_source_name="Shops")
    read = []
    with open_entities(stream, InputFormat.XML, batch_size=7) as reader:
        assert reader.schema == schema
        for raw in reader:
            checked = check_batch(schema, raw)
            assert not checked.problems
            read.append(checked.batch)
    return read
