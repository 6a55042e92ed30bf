"""Places in memory: they answer as SQL does, come when they are wanted, and stay within a bound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from datasources.formats.geopackage import GeoPackageFile
from datasources.query import parse_query
from datasources.query.geopackage.where import bbox_sql
from datasources.query.model import BBox
from datasources.schema import Schema
from sds_server.store import GeoPackageStore
from sds_server.store.geopackage.places import ASKED, KeptPlaces, Places
from sds_server.store.geopackage.pool import identify
from tests.live import eventually
from tests.sds.store.samples import CITIES, SHAPES, Row, cities, fill

LATITUDES = st.floats(-90, 90) | st.sampled_from([-90.0, 90.0, 0.0, 51.5, -17.0])
LONGITUDES = st.floats(-180, 180) | st.sampled_from([-180.0, 180.0, 0.0, -0.12, 179.9])


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GeoPackageFile]:
    store = GeoPackageStore(tmp_path_factory.mktemp("places"))
    fill(store.create("cities", CITIES), CITIES, cities())
    with GeoPackageFile(store._path("cities")) as opened:
        yield opened


@given(
    south=LATITUDES, north=LATITUDES, west=LONGITUDES, east=LONGITUDES,
    top=st.integers(0, 250), skip=st.integers(0, 40) | st.integers(0, 3000),
)  # fmt: skip
@example(south=-90, north=90, west=-180, east=180, top=250, skip=1900)
@example(south=-90, north=90, west=170, east=-170, top=25, skip=0)
@example(south=-20, north=-10, west=-180, east=-179, top=25, skip=0)  # the point at 180 lies in it
@example(south=89, north=90, west=20, east=30, top=25, skip=0)  # and the pole in any longitude
@example(south=51.5, north=51.5, west=-0.12, east=-0.12, top=2, skip=1)
def test_a_box_is_answered_as_by_sql(
    file: GeoPackageFile, south: float, north: float, west: float, east: float, top: int, skip: int
) -> None:
    places = Places.read(file)
    assert len(places) == file.count
    box = BBox(min(south, north), west, max(south, north), east)
    text, values = bbox_sql(file.layout, box)
    found = file.connection.execute(
        f"SELECT __fid, Latitude, Longitude FROM City WHERE {text} ORDER BY EntityID", values
    ).fetchall()
    assert places.page(box, top, skip) == ([row[0] for row in found][skip : skip + top], len(found))
    assert sorted(places.rows(box).tolist()) == sorted(found)


def ask(store: GeoPackageStore, version: str, schema: Schema = CITIES, **params: str) -> list[str]:
    with store.open(version) as reader:
        return reader.query(parse_query(params, schema)).ids


BOX = {"spatialfilter": "bbox(40,-10,60,20)"}


def kept(store: GeoPackageStore, version: str) -> Places | None:
    return store._files._places._kept.get(identify(store._path(version)))


@pytest.mark.parametrize(
    "params",
    [
        {}, {"$inlinecount": "allpages", "$skip": "30"}, {"$orderby": "__Distance"},
        {"$orderby": "Name"}, {"$filter": "Country eq 'FR'"},
    ],
)  # fmt: skip
def test_a_version_that_is_asked_often_is_read_and_answers_as_before(
    tmp_path: Path, params: dict[str, str]
) -> None:
    store = GeoPackageStore(tmp_path / "versions")
    fill(store.create("v1", CITIES), CITIES, cities())
    before = ask(store, "v1", **BOX, **params)
    near = ask(store, "v1", spatialfilter="nearby(51.5,-0.12,300)")
    assert kept(store, "v1") is None
    for _ in range(ASKED):
        ask(store, "v1", **BOX)
    eventually(lambda: kept(store, "v1"))
    assert ask(store, "v1", **BOX, **params) == before
    assert ask(store, "v1", spatialfilter="nearby(51.5,-0.12,300)") == near
    store.close()


def test_a_small_version_and_one_that_is_too_large_are_not_read(tmp_path: Path) -> None:
    store = GeoPackageStore(tmp_path / "versions")
    fill(store.create("small", CITIES), CITIES, cities()[:500])
    fill(store.create("large", CITIES), CITIES, cities())
    store._files._places = KeptPlaces(most=len(cities()) - 1)
    for version in ("small", "large"):
        for _ in range(ASKED + 1):
            ask(store, version, **BOX)
        assert not store._files._places._is_reading
        assert kept(store, version) is None
    store.close()


def test_what_was_not_asked_for_the_longest_goes_first(tmp_path: Path) -> None:
    store = GeoPackageStore(tmp_path / "versions")
    store._files._places = KeptPlaces(most=2 * len(cities()))
    for version in ("v1", "v2", "v3"):
        fill(store.create(version, CITIES), CITIES, cities())
        for _ in range(ASKED):
            ask(store, version, **BOX)
        eventually(lambda version=version: kept(store, version))
        ask(store, "v1", **BOX)
    assert kept(store, "v2") is None
    assert kept(store, "v1") is not None
    store.close()


def test_areas_are_found_by_their_middle(tmp_path: Path) -> None:
    store = GeoPackageStore(tmp_path / "versions")
    rows: list[Row] = [
        {"ID": str(number), "Geom": f"LINESTRING({number / 50} 1,{number / 50} 3)", "Note": None}
        for number in range(2500)
    ]
    fill(store.create("v1", SHAPES), SHAPES, rows)
    box = {"spatialfilter": "bbox(1.5,10,2.5,10.1)", "$orderby": "ID"}
    before = ask(store, "v1", SHAPES, **box)
    assert len(before) == 6
    plain = {"spatialfilter": box["spatialfilter"]}
    for _ in range(ASKED):
        ask(store, "v1", SHAPES, **plain)
    eventually(lambda: kept(store, "v1"))
    assert ask(store, "v1", SHAPES, **plain) == before
    store.close()


def test_a_file_that_is_gone_is_not_read_and_not_missed(tmp_path: Path) -> None:
    places = KeptPlaces()
    gone = tmp_path / "gone.gpkg"
    for _ in range(ASKED):
        assert places.of(gone, (1, 1), 5000) is None
    eventually(lambda: not places._is_reading)
    assert places.of(gone, (1, 1), 5000) is None
    assert not places._kept
