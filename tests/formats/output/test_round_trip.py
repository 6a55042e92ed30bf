"""XML to any format and back loses nothing but what `losses` names."""

from __future__ import annotations

import math
import re
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from datasources.formats.geopackage import GeoPackageFile
from datasources.formats.output import OutputFormat, losses, write_output
from datasources.schema import EdmType, Property, Schema, Value
from tests.formats.output.back import OWN, read_back
from tests.formats.output.samples import AREAS, POINTS, Entity, entities, through_xml

#: Those that are written or read in a process of their own take some time each.
_DECIMALS = {
    OutputFormat.GEOJSON: 3, OutputFormat.XLSX: 3, OutputFormat.FLATGEOBUF: 3, OutputFormat.PARQUET: 6,
}  # fmt: skip
QUICK = (*OWN, OutputFormat.KML)
SLOW = tuple(format for format in OutputFormat if format not in QUICK)
SCHEMAS = {"points": POINTS, "areas": AREAS}


def write(folder: str, format: OutputFormat, schema: Schema, rows: list[Entity]) -> Path:
    path = Path(folder) / f"shops{format.ending}"
    count = write_output(path, format, schema, through_xml(schema, rows), data_source_name="Shops")
    assert count == len(rows)
    return path


def check(format: OutputFormat, schema: Schema, rows: list[Entity]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(folder, format, schema, rows)
        found = read_back(path, format, schema)
    said = " ".join(losses(format, schema))
    if format is OutputFormat.SHP and schema is AREAS:
        assert "Collections of several geometries are left out" in said
        for row in rows:
            if "COLLECTION" in str(row[-1]):  # has a place only where it has one beside
                found.pop(str(row[0]), None)
        rows = [row for row in rows if "COLLECTION" not in str(row[-1])]
    assert sorted(found) == sorted(str(row[0]) for row in rows)
    for row in rows:
        back = found[str(row[0])]
        for prop, value in zip(schema.properties, row, strict=True):
            if prop.type is not EdmType.GEOGRAPHY and prop.name in back.values:
                expected = _as_held(format, prop, value, said)
                _same(format, prop, back.values[prop.name], expected, said)
            elif prop.type is not EdmType.GEOGRAPHY:
                assert prop.name in ("Latitude", "Longitude"), prop.name
        _same_shape(format, schema, back.shape, _shape(format, schema, row), said)


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
@pytest.mark.parametrize("format", QUICK)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nothing_is_lost_but_what_is_named(
    format: OutputFormat, schema: Schema, data: st.DataObject
) -> None:
    check(format, schema, data.draw(entities(schema)))


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
@pytest.mark.parametrize("format", SLOW)
@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
@given(data=st.data())
def test_nothing_is_lost_but_what_is_named_in_a_gis_format(
    format: OutputFormat, schema: Schema, data: st.DataObject
) -> None:
    check(format, schema, data.draw(entities(schema)))


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=entities(AREAS))
def test_a_geopackage_read_as_our_own_has_the_schema_and_every_value(rows: list[Entity]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(folder, OutputFormat.GEOPACKAGE, AREAS, rows)
        with GeoPackageFile(path) as opened:
            assert opened.schema == AREAS
            back = [row for batch in opened.batches() for row in zip(*batch.columns, strict=True)]
    assert [row[:-1] for row in back] == [row[:-1] for row in rows]
    for (*_, found), (*_, given_) in zip(back, rows, strict=True):
        assert (found is None) == (given_ is None)
        assert found is None or shapely.from_wkt(found).equals_exact(shapely.from_wkt(given_), 0)


def _shape(format: OutputFormat, schema: Schema, row: Entity) -> Any:
    text = row[-1] if schema is AREAS else None
    if isinstance(text, str):
        return shapely.from_wkt(text)
    *_, latitude, longitude = row if schema is POINTS else row[:-1]
    return shapely.Point(longitude, latitude)  # type: ignore[arg-type]


def _as_held(format: OutputFormat, prop: Property, value: Value, said: str) -> Value:
    """What a format makes of a value, where `losses` says that it changes it."""
    if isinstance(value, str) and prop.type is EdmType.DATETIME:
        return _date_as_held(format, value, said)
    if isinstance(value, str):
        return _text_as_held(format, value, said)
    return value


def _date_as_held(format: OutputFormat, value: str, said: str) -> str:
    if format is OutputFormat.SHP:
        assert "dates lose their time" in said
        return f"{value[:10]}T00:00:00Z"
    digits = _DECIMALS.get(format)
    if digits is None or (format is OutputFormat.XLSX and value < "1900-03"):
        return value
    assert re.search("times are kept to the (milli|micro)second|read to the millisecond", said)
    if format is OutputFormat.FLATGEOBUF and value < "1970" and value[17:19] == "59":
        assert "before 1970 those in the last second of a minute to the second" in said
        return f"{value[:19]}Z"
    whole, _, decimals = value[:-1].partition(".")
    kept = decimals[:digits].rstrip("0")
    return f"{whole}.{kept}Z" if kept else f"{whole}Z"


def _text_as_held(format: OutputFormat, value: str, said: str) -> str | None:
    if format is OutputFormat.KML:
        assert "Spaces and line breaks at the beginning and the end" in said
        return value.strip() or None
    if format is OutputFormat.SHP:
        assert "Texts longer than 254 bytes are cut" in said
        cut = value.encode()[:254].decode("utf-8", "ignore")
        assert "spaces around them are dropped" in said
        return cut.strip(" ") or None
    if format is OutputFormat.XLSX and value.isspace():
        assert "a text of spaces alone is an empty cell" in said
        return None
    return value


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text[:26].rstrip("Z") + "+00:00")


def _same(format: OutputFormat, prop: Property, found: Value, expected: Value, said: str) -> None:
    where = (format, prop.name, found, expected)
    if prop.type is EdmType.DATETIME and _DECIMALS.get(format) == 3 and expected is not None:
        apart = _moment(str(found)) - _moment(str(expected))
        assert abs(apart) <= timedelta(milliseconds=1), where
        return
    if isinstance(expected, bool) or expected is None or isinstance(expected, str):
        assert found == expected, where
        return
    if "negative zero" in said and expected == 0:
        assert found == expected, where
        return
    if format is OutputFormat.XLSX:
        assert isinstance(found, int | float), where
        assert math.isclose(found, expected, rel_tol=1e-14), where
        return
    if isinstance(expected, int) and format is OutputFormat.GEOJSON:
        assert float(found) == float(expected), where  # type: ignore[arg-type]
        return
    if isinstance(expected, int):
        assert int(found) == expected, where  # type: ignore[arg-type]
        return
    assert repr(float(found)) == repr(expected), where  # type: ignore[arg-type]  # -0.0 is not 0.0


def _same_shape(format: OutputFormat, schema: Schema, found: Any, expected: Any, said: str) -> None:
    if format in (OutputFormat.SHP, OutputFormat.KML):
        found, expected = _unwrapped(found), _unwrapped(expected)
    assert found is not None, (format, expected.wkt)
    apart = 1e-12 if format is OutputFormat.XLSX else 0  # degrees
    assert shapely.normalize(found).equals_exact(shapely.normalize(expected), apart), (
        format, found.wkt, expected.wkt,
    )  # fmt: skip


def _unwrapped(shape: Any) -> Any:
    parts = getattr(shape, "geoms", None)
    return parts[0] if parts is not None and len(parts) == 1 else shape
