"""A fresh account for each test of the API, on SQLite and files, and on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.live import BACKENDS, LiveAccount, LiveServer


@pytest.fixture(scope="session", params=BACKENDS)
def live_sds(request: pytest.FixtureRequest) -> LiveServer:
    """The server, by what keeps its data."""
    live: LiveServer = request.getfixturevalue(BACKENDS[request.param])
    return live


@pytest.fixture
def account(live_sds: LiveServer) -> LiveAccount:
    return live_sds.account()
