"""Indexes of properties beside a file: made when a query first needs one, and passed on."""

from __future__ import annotations

from pathlib import Path

import pytest

from datasources.query import parse_query
from sds_server.store import GeoPackageStore
from sds_server.store.geopackage.indexes import index_path, indexed, make_indexes
from tests.live import LiveAccount, LiveServer, eventually, service_path
from tests.sds.endpoints.sample import many
from tests.sds.store.samples import CITIES, Row, cities, fill

WAIT = 60.0  # seconds
FRENCH = {"$filter": "Country eq 'FR'"}


def ask(store: GeoPackageStore, version: str, **params: str) -> list[str]:
    with store.open(version) as reader:
        named = {name.replace("_", "$"): value for name, value in params.items()}
        return reader.query(parse_query(named, reader.schema)).ids


def made(folder: Path, version: str) -> list[str]:
    return indexed(folder / f"{version}.gpkg", CITIES)


def test_a_filter_leaves_a_wish_that_is_granted_and_answers_as_before(
    files: GeoPackageStore, folder: Path
) -> None:
    fill(files.create("v1", CITIES), CITIES, cities())
    before = (folder / "v1.gpkg").read_bytes()
    assert made(folder, "v1") == []
    french = ask(files, "v1", _filter="Country eq 'FR'")
    assert files._indexes.wait(WAIT)
    assert made(folder, "v1") == ["Country"]
    assert ask(files, "v1", _filter="Country eq 'FR'") == french
    dated = ask(files, "v1", _filter="Surveyed ge 2010-01-01 and Population gt 5", _orderby="Density desc")  # fmt: skip
    assert files._indexes.wait(WAIT)
    assert made(folder, "v1") == ["Country", "Population", "Density", "Surveyed"]
    assert dated == ask(
        files, "v1", _filter="Surveyed ge 2010-01-01 and Population gt 5", _orderby="Density desc"
    )
    assert (folder / "v1.gpkg").read_bytes() == before
    assert files.sizes()["v1"] == len(before) + (folder / "v1.index").stat().st_size


def test_what_cannot_be_answered_by_an_index_leaves_no_wish(
    files: GeoPackageStore, folder: Path
) -> None:
    fill(files.create("v1", CITIES), CITIES, cities())
    for text in ("endswith(Name,'a')", "Country ne 'FR'", "not (Country eq 'FR')", "EntityID eq '1'",
                 "Country eq 'FR' or Country eq 'DE'"):  # fmt: skip
        ask(files, "v1", _filter=text)
    ask(files, "v1", spatialfilter="bbox(0,0,10,10)")
    assert files._indexes.wait(WAIT)
    assert made(folder, "v1") == []


def test_small_versions_are_read_through(files: GeoPackageStore, folder: Path) -> None:
    fill(files.create("v1", CITIES), CITIES, cities()[:500])
    assert ask(files, "v1", _filter="Population gt 5")
    assert files._indexes.wait(WAIT)
    assert made(folder, "v1") == []


def test_a_new_version_gets_the_indexes_of_the_one_before(
    files: GeoPackageStore, folder: Path
) -> None:
    fill(files.create("v1", CITIES), CITIES, cities())
    make_indexes(folder / "v1.gpkg", ["Country", "Density", "no such property"])
    fill(files.create("v2", CITIES), CITIES, cities())
    files.prepare("v2", like="v1")
    assert made(folder, "v2") == ["Country", "Density"]
    files.prepare("v2", like="never-there")
    files.prepare("never-there", like="v1")
    assert sorted(path.name for path in folder.iterdir()) == [
        "v1.gpkg", "v1.index", "v2.gpkg", "v2.index",
    ]  # fmt: skip


def test_indexes_go_with_their_version(files: GeoPackageStore, folder: Path) -> None:
    fill(files.create("v1", CITIES), CITIES, cities())
    make_indexes(folder / "v1.gpkg", ["Country"])
    with files.open("v1") as reader:
        french = reader.query(parse_query(FRENCH, CITIES)).ids
        files.delete("v1")
        assert list(folder.iterdir()) == []
        assert reader.query(parse_query(FRENCH, CITIES)).ids == french
    make_indexes(folder / "v1.gpkg", ["Country"])
    (folder / "v0.index").write_bytes(b"left by a crash")
    assert files.sweep(older_than=-1) == 1
    assert list(folder.iterdir()) == []


def test_a_damaged_index_is_left_aside(
    files: GeoPackageStore, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(files.create("v1", CITIES), CITIES, cities())
    french = ask(files, "v1", _filter="Country eq 'FR'")
    assert files._indexes.wait(WAIT)
    index_path(folder / "v1.gpkg").write_bytes(b"no database" * 1000)
    assert ask(files, "v1", _filter="Country eq 'FR'") == french
    assert "can't be read" in caplog.text


def test_values_that_only_look_alike_are_told_apart(files: GeoPackageStore, folder: Path) -> None:
    names = ["", "0", "a", "a\U0010ffff", "b", "\ud7ff", "\ud7ffx", "\ue000", None, "A"]
    rows: list[Row] = [
        {**cities()[at % 2000], "EntityID": f"{at:04}", "Name": names[at % len(names)] or None}
        for at in range(2500)
    ]
    fill(files.create("v1", CITIES), CITIES, rows)
    questions = ["startswith(Name,'a')", "startswith(Name,'\ud7ff')", "Name eq null", "Name ge '0'",
                 "Name in ('0','A')", "startswith(Name,'a\U0010ffff')", "Name lt 'a'"]  # fmt: skip
    plain = [ask(files, "v1", _filter=text, _top="250") for text in questions]
    assert all(plain)
    make_indexes(folder / "v1.gpkg", ["Name"])
    assert [ask(files, "v1", _filter=text, _top="250") for text in questions] == plain


def test_a_load_makes_the_indexes_before_it_publishes(live_files: LiveServer) -> None:
    account: LiveAccount = live_files.account()
    url = f"{service_path(account.loaded('Shops', many(3000)))}/CoffeeShops"
    assert account.get(url, **{"$filter": "Seats eq 12"}).status_code == 200
    versions = live_files.data_dir / "sds" / "versions"
    (first,) = eventually(lambda: list(versions.glob("*.index")))
    account.loaded("Shops", many(3001))
    assert len(list(versions.glob("*.index"))) == 2
    assert first.exists()
    account.idle()
