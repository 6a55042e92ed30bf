"""The same dozen entities in every format, made by other makers' tools, are equal entities."""

from __future__ import annotations

import pytest

from datasources.formats import ImportFormat, detect_any
from datasources.schema import EdmType, Property, Schema
from tests.formats.imports.looking import DATA, Entity, entities, look, notes

CLINIC = Schema(
    "Clinic",
    (
        Property("Code", EdmType.STRING, is_key=True),
        Property("Name", EdmType.STRING),
        Property("Opened", EdmType.DATETIME),
        Property("Beds", EdmType.INT64),
        Property("Area", EdmType.DOUBLE),
        Property("Public", EdmType.BOOLEAN),
        Property("Latitude", EdmType.DOUBLE),
        Property("Longitude", EdmType.DOUBLE),
    ),
)
FILES = {
    "clinics.geojson": ImportFormat.GEOJSON,
    "clinics.geojsonl": ImportFormat.GEOJSONSEQ,
    "clinics.geojsons": ImportFormat.GEOJSONSEQ,
    "clinics_bng.gpkg.gz": ImportFormat.GPKG,
    "clinics_bng.fgb": ImportFormat.FLATGEOBUF,
    "clinics_bng.parquet": ImportFormat.PARQUET,
    "clinics_bng.gdb.zip": ImportFormat.FILEGDB,
    "clinics_bng.gml": ImportFormat.GML,
    "clinics_bng_tab.zip": ImportFormat.MAPINFO,
    "clinics_bng_mif.zip": ImportFormat.MAPINFO,
    "clinics.gpx": ImportFormat.GPX,
    "clinics.xlsx": ImportFormat.XLSX,
    "clinics.ods": ImportFormat.ODS,
    "clinics.csv": ImportFormat.TABLE,
}


@pytest.fixture(scope="module")
def clinics() -> dict[str, Entity]:
    """The entities as they stand in the table, by their codes."""
    found, problems = entities(DATA / "clinics.csv", ImportFormat.TABLE, current=CLINIC)
    assert problems == []
    assert len(found) == 12
    return {str(one["Code"]): one for one in found}


@pytest.mark.parametrize("name", FILES)
def test_the_format_is_told_from_the_first_bytes(name: str) -> None:
    head = (DATA / name).read_bytes()[: 64 * 1024]
    assert detect_any(head, name) is FILES[name]
    # Nothing in an .xlsx or a .zip but its members says so; all are told without their names.
    assert detect_any(head, "upload") is FILES[name]


@pytest.mark.parametrize("name", [name for name in FILES if name != "clinics.gpx"])
def test_each_format_gives_the_same_entities(name: str, clinics: dict[str, Entity]) -> None:
    found, problems = entities(DATA / name, FILES[name], current=CLINIC)
    assert problems == []
    assert {one["Code"] for one in found} == set(clinics)
    for one in found:
        expected = clinics[str(one["Code"])]
        for place in ("Latitude", "Longitude"):
            assert one.pop(place) == pytest.approx(expected[place], abs=2e-6)
        assert one == {key: value for key, value in expected.items() if key in one}
        assert len(one) == 6


def test_gpx_gives_waypoints_without_its_empty_fields(clinics: dict[str, Entity]) -> None:
    found, problems = entities(DATA / "clinics.gpx", ImportFormat.GPX)
    assert problems == []
    assert [one["name"] for one in found] == [one["Name"] for one in clinics.values()]
    assert [one["Latitude"] for one in found] == [one["Latitude"] for one in clinics.values()]
    assert "magvar" not in found[0]
    assert found[0]["ogr_Code"] == "C-01"


@pytest.mark.parametrize("name", [name for name in FILES if "_bng" in name])
def test_the_national_grid_is_transformed_and_the_way_named(name: str) -> None:
    layer = look(DATA / name, FILES[name])
    assert (layer.crs, layer.crs_code) == ("OSGB36 / British National Grid", "EPSG:27700")
    assert "OSGB36 to WGS 84 (6), to about 2 m" in layer.transformation
    assert layer.bounds == pytest.approx((-5.48, 50.21, 1.29, 57.48), abs=0.7)
    said = notes(DATA / name, FILES[name])["crs-transformed"]
    assert said.startswith("Coordinates were transformed from OSGB36 / British National Grid")


def test_windows_1252_with_semicolons_is_read_and_noted() -> None:
    file = DATA / "clinics_1252.csv"
    found, problems = entities(file, ImportFormat.TABLE)
    assert problems == []
    assert "Île de Hayling" in [one["Name"] for one in found]
    assert notes(file, ImportFormat.TABLE) == {
        "encoding-assumed": "The file is not UTF-8; it is read as Windows-1252."
    }
