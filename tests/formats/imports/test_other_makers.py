"""Files as QGIS and LibreOffice wrote them: what is read of them, and what is noted."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from datasources.checks import check_file
from datasources.formats import (
    ImportFormat,
    InputFormat,
    check_mapping,
    detect_any,
    open_entities,
    suggest_mapping,
    survey,
)
from datasources.schema import PLAN_LIMITS, EdmType, check_batch
from tests.formats.imports.looking import DATA, Entity, entities, look, notes

BASIC = PLAN_LIMITS["basic"]
NAMES = ["St Mary’s", "Łódź Quarter", "Île"]
#: What no format changes of the three wards.
WARDS = [
    ("0101", "St Mary’s", 5210, 12.5, "Größte Gemeinde"),
    ("0102", "Łódź Quarter", 3877, 8.25, "line one\nline two"),
    ("0103", "Île", None, None, None),
]


def found(name: str) -> InputFormat | ImportFormat:
    with (DATA / name).open("rb") as file:
        format = detect_any(file.read(64 * 1024), name)
    assert format is not None
    return format


def api_entities(path: Path, format: InputFormat) -> list[Entity]:
    """The good entities of a file in one of the API's own formats."""
    good: list[Entity] = []
    with open_entities(path, format) as reader:
        for batch in reader:
            checked = check_batch(reader.schema, batch)
            assert checked.problems == []
            rows = zip(*checked.batch.columns, strict=True)
            good += [dict(zip(reader.schema.names, row, strict=True)) for row in rows]
    return good


def wards(name: str) -> list[Entity]:
    format = found(name)
    if isinstance(format, InputFormat):
        return sorted(api_entities(DATA / name, format), key=lambda one: str(one["ward_code"]))
    good, problems = entities(DATA / name, format)
    assert problems == []
    return sorted(good, key=lambda one: str(one["ward_code"]))


QGIS = [
    "qgis_wards.gpkg.gz",
    "qgis_wards.zip",
    "qgis_wards.geojson",
    "qgis_wards_bng.geojson",
    "qgis_wards.kml",
    "qgis_wards_libkml.kml",
    "qgis_wards_wkt.csv",
    "qgis_wards.fgb",
    "qgis_wards.gml",
    "qgis_wards_mif.zip",
]


@pytest.mark.parametrize("name", QGIS)
def test_each_format_that_qgis_wrote_gives_the_same_entities(name: str) -> None:
    made = wards(name)
    title = "Name" if name.endswith(".kml") else "name"
    empty = 0 if "mif" in name else None  # MapInfo has no empty numbers
    expected = [
        (code, called, residents or empty, share or empty, notes)
        for code, called, residents, share, notes in WARDS
    ]
    got = [
        (one["ward_code"], one[title], one["residents"], one["share"], one["notes"]) for one in made
    ]
    if "mif" in name:  # a text of several lines is one of MapInfo's text as well
        got[1] = (*got[1][:4], str(got[1][4]).replace("\\n", "\n"))
    assert got == expected
    shape = next(key for key in made[0] if key in ("Geom", "WKT"))
    first, second, _ = shapely.from_wkt([str(one[shape]) for one in made])
    assert first.centroid.x == pytest.approx(-0.1217, abs=0.001)
    assert first.centroid.y == pytest.approx(51.508, abs=0.001)
    assert len(shapely.get_rings(shapely.get_parts(first))) == 2  # its hole
    assert first.intersection(second).area == pytest.approx(0, abs=1e-8)


def test_the_tables_that_qgis_keeps_for_itself_are_no_layers() -> None:
    (layer,) = survey(DATA / "qgis_wards.gpkg.gz", ImportFormat.GPKG).layers
    assert (layer.name, layer.entities, layer.looked) == ("wards", 3, True)
    assert "fid" in [column.name for column in layer.columns]
    mapping = suggest_mapping(layer)
    assert mapping.id_column == "ward_code"
    assert "fid" not in [column.source for column in mapping.columns]


def test_types_and_dates_of_qgis_are_kept() -> None:
    layer = look(DATA / "qgis_wards.gpkg.gz", ImportFormat.GPKG)
    kinds = {column.name: column.type for column in layer.columns}
    assert kinds == {
        "fid": EdmType.INT64,
        "ward_code": EdmType.STRING,
        "name": EdmType.STRING,
        "residents": EdmType.INT64,
        "share": EdmType.DOUBLE,
        "surveyed": EdmType.DATETIME,
        "active": EdmType.BOOLEAN,
        "notes": EdmType.STRING,
    }
    assert [one["surveyed"] for one in wards("qgis_wards.gpkg.gz")] == [
        "2024-03-01T00:00:00Z",
        "1969-07-20T00:00:00Z",
        None,
    ]
    # GDAL writes the dates of CSV with slashes.
    assert [one["surveyed"] for one in wards("qgis_wards_wkt.csv")] == [
        "2024-03-01T00:00:00Z",
        "1969-07-20T00:00:00Z",
        None,
    ]


def test_a_number_that_the_program_makes_is_not_preferred_to_a_code() -> None:
    layer = look(DATA / "qgis_wards.gml", ImportFormat.GML)
    assert "gml_id" in [column.name for column in layer.columns]
    assert suggest_mapping(layer).id_column == "ward_code"


def test_what_qgis_puts_beside_a_shapefile_does_no_harm() -> None:
    report = check_file(DATA / "qgis_wards.zip", InputFormat.SHP, limits=BASIC)
    assert (report.ok, report.good) == (True, 3)
    said = {group.examples[0].rule: group.examples[0].message for group in report.groups}
    assert "from OSGB36 / British National Grid to WGS 84" in said["crs-transformed"]
    assert "encoding-assumed" not in said


def test_the_zeros_of_mapinfo_are_said_to_be_perhaps_empty() -> None:
    said = notes(DATA / "qgis_wards_mif.zip", ImportFormat.MAPINFO)["numbers-empty"]
    assert said == (
        "MapInfo has no empty numbers: 0 stands for them, and in residents, share, active there are "
        "values of 0."
    )
    layer = look(DATA / "qgis_wards_mif.zip", ImportFormat.MAPINFO)
    mapping = suggest_mapping(layer)
    report = check_file(
        DATA / "qgis_wards_mif.zip", ImportFormat.MAPINFO, limits=BASIC, mapping=mapping
    )
    assert report.ok
    assert report.has("numbers-empty")


def test_a_sheet_of_qgis_has_no_places_and_that_is_said() -> None:
    layer = look(DATA / "qgis_wards.xlsx", ImportFormat.XLSX)
    (problem,) = check_mapping(suggest_mapping(layer), layer)
    assert problem.rule == "location-absent"


# LibreOffice.

BOOKS = {"libreoffice_shops.xlsx": ImportFormat.XLSX, "libreoffice_shops.ods": ImportFormat.ODS}


@pytest.mark.parametrize("name", BOOKS)
def test_a_spreadsheet_of_libreoffice_is_read_with_what_its_formulas_gave(name: str) -> None:
    layers = survey(DATA / name, BOOKS[name]).layers
    assert [(layer.name, layer.entities, layer.looked) for layer in layers] == [
        ("Filialen", 4, False),
        ("Notizen", 1, False),
    ]
    layer = look(DATA / name, BOOKS[name], layer="Filialen")
    mapping = suggest_mapping(layer)
    assert (mapping.id_column, mapping.latitude, mapping.longitude) == ("Nr", "Breite", "Länge")
    good, problems = entities(DATA / name, BOOKS[name], mapping)
    assert problems == []
    assert good[0] == {
        "Nr": "0101",
        "Name": "Königsallee",
        "Region": "Rheinland",
        "Latitude": 51.2217,
        "Longitude": 6.7762,
        "Eroffnet": "2010-11-16T00:00:00Z",
        "Gepruft": "2024-03-01T08:30:00Z",
        "Flache": 120.5,
        "Miete": 1506.25,
        "Aktiv": True,
        "Kennzahl": pytest.approx(8.29875518672199),
    }
    assert [one["Region"] for one in good] == ["Rheinland", None, "Bayern", "Berlin"]
    assert [one["Kennzahl"] for one in good][3] is None
    assert good[1]["Eroffnet"] == "1969-07-20T00:00:00Z"


@pytest.mark.parametrize("name", BOOKS)
def test_what_a_spreadsheet_of_libreoffice_holds_besides_is_noted(name: str) -> None:
    said = {
        note.rule: note.message for note in survey(DATA / name, BOOKS[name], layer="Filialen").notes
    }
    assert said["cells-merged"].startswith("The sheet has 1 merged cell;")
    assert said["cells-formula"].startswith("7 cells hold formulas;")
    assert said["cells-error"].startswith("1 cell shows an error such as #N/A")


def test_a_table_with_decimal_commas_is_known_for_one_and_repaired() -> None:
    path = DATA / "libreoffice_shops_de.csv"
    assert found(path.name) is ImportFormat.TABLE
    layer = look(path, ImportFormat.TABLE)
    kinds = {column.name: column.type for column in layer.columns}
    assert kinds["Breite"] is kinds["Länge"] is kinds["Miete"] is EdmType.DOUBLE
    # An error stands in it, and German dates are no dates to anybody else.
    assert kinds["Kennzahl"] is kinds["Eröffnet"] is EdmType.STRING
    assert kinds["Aktiv"] is EdmType.BOOLEAN
    assert notes(path, ImportFormat.TABLE)["decimal-commas"] == (
        "Numbers have decimal commas: Breite, Länge, Fläche, Miete."
    )
    mapping = suggest_mapping(layer)
    assert (mapping.latitude, mapping.longitude) == ("Breite", "Länge")
    assert check_mapping(mapping, layer) == []
    report = check_file(path, ImportFormat.TABLE, limits=BASIC, mapping=mapping)
    assert report.good == 0
    assert report.offers.counts["decimals"] == 12
    mended = check_file(
        path, ImportFormat.TABLE, limits=BASIC, mapping=mapping, repairs=["decimals"]
    )
    assert (mended.ok, mended.good) == (True, 4)


def test_eastings_with_decimal_commas_are_transformed() -> None:
    text = "Nr;Rechtswert;Hochwert\n1;343612,5;5675498,75\n2;343700;5675500,25\n"
    file = io.BytesIO(text.encode())
    layer = look(file, ImportFormat.TABLE)
    mapping = suggest_mapping(layer)
    assert (mapping.latitude, mapping.longitude) == ("Hochwert", "Rechtswert")
    good, problems = entities(file, ImportFormat.TABLE, replace(mapping, crs="EPSG:25832"))
    assert problems == []
    assert good[0]["Latitude"] == pytest.approx(51.21, abs=0.01)
    assert good[0]["Longitude"] == pytest.approx(6.76, abs=0.01)
