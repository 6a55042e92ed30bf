"""A fresh account for each test of the API."""

from __future__ import annotations

import pytest

from tests.live import LiveAccount, LiveServer


@pytest.fixture
def account(live_sds: LiveServer) -> LiveAccount:
    return live_sds.account()
