"""KML and shapefiles over plain HTTP: loaded, queried, changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.formats import shapes
from tests.formats.shapes import packed
from tests.live import LiveAccount, service_path

DATA = Path("tests/data")


def results(account: LiveAccount, job: dict, entity_type: str, **options: str) -> list[dict]:
    answer = account.get(f"{service_path(job)}/{entity_type}", **{"$format": "json", **options})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["d"]["results"])


@pytest.mark.parametrize(
    ("name", "input", "type_name", "key"),
    [
        ("offices.kml", "kml", "field_offices", "EntityID"),
        ("offices.kmz", "KML", "field_offices", "EntityID"),
        ("offices_wgs84.zip", "shp", "offices", "EntityID"),
    ],
)
def test_points_are_loaded_and_found_nearby(
    account: LiveAccount, name: str, input: str, type_name: str, key: str
) -> None:
    job = account.loaded("Offices", (DATA / name).read_bytes(), input=input)
    assert (job["totalEntityCount"], job["failedEntityCount"]) == (3, 0)
    (found,) = results(
        account, job, type_name, spatialFilter="nearby(51.5,-0.12,10)", **{"$select": "*"}
    )
    assert found["Office_ID"] == "A-3"
    assert found["Strasse"] == "Am Markt & Co <2>"
    assert (found["Latitude"], found["Longitude"]) == (51.5072, -0.1276)


@pytest.mark.parametrize(
    ("name", "input", "type_name"),
    [("districts.kml", "kml", "Districts"), ("districts_bng.zip", "shp", "districts")],
)
def test_polygons_are_loaded_and_found_by_area(
    account: LiveAccount, name: str, input: str, type_name: str
) -> None:
    job = account.loaded("Districts", (DATA / name).read_bytes(), input=input)
    found = results(
        account,
        job,
        type_name,
        spatialFilter="intersects('POINT (-0.14 51.511)')",
        **{"$select": "*"},
    )
    assert [row["Name"] for row in found] == ["Soho"]
    assert int(found[0]["Residents"]) == 3200
    assert found[0]["Geom"].startswith("POLYGON ((")


def test_an_incremental_load_takes_the_entity_type_of_the_data_source(
    account: LiveAccount,
) -> None:
    first = packed(shapes.shapefile(name="january")).getvalue()
    account.loaded("Shops", first, input="shp")
    change = packed(
        shapes.shapefile(name="february", geometries=[[(1.0, 2.0)]], rows=[["b"]])
    ).getvalue()
    job = account.loaded("Shops", change, input="shp", operation="incremental")
    found = {row["ID"]: row["Latitude"] for row in results(account, job, "january")}
    assert found == {"a": 57.0, "b": 2.0}


def test_a_file_at_fault_aborts_with_words_for_people(account: LiveAccount) -> None:
    members = shapes.shapefile()
    del members["shops.dbf"]
    job = account.finish(account.load("Shops", packed(members).getvalue(), input="shp"))
    assert job["status"] == "Aborted"
    link = b"<kml><Document><NetworkLink/></Document></kml>"
    job = account.finish(account.load("Shops", link, input="kml"))
    assert job["status"] == "Aborted"


def test_the_plan_limits_polygons(live_sds: object, account: LiveAccount) -> None:
    basic = live_sds.account("basic")  # type: ignore[attr-defined]
    polygons = shapes.shapefile(
        shapes.POLYGON, [shapes.SQUARE] * 51, rows=[[str(n)] for n in range(51)]
    )
    job = basic.finish(basic.load("Areas", packed(polygons).getvalue(), input="shp"))
    assert job["status"] == "Aborted"
    assert account.loaded("Areas", packed(polygons).getvalue(), input="shp")


def test_an_unknown_input_names_those_there_are(account: LiveAccount) -> None:
    answer = account.load("Shops", b"x", input="gpkg")
    assert answer.status_code == 400
    assert "kml, shp" in answer.text
