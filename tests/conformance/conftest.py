"""The suite runs on our server twice, with files and with PostgreSQL; on another service once."""

from __future__ import annotations

import pytest

from tests.live import BACKENDS, LiveServer


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "sds_backend" in metafunc.fixturenames:
        elsewhere = metafunc.config.getoption("--conformance-url")
        kinds = ["elsewhere"] if elsewhere else list(BACKENDS)
        metafunc.parametrize("sds_backend", kinds, scope="session")


@pytest.fixture(scope="session")
def live_sds(request: pytest.FixtureRequest, sds_backend: str) -> LiveServer:
    """Our server as the suite runs on it."""
    live: LiveServer = request.getfixturevalue(BACKENDS[sds_backend])
    return live
