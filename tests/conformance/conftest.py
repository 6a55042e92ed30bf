"""The suite runs on our server twice, with files and with PostgreSQL; on another service once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live import BACKENDS, LiveServer


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "sds_backend" in metafunc.fixturenames:
        elsewhere = metafunc.config.getoption("--conformance-url")
        kinds = ["elsewhere"] if elsewhere else list(BACKENDS)
        metafunc.parametrize("sds_backend", kinds, scope="session")


@pytest.hookimpl(trylast=True)  # after pytest has put items of one session fixture together
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All on files, then all on PostgreSQL: every change of the service makes its data anew."""
    here = Path(__file__).parent
    places = [place for place, item in enumerate(items) if item.path.parent == here]
    ordered = sorted((items[place] for place in places), key=lambda one: (_backend(one), one.path))
    for place, item in zip(places, ordered, strict=True):
        items[place] = item


def _backend(item: pytest.Item) -> str:
    """Which of ours a case runs on; "" for one that has a server of its own."""
    return str(item.callspec.params.get("sds_backend", "")) if hasattr(item, "callspec") else ""


@pytest.fixture(scope="session")
def live_sds(request: pytest.FixtureRequest, sds_backend: str) -> LiveServer:
    """Our server as the suite runs on it."""
    live: LiveServer = request.getfixturevalue(BACKENDS[sds_backend])
    return live
