"""A real Redis of this process of tests, on a free port, keeping nothing."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator

import pytest
import redis

from tests.live import eventually, free_port

REDIS = shutil.which("redis-server")
KEEP_NOTHING = ("--save", "", "--appendonly", "no", "--loglevel", "warning")
MISSING = "redis-server is not on this machine (Debian: redis-server)"


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The address of an empty Redis."""
    redis.Redis.from_url(redis_server).flushall()
    return redis_server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    if REDIS is None:
        pytest.skip(MISSING)
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="cairn-redis-") as folder:
        server = subprocess.Popen(
            [REDIS, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, *KEEP_NOTHING],
            stdout=subprocess.DEVNULL,
        )
        url = f"redis://127.0.0.1:{port}/0"
        try:
            eventually(lambda: answers(url))
            yield url
        finally:
            server.terminate()
            server.wait(30)


def answers(url: str) -> bool:
    try:
        return bool(redis.Redis.from_url(url).ping())
    except redis.ConnectionError:
        return False
