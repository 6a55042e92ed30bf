"""Every test of a store runs on all kinds: files in a folder and in a bucket, and tables of a real
PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from datasources.formats.geopackage import GeoPackageFile
from sds_server.store import BucketStore, EntityStore, GeoPackageStore, PostgisStore
from sds_server.store.geopackage.indexes import make_indexes
from sds_server.store.geopackage.places import KeptPlaces, Places
from sds_server.store.geopackage.pool import identify
from tests.buckets import S3, files_of
from tests.sds.store.samples import CITIES, cities, fill

#: `indexed`: files with an index of each property and their places in memory, as queries have them
#: made; `geopackage`: files that are always without.
KINDS = ("geopackage", "indexed", "bucket", "postgis")


@pytest.fixture(scope="session", params=KINDS)
def store_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def new_store(
    request: pytest.FixtureRequest, store_kind: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], EntityStore]]:
    """Makes empty stores."""
    if store_kind in ("geopackage", "indexed"):
        yield lambda: GeoPackageStore(tmp_path_factory.mktemp("stores") / "versions")
        return
    if store_kind == "bucket":
        s3: S3 = request.getfixturevalue("s3")
        cache = tmp_path_factory.mktemp("copies")
        yield lambda: BucketStore(files_of(s3, s3.make_bucket(), "sds", cache))
        return
    url = request.getfixturevalue("postgis_url")
    made: list[PostgisStore] = []

    def make() -> EntityStore:
        made.append(PostgisStore(url, f'a "store" {uuid.uuid4().hex}'))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(new_store: Callable[[], EntityStore]) -> EntityStore:
    return new_store()


@pytest.fixture(scope="session")
def city_store(new_store: Callable[[], EntityStore], store_kind: str) -> EntityStore:
    """A store with one version, `cities`."""
    made = new_store()
    fill(made.create("cities", CITIES), CITIES, cities())
    if isinstance(made, GeoPackageStore):
        path = made._path("cities")
        if store_kind == "indexed":
            make_indexes(path, CITIES.names)
            with GeoPackageFile(path) as file:
                made._files._places._kept[identify(path)] = Places.read(file)
        else:
            made._files._places = KeptPlaces(most=0)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "versions"


@pytest.fixture
def files(folder: Path) -> GeoPackageStore:
    """A store of files, for what only files have; they lie in `folder`."""
    return GeoPackageStore(folder)
