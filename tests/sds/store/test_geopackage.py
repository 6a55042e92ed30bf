"""Versions are GeoPackages that other tools open, read and edit as they are."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from datasources.formats.geopackage.rtree import CELLS
from datasources.schema import EdmType, Property, Schema
from sds_server.store import GeoPackageStore, StoreFault, UnknownVersion
from sds_server.store import store as default_store
from sds_server.store.geopackage.pool import KEPT
from tests.sds.store.samples import CITIES, SHAPES, Row, cities, fill

OGRINFO = shutil.which("ogrinfo")
needs_gdal = pytest.mark.skipif(OGRINFO is None, reason="ogrinfo (GDAL) is not on this machine")

SHAPE_ROWS: list[Row] = [
    {"ID": "a", "Geom": "POLYGON ((10 50, 12 50, 12 52, 10 52, 10 50))", "Note": "box"},
    {"ID": "b", "Geom": "LINESTRING (-5 3, 7 4)", "Note": None},
    {"ID": "c", "Geom": None, "Note": "nowhere"},
]


def ogrinfo(*arguments: str) -> str:
    assert OGRINFO is not None
    run = subprocess.run([OGRINFO, *arguments], capture_output=True, text=True, check=True)
    assert "ERROR" not in run.stderr
    assert "Warning" not in run.stderr, run.stderr
    return run.stdout


@needs_gdal
def test_gdal_reads_count_extent_and_types(files: GeoPackageStore, folder: Path) -> None:
    fill(files.create("v1", CITIES), CITIES, cities())
    said = ogrinfo("-al", "-so", "-ro", str(folder / "v1.gpkg"))
    assert "Layer name: City" in said
    assert "Geometry: Point" in said
    assert f"Feature Count: {len(cities())}" in said
    assert "Extent: (-180.000000, -90.000000) - (180.000000, 90.000000)" in said
    assert 'ID["EPSG",4326]' in said
    for line in ("EntityID: String", "Population: Integer64", "Density: Real",
                 "IsLarge: Integer(Boolean)", "Surveyed: DateTime"):  # fmt: skip
        assert line in said


@needs_gdal
def test_gdal_reads_values_dates_among_them(files: GeoPackageStore, folder: Path) -> None:
    rows = [row for row in cities() if "1234567" not in str(row["Surveyed"])]
    rows = [row for row in rows if "0000001" not in str(row["Surveyed"])]
    fill(files.create("v1", CITIES), CITIES, rows)
    row = next(row for row in rows if ".123Z" in str(row["Surveyed"]))
    said = ogrinfo("-al", "-ro", "-where", f"EntityID = '{row['EntityID']}'",
                   str(folder / "v1.gpkg"))  # fmt: skip
    day = str(row["Surveyed"])[:10].replace("-", "/")
    assert f"Surveyed (DateTime) = {day} 21:29:41.123+00" in said
    assert f"Name (String) = {row['Name']}" in said
    assert f"POINT ({row['Longitude']} {row['Latitude']})" in said


def test_dates_with_seven_decimals_are_read_by_gdal_to_the_millisecond(
    files: GeoPackageStore, folder: Path
) -> None:
    if OGRINFO is None:
        pytest.skip("ogrinfo (GDAL) is not on this machine")
    row = next(row for row in cities() if ".1234567Z" in str(row["Surveyed"]))
    fill(files.create("v1", CITIES), CITIES, [row])
    run = subprocess.run(
        [OGRINFO, "-al", "-ro", str(folder / "v1.gpkg")], capture_output=True, text=True, check=True
    )
    assert "21:29:41.123+00" in run.stdout


@needs_gdal
def test_gdal_reads_shapes_and_their_extent(files: GeoPackageStore, folder: Path) -> None:
    fill(files.create("v1", SHAPES), SHAPES, SHAPE_ROWS)
    said = ogrinfo("-al", "-ro", str(folder / "v1.gpkg"))
    assert "Geometry Column = Geom" in said
    assert "Feature Count: 3" in said
    assert "Extent: (-5.000000, 3.000000) - (12.000000, 52.000000)" in said
    assert "POLYGON ((10 50,12 50,12 52,10 52,10 50))" in said


@needs_gdal
def test_a_copy_can_be_edited_by_gdal_and_its_index_follows(
    files: GeoPackageStore, folder: Path, tmp_path: Path
) -> None:
    fill(files.create("v1", SHAPES), SHAPES, SHAPE_ROWS)
    copy = shutil.copy(folder / "v1.gpkg", tmp_path / "copy.gpkg")
    ogrinfo("-sql", "DELETE FROM Region WHERE ID = 'a'", str(copy))
    moved = "UPDATE Region SET Geom = ST_GeomFromText('POINT (30 40)', 4326) WHERE ID = 'b'"
    ogrinfo("-dialect", "SQLite", "-sql", moved, str(copy))
    connection = sqlite3.connect(copy)
    boxes = connection.execute('SELECT minx, maxx, miny, maxy FROM "rtree_Region_Geom"').fetchall()
    connection.close()
    assert boxes == [(30.0, 30.0, 40.0, 40.0)]


def test_the_file_says_that_it_is_a_geopackage(files: GeoPackageStore) -> None:
    fill(files.create("cities", CITIES), CITIES, cities())
    with files.open("cities") as reader:
        ask = reader._connection.execute
        assert ask("PRAGMA application_id").fetchone() == (0x47504B47,)
        assert ask("PRAGMA user_version").fetchone() == (10300,)
        assert ask("PRAGMA integrity_check").fetchone() == ("ok",)
        assert ask("PRAGMA foreign_key_check").fetchall() == []
        assert ask("SELECT srs_id FROM gpkg_spatial_ref_sys ORDER BY 1").fetchall() == [
            (-1,), (0,), (4326,),
        ]  # fmt: skip
        assert ask("SELECT table_name, data_type, srs_id FROM gpkg_contents").fetchall() == [
            ("City", "features", 4326)
        ]
        triggers = ask("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        assert {name for (name,) in triggers} == {
            f"rtree_City___geometry_{suffix}"
            for suffix in ("insert", "update1", "update2", "update3", "update4", "delete")
        }


@pytest.mark.parametrize("count", [0, 1, CELLS, CELLS + 1, CELLS * CELLS, CELLS * CELLS + 1, 9000])
def test_the_packed_index_is_sound_and_whole(
    files: GeoPackageStore, folder: Path, count: int
) -> None:
    schema = Schema(
        "Place",
        (
            Property("ID", EdmType.STRING, is_key=True),
            Property("Latitude", EdmType.DOUBLE),
            Property("Longitude", EdmType.DOUBLE),
        ),
    )
    rows: list[Row] = [
        {"ID": str(i), "Latitude": (i * 37 % 18001) / 100.0 - 90, "Longitude": i * 0.1 % 360 - 180}
        for i in range(count)
    ]
    fill(files.create("v1", schema), schema, rows)
    connection = sqlite3.connect(folder / "v1.gpkg")
    name = "rtree_Place___geometry"
    assert connection.execute(f"SELECT rtreecheck('{name}')").fetchone() == ("ok",)
    assert connection.execute(f'SELECT count(*) FROM "{name}"').fetchone() == (count,)
    missing = connection.execute(
        f'SELECT count(*) FROM Place LEFT JOIN "{name}" AS tree ON tree.id = __fid'
        " WHERE NOT (tree.minx <= Longitude AND Longitude <= tree.maxx"
        " AND tree.miny <= Latitude AND Latitude <= tree.maxy)"
    ).fetchone()
    assert missing == (0,)
    connection.close()


def test_the_commit_tells_size_and_hash_of_the_file(files: GeoPackageStore, folder: Path) -> None:
    stats = fill(files.create("v1", CITIES), CITIES, cities())
    content = (folder / "v1.gpkg").read_bytes()
    assert stats.size_bytes == len(content) == files.sizes()["v1"]
    assert stats.sha256 == hashlib.sha256(content).hexdigest()


def test_what_a_killed_writer_left_is_told_apart_and_swept(
    files: GeoPackageStore, folder: Path
) -> None:
    fill(files.create("v1", CITIES), CITIES, cities()[:10])
    left, fresh = folder / "v2.0a1b2c3d.partial", folder / "v3.0a1b2c3d.partial"
    left.write_bytes(b"half a file")
    fresh.write_bytes(b"being written")
    an_hour_ago = time.time() - 3600
    os.utime(left, (an_hour_ago, an_hour_ago))
    assert files.sizes().keys() == {"v1"}
    assert files.sweep(older_than=600) == 1
    assert fresh.exists()
    assert not left.exists()
    assert files.exists("v1")


def test_a_reader_can_change_nothing(files: GeoPackageStore) -> None:
    fill(files.create("cities", CITIES), CITIES, cities()[:5])
    with (
        files.open("cities") as reader,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        reader._connection.execute("DELETE FROM City")


def test_a_damaged_file_is_named_and_not_guessed_at(files: GeoPackageStore, folder: Path) -> None:
    folder.mkdir()
    (folder / "v1.gpkg").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreFault, match="v1"):
        files.open("v1")


def test_the_settings_name_the_folder(settings: object, tmp_path: Path) -> None:
    settings.SDS_DATA_DIR = tmp_path  # type: ignore[attr-defined]
    made = default_store()
    fill(made.create("v1", CITIES), CITIES, cities()[:3])
    assert (tmp_path / "versions" / "v1.gpkg").is_file()


def test_an_open_file_is_kept_for_the_next_reader_and_closed_with_its_version(
    files: GeoPackageStore, folder: Path
) -> None:
    fill(files.create("v1", CITIES), CITIES, cities()[:5])
    with files.open("v1") as reader:
        first = reader._connection
    with files.open("v1") as reader, files.open("v1") as other:
        assert reader._connection is first
        assert other._connection is not first
    files.delete("v1")
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        first.execute("SELECT 1")
    with pytest.raises(UnknownVersion):
        files.open("v1")


def test_a_file_that_another_process_put_in_its_place_is_not_taken_for_it(
    files: GeoPackageStore, folder: Path
) -> None:
    fill(files.create("v1", CITIES), CITIES, cities()[:5])
    with files.open("v1") as reader:
        assert reader.count == 5
    GeoPackageStore(folder).delete("v1")
    with pytest.raises(UnknownVersion):
        files.open("v1")
    fill(GeoPackageStore(folder).create("v1", CITIES), CITIES, cities()[:7])
    with files.open("v1") as reader:
        assert reader.count == 7


def test_only_so_many_files_wait_and_a_reader_that_failed_keeps_none(
    files: GeoPackageStore,
) -> None:
    for number in range(KEPT + 3):
        fill(files.create(f"v{number}", CITIES), CITIES, cities()[:2])
        with files.open(f"v{number}"):
            pass
    assert len(files._files._waiting) == KEPT
    with pytest.raises(RuntimeError), files.open("v1"):
        raise RuntimeError
    assert len(files._files._waiting) == KEPT
    files.close()
    assert files._files._waiting == []
