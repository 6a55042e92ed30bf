"""KML and KMZ: Placemarks become entities."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from datasources.checks import Report, check_file
from datasources.formats import FileFault, InputFormat, detect_format, open_entities
from datasources.schema import PLAN_LIMITS, EdmType, Limits, Problem
from tests.formats import files
from tests.formats.files import gzipped, zipped_as

DATA = Path("tests/data")
POINT = "<Point><coordinates>9.8,57.0</coordinates></Point>"
RING = "0,0 0,1 1,1 0,0"


def kml(*placemarks: str, name: str = "Shops", before: str = "", inside: str = "") -> io.BytesIO:
    """A KML document; each Placemark stands on a line of its own, from line 2 on."""
    body = "\n".join(
        one if one.startswith("<Placemark") else f"<Placemark>{one}</Placemark>"
        for one in placemarks
    )
    return io.BytesIO(
        f'{before}<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>{name}</name>{inside}\n'
        f"{body}\n</Document></kml>\n".encode()
    )


def polygon(outer: str = RING, *inner: str) -> str:
    holes = "".join(
        f"<innerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></innerBoundaryIs>"
        for ring in inner
    )
    return (
        f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{outer}</coordinates></LinearRing>"
        f"</outerBoundaryIs>{holes}</Polygon>"
    )


def data(**values: str) -> str:
    inside = "".join(f'<Data name="{n}"><value>{v}</value></Data>' for n, v in values.items())
    return f"<ExtendedData>{inside}</ExtendedData>"


def rows(file: io.BytesIO | Path) -> list[dict[str, object]]:
    with open_entities(
        file if isinstance(file, io.BytesIO) else str(file), InputFormat.KML
    ) as reader:
        return [
            dict(zip(reader.schema.names, row, strict=True))
            for batch in reader
            for row in zip(*batch.columns, strict=True)
        ]


def notes(file: io.BytesIO) -> list[Problem]:
    with open_entities(file, InputFormat.KML) as reader:
        list(reader)
        assert all(note.warning for note in reader.notes)
        return reader.notes


def fault(file: io.BytesIO) -> Problem:
    return files.fault(file, InputFormat.KML)


def check(file: io.BytesIO, limits: Limits = PLAN_LIMITS["basic"]) -> Report:
    return check_file(file, InputFormat.KML, limits=limits)


def only_problem(file: io.BytesIO, limits: Limits = PLAN_LIMITS["basic"]) -> Problem:
    (group,) = [g for g in check(file, limits).groups if not g.examples[0].warning]
    return group.examples[0]


# What GDAL writes.


@pytest.mark.parametrize("name", ["offices.kml", "offices.kmz"])
def test_points_that_gdal_wrote_are_read(name: str) -> None:
    with open_entities(DATA / name, InputFormat.KML) as reader:
        schema = reader.schema
        (batch,) = list(reader)
    assert schema.entity_type == "field_offices"
    assert schema.key.name == "EntityID"
    assert [
        schema.properties[schema.index(n) or 0].type for n in ("Staff", "Rent", "Latitude")
    ] == [
        EdmType.INT64,
        EdmType.DOUBLE,
        EdmType.DOUBLE,
    ]
    assert list(batch.columns[0]) == ["field_offices.1", "field_offices.2", "field_offices.3"]
    assert list(batch.columns[2]) == ["Königsallee 1", "Strøget 7", "Am Markt & Co <2>"]
    assert len(set(batch.lines)) == 3
    assert check_file(DATA / name, InputFormat.KML, limits=PLAN_LIMITS["basic"]).good == 3


def test_polygons_that_gdal_wrote_are_read() -> None:
    soho, isles, quebec = rows(DATA / "districts.kml")
    assert (soho["ID"], soho["Name"], soho["Residents"]) == ("7", "Soho", "3200")
    assert str(soho["Geom"]).startswith("POLYGON ((-0.142 51.51, ")
    assert str(soho["Geom"]).count("(") == 3
    assert str(isles["Geom"]).startswith("MULTIPOLYGON (((-0.2 51.4, ")
    assert quebec["Name"] == "Québec"
    assert check_file(DATA / "districts.kml", InputFormat.KML, limits=PLAN_LIMITS["basic"]).ok


@pytest.mark.parametrize("name", ["offices.kml", "offices.kmz", "districts.kml"])
def test_kml_is_known_by_what_it_holds(name: str) -> None:
    head = (DATA / name).read_bytes()
    assert detect_format(head, "wrong.xml") is InputFormat.KML
    packed = gzipped(io.BytesIO(head)).getvalue() if name.endswith(".kml") else head
    assert detect_format(packed) is InputFormat.KML


@pytest.mark.parametrize(
    "root",
    [
        '<?xml version="1.0"?><kml>',
        "<!-- a --><kml:kml xmlns:kml='x'>",
        '<Placemark xmlns="http://earth.google.com/kml/2.1">',
    ],
)
def test_every_root_of_kml_is_known(root: str) -> None:
    assert detect_format(root.encode()) is InputFormat.KML


def test_gzip_and_zip_are_unpacked() -> None:
    file = kml(POINT)
    assert len(rows(gzipped(file))) == 1
    assert len(rows(zipped_as({"doc.kml": file.getvalue(), "files/a.png": b"x"}))) == 1


# Geometries.


@pytest.mark.parametrize(
    ("geometry", "text"),
    [
        ("<LineString><coordinates>0,1 2,3,0</coordinates></LineString>", "LINESTRING (0 1, 2 3)"),
        (
            "<LinearRing><coordinates>0,0 0,1 1,1 0,0</coordinates></LinearRing>",
            "LINESTRING (0 0, 0 1, 1 1, 0 0)",
        ),
        (polygon(), "POLYGON ((0 0, 0 1, 1 1, 0 0))"),
        (
            polygon("0,0 9,0 9,9 0,0", "2,1 3,1 3,2 2,1"),
            "POLYGON ((0 0, 9 0, 9 9, 0 0), (2 1, 3 1, 3 2, 2 1))",
        ),
        (f"<MultiGeometry>{POINT}{POINT}</MultiGeometry>", "MULTIPOINT ((9.8 57.0), (9.8 57.0))"),
        (f"<MultiGeometry>{POINT}</MultiGeometry>", "POINT (9.8 57.0)"),
        (
            f"<MultiGeometry>{POINT}{polygon()}</MultiGeometry>",
            "GEOMETRYCOLLECTION (POINT (9.8 57.0), POLYGON ((0 0, 0 1, 1 1, 0 0)))",
        ),
        (
            f"<MultiGeometry><MultiGeometry>{polygon()}{polygon()}</MultiGeometry>{POINT}</MultiGeometry>",
            "GEOMETRYCOLLECTION (MULTIPOLYGON (((0 0, 0 1, 1 1, 0 0)), ((0 0, 0 1, 1 1, 0 0))), POINT (9.8 57.0))",
        ),
    ],
)
def test_geometries_become_well_known_text(geometry: str, text: str) -> None:
    file = kml(geometry, polygon())
    assert rows(file)[0]["Geom"] == text
    assert check(file).good == 2


def test_single_points_become_latitude_and_longitude() -> None:
    (row,) = rows(kml("<Point><coordinates>\n 9.8,57.0,12.5 \n</coordinates></Point>"))
    assert (row["Latitude"], row["Longitude"]) == ("57.0", "9.8")
    assert "Geom" not in row


def test_heights_are_left_out_and_said_to_be() -> None:
    file = kml("<Point><coordinates>9.8,57.0,12.5</coordinates></Point>", POINT)
    (note,) = [one for one in notes(file) if one.rule == "heights-dropped"]
    assert "heights of 1 entities" in note.message
    flat = kml("<Point><coordinates>9.8,57.0,0</coordinates></Point>")
    assert "heights-dropped" not in {one.rule for one in notes(flat)}


@pytest.mark.parametrize(
    ("coordinates", "rule", "words"),
    [
        ("0,0 0,1 1,1", "geography-ring", "begins at (0 0) and ends at (1 1)"),
        ("0,0 nan,1 1,1 0,0", "geography-finite", "“nan,1” has a coordinate that is not a finite"),
        ("0,0 0,inf 1,1 0,0", "geography-finite", "not a finite number"),
        ("0,0 0;1 1,1 0,0", "kml-coordinates", "“0;1” among the coordinates"),
        ("0, 0 0, 1 1, 1 0, 0", "kml-coordinates", "is not longitude,latitude"),
        ("0,0 0,1 0,0", "geography-ring", "3 points; four is the least"),
        ("0,0 0,91 1,1 0,0", "geography-range", "not on the Earth"),
        ("0,0 )),(( 0,0", "kml-coordinates", "is no point"),
        ("", "location-missing", "no location"),
    ],
)
def test_bad_coordinates_cost_the_entity(coordinates: str, rule: str, words: str) -> None:
    file = kml(polygon(), polygon(coordinates))
    problem = only_problem(file)
    assert problem.rule == rule
    assert words in problem.message
    assert (problem.row, problem.line) == (2, 3)
    assert problem.advice
    assert check(file).good == 1


def test_a_placemark_without_a_place_has_no_location() -> None:
    assert only_problem(kml(POINT, "<name>Nowhere</name>")).rule == "location-missing"


def test_tracks_and_models_are_refused_one_by_one() -> None:
    file = kml(POINT, '<gx:Track xmlns:gx="http://www.google.com/kml/ext/2.2"></gx:Track>')
    problem = only_problem(file)
    assert (problem.rule, problem.row) == ("kml-geometry", 2)
    assert "gx:Track" in problem.message


# Properties and the entity ID.


def test_names_descriptions_and_data_are_properties() -> None:
    (row,) = rows(
        kml(
            "<name>Aalborg</name><description>By the fjord</description><address>Vej 1</address>"
            f"<phoneNumber>tel:1</phoneNumber>{data(ID='7', Open='9-17')}{POINT}"
        )
    )
    assert row == {
        "Name": "Aalborg",
        "Description": "By the fjord",
        "Address": "Vej 1",
        "PhoneNumber": "tel:1",
        "ID": "7",
        "Open": "9-17",
        "Latitude": "57.0",
        "Longitude": "9.8",
    }


def test_a_schema_gives_the_types() -> None:
    fields = "".join(
        f'<SimpleField name="{name}" type="{kind}"/>'
        for name, kind in [("A", "int"), ("B", "double"), ("C", "bool"), ("D", "string")]
    )
    with open_entities(
        kml(POINT, inside=f'<Schema id="s">{fields}</Schema>'), InputFormat.KML
    ) as reader:
        kinds = {prop.name: prop.type for prop in reader.schema.properties}
    assert [kinds[name] for name in "ABCD"] == [
        EdmType.INT64,
        EdmType.DOUBLE,
        EdmType.BOOLEAN,
        EdmType.STRING,
    ]


def test_the_html_of_a_description_becomes_plain_text() -> None:
    html = "<![CDATA[<style>p{}</style><b>Open</b> daily<br>9&ndash;17 &amp; later]]>"
    file = kml(f"<description>{html}</description>{POINT}")
    assert rows(file)[0]["Description"] == "Open daily\n9–17 & later"
    assert "markup-dropped" in {note.rule for note in notes(file)}


@pytest.mark.parametrize(
    ("placemarks", "key", "ids"),
    [
        ([data(ID="a") + POINT, data(ID="b") + POINT], "ID", ["a", "b"]),
        (
            [data(id="x", EntityID="a") + POINT, data(id="y", EntityID="b") + POINT],
            "EntityID",
            ["a", "b"],
        ),
        ([data(ID="a") + POINT, data(ID="a") + POINT], "EntityID", ["1", "2"]),
        ([data(ID="a") + POINT, POINT], "EntityID", ["1", "2"]),
        (
            [f'<Placemark id="p">{POINT}</Placemark>', f'<Placemark id="q">{POINT}</Placemark>'],
            "EntityID",
            ["p", "q"],
        ),
        ([f'<Placemark id="p">{POINT}</Placemark>', POINT], "EntityID", ["1", "2"]),
    ],
)
def test_the_entity_id_is_a_field_an_attribute_or_a_number(
    placemarks: list[str], key: str, ids: list[str]
) -> None:
    file = kml(*placemarks)
    with open_entities(file, InputFormat.KML) as reader:
        assert reader.schema.key.name == key
    assert [row[key] for row in rows(file)] == ids
    assert check(file).good == 2


def test_an_id_that_was_passed_over_is_named() -> None:
    file = kml(data(ID="a") + POINT, data(ID="a") + POINT)
    (note,) = [one for one in notes(file) if one.rule == "entity-id"]
    assert "number in the file" in note.message
    assert "ID cannot be it" in note.message


def test_names_are_made_legal_and_the_changes_noted() -> None:
    values = {
        "Größe in m²": "1",
        "9lives": "2",
        "a b": "3",
        "a-b": "4",
        "Latitude": "5",
        "__x": "6",
    }
    file = kml(data(ID="1", **values) + POINT, name="Our shops, 2026")
    with open_entities(file, InputFormat.KML) as reader:
        names, entity_type = reader.schema.names, reader.schema.entity_type
    assert names == (
        "ID",
        "Grosse_in_m2",
        "_9lives",
        "a_b",
        "a_b_2",
        "Latitude_2",
        "_x",
        "Latitude",
        "Longitude",
    )
    assert entity_type == "Our_shops_2026"
    changed = [note.message for note in notes(file) if note.rule == "name-changed"]
    assert len(changed) == 7
    assert "The field “a-b” is loaded as a_b_2." in changed
    assert check(file).ok


def test_a_document_without_a_name_has_placemarks() -> None:
    with open_entities(kml(POINT, name=""), InputFormat.KML) as reader:
        assert reader.schema.entity_type == "Placemark"
    with open_entities(kml(POINT), InputFormat.KML, type_name="Kept") as reader:
        assert reader.schema.entity_type == "Kept"


# Files that are refused.


@pytest.mark.parametrize(
    ("file", "rule", "words"),
    [
        (
            kml(POINT, inside="<NetworkLink><Link><href>http://x/</href></Link></NetworkLink>"),
            "kml-network-link",
            "nothing is fetched",
        ),
        (
            kml(POINT, before='<!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
            "xml-dtd",
            "DTD",
        ),
        (io.BytesIO(kml(POINT).getvalue()[:-40]), "xml-cut-off", "elements still open"),
        (
            io.BytesIO(kml(POINT).getvalue().replace(b"57.0", b"5\xff.0")),
            "encoding",
            "0xFF in line 2",
        ),
        (
            io.BytesIO(b'<gml xmlns="http://www.opengis.net/kml/2.2"/>'),
            "kml-root",
            "gml, not kml",
        ),
        (io.BytesIO(b""), "empty-file", "empty"),
        (kml("<name>a & b</name>"), "xml-malformed", "line 2"),
        (gzipped(io.BytesIO(kml(*[POINT] * 500).getvalue() + b" " * 99)), "", ""),
    ],
)
def test_files_that_are_refused(file: io.BytesIO, rule: str, words: str) -> None:
    if not rule:  # a compressed file that was cut off
        file, rule, words = io.BytesIO(file.getvalue()[:-30]), "truncated", "ends too early"
    problem = fault(file)
    assert problem.rule == rule
    assert words in problem.message
    assert problem.advice


def test_other_formats_are_told_from_kml() -> None:
    problem = fault(files.pipe("1|A|1|2"))
    assert "looks like pipe-separated text, not KML" in problem.message
    assert "looks like KML, not entity XML" in files.fault(kml(POINT), InputFormat.XML).message


def test_elements_nested_too_deep_are_refused() -> None:
    deep = "<MultiGeometry>" * 300 + "</MultiGeometry>" * 300
    assert fault(kml(deep)).rule == "xml-depth"
    nested = "<MultiGeometry>" * 60 + POINT + f"{POINT}</MultiGeometry>" * 60
    assert only_problem(kml(nested, POINT)).rule == "geography-nested"


# The plan's limits.


def test_the_plan_limits_polygons_and_their_points() -> None:
    limits = Limits(None, max_polygons=2, max_polygon_points=5)
    assert check(kml(polygon(), polygon(), POINT), limits).ok
    assert only_problem(kml(*[polygon()] * 3), limits).rule == "too-many-polygons"
    problem = only_problem(kml(polygon(), polygon("0,0 1,0 2,0 3,0 3,3 0,0")), limits)
    assert (problem.rule, problem.row) == ("polygon-points", 2)
    assert "6 points; 5 is the most" in problem.message


def test_the_file_is_read_in_pieces() -> None:
    with open_entities(
        kml(*[data(ID="1") + POINT] * 2500), InputFormat.KML, batch_size=1000
    ) as reader:
        assert [len(batch) for batch in reader] == [1000, 1000, 500]


def test_a_kmz_of_many_linked_files_is_refused() -> None:
    link = "<NetworkLink><Link><href>a.kml</href></Link></NetworkLink>"
    content = kml(POINT).getvalue()
    members = {"doc.kml": kml(inside=link).getvalue(), "a.kml": content, "b.kml": content}
    assert fault(zipped_as(members)).rule == "kml-network-link"
    with pytest.raises(FileFault):
        open_entities(zipped_as({"a.txt": b"1", "b.txt": b"2"}), InputFormat.KML)


def test_a_file_that_ends_in_the_middle_of_a_letter_is_a_fault() -> None:
    content = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>K\u00f8'.encode()[:-1]
    assert fault(io.BytesIO(content)).rule in ("xml-cut-off", "encoding")
