from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sds_server.store import GeoPackageStore
from tests.sds.store.samples import CITIES, cities, fill


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "versions"


@pytest.fixture
def store(folder: Path) -> GeoPackageStore:
    return GeoPackageStore(folder)


@pytest.fixture(scope="session")
def city_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GeoPackageStore]:
    """A store with one version, `cities`."""
    made = GeoPackageStore(tmp_path_factory.mktemp("cities"))
    fill(made.create("cities", CITIES), CITIES, cities())
    yield made
    made.delete("cities")
