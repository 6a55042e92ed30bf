"""The mapping fills itself in, and says what is wrong with what a person made of it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from datasources.formats import (
    Column,
    ColumnMapping,
    ImportFormat,
    Layer,
    Mapping,
    check_mapping,
    suggest_mapping,
)
from datasources.schema import EdmType, Property, Schema
from tests.formats.imports.looking import (
    DATA,
    entities,
    fault,
    feature,
    geojson,
    look,
    point,
    table,
)

TABLE = ImportFormat.TABLE


def layer_of(*lines: str) -> Layer:
    return look(table(*lines), TABLE)


def suggested(*lines: str) -> Mapping:
    return suggest_mapping(layer_of(*lines))


@pytest.mark.parametrize(
    ("header", "values", "expected"),
    [
        ("ID,Lat,Lng", "1,51.5,-0.1", ("Lat", "Lng")),
        ("ID,LATITUDE,LONGITUDE", "1,51.5,-0.1", ("LATITUDE", "LONGITUDE")),
        ("ID,Breite,Länge", "1,51.5,7.1", ("Breite", "Länge")),
        ("ID,x,y", "1,-0.1,51.5", ("y", "x")),
        ("ID,Lat,Lon", "1,151.5,-0.1", ("", "")),
        ("ID,Easting,Northing", "1,530000,180000", ("Northing", "Easting")),
        ("ID,Lat,Lon", "1,north,west", ("", "")),
    ],
)
def test_latitude_and_longitude_are_found_by_name_and_range(
    header: str, values: str, expected: tuple[str, str]
) -> None:
    mapping = suggested(header, values)
    assert (mapping.latitude, mapping.longitude) == expected


@pytest.mark.parametrize(
    ("header", "rows", "expected"),
    [
        ("Name,ID", ("a,1", "b,2"), "ID"),
        ("Name,ID", ("a,1", "a,1"), ""),
        ("Name,Store_Code", ("a,1", "b,2"), "Store_Code"),
        ("OBJECTID,UUID", ("1,x", "2,y"), "UUID"),
        ("OBJECTID,Kind", ("1,x", "2,x"), "OBJECTID"),
        ("Name,Kind", ("a,1", "b,2"), ""),
    ],
)
def test_the_entity_id_is_a_column_that_can_be_it(
    header: str, rows: tuple[str, ...], expected: str
) -> None:
    assert suggested(header, *rows).id_column == expected


def test_names_are_made_legal_and_distinct() -> None:
    mapping = suggested("ID,Größe (m²),groesse,Latitude,Longitude,_x,__y,1st", "1,2,3,4,5,6,7,8")
    names = {column.source: column.name for column in mapping.columns}
    assert names["Größe (m²)"] == "Grosse_m2"
    assert names["1st"] == "_1st"
    assert names["__y"] == "_y"
    assert (
        check_mapping(
            mapping,
            layer_of("ID,Größe (m²),groesse,Latitude,Longitude,_x,__y,1st", "1,2,3,4,5,6,7,8"),
        )
        == []
    )


def test_points_give_the_place_and_fields_of_that_name_give_way() -> None:
    file = geojson(feature(point(1, 2), ID="a", Latitude=99))
    (one,), problems = entities(file, ImportFormat.GEOJSON)
    assert problems == []
    assert one == {"ID": "a", "Latitude_2": 99, "Latitude": 2.0, "Longitude": 1.0}


def test_an_update_takes_the_names_and_types_of_the_data_source() -> None:
    current = Schema(
        "Shop",
        (
            Property("ShopID", EdmType.STRING, is_key=True),
            Property("Phone", EdmType.STRING),
            Property("Area", EdmType.DOUBLE),
            Property("Latitude", EdmType.DOUBLE),
            Property("Longitude", EdmType.DOUBLE),
        ),
    )
    layer = layer_of("shopid,PHONE,area,lat,lon", "1,020,3,51,0", "2,30,4,52,0")
    mapping = suggest_mapping(layer, current=current)
    assert mapping.entity_type == "Shop"
    assert mapping.id_column == "shopid"
    assert mapping.schema(is_point=False) == current


def test_a_remembered_mapping_wins_where_its_columns_are() -> None:
    layer = layer_of("ID,Name,Lat,Lon", "1,a,2,3")
    old = replace(
        suggest_mapping(layer),
        entity_type="Shop",
        columns=(
            ColumnMapping("ID", "Key", EdmType.STRING),
            ColumnMapping("Gone", "G", EdmType.STRING),
        ),
    )
    kept = suggest_mapping(layer, remembered=old)
    assert kept.entity_type == "Shop"
    assert [column.name for column in kept.columns] == ["Key"]
    other = layer_of("Code,Lat,Lon", "1,2,3")
    assert suggest_mapping(other, remembered=old).id_column == "Code"


def test_a_mapping_is_kept_as_json() -> None:
    mapping = suggested("ID,Lat,Lon", "1,2,3")
    assert Mapping.from_json(mapping.as_json()) == mapping


LAYER = Layer(
    "Shops",
    3,
    columns=(
        Column("ID", EdmType.STRING, 3, True, 1, ("1",), "ID"),
        Column("Half", EdmType.STRING, 1, False, 1, ("1",), "Half"),
        Column("Long", EdmType.STRING, 3, False, 60, ("1",), "Long"),
        Column("Twice", EdmType.STRING, 3, False, 1, ("1",), "Twice"),
        Column("Y", EdmType.DOUBLE, 3, False, 3, ("1",), "Y", 1.0, 2.0),
        Column("X", EdmType.DOUBLE, 3, False, 3, ("1",), "X", 1.0, 2.0),
        Column("North", EdmType.DOUBLE, 3, False, 3, ("1",), "North", 180000.0, 190000.0),
    ),
    looked=True,
)
GOOD = Mapping(
    "Shop",
    tuple(ColumnMapping(column.name, column.name, column.type) for column in LAYER.columns),
    "ID",
    use_geometry=False,
    latitude="Y",
    longitude="X",
)


def named(source: str, name: str) -> tuple[ColumnMapping, ...]:
    return tuple(
        replace(column, name=name) if column.source == source else column for column in GOOD.columns
    )


@pytest.mark.parametrize(
    ("mapping", "rule", "message"),
    [
        (replace(GOOD, entity_type=""), "entity-type-name", "The entity type has no name."),
        (replace(GOOD, columns=named("Half", "long")), "property-name-repeated", "2 columns have the same name: long, Long."),
        (replace(GOOD, columns=named("Half", "a b")), "property-name", "Column 2, “a b”, has a name that breaks the rules."),
        (replace(GOOD, columns=named("Half", "__half")), "property-name", "Column 2, “__half”, has a name that breaks the rules."),
        (replace(GOOD, columns=named("Half", "Latitude")), "property-name-repeated", "2 columns have the same name: Latitude, Latitude."),
        (replace(GOOD, id_column="Half"), "id-unfit", "The column “Half” cannot be the entity ID: it is empty in 2 rows."),
        (replace(GOOD, id_column="Long"), "id-unfit", "The column “Long” cannot be the entity ID: a value has 60 characters, and 50 is the most."),
        (replace(GOOD, id_column="Twice"), "id-unfit", "The column “Twice” cannot be the entity ID: a value stands in it twice."),
        (replace(GOOD, id_column="None"), "column-missing", "The file has no column “None”."),
        (replace(GOOD, columns=GOOD.columns[1:]), "id-left-out", "The entity ID is the column “ID”, which is left out."),
        (replace(GOOD, latitude=""), "location-half", "A column is named for longitude, and none for latitude."),
        (replace(GOOD, latitude="X"), "location-same", "Latitude and longitude are the same column."),
        (replace(GOOD, latitude="", longitude=""), "location-absent", "The mapping says nothing of where an entity is."),
        (replace(GOOD, latitude="North"), "crs-missing", "The values of “North” (180000 to 190000) are no degrees."),
        (replace(GOOD, use_geometry=True), "geometry-missing", "The layer has no geometries."),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else None,
)  # fmt: skip
def test_what_is_wrong_with_a_mapping_is_said(mapping: Mapping, rule: str, message: str) -> None:
    found = {problem.rule: problem for problem in check_mapping(mapping, LAYER)}
    assert found[rule].message == message
    assert found[rule].advice


def test_a_good_mapping_has_no_problem() -> None:
    assert check_mapping(GOOD, LAYER) == []


def test_eastings_and_northings_are_transformed_once_their_system_is_stated() -> None:
    layer = look(table("ID,Easting,Northing", "a,530000,180000"), TABLE)
    mapping = suggest_mapping(layer)
    assert {one.rule for one in check_mapping(mapping, layer)} == {"crs-missing"}
    (one,), problems = entities(
        table("ID,Easting,Northing", "a,530000,180000", "b,,", "c,here,180000"),
        TABLE,
        replace(mapping, crs="EPSG:27700"),
    )
    assert one["Latitude"] == pytest.approx(51.504, abs=0.001)
    assert {problem.rule for problem in problems} >= {"location-missing", "double"}


def test_a_mapping_made_for_another_file_is_refused() -> None:
    mapping = suggested("ID,Gone,Lat,Lon", "1,x,2,3")
    problem = fault(table("ID,Lat,Lon", "1,2,3"), TABLE, mapping)
    assert problem.message == "The file has no column “Gone”."


def test_without_an_id_rows_are_numbered() -> None:
    (first, second), _ = entities(table("Name,Lat,Lon", "a,1,2", "a,3,4"), TABLE)
    assert (first["EntityID"], second["EntityID"]) == ("1", "2")


def test_well_known_text_is_the_place_of_a_table() -> None:
    (one,), problems = entities(table("ID,WKT", '1,"LINESTRING (1 2,3 4)"'), TABLE)
    assert problems == []
    assert one["WKT"] == "LINESTRING (1 2,3 4)"


def test_a_data_source_keeps_the_name_of_its_geography() -> None:
    current = Schema(
        "Road", (Property("ID", EdmType.STRING, is_key=True), Property("Line", EdmType.GEOGRAPHY))
    )
    line = {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}
    file = geojson(feature(line, ID="a"))
    (one,), _ = entities(io.BytesIO(file.getvalue()), ImportFormat.GEOJSON, current=current)
    assert one == {"ID": "a", "Line": "LINESTRING (1 2, 3 4)"}


def test_the_layer_of_a_file_of_one_layer_may_be_called_otherwise() -> None:
    layer = look(DATA / "clinics.geojson", ImportFormat.GEOJSON)
    mapping = replace(suggest_mapping(layer), layer="last year")
    assert len(entities(DATA / "clinics.geojson", ImportFormat.GEOJSON, mapping)[0]) == 12
