"""Of every format: the good rows and the bad rows together are the entities of the file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from datasources.checks import check_file
from datasources.checks.mending import Order, mended
from datasources.checks.rows import UNHELD, all_problems, bad_rows, good_rows
from datasources.formats import ImportFormat, InputFormat, suggest_mapping, survey
from datasources.schema import PLAN_LIMITS, Limits
from tests.formats import shapes
from tests.formats.files import xml
from tests.formats.imports.looking import feature, geojson, point, table
from tests.formats.test_kml import data, kml, polygon

FURLONG = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.5, 0.2)]
NOWHERE = [(0.0, 0.0), (float("nan"), 1.0), (1.0, 1.0), (0.0, 0.0)]
UNLIMITED = PLAN_LIMITS["unlimited"]


@dataclass(frozen=True)
class Sample:
    """A file whose entities have these IDs, the good ones first; what the bad ones have instead of
    an ID where they could not be taken apart, and the rules they break."""

    make: Callable[[], io.BytesIO]
    format: InputFormat | ImportFormat
    good: list[str]
    bad: list[str]
    rules: set[str]
    limits: Limits = UNLIMITED


def _xml() -> io.BytesIO:
    place = "<Latitude>1</Latitude><Longitude>2</Longitude>"
    file = xml(
        f"<ID>1</ID><Name>A</Name>{place}",
        f"<ID>2</ID><Nmae>B</Nmae>{place}",
        f"<ID>3</ID><Name>C</Name><Name>D</Name>{place}",
        f"<ID>4</ID><Name>x <b>y</b> &amp; z</Name>{place}",
        f"<ID>5</ID><Name>E</Name>{place.replace('1', '91')}",
        f"<ID>1</ID><Name>Again</Name>{place}",
    )
    other = b"<Shop><ID>6</ID><Size>9</Size></Shop></CoffeeData>"
    return io.BytesIO(file.getvalue().replace(b"</CoffeeData>", other))


def _kml() -> io.BytesIO:
    return kml(
        data(ID="1") + polygon(),
        data(ID="2") + polygon("0,0 0,1 1,1"),
        data(ID="3") + polygon("0,0 0,1 1,x 0,0"),
        data(ID="4") + '<gx:Track xmlns:gx="http://www.google.com/kml/ext/2.2"></gx:Track>',
        data(ID="5")
        + "<MultiGeometry><Point><coordinates>1,2</coordinates></Point><Model/></MultiGeometry>",
        data(ID="6") + polygon("0,0 0,1 1,1 2,1 0,0"),
        data(ID="7") + polygon(),
        "<name>No ID</name>",
    )


def _kml_points() -> io.BytesIO:
    places = ["9.8,57", "9.8 57", "9.8", "nan,57", "1;2"]
    return kml(
        *(
            f"{data(ID=str(number))}<Point><coordinates>{place}</coordinates></Point>"
            for number, place in enumerate(places, start=1)
        )
    )


def _shp(prj: str = shapes.WGS84) -> io.BytesIO:
    larger = [(0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)]
    given = [shapes.SQUARE, FURLONG, NOWHERE, larger, shapes.SQUARE, [(0.0, 0.0), (1.0, 1.0)], None]
    return shapes.packed(shapes.shapefile(shapes.POLYGON, given, prj=prj))


def _shp_points() -> io.BytesIO:
    given = [[(1.0, 2.0)], [(float("inf"), 2.0)], [(float("nan"), 2.0)], None]
    return shapes.packed(shapes.shapefile(shapes.POINT, given))


def _geojson() -> io.BytesIO:
    ring = [[0, 0], [0, 1], [1, 1], [0, 0]]
    return geojson(
        feature({"type": "Polygon", "coordinates": [ring]}, ID="1"),
        feature({"type": "Polygon", "coordinates": [ring[:3]]}, ID="2"),
        feature({"type": "LineString", "coordinates": [[0, 0], [1, 95]]}, ID="3"),
        feature(None, ID="4"),
    )


def _sequence() -> io.BytesIO:
    records = [
        json.dumps(feature(point(1, 2), ID="1")),
        json.dumps(feature(point(1, 92), ID="2")),
        json.dumps(feature({"type": "Punkt", "coordinates": [1, 2]}, ID="3")),
        json.dumps(feature({"type": "Point", "coordinates": ["a", 2]}, ID="4")),
        '{"type": "Feature", "properties": {"ID": "5"}, "geometry": {"type": ',
        '{"type": "Topic", "ID": "6"}',
    ]
    return io.BytesIO("\n".join(records).encode())


def _table() -> io.BytesIO:
    return table(
        "ID,Name,Latitude,Longitude",
        "1,Aalborg,57.0,9.8",
        "2,Main Street, 5,57.0,9.8",
        "3,Short,57.0",
        "4,Far,95,9.8",
        "1,Again,57.0,9.8",
    )


SAMPLES = {
    "xml": Sample(
        _xml,
        InputFormat.XML,
        ["1"],
        ["2", "3", "4", "5", "1", "6"],
        {
            "xml-unknown-property",
            "xml-repeated-property",
            "html",
            "latitude-range",
            "duplicate-id",
            "xml-unknown-entity",
        },
    ),
    "kml": Sample(
        _kml,
        InputFormat.KML,
        ["1"],
        ["2", "3", "4", "5", "6", "7", "8"],
        {
            "geography-ring",
            "kml-coordinates",
            "kml-geometry",
            "polygon-points",
            "too-many-polygons",
            "location-missing",
        },
        Limits(None, max_polygons=4, max_polygon_points=4),
    ),
    "kml points": Sample(
        _kml_points,
        InputFormat.KML,
        ["1"],
        ["2", "3", "4", "5"],
        {"kml-coordinates", "geography-finite"},
    ),
    "shp": Sample(
        _shp,
        InputFormat.SHP,
        ["a"],
        ["b", "c", "d", "e", "f", "g"],
        {
            "geography-ring",
            "geography-finite",
            "polygon-points",
            "too-many-polygons",
            "location-missing",
        },
        Limits(None, max_polygons=4, max_polygon_points=5),
    ),
    "shp points": Sample(
        _shp_points,
        InputFormat.SHP,
        ["a"],
        ["b", "c", "d"],
        {"geography-finite", "location-missing"},
    ),
    "geojson": Sample(
        _geojson,
        ImportFormat.GEOJSON,
        ["1"],
        ["2", "3", "4"],
        {"geography-ring", "geography-range", "location-missing"},
    ),
    "geojsonseq": Sample(
        _sequence,
        ImportFormat.GEOJSONSEQ,
        ["1"],
        [
            "2",
            "3",
            "4",
            '{"type": "Feature", "properties": {"ID": "5"}, "geometry": {"type":',
            '{"type": "Topic", "ID": "6"}',
        ],
        {"latitude-range", "geography-type", "geography-shape", "json", "json-feature"},
    ),
    "table": Sample(
        _table,
        ImportFormat.TABLE,
        ["1"],
        ["2,Main Street, 5,57.0,9.8", "3,Short,57.0", "4", "1"],
        {"row-length", "latitude-range", "duplicate-id"},
    ),
}


def order_of(sample: Sample) -> Order:
    file = sample.make()
    mapping = None
    if isinstance(sample.format, ImportFormat):
        layer = survey(file, sample.format).layer
        assert layer is not None
        # Suggestions pass over a column in which an ID stands twice.
        mapping = replace(suggest_mapping(layer), id_column="ID")
    return Order(file, sample.format, sample.limits, mapping=mapping)


def lines(chunks: object) -> list[list[str]]:
    """The rows of a file, without its two lines of schema."""
    text = b"".join(chunks).decode()  # type: ignore[call-overload]
    return list(csv.reader(io.StringIO(text), delimiter="|"))[2:]


def ids(order: Order, chunks: object) -> list[str]:
    with mended(order) as reader:
        key = reader.schema.key_index
    return [row[key if len(row) > 1 else 0] for row in lines(chunks)]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_entity_is_in_one_of_the_two_files(name: str) -> None:
    sample = SAMPLES[name]
    order = order_of(sample)
    good, bad = ids(order, good_rows(order)), ids(order, bad_rows(order))
    assert good == sample.good
    # What could not be taken apart stands behind the others of its batch.
    assert sorted(bad) == sorted(sample.bad)
    report = check_file(order.file, order.format, limits=order.limits, mapping=order.mapping)
    assert report.entities == len(good) + len(bad)
    errors = {one.rule for one in all_problems(order) if not one.warning}
    assert errors - {"no-good-entity"} == sample.rules


@pytest.mark.parametrize("name", SAMPLES)
def test_bad_rows_that_are_brought_again_are_no_better(name: str) -> None:
    """But for what the plan does not allow, IDs that now stand once, and values without a column."""
    order = order_of(SAMPLES[name])
    content = io.BytesIO(b"".join(bad_rows(order)))
    report = check_file(content, InputFormat.PIPE, limits=UNLIMITED)
    forgiven = {"duplicate-id", "polygon-points", "too-many-polygons", *UNHELD}
    allowed = sum(one.rule in forgiven for one in all_problems(order))
    assert report.good <= allowed
    assert report.entities == len(SAMPLES[name].bad)


def test_what_stands_in_a_bad_row_is_what_stood_in_the_file() -> None:
    order = order_of(SAMPLES["xml"])
    assert ["4", "x <b>y</b> & z", "1", "2"] in lines(bad_rows(order))
    values = {one.rule: one.value for one in all_problems(order)}
    assert (values["xml-unknown-property"], values["xml-repeated-property"]) == ("B", "D")
    order = order_of(SAMPLES["kml"])
    shapes_of = {row[0]: row[-1] for row in lines(bad_rows(order))}
    assert shapes_of["2"] == "POLYGON ((0 0, 0 1, 1 1))"
    assert shapes_of["3"] == 'POLYGON (("0,0 0,1 1,x 0,0"))'
    assert shapes_of["4"] == shapes_of["5"] == ""
    assert shapes_of["6"].startswith("POLYGON ((")
    order = order_of(SAMPLES["shp"])
    shapes_of = {row[0]: row[-1] for row in lines(bad_rows(order))}
    assert shapes_of["b"] == "POLYGON ((0 0, 0 1, 1 1, 0.5 0.2))"
    assert shapes_of["f"] == "POLYGON ((0 0, 1 1))"


def test_open_rings_of_every_format_can_be_closed() -> None:
    for name, count in (("kml", 1), ("shp", 1), ("geojson", 1)):
        sample = SAMPLES[name]
        order = order_of(sample)
        options = {"limits": UNLIMITED, "mapping": order.mapping}
        report = check_file(order.file, order.format, **options)  # type: ignore[arg-type]
        assert report.offers.counts.get("close-rings") == count, name
        again = check_file(order.file, order.format, repairs=["close-rings"], **options)  # type: ignore[arg-type]
        assert again.good == report.good + count, name
