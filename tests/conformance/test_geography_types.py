"""Page "Geography Types"."""

from __future__ import annotations

import pytest

from tests.conformance.forms import entries, results
from tests.conformance.sample import pipe
from tests.conformance.service import Service, service_url

pytestmark = pytest.mark.xdist_group("conformance")

COLUMNS = "ID(Edm.String,primaryKey)|Geom(Edm.Geography)"
SHAPES = {
    "collection": "GEOMETRYCOLLECTION(POINT(-116.03059 44.49031),LINESTRING(-115.9 44.2,-115.8 44.3))",
    "line": "LINESTRING(-116.03059 44.49031, -116.03117 44.4928)",
    "lines": "MULTILINESTRING((-122.3 47, -121.3 47), (-121.3 45, -122.3 47))",
    "point": "POINT(116.03059 44.49031)",
    "points": "MULTIPOINT((-122.3 47),(-121.3 47))",
    "polygon": "POLYGON((9.86445 57.13876,9.86445 56.94234,9.89266 56.94234,9.89266 57.13876,9.86445 57.13876))",
    "polygons": "MULTIPOLYGON(((-95.44 48.65,-95.43 48.65,-95.43 48.66,-95.44 48.65)),((-95.4 48.65,-95.39 48.65,-95.39 48.66,-95.4 48.65)))",
}  # fmt: skip


@pytest.fixture(scope="module")
def url(sds: Service) -> str:
    """A data source with an entity of each type, that has a geography and no position."""
    rows = [f"{name}|{wkt}" for name, wkt in SHAPES.items()]
    body = pipe(*rows, columns=COLUMNS, entity_type="Shapes")
    job = sds.completed(sds.load(sds.new_name("Shapes"), body))
    assert (job["totalEntityCount"], job["failedEntityCount"]) == (7, 0)
    return f"{service_url(job)}/Shapes"


def test_every_type_is_kept(sds: Service, url: str) -> None:
    """Recommended Geographies, Other Geographies: each comes back as well-known text."""
    found = {row["ID"]: row["Geom"] for row in results(sds.get(url, "$format=json"))}
    for name, wkt in SHAPES.items():
        assert found[name].partition(" ")[0] == wkt.partition("(")[0]
    assert found["point"].replace(" (", "(") == SHAPES["point"]


def test_a_geography_in_atom_has_its_type(sds: Service, url: str) -> None:
    """Recommended Geographies: OData Data Type Edm.Geography."""
    for entity in entries(sds.get(url)):
        (kind,) = entity["Geom"].attrib.values()
        assert kind == "Edm.Geography"


def test_latitude_and_longitude_are_always_there(sds: Service, url: str) -> None:
    """Load Data Source Data Schema, Location properties: calculated where they are not given."""
    rows = results(sds.get(url, "$format=json&$filter=ID%20eq%20'polygon'"))
    assert rows[0]["Latitude"] == pytest.approx(57.04055, abs=1e-3)
    assert rows[0]["Longitude"] == pytest.approx(9.878555, abs=1e-3)
    near = results(sds.get(url, "$format=json&spatialFilter=nearby(57.04,9.878,1)"))
    assert [row["ID"] for row in near] == ["polygon"]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("POLYGON((9 56,10 56,10 58,9 58,9 56))", ["polygon"]),
        ("LINESTRING(-123 47,-121 47)", ["lines", "points"]),
        ("POINT(116.03059 44.49031)", ["point"]),
        ("MULTIPOINT((116.03059 44.49031),(9.87 57))", ["point", "polygon"]),
    ],
    ids=["polygon", "line", "point", "points"],
)
def test_entities_that_a_geography_intersects(
    sds: Service, url: str, shape: str, expected: list[str]
) -> None:
    """Geography Types: the `intersects` spatial filter, the geography in single quotes."""
    answer = sds.get(url, f"$format=json&spatialFilter=intersects('{shape}')")
    assert [row["ID"] for row in results(answer)] == expected
