"""Geometries that are no good, or only after a change, in every format that can hold them."""

from __future__ import annotations

import io
import re
import struct
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from datasources.formats import ImportFormat, suggest_mapping, survey
from datasources.schema import Problem
from tests.formats.files import zipped_as
from tests.formats.imports.looking import DATA, Entity, entities, fault, notes, table
from tests.formats.test_outlines import HALF, points, ring, wkb

NAN, INF = float("nan"), float("inf")
OPEN = wkb(3, ring([(0, 0), (0, 1), (1, 1), (1, 0)]))
Maker = Callable[..., io.BytesIO]


def by_gdal(driver: str, ending: str) -> Maker:
    """A file that GDAL writes, whatever the well-known binary holds."""

    def make(
        geometries: Sequence[bytes | None], crs: str = "EPSG:4326", kind: str = "Unknown"
    ) -> io.BytesIO:
        import pyogrio.raw

        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / f"shapes{ending}"
            pyogrio.raw.write(
                path,
                np.array(geometries, dtype=object),
                [np.array([str(number + 1) for number in range(len(geometries))], dtype=object)],
                ["ID"],
                driver=driver,
                geometry_type=kind,
                crs=crs,
                # In the order given, and with rows that have no geometry.
                layer_options={"SPATIAL_INDEX": "NO"},
            )
            return io.BytesIO(path.read_bytes())

    return make


def parquet(
    geometries: Sequence[bytes | None], crs: str = "EPSG:4326", kind: str = ""
) -> io.BytesIO:
    import json

    import pyarrow as pa
    import pyarrow.parquet
    import pyproj

    about = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": [],
                "crs": pyproj.CRS(crs).to_json_dict(),
            }
        },
    }
    ids = pa.array([str(number + 1) for number in range(len(geometries))])
    made = pa.table({"ID": ids, "geometry": pa.array(geometries, pa.binary())})
    made = made.replace_schema_metadata({"geo": json.dumps(about)})
    stream = io.BytesIO()
    pyarrow.parquet.write_table(made, stream)
    return io.BytesIO(stream.getvalue())


FORMATS: dict[ImportFormat, Maker] = {
    ImportFormat.GPKG: by_gdal("GPKG", ".gpkg"),
    ImportFormat.FLATGEOBUF: by_gdal("FlatGeobuf", ".fgb"),
    ImportFormat.PARQUET: parquet,
}


def read(
    format: ImportFormat, *geometries: bytes | None, crs: str = "EPSG:4326"
) -> tuple[list[Entity], list[Problem]]:
    """The entities and the problems of shapes; a good line comes first, so that none are points."""
    line = shapely.LineString([(0, 0), (1, 1)]).wkb
    return entities(FORMATS[format]([line, *geometries], crs), format)


def only(problems: list[Problem]) -> Problem:
    (problem,) = problems
    assert problem.row == 2
    assert problem.advice
    return problem


BAD = {
    "a number that is none": (
        struct.pack("<BII4d", 1, 2, 2, 0, 0, NAN, 1),
        "geography-finite",
        "The shape has a coordinate that is not a finite number.",
    ),
    "a number without end": (
        struct.pack("<BII4d", 1, 2, 2, 0, 0, 1, INF),
        "geography-finite",
        "The shape has a coordinate that is not a finite number.",
    ),
    "an open ring": (
        OPEN,
        "geography-ring",
        "A ring of the polygon is not closed: it begins at (0 0) and ends at (1 0).",
    ),
    "a ring of three points": (
        wkb(3, ring([(0, 0), (0, 1), (0, 0)])),
        "geography-ring",
        "A ring of the polygon has 3 points; four is the least.",
    ),
    "off the Earth": (
        shapely.LineString([(0, 0), (0, 95)]).wkb,
        "geography-range",
        "Point 2 of 2, (0 95), is not on the Earth",
    ),
    "a triangle in space": (
        wkb(17, ring([(0, 0), (0, 1), (1, 1), (0, 0)])),
        "geography-shape",
        "The shape is a surface in space (TIN, triangle); no geography can hold it.",
    ),
    "an empty shape": (
        shapely.from_wkt("POLYGON EMPTY").wkb,
        "location-missing",
        "The entity has no location.",
    ),
    "no shape": (None, "location-missing", "The entity has no location."),
}


@pytest.mark.parametrize("format", FORMATS, ids=str)
@pytest.mark.parametrize("name", BAD)
def test_a_bad_shape_costs_its_row_and_is_named(format: ImportFormat, name: str) -> None:
    shape, rule, message = BAD[name]
    good, problems = read(format, shape)
    problem = only(problems)
    assert (problem.rule, problem.column) == (rule, "Geom")
    assert problem.message.startswith(message)
    assert [one["ID"] for one in good] == ["1"]


@pytest.mark.parametrize("format", FORMATS, ids=str)
def test_a_bad_shape_in_another_coordinate_system_is_named_likewise(format: ImportFormat) -> None:
    nowhere = struct.pack("<BII4d", 1, 2, 2, 530000, 180000, INF, 180000)
    good, problems = read(format, nowhere, OPEN, crs="EPSG:27700")
    assert [(one.row, one.rule) for one in problems] == [
        (2, "geography-finite"),
        (3, "geography-ring"),
    ]
    assert problems[0].value == "LINESTRING (530000 180000, inf 180000)"
    assert "begins at (-7.55" in problems[1].message
    assert len(good) == 1


@pytest.mark.parametrize("format", FORMATS, ids=str)
def test_curves_are_made_straight_and_that_is_said(format: ImportFormat) -> None:
    circle = wkb(10, points(8, [(1.0, 0.0), (-1.0, 0.0), (1.0, 0.0)]))
    file = FORMATS[format]([points(8, HALF), circle, shapely.Point(3, 4).wkb])
    good, problems = entities(file, format)
    assert problems == []
    shapes = shapely.from_wkt([str(one["Geom"]) for one in good])
    kinds = {shape.geom_type for shape in shapes}
    assert kinds == {"LineString", "Polygon", "Point"}
    assert max(shape.area for shape in shapes) == pytest.approx(np.pi, rel=1e-3)
    assert notes(file, format)["curves-straightened"] == (
        "Curves (arcs of circles) were made straight, with a point in 4 degrees of an arc at most; "
        "geographies have straight edges."
    )


def test_curves_that_ogr2ogr_wrote_are_made_straight() -> None:
    good, problems = entities(DATA / "curves.gpkg.gz", ImportFormat.GPKG)
    assert [one["ID"] for one in good] == ["1", "2", "3"]
    assert problems == []
    assert str(good[0]["Geom"]).startswith("LINESTRING (")
    assert str(good[2]["Geom"]).startswith("POLYGON ((")
    assert "curves-straightened" in notes(DATA / "curves.gpkg.gz", ImportFormat.GPKG)


@pytest.mark.parametrize("format", FORMATS, ids=str)
def test_heights_and_measures_are_left_out(format: ImportFormat) -> None:
    line = shapely.from_wkt("LINESTRING Z (0 0 5, 1 1 5)")
    shape = shapely.to_wkb(line, output_dimension=3, flavor="iso")
    file = FORMATS[format]([shape], kind="LineString Z")
    good, problems = entities(file, format)
    assert (problems, good[0]["Geom"]) == ([], "LINESTRING (0 0, 1 1)")
    assert "heights-dropped" in notes(file, format)


@pytest.mark.parametrize("format", FORMATS, ids=str)
def test_a_point_that_is_nowhere_is_a_fault_of_its_row(format: ImportFormat) -> None:
    nowhere = struct.pack("<BI2d", 1, 1, INF, 2.0)
    empty = struct.pack("<BI2d", 1, 1, NAN, NAN)
    file = FORMATS[format]([shapely.Point(1, 2).wkb, nowhere, empty])
    good, problems = entities(file, format)
    assert [(one["Latitude"], one["Longitude"]) for one in good] == [(2.0, 1.0)]
    assert [(one.row, one.rule, one.column) for one in problems] == [
        (2, "double-finite", "Longitude"),
        (3, "location-missing", "Latitude"),
    ]


def test_the_unit_and_the_projection_have_to_be_known() -> None:
    furlong = (
        'PROJCS["Mine",GEOGCS["G",DATUM["D",SPHEROID["S",6378137.0,298.25]],PRIMEM["P",0.0],'
        'UNIT["Degree",0.0174532925199433]],PROJECTION["Nobodys"],UNIT["Furlong of mine",0.0]]'
    )
    file = table("ID,Easting,Northing", "1,530000,180000")
    layer = survey(file, ImportFormat.TABLE).layer
    assert layer is not None
    problem = fault(file, ImportFormat.TABLE, replace(suggest_mapping(layer), crs=furlong))
    assert problem.rule == "crs-unknown"
    assert problem.message == (
        "From the coordinate system Mine no transformation to longitude and latitude is known."
    )
    problem = fault(file, ImportFormat.TABLE, replace(suggest_mapping(layer), crs="EPSG:999999"))
    assert problem.message == "The coordinate system “EPSG:999999” is not known."
    assert "EPSG:27700" in problem.advice
    unknown = gml(gml_polygon("0 0 0 9 9 9 0 0")).getvalue().replace(b"EPSG:3857", b"EPSG:999999")
    problem = fault(io.BytesIO(unknown), ImportFormat.GML)
    assert problem.message == "The coordinate system “EPSG:999999” is not known."


# Text: GeoJSON, GML and well-known text in a table.


def geojson(coordinates: str, kind: str = "LineString") -> io.BytesIO:
    return io.BytesIO(
        (
            '{"type": "FeatureCollection", "features": ['
            '{"type": "Feature", "properties": {"ID": "1"}, "geometry": '
            '{"type": "LineString", "coordinates": [[0, 0], [1, 1]]}},'
            '{"type": "Feature", "properties": {"ID": "2"}, "geometry": '
            f'{{"type": "{kind}", "coordinates": {coordinates}}}}}]}}'
        ).encode()
    )


@pytest.mark.parametrize(
    ("file", "rule", "message"),
    [
        (geojson("[[0, 0], [NaN, 1]]"), "geography-finite", "not a finite number"),
        (geojson("[[0, 0], [-Infinity, 1]]"), "geography-finite", "not a finite number"),
        (geojson("[[[0, 0], [0, 1], [1, 1]]]", "Polygon"), "geography-ring", "is not closed"),
        (geojson("[[[0, 0], [0, 1], [0, 0]]]", "Polygon"), "geography-ring", "has 3 points"),
        (geojson("[]", "Polygon"), "location-missing", "no location"),
        (geojson("[[0, 0]]"), "geography-shape", "A line has one point"),
    ],
)
def test_geojson_names_what_is_wrong_with_a_shape(
    file: io.BytesIO, rule: str, message: str
) -> None:
    good, problems = entities(file, ImportFormat.GEOJSON)
    problem = only(problems)
    assert problem.rule == rule
    assert message in problem.message
    assert [one["ID"] for one in good] == ["1"]


def test_geojson_with_a_number_that_no_program_reads_is_named_with_its_place() -> None:
    problem = fault(geojson("[[0, 0], [1e400, 1]]"), ImportFormat.GEOJSON)
    assert "At line 1, character 97: Unrecognized number: 1e400" in problem.message


def gml(geometry: str) -> io.BytesIO:
    def member(number: int, inside: str) -> str:
        return (
            f'<gml:featureMember><x:Way gml:id="w{number}"><x:ID>{number}</x:ID><x:geom>{inside}'
            "</x:geom></x:Way></gml:featureMember>"
        )

    line = '<gml:LineString srsName="EPSG:3857"><gml:posList>0 0 1 1</gml:posList></gml:LineString>'
    return io.BytesIO(
        (
            '<x:FeatureCollection xmlns:x="urn:x" xmlns:gml="http://www.opengis.net/gml/3.2">'
            f"{member(1, line)}{member(2, geometry)}</x:FeatureCollection>"
        ).encode()
    )


def test_arcs_of_gml_are_made_straight() -> None:
    arc = (
        '<gml:Curve srsName="EPSG:3857"><gml:segments><gml:Arc><gml:posList>'
        "-100 0 0 100 100 0</gml:posList></gml:Arc></gml:segments></gml:Curve>"
    )
    good, problems = entities(gml(arc), ImportFormat.GML)
    assert problems == []
    line = shapely.from_wkt(str(good[1]["Geom"]))
    assert len(line.coords) > 40
    assert line.length == pytest.approx(np.pi * 100 / 111319.49, rel=1e-3)


def test_an_open_ring_of_gml_is_named() -> None:
    _, problems = entities(gml(gml_polygon("0 0 0 9 9 9")), ImportFormat.GML)
    problem = only(problems)
    assert problem.rule == "geography-ring"
    assert "is not closed" in problem.message


def gml_polygon(numbers: str, inside: str = "posList") -> str:
    return (
        f'<gml:Polygon srsName="EPSG:3857"><gml:exterior><gml:LinearRing><gml:{inside}>{numbers}'
        f"</gml:{inside}></gml:LinearRing></gml:exterior></gml:Polygon>"
    )


@pytest.mark.parametrize(
    ("numbers", "rule", "message"),
    [
        ("0 0 0 NaN 9 9 0 0", "geography-finite", "“NaN” among the coordinates is not a finite"),
        ("0 0 0 INF 9 9 0 0", "geography-finite", "“INF” among the coordinates is not a finite"),
        ("0 0 0 9e999 9 9 0 0", "geography-finite", "“9e999” among the coordinates"),
        ("0 0 0 north 9 9 0 0", "coordinates", "“north” stands where a number has to be"),
        ("0 0 0 9,5 9 9 0 0", "coordinates", "“9,5” stands where a number has to be"),
    ],
)
def test_coordinates_of_gml_that_gdal_takes_for_zero_are_refused(
    numbers: str, rule: str, message: str
) -> None:
    problem = fault(gml(gml_polygon(numbers)), ImportFormat.GML)
    assert problem.rule == rule
    assert problem.message.startswith("Line 1: ")
    assert message in problem.message
    assert problem.advice


def test_the_older_coordinates_of_gml_are_looked_at_too() -> None:
    good, problems = entities(gml(gml_polygon("0,0 0,9 9,9 0,0", "coordinates")), ImportFormat.GML)
    assert (len(good), problems) == (2, [])
    problem = fault(gml(gml_polygon("0,0 0,x 9,9 0,0", "coordinates")), ImportFormat.GML)
    assert "“x” stands where a number has to be" in problem.message


def test_properties_of_gml_may_be_called_as_they_like() -> None:
    file = gml(gml_polygon("0 0 0 9 9 9 0 0"))
    content = file.getvalue().replace(b"<x:geom>", b"<x:X>north</x:X><x:pos>left</x:pos><x:geom>")
    good, problems = entities(io.BytesIO(content), ImportFormat.GML)
    assert (problems, good[0]["X"], good[0]["pos"]) == ([], "north", "left")


@pytest.mark.parametrize(
    ("latitude", "rule", "message"),
    [
        ('lat="NaN"', "geography-finite", "“NaN” among the coordinates is not a finite number"),
        ('lat="north"', "coordinates", "“north” stands where a number has to be"),
        ('lat="51,5"', "coordinates", "“51,5” stands where a number has to be"),
        ('lat=""', "coordinates", "the point has no latitude"),
        ("", "coordinates", "the point has no latitude"),
    ],
)
def test_coordinates_of_gpx_that_gdal_takes_for_zero_are_refused(
    latitude: str, rule: str, message: str
) -> None:
    file = io.BytesIO(
        b'<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">\n'
        + f'<wpt {latitude} lon="3"><name>B</name></wpt></gpx>'.encode()
    )
    problem = fault(file, ImportFormat.GPX)
    assert problem.rule == rule
    assert problem.message.startswith("Line 2: ")
    assert message in problem.message


@pytest.mark.parametrize(
    ("line", "rule", "message"),
    [
        ("Point nan 5", "geography-finite", "Line 14: “nan” among the coordinates"),
        ("Point north 5", "coordinates", "Line 14: “north” stands where a number has to be"),
        ("Point 530000,5 5", "coordinates", "Line 14: “530000,5” stands where a number has to be"),
        ("Pline 2\n1 1\n2 x", "coordinates", "Line 16: “x” stands where a number has to be"),
        ("Pline 2\n1 1\nx 2", "coordinates", "Line 16: “x” stands where a number has to be"),
    ],
)
def test_coordinates_of_mif_that_gdal_takes_for_zero_are_refused(
    line: str, rule: str, message: str
) -> None:
    with zipfile.ZipFile(DATA / "clinics_bng_mif.zip") as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    text = members["clinics.mif"].decode("latin-1")
    members["clinics.mif"] = re.sub(r"Point [\d.]+ [\d.]+", line, text, count=1).encode("latin-1")
    problem = fault(zipped_as(members), ImportFormat.MAPINFO)
    assert problem.rule == rule
    assert problem.message.startswith(message)


@pytest.mark.parametrize(
    ("text", "rule", "message"),
    [
        ("LINESTRING (0 0, nan 1)", "geography-finite", "not a finite number"),
        ("LINESTRING (0 0, 1 inf)", "geography-finite", "not a finite number"),
        ("POLYGON ((0 0, 0 1, 1 1))", "geography-ring", "begins at (0 0) and ends at (1 1)"),
        ("POINT Z (1 2 3)", "geography-height", "has Z or M values"),
        ("POINT M (1 2 3)", "geography-height", "has Z or M values"),
        ("POLYGON EMPTY", "geography-empty", "The geography is empty"),
        ("CIRCULARSTRING (0 0, 1 1, 2 0)", "geography-curve", "is a curve"),
        ("TIN (((0 0, 0 1, 1 1, 0 0)))", "geography-type", "“TIN” is no type of geography"),
    ],
)
def test_well_known_text_in_a_table_names_what_is_wrong(text: str, rule: str, message: str) -> None:
    file = table("ID,Shape", '1,"LINESTRING (0 0, 1 1)"', f'2,"{text}"')
    layer = survey(file, ImportFormat.TABLE).layer
    assert layer is not None
    mapping = suggest_mapping(layer)
    columns = tuple(
        replace(column, type=type(column.type)("Edm.Geography"))
        if column.source == "Shape"
        else column
        for column in mapping.columns
    )
    good, problems = entities(file, ImportFormat.TABLE, replace(mapping, columns=columns))
    problem = only(problems)
    assert (problem.rule, problem.column, problem.value) == (rule, "Shape", text)
    assert message in problem.message
    assert [one["ID"] for one in good] == ["1"]
