"""A client of a misbehaving service, quick to give up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from datasources.api import Client
from tests.faulty import FaultyService


@pytest.fixture
def waits() -> list[float]:
    """The seconds the client has waited between attempts."""
    return []


@pytest.fixture
def client(
    faulty: FaultyService, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Client]:
    monkeypatch.setattr("datasources.api.client.LOAD_TIMEOUT", (2.0, 0.3))
    with Client(faulty.base_url, "master", timeout=(2.0, 0.3), sleep=waits.append) as client:
        yield client
