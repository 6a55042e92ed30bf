"""Hostile and damaged imports: each ends with a fault that says what to do."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from datasources.formats import (
    FileFault,
    ImportFormat,
    check_mapping,
    open_import,
    suggest_mapping,
    survey,
)
from datasources.formats.imports.drivers import DRIVERS
from datasources.formats.imports.process import environment
from datasources.formats.mapping import Mapping
from tests.formats.files import gzipped, zipped_as
from tests.formats.imports.looking import (
    DATA,
    entities,
    fault,
    feature,
    geojson,
    look,
    notes,
    point,
)

GEOJSON, SEQ, GML, GPX = (
    ImportFormat.GEOJSON,
    ImportFormat.GEOJSONSEQ,
    ImportFormat.GML,
    ImportFormat.GPX,
)
WHOLE = {
    "clinics.geojson": GEOJSON,
    "clinics_bng.fgb": ImportFormat.FLATGEOBUF,
    "clinics_bng.parquet": ImportFormat.PARQUET,
    "clinics_bng.gdb.zip": ImportFormat.FILEGDB,
    "clinics_bng.gml": GML,
    "clinics_bng_tab.zip": ImportFormat.MAPINFO,
    "clinics_bng_mif.zip": ImportFormat.MAPINFO,
    "clinics.gpx": GPX,
    "clinics.xlsx": ImportFormat.XLSX,
    "clinics.ods": ImportFormat.ODS,
    "clinics_bng.gpkg.gz": ImportFormat.GPKG,
}
CUT: dict[str, str | tuple[str, ...]] = {
    "zip": "The zip file is damaged and cannot be unpacked.",
    "gz": "The compressed file ends too early.",
    "xlsx": "The zip file is damaged and cannot be unpacked.",
    "ods": "The zip file is damaged and cannot be unpacked.",
    "parquet": "The Parquet file has no end: what says where its columns are stands there.",
    "gml": "the XML is not well-formed",
    "gpx": "the XML is not well-formed",
    "geojson": "The file cannot be read as GeoJSON: Failed to read GeoJSON data",
    "fgb": ("FlatGeobuf", "The file says that it has 12 rows, and "),
}


@pytest.mark.parametrize("share", [0.95, 0.6, 0.3])
@pytest.mark.parametrize("name", WHOLE)
def test_a_truncated_file_is_refused(name: str, share: float) -> None:
    whole = (DATA / name).read_bytes()
    problem = fault(io.BytesIO(whole[: int(len(whole) * share)]), WHOLE[name])
    said = CUT[name.rsplit(".", 1)[1]]
    assert any(one in problem.message for one in ((said,) if isinstance(said, str) else said))
    assert problem.advice


def test_a_truncated_geopackage_says_so() -> None:
    import gzip

    whole = gzip.decompress((DATA / "clinics_bng.gpkg.gz").read_bytes())
    problem = fault(io.BytesIO(whole[:50_000]), ImportFormat.GPKG)
    assert problem.message == "The GeoPackage is shorter than its head says."


@pytest.mark.parametrize("name", ["clinics.geojsonl", "clinics.geojsons"])
def test_a_truncated_sequence_loses_its_last_record_and_says_which(name: str) -> None:
    whole = (DATA / name).read_bytes()
    good, problems = entities(io.BytesIO(whole[:-40]), SEQ)
    assert len(good) == 11
    (problem,) = problems
    assert (problem.rule, problem.row) == ("json", 12)
    assert problem.message.startswith("The record is no JSON at character")


def test_a_broken_record_in_the_middle_costs_that_record() -> None:
    lines = [json.dumps(feature(point(1, 2), ID=str(number))) for number in range(4)]
    lines[1] = '{"type": "FeatureCollection", "features": []}'
    lines[2] = "{]"
    good, problems = entities(io.BytesIO("\n".join(lines).encode()), SEQ)
    assert [one["ID"] for one in good] == ["0", "3"]
    assert [(one.rule, one.line) for one in problems] == [("json-feature", 2), ("json", 3)]


@pytest.mark.parametrize("format", list(ImportFormat), ids=str)
def test_an_empty_file_and_a_web_page_are_named(format: ImportFormat) -> None:
    assert fault(io.BytesIO(b""), format).message == "The file is empty."
    page = io.BytesIO(b"<!DOCTYPE html>\n<html><body>Sign in</body></html>")
    assert fault(page, format).rule in ("html-file", "wrong-format")


@pytest.mark.parametrize("format", list(ImportFormat), ids=str)
def test_noise_crashes_no_reader(format: ImportFormat) -> None:
    noise = bytes(range(256)) * 40
    assert fault(io.BytesIO(noise), format).rule == "wrong-format"


# Other files and the network.

VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{path}</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)


@pytest.mark.parametrize("format", DRIVERS, ids=str)
def test_gdal_has_the_one_driver_and_no_other(format: ImportFormat) -> None:
    code = "import pyogrio; print('|'.join(sorted(pyogrio.list_drivers())))"
    made = subprocess.run(
        [sys.executable, "-c", code], env=environment(format), capture_output=True, check=True
    )
    assert set(made.stdout.decode().strip().split("|")) == {DRIVERS[format], "MEM"}


def test_the_process_gets_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hush")
    assert "SECRET_KEY" not in environment(GEOJSON)


@pytest.mark.parametrize("format", [GEOJSON, GML, ImportFormat.MAPINFO], ids=str)
def test_a_virtual_data_set_is_not_followed(format: ImportFormat) -> None:
    page = VRT.format(path=(DATA / "clinics.csv").resolve()).encode()
    given = io.BytesIO(page)
    if format is ImportFormat.MAPINFO:
        given = zipped_as({"a.tab": page, "a.dat": b"x"})
    assert fault(given, format).rule in ("wrong-format", "mapinfo-unreadable")


GML_FILE = (
    '<?xml version="1.0"?>{before}<ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" '
    'xmlns:gml="http://www.opengis.net/gml" xmlns:xlink="http://www.w3.org/1999/xlink" {more}>'
    "<gml:featureMember><ogr:shop><ogr:ID>a</ogr:ID><ogr:Name>{name}</ogr:Name>{shape}</ogr:shop>"
    "</gml:featureMember></ogr:FeatureCollection>"
)
GML_POINT = '<ogr:geom><gml:Point srsName="EPSG:4326"><gml:coordinates>1,2</gml:coordinates></gml:Point></ogr:geom>'


def gml(name: str = "x", *, before: str = "", more: str = "", shape: str = GML_POINT) -> io.BytesIO:
    return io.BytesIO(GML_FILE.format(name=name, before=before, more=more, shape=shape).encode())


def test_entities_of_xml_are_refused() -> None:
    secret = (DATA / "clinics.csv").resolve()
    for declared in (f'<!ENTITY e SYSTEM "file://{secret}">', '<!ENTITY e "lol">'):
        problem = fault(gml("&e;", before=f"<!DOCTYPE x [{declared}]>"), GML)
        assert problem.message.startswith("The file has a DOCTYPE, which is not read")


def test_links_and_schemas_elsewhere_are_not_fetched() -> None:
    elsewhere = "http://127.0.0.1:9/x"
    file = gml(
        more='xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="http://ogr.maptools.org/ {elsewhere}.xsd"',
        shape=f'{GML_POINT}<ogr:other xlink:href="{elsewhere}.gml#a"/>',
    )
    (one,), problems = entities(file, GML)
    assert problems == []
    assert (one["ID"], one["Name"]) == ("a", "x")


def test_a_mapinfo_view_is_not_followed() -> None:
    view = (
        b'!table\n!version 100\nOpen Table "/etc/passwd" Hide\nCreate View x As Select a From b\n'
    )
    problem = fault(zipped_as({"a.tab": view, "a.dat": b"x"}), ImportFormat.MAPINFO)
    assert problem.rule == "mapinfo-view"


# Zips.

MAPINFO = ImportFormat.MAPINFO


def test_zips_keep_the_rules_of_zips() -> None:
    assert fault(zipped_as({"../a.tab": b"x"}), MAPINFO).rule == "zip-path"
    assert fault(zipped_as({"a.mif": b"x", "a.zip": b"x"}), MAPINFO).rule == "zip-nested"
    bomb = {"a.mif": b"x", "a.mid": b" " * 30_000_000}
    assert fault(zipped_as(bomb), MAPINFO).rule == "zip-ratio"
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(1200):
            archive.writestr(f"a.gdb/{number}.gdbtable", b"")
    assert fault(many, ImportFormat.FILEGDB).rule == "zip-many"


@pytest.mark.parametrize(
    ("content", "format", "message"),
    [
        (
            b'{"type": "Topology", "objects": {}}',
            GEOJSON,
            "The file is TopoJSON, which is not read.",
        ),
        (
            b'{"displayFieldName": "", "geometryType": "esriGeometryPoint", "features": []}',
            GEOJSON,
            "The file is Esri JSON, which is not read.",
        ),
        (
            b"\xd0\xcf\x11\xe0" + b"\0" * 600,
            ImportFormat.XLSX,
            "The file is an old Excel workbook (XLS), or another Office file of that time, which is not "
            "read.",
        ),
        (
            b"SQLite format 3\0" + b"\0" * 4000,
            ImportFormat.GPKG,
            "The file cannot be read as a GeoPackage: file is not a database",
        ),
    ],
)
def test_formats_that_are_near_to_ours_are_named(
    content: bytes, format: ImportFormat, message: str
) -> None:
    problem = fault(io.BytesIO(content), format)
    assert problem.message == message
    assert problem.advice


@pytest.mark.parametrize("format", sorted(ImportFormat))
def test_an_empty_zip_is_said_to_be_empty(format: ImportFormat) -> None:
    assert fault(zipped_as({}), format).message == "The zip file is empty."


@pytest.mark.parametrize(
    ("file", "format"),
    [
        (io.BytesIO(b"ID,Latitude,Longitude\n"), ImportFormat.TABLE),
        (geojson(), GEOJSON),
    ],
)
def test_a_layer_without_rows_is_said_to_have_none(file: io.BytesIO, format: ImportFormat) -> None:
    layer = look(file, format)
    (problem,) = check_mapping(suggest_mapping(layer), layer)
    assert (problem.rule, problem.message) == ("no-entities", f"“{layer.name}” has no rows.")


def test_a_gzip_bomb_is_stopped() -> None:
    bomb = gzipped(io.BytesIO(b'{"type":"FeatureCollection"' + b" " * 320_000_000))
    assert fault(bomb, GEOJSON).rule in ("bomb", "too-large")


def test_parts_that_are_missing_are_named() -> None:
    problem = fault(zipped_as({"shops.mif": b"Version 300\nCharset"}), MAPINFO)
    assert problem.message == "The zip file has no shops.mid."
    problem = fault(io.BytesIO(b"!table\n!version 300\n"), MAPINFO)
    assert problem.message.startswith("The file is no zip; a MapInfo table is sent as a zip")
    problem = fault(zipped_as({"a/x.txt": b"x"}), ImportFormat.FILEGDB)
    assert problem.rule == "gdb-parts"


def test_rows_that_do_not_match_are_said() -> None:
    with zipfile.ZipFile(DATA / "clinics_bng_mif.zip") as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    members["clinics.mid"] = b"\n".join(members["clinics.mid"].splitlines()[:7]) + b"\n"
    problem = fault(zipped_as(members), MAPINFO)
    assert problem.rule == "rows-count"
    assert problem.message == "The file says that it has 12 rows, and 7 could be read."


# Geometry.


def test_geometry_that_is_no_place_costs_its_row() -> None:
    shapes = [
        point(1, 2),
        None,
        {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [2, 2]]]},
        {"type": "LineString", "coordinates": [[0, 0], [1e400, 1]]},
        {"type": "GeometryCollection", "geometries": []},
        {"type": "LineString", "coordinates": [[0, 0, 7], [1, 1, 7]]},
    ]
    records = [json.dumps(feature(one, ID=str(at))) for at, one in enumerate(shapes)]
    file = io.BytesIO("\n".join(records).encode())
    good, problems = entities(file, SEQ)
    assert [(one["ID"], one["Geom"]) for one in good] == [
        ("0", "POINT (1 2)"),
        ("5", "LINESTRING (0 0, 1 1)"),
    ]
    assert {(one.row, one.rule) for one in problems} == {
        (2, "location-missing"),
        (3, "geography-ring"),
        (4, "geography-finite"),
        (5, "location-missing"),
    }
    assert notes(file, SEQ)["heights-dropped"] == (
        "Heights (Z) or measures (M) of the shapes are left out."
    )


def test_a_crash_ends_one_reading(tmp_path: Path) -> None:
    # More than the pipe between the processes holds, so that the reading cannot be over already.
    file = geojson(*(feature(point(1, 2), ID=str(number)) for number in range(20_000)))
    layer = look(file, GEOJSON)
    mapping = Mapping("A", (), layer=layer.name)
    with open_import(file, GEOJSON, mapping) as reader:
        reader._inner._process._process.kill()  # type: ignore[attr-defined]
        with pytest.raises(FileFault) as caught:
            list(reader)
    assert caught.value.problem.rule == "import-crash"
    assert caught.value.problem.message == (
        "The file could not be read as GeoJSON: it made the reader stop."
    )


def test_several_layers_have_to_be_chosen() -> None:
    found = survey(DATA / "several.gpkg.gz", ImportFormat.GPKG)
    assert [(layer.name, layer.entities, layer.looked) for layer in found.layers] == [
        ("clinics", 12, False),
        ("notes", 1, False),
    ]
    with (
        pytest.raises(FileFault) as caught,
        open_import(DATA / "several.gpkg.gz", ImportFormat.GPKG, Mapping("A", ())),
    ):
        pass
    assert caught.value.problem.message == "The file has several layers."
    chosen = survey(DATA / "several.gpkg.gz", ImportFormat.GPKG, layer="notes").layer
    assert chosen is not None
    assert (chosen.geometry, chosen.needs_crs) == ("Point", True)
    assert chosen.crs == ""


def test_a_layer_without_a_coordinate_system_is_read_once_it_is_stated() -> None:
    chosen = survey(DATA / "several.gpkg.gz", ImportFormat.GPKG, layer="notes").layer
    assert chosen is not None
    mapping = suggest_mapping(chosen)
    problem = fault(DATA / "several.gpkg.gz", ImportFormat.GPKG, mapping)
    assert problem.rule == "crs-missing"
    assert "(530000 to 530000, 180000 to 180000) are no degrees" in problem.message
    from dataclasses import replace

    (one,), problems = entities(
        DATA / "several.gpkg.gz", ImportFormat.GPKG, replace(mapping, crs="EPSG:27700")
    )
    assert problems == []
    assert one["Latitude"] == pytest.approx(51.504, abs=0.001)
