"""What we write is opened by other makers' tools, with the count, the place and the types."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pyarrow.parquet
import pytest
from python_calamine import CalamineWorkbook

from datasources.formats import FileFault
from datasources.formats.output import OutputFormat, too_many_rows, write_output
from datasources.formats.output.spreadsheet import MAX_ROWS
from datasources.schema import Batch, EdmType, Property, Schema
from tests.formats.output.samples import AREAS, GEOGRAPHIES, POINTS, Entity, batches

needs_ogr = pytest.mark.skipif(
    shutil.which("ogrinfo") is None, reason="ogrinfo (GDAL's tool) is not on this machine"
)
SHOPS: list[Entity] = [
    (f"s{n}", f"Shop {n}", "=1+1", None, 700 + n, 1.5, n % 2 == 0, "2010-11-16T01:19:36Z", 59.5, 10.25)
    for n in range(12)
]  # fmt: skip
GIS = (
    OutputFormat.GEOPACKAGE,
    OutputFormat.GEOJSON,
    OutputFormat.FLATGEOBUF,
    OutputFormat.KML,
    OutputFormat.SHP,
)  # not GeoParquet, which Debian's GDAL can't read: pyarrow does, below


def written(folder: Path, format: OutputFormat, schema: Schema, rows: list[Entity]) -> Path:
    path = folder / f"shops{format.ending}"
    assert write_output(path, format, schema, batches(schema, rows)) == len(rows)
    return path


def areas() -> list[Entity]:
    return [
        (*SHOPS[n][:-2], None, None, text) for n, text in enumerate(GEOGRAPHIES) if "COLL" not in text
    ]  # fmt: skip


def ogrinfo(path: Path, *options: str) -> str:
    opened = f"/vsizip/{path}" if path.suffix == ".zip" else str(path)
    run = subprocess.run(
        ["ogrinfo", "-ro", *options, opened],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if (
        "not able to open" in run.stdout + run.stderr.lower()
        or "unable to open" in run.stdout.lower()
    ):
        raise AssertionError(run.stdout + run.stderr)
    return run.stdout


@needs_ogr
@pytest.mark.parametrize("format", GIS)
def test_gdals_own_tool_opens_it(format: OutputFormat, tmp_path: Path) -> None:
    said = ogrinfo(written(tmp_path, format, POINTS, SHOPS), "-so", "-al")
    assert "Feature Count: 12" in said
    assert "Extent: (10.250000, 59.500000) - (10.250000, 59.500000)" in said
    assert 'GEOGCRS["WGS 84"' in said
    if format is not OutputFormat.KML:  # GDAL's KML driver names no type
        assert "Geometry: Point" in said
    assert "EntityID: String" in said
    assert "Open: Integer" in said
    assert "Area: Real" in said


@needs_ogr
def test_each_kind_of_geometry_is_a_shapefile_of_its_own(tmp_path: Path) -> None:
    path = written(tmp_path, OutputFormat.SHP, AREAS, areas())
    with zipfile.ZipFile(path) as packed:
        stems = {name.partition(".")[0] for name in packed.namelist()}
        assert {name.partition(".")[2] for name in packed.namelist()} == {
            "shp", "shx", "dbf", "prj", "cpg"
        }  # fmt: skip
        assert packed.read("Shops_lines.cpg") == b"UTF-8"
        assert b"GCS_WGS_1984" in packed.read("Shops_lines.prj")
    assert stems == {"Shops_points", "Shops_multipoints", "Shops_lines", "Shops_polygons"}
    said = ogrinfo(path, "-so", "-al")
    assert [line for line in said.splitlines() if line.startswith("Feature Count")].count(
        "Feature Count: 4"
    ) == 1
    assert "OpeningHou: String" in said
    assert "OpeningH_1: String" in said
    assert "Since: Date" in said


@needs_ogr
@pytest.mark.parametrize(
    "format", [OutputFormat.GEOJSON, OutputFormat.FLATGEOBUF, OutputFormat.KML]
)
def test_ogr2ogr_copies_every_geometry(format: OutputFormat, tmp_path: Path) -> None:
    path = written(tmp_path, format, AREAS, areas())
    copy = tmp_path / "copy.geojson"
    subprocess.run(
        ["ogr2ogr", "-f", "GeoJSON", str(copy), str(path)],
        check=True,
        timeout=60,
        capture_output=True,
    )
    features = json.loads(copy.read_text())["features"]
    assert len(features) == len(areas())
    assert all(feature["geometry"] for feature in features)


def test_geojson_is_as_rfc_7946_has_it(tmp_path: Path) -> None:
    path = written(tmp_path, OutputFormat.GEOJSON, AREAS, areas())
    made = json.loads(path.read_text())
    assert made["type"] == "FeatureCollection"
    assert "crs" not in made
    first = made["features"][1]
    assert first["id"] == first["properties"]["EntityID"] == "s1"
    assert first["properties"]["Name"] == "Shop 1"
    ring = first["geometry"]["coordinates"][0]
    area = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring))
    assert area > 0, "the outer ring runs counterclockwise"
    assert (
        json.loads(written(tmp_path, OutputFormat.GEOJSON, POINTS, []).read_text())["features"]
        == []
    )


def test_geoparquet_says_what_its_geometries_are(tmp_path: Path) -> None:
    path = written(tmp_path, OutputFormat.PARQUET, AREAS, areas())
    geo = json.loads(pyarrow.parquet.read_metadata(path).metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    column = geo["columns"][geo["primary_column"]]
    assert geo["primary_column"] == "Layout"
    assert column["encoding"] == "WKB"
    assert set(column["geometry_types"]) >= {"Polygon", "MultiPolygon", "Point", "LineString"}
    assert column["bbox"] == [-180.0, 0.0, 180.0, 10.0]
    table = pyarrow.parquet.read_table(path)
    assert table.num_rows == len(areas())
    assert str(table.schema.field("Since").type) == "timestamp[us, tz=UTC]"


def test_a_workbook_has_real_cells_and_no_formula(tmp_path: Path) -> None:
    path = written(tmp_path, OutputFormat.XLSX, POINTS, SHOPS)
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == ["Shops"]
    head, first, *_ = book.get_sheet_by_name("Shops").to_python()
    assert head == list(POINTS.names)
    values = dict(zip(head, first, strict=True))
    assert values["OpeningHoursOnSundays"] == "=1+1"
    assert values["Open"] == 700
    assert values["IsOpen"] is True
    assert f"{values['Since']:%Y-%m-%d %H:%M:%S}" == "2010-11-16 01:19:36"
    with zipfile.ZipFile(path) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")
        assert "xl/worksheets/_rels/sheet1.xml.rels" not in packed.namelist()


def test_more_entities_than_a_sheet_has_rows_are_refused_beforehand() -> None:
    assert too_many_rows(MAX_ROWS - 1) is None
    fault = too_many_rows(MAX_ROWS)
    assert fault is not None
    assert "A sheet of Excel has 1,048,576 rows; 1,048,576 entities" in fault.problem.message
    assert fault.problem.advice == "Choose CSV or GeoPackage."


def test_a_library_that_fails_ends_the_writing_with_a_reason(tmp_path: Path) -> None:
    wrong = Schema("Shops", (Property("ID", EdmType.STRING, True), *POINTS.properties[-2:]))
    batch = Batch([["1"], ["not a number"], [1.0]], [1], [1])
    for format in (OutputFormat.FLATGEOBUF, OutputFormat.PARQUET):
        with pytest.raises(FileFault) as raised:
            write_output(tmp_path / "x", format, wrong, [batch])
        assert f"The file could not be written as {format.words}" in raised.value.problem.message
        assert "Choose another format" in raised.value.problem.advice
        assert str(tmp_path) not in raised.value.problem.message
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format", OutputFormat)
def test_nothing_is_left_beside_the_file_and_a_stream_is_as_good_as_a_path(
    format: OutputFormat, tmp_path: Path
) -> None:
    path = written(tmp_path, format, POINTS, SHOPS)
    assert list(tmp_path.iterdir()) == [path]
    with (tmp_path / "stream").open("w+b") as stream:
        write_output(stream, format, POINTS, batches(POINTS, SHOPS))
        assert abs(stream.tell() - path.stat().st_size) < 200


@pytest.mark.parametrize("format", OutputFormat)
def test_a_version_without_entities_is_a_file_without_entities(
    format: OutputFormat, tmp_path: Path
) -> None:
    assert written(tmp_path, format, AREAS, []).stat().st_size > 0
