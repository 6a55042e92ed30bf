"""Zipped shapefiles: records become entities, in WGS 84, whatever they were in."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely

from datasources.checks import Report, check_file
from datasources.formats import InputFormat, detect_format, open_entities
from datasources.formats.rings import polygon
from datasources.schema import PLAN_LIMITS, EdmType, Limits, Problem
from tests.formats import files, shapes
from tests.formats.files import zipped_as
from tests.formats.shapes import LINE, MULTIPATCH, POINT_M, POINT_Z, POLYGON, SQUARE, packed

DATA = Path("tests/data")
NO_UNIT = (
    'PROJCS["Mine",GEOGCS["G",DATUM["D",SPHEROID["S",6378137.0,298.25]],PRIMEM["P",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Nobodys"],UNIT["Furlong of mine",0.0]]'
)
LOCAL = 'LOCAL_CS["Building site",LOCAL_DATUM["Peg",0],UNIT["Meter",1.0],AXIS["X",EAST],AXIS["Y",NORTH]]'


GOOD = shapes.shapefile()


def rows(file: io.BytesIO | Path) -> list[dict[str, object]]:
    given = file if isinstance(file, io.BytesIO) else str(file)
    with open_entities(given, InputFormat.SHP) as reader:
        return [
            dict(zip(reader.schema.names, (value or None for value in row), strict=True))
            for batch in reader
            for row in zip(*batch.columns, strict=True)
        ]


def check(file: io.BytesIO | Path, limits: Limits = PLAN_LIMITS["basic"]) -> Report:
    return check_file(file, InputFormat.SHP, limits=limits)


def notes(file: io.BytesIO | Path) -> dict[str, Problem]:
    """The warnings by rule."""
    found = [group.examples[0] for group in check(file).groups]
    return {problem.rule: problem for problem in found if problem.warning}


def only_problem(file: io.BytesIO, limits: Limits = PLAN_LIMITS["basic"]) -> Problem:
    (group,) = [g for g in check(file, limits).groups if not g.examples[0].warning]
    return group.examples[0]


def fault(members: dict[str, bytes]) -> Problem:
    return files.fault(packed(members), InputFormat.SHP)


# What GDAL writes.


def test_polygons_in_a_national_grid_are_read_in_degrees() -> None:
    soho, isles, quebec = rows(DATA / "districts_bng.zip")
    assert (soho["ID"], soho["Name"], soho["Residents"]) == ("7", "Soho", "3200")
    assert str(soho["Geom"]).startswith("POLYGON ((-0.14199")
    assert str(isles["Geom"]).startswith("MULTIPOLYGON (((-0.19999")
    assert quebec["Name"] == "Québec"
    report = check(DATA / "districts_bng.zip")
    assert report.ok
    assert report.good == 3


def test_the_transformation_is_named() -> None:
    note = notes(DATA / "districts_bng.zip")["crs-transformed"]
    assert "from OSGB36 / British National Grid to WGS 84" in note.message
    assert "OSGB36 to WGS 84 (6), to about 2 m" in note.message


def test_points_in_degrees_are_read_as_they_are() -> None:
    with open_entities(DATA / "offices_wgs84.zip", InputFormat.SHP) as reader:
        schema = reader.schema
        (batch,) = list(reader)
    assert schema.entity_type == "offices"
    assert [(prop.name, prop.type) for prop in schema.properties] == [
        ("EntityID", EdmType.STRING),
        ("Office_ID", EdmType.STRING),
        ("Strasse", EdmType.STRING),
        ("Staff", EdmType.INT64),
        ("Rent", EdmType.DOUBLE),
        ("Open", EdmType.INT64),
        ("Since", EdmType.DATETIME),
        ("Latitude", EdmType.DOUBLE),
        ("Longitude", EdmType.DOUBLE),
    ]
    assert list(batch.columns[2]) == ["Königsallee 1", "Strøget 7", "Am Markt & Co <2>"]
    assert list(batch.columns[3]) == ["12", "3", None]
    assert list(batch.columns[6]) == ["2019-05-04T00:00:00Z", "2020-01-31T00:00:00Z", None]
    assert list(batch.columns[7]) == ["51.2217", "55.6786", "51.5072"]
    assert list(batch.rows) == [1, 2, 3]
    report = check(DATA / "offices_wgs84.zip")
    assert report.ok
    assert "crs-transformed" not in notes(DATA / "offices_wgs84.zip")


@pytest.mark.parametrize("name", ["districts_bng.zip", "offices_wgs84.zip"])
def test_a_shapefile_is_known_by_its_members(name: str) -> None:
    assert detect_format((DATA / name).read_bytes()[:300], "a.csv") is InputFormat.SHP


# Values, names, encodings.


def test_texts_are_read_in_the_encoding_of_the_cpg() -> None:
    for cpg, encoding in [("UTF-8", "utf-8"), ("1252", "cp1252"), ("ISO 88591", "latin-1")]:
        file = packed(shapes.shapefile(rows=[["é"], ["ü"]], cpg=cpg, encoding=encoding))
        assert [row["ID"] for row in rows(file)] == ["é", "ü"], cpg


def test_without_a_cpg_the_language_driver_or_the_bytes_decide() -> None:
    by_driver = shapes.shapefile(rows=[["я"], ["b"]], cpg=None, encoding="cp1251", driver=0xC9)
    assert rows(packed(by_driver))[0]["ID"] == "я"
    for encoding, shown in [("utf-8", "UTF-8"), ("cp1252", "Windows-1252")]:
        file = packed(shapes.shapefile(rows=[["é"], ["b"]], cpg=None, encoding=encoding))
        assert rows(file)[0]["ID"] == "é"
        assert shown in notes(file)["encoding-assumed"].message


def test_texts_that_are_not_in_their_encoding_are_a_fault() -> None:
    problem = fault(shapes.shapefile(rows=[["é"], ["b"]], cpg="UTF-8", encoding="cp1252"))
    assert problem.rule == "encoding"
    assert "0xE9" in problem.message


def test_whole_numbers_of_many_digits_stay_exact_beside_absent_ones() -> None:
    fields = [("ID", "C", 3), ("Parcel", "N", 18)]
    file = packed(shapes.shapefile(fields=fields, rows=[["a", "123456789012345677"], ["b", ""]]))
    assert [row["Parcel"] for row in rows(file)] == ["123456789012345677", None]


def test_a_logical_field_is_a_boolean() -> None:
    fields = [("ID", "C", 3), ("Open", "L", 1)]
    members = shapes.shapefile(fields=fields, rows=[["a", "T"], ["b", "F"]])
    report = check(packed(members))
    assert report.ok
    assert report.schema is not None
    assert report.schema.properties[1].type is EdmType.BOOLEAN


def test_an_id_that_is_not_unique_gives_way_to_the_record_number() -> None:
    file = packed(shapes.shapefile(rows=[["a"], ["a"]]))
    assert [row["EntityID"] for row in rows(file)] == ["1", "2"]
    assert "ID cannot be it" in notes(file)["entity-id"].message


def test_fields_give_way_to_the_place() -> None:
    fields = [("ID", "C", 3), ("latitude", "C", 3)]
    file = packed(shapes.shapefile(fields=fields, rows=[["a", "x"], ["b", "y"]]))
    row = rows(file)[0]
    assert (row["latitude_2"], row["Latitude"], row["Longitude"]) == ("x", "57.0", "9.8")
    assert "latitude_2" in notes(file)["name-changed"].message


def test_the_name_that_dbase_cuts_deletes_entities() -> None:
    fields = [("ID", "C", 3), ("__deleteEn", "C", 1)]
    file = packed(shapes.shapefile(fields=fields, rows=[["a", "1"], ["b", "0"]]))
    report = check_file(file, InputFormat.SHP, limits=PLAN_LIMITS["basic"], incremental=True)
    assert (report.good, report.deletes) == (1, 1)


def test_records_marked_as_deleted_are_left_out() -> None:
    count = 45_000  # more than a frame holds
    geometries = [[(n / 1000, 1.0)] for n in range(count)]
    deleted = frozenset(range(0, count, 3))
    members = shapes.shapefile(
        geometries=geometries, rows=[[str(n)] for n in range(count)], deleted=deleted
    )
    left = [row["ID"] for row in rows(packed(members))]
    assert left == [str(n) for n in range(count) if n not in deleted]


# Shapes.


def test_lines_and_a_null_shape() -> None:
    file = packed(shapes.shapefile(LINE, [[(0.0, 1.0), (2.0, 3.0)], None]))
    assert rows(file)[0]["Geom"] == "LINESTRING (0 1, 2 3)"
    problem = only_problem(file)
    assert (problem.rule, problem.row) == ("location-missing", 2)


@pytest.mark.parametrize(
    ("kind", "point"), [(POINT_Z, (9.8, 57.0, 12.0, 0.0)), (POINT_M, (9.8, 57.0, 3.0))]
)
def test_heights_and_measures_are_left_out(kind: int, point: tuple[float, ...]) -> None:
    file = packed(shapes.shapefile(kind, [[point]]))
    assert (rows(file)[0]["Latitude"], rows(file)[0]["Longitude"]) == ("57.0", "9.8")
    assert "Heights (Z) or measures (M)" in notes(file)["heights-dropped"].message


@pytest.mark.parametrize(
    ("kind", "points", "rule"),
    [
        (POLYGON, [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.0, 0.5)], "geography-ring"),
        (POLYGON, [(0.0, 0.0), (float("nan"), 1.0), (1.0, 1.0), (0.0, 0.0)], "geography-finite"),
        (POLYGON, [(0.0, 0.0), (0.0, 91.0), (1.0, 1.0), (0.0, 0.0)], "geography-range"),
        (shapes.POINT, [(float("inf"), 1.0)], "geography-finite"),
        (shapes.POINT, [(181.0, 1.0)], "longitude-range"),
    ],
)
def test_a_bad_shape_costs_the_entity(
    kind: int, points: list[tuple[float, ...]], rule: str
) -> None:
    good = SQUARE if kind == POLYGON else [(1.0, 1.0)]
    file = packed(shapes.shapefile(kind, [good, points]))
    problem = only_problem(file)
    assert (problem.rule, problem.row) == (rule, 2)
    assert problem.advice
    assert check(file).good == 1


def test_the_plan_limits_polygons_and_their_points() -> None:
    limits = Limits(None, max_polygons=2, max_polygon_points=5)
    assert check(packed(shapes.shapefile(POLYGON, [SQUARE] * 2)), limits).ok
    file = packed(shapes.shapefile(POLYGON, [SQUARE] * 3))
    assert only_problem(file, limits).rule == "too-many-polygons"
    larger = [(0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)]
    problem = only_problem(packed(shapes.shapefile(POLYGON, [SQUARE, larger])), limits)
    assert (problem.rule, problem.row) == ("polygon-points", 2)


def test_orientation_tells_outer_rings_from_holes() -> None:
    big = _ring(0, 0, 10)
    far = _ring(20, 0, 10)
    hole, island = _ring(2, 2, 6)[::-1], _ring(4, 4, 2)
    far_hole = _ring(22, 2, 6)[::-1]
    outside = _ring(40, 40, 1)[::-1]
    found = _geometry(big, hole)
    assert found == "POLYGON ((0 0, 0 10, 10 10, 10 0, 0 0), (2 2, 8 2, 8 8, 2 8, 2 2))"
    found = _geometry(far_hole, hole, island, far, big, outside)
    assert found.startswith("MULTIPOLYGON (((4 4")
    assert "((20 0, 20 10, 30 10, 30 0, 20 0), (22 2" in found
    assert "((0 0, 0 10, 10 10, 10 0, 0 0), (2 2" in found
    assert found.count("((4 4, 4 6, 6 6") == 1
    assert "((40 40, 41 40" in found


def test_rings_that_all_run_anticlockwise_are_told_by_what_they_lie_in() -> None:
    rings = [_ring(0, 0, 10)[::-1], _ring(2, 2, 6)[::-1], _ring(4, 4, 2)[::-1]]
    found = _geometry(*rings)
    assert found.startswith("MULTIPOLYGON (((0 0, 10 0, 10 10, 0 10, 0 0), (2 2")
    assert "((4 4, 6 4" in found


def _ring(x: float, y: float, size: float) -> list[tuple[float, float]]:
    """A square, clockwise as outer rings are."""
    return [(x, y), (x, y + size), (x + size, y + size), (x + size, y), (x, y)]


def _geometry(*rings: list[tuple[float, float]]) -> str:
    coordinates = np.array([point for ring in rings for point in ring])
    edges = np.cumsum([0, *map(len, rings)])
    return str(shapely.to_wkt(polygon(edges, coordinates), rounding_precision=-1))


@pytest.mark.parametrize(
    ("at", "value", "rule"),
    [(36, 2, "geography-shape"), (40, 10**6, "geography-shape"), (44, 3, "geography-shape")],
    ids=["parts", "points", "first-part"],
)
def test_numbers_that_lead_out_of_a_record_cost_the_entity(at: int, value: int, rule: str) -> None:
    members = shapes.shapefile(POLYGON, [SQUARE, SQUARE])
    shp = bytearray(members["shops.shp"])
    struct.pack_into("<i", shp, 100 + 8 + at, value)
    problem = only_problem(packed({**members, "shops.shp": bytes(shp)}))
    assert (problem.rule, problem.row) == (rule, 1)


@pytest.mark.parametrize("offset", [10**8, -4, 0], ids=["beyond", "before", "head"])
def test_an_index_that_points_outside_is_a_fault(offset: int) -> None:
    shx = bytearray(GOOD["shops.shx"])
    struct.pack_into(">i", shx, 108, offset)
    problem = fault(with_part(".shx", bytes(shx)))
    assert (problem.rule, problem.row) == ("shp-index", 2)
    assert "points to shape 2" in problem.message


def test_fields_wider_than_their_record_are_a_fault() -> None:
    dbf = bytearray(GOOD["shops.dbf"])
    dbf[32 + 16] = 200
    problem = fault(with_part(".dbf", bytes(dbf)))
    assert problem.rule == "dbf-head"
    assert "wider than its records" in problem.message


# Coordinate systems.


def test_without_a_prj_degrees_are_taken_for_wgs_84() -> None:
    file = packed(shapes.shapefile(prj=None))
    assert rows(file)[0]["Latitude"] == "57.0"
    assert "taken for longitude and latitude" in notes(file)["crs-assumed"].message


@pytest.mark.parametrize(
    ("prj", "rule", "words"),
    [
        (None, "crs-missing", "are no degrees"),
        ("no such thing", "crs-unknown", "cannot be read"),
        (NO_UNIT, "crs-unknown", ""),
        (LOCAL, "crs-unknown", "no transformation"),
    ],
)
def test_coordinates_of_an_unknown_system_are_a_fault(
    prj: str | None, rule: str, words: str
) -> None:
    problem = fault(shapes.shapefile(geometries=[[(530000.0, 180000.0)]] * 2, prj=prj))
    assert problem.rule == rule
    assert words in problem.message
    assert problem.advice


# Zips and parts that are refused.


def without(ending: str) -> dict[str, bytes]:
    return {name: content for name, content in GOOD.items() if not name.endswith(ending)}


def with_part(ending: str, content: bytes) -> dict[str, bytes]:
    return {**GOOD, f"shops{ending}": content}


@pytest.mark.parametrize(
    ("members", "rule", "words"),
    [
        (without(".shp"), "shp-parts", "no .shp"),
        (without(".shx"), "shp-parts", "no shops.shx"),
        (without(".dbf"), "shp-parts", "no shops.dbf"),
        ({**GOOD, "b.shp": b"x"}, "shp-several", "2 shapefiles"),
        ({**GOOD, "inner.zip": b"x"}, "zip-nested", "another compressed file"),
        ({**GOOD, "../a.txt": b"x"}, "zip-path", "leads out"),
        (
            with_part(".dbf", shapes.table([("ID", "C", 5)], [["a"]])),
            "shp-rows",
            "2 shapes and the .dbf 1 rows",
        ),
        (with_part(".shp", GOOD["shops.shp"][:-10]), "truncated", ".shp is shorter"),
        (with_part(".shx", GOOD["shops.shx"][:-4]), "truncated", ".shx is shorter"),
        (with_part(".dbf", GOOD["shops.dbf"][:-6]), "truncated", ".dbf is shorter"),
        (with_part(".dbf", b"\x03"), "truncated", ".dbf is shorter"),
        (with_part(".shp", b"x" * 200), "shp-head", "does not begin as one"),
        (shapes.shapefile(MULTIPATCH), "shp-type", "MultiPatch"),
        (shapes.shapefile(99), "shp-type", "99 is unknown"),
    ],
)
def test_parts_that_are_refused(members: dict[str, bytes], rule: str, words: str) -> None:
    problem = fault(members)
    assert problem.rule == rule
    assert words in problem.message
    assert problem.advice


def test_a_zip_of_very_many_members_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(100_000):
            archive.writestr(f"{number}.txt", b"")
    for format in (InputFormat.SHP, InputFormat.KML, InputFormat.PIPE):
        problem = files.fault(stream, format)
        assert problem.rule == "zip-many"
        assert "1,000 is the most" in problem.message


def test_a_zip_that_unpacks_to_a_thousand_times_its_size_is_refused() -> None:
    problem = fault({**GOOD, "shops.dbf": GOOD["shops.dbf"] + b" " * 20_000_000})
    assert problem.rule == "zip-ratio"
    assert "times its size; 500 is the most" in problem.message
    bomb = zipped_as({"doc.kml": b"<kml>" + b" " * 20_000_000})
    assert files.fault(bomb, InputFormat.KML).rule == "zip-ratio"


@pytest.mark.parametrize("keep", [30, 200, -30])
def test_a_truncated_zip_is_a_fault(keep: int) -> None:
    content = packed(GOOD).getvalue()[:keep]
    assert files.fault(io.BytesIO(content), InputFormat.SHP).rule == "broken-archive"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (GOOD["shops.shp"], "shp-alone"),
        (b"PK\x05\x06" + b"\0" * 18, "zip-empty"),
        (b"Bing Spatial Data Services", "wrong-format"),
        (b"", "wrong-format"),
    ],
)
def test_files_that_are_no_zip(content: bytes, rule: str) -> None:
    assert files.fault(io.BytesIO(content), InputFormat.SHP).rule == rule


def test_a_shapefile_is_no_larger_unpacked_than_the_plan_allows() -> None:
    limits = Limits(None, max_uncompressed=300)
    assert only_problem(packed(GOOD), limits).rule == "too-large"


def test_a_shapefile_sent_as_another_format_is_recognised() -> None:
    assert "shapefile" in files.fault(packed(GOOD), InputFormat.PIPE).advice


# What is left.


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert rows(packed(GOOD))
    assert check(packed(with_part(".shp", b"x" * 200))).has_fatal
    with open_entities(packed(GOOD), InputFormat.SHP):
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())
