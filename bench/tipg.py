"""The peer of queries: tipg, an OGC API server on PostGIS, from PyPI, in an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.live import free_port

PACKAGES = ("tipg>=1.6,<2", "uvicorn[standard]")
_PLACE = Path(tempfile.gettempdir(), "cairn-bench-tipg")  # kept for the next run
_DEADLINE = 120.0  # seconds


@contextmanager
def running_tipg(database: str, schema: str, table: str, processes: int) -> Iterator[str]:
    """tipg on a table, by so many processes of uvicorn; gives the address of the table's items."""
    port = free_port()
    process = subprocess.Popen(
        [_installed() / "bin" / "uvicorn", "tipg.main:app", "--host", "127.0.0.1",
         "--port", str(port), "--workers", str(processes), "--log-level", "warning", "--no-access-log"],
        env={**os.environ, "DATABASE_URL": database, "TIPG_DB_SCHEMAS": f'["{schema}"]'},
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}/collections/{schema}.{table}/items"
    try:
        _wait(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def version() -> str:
    return subprocess.run(
        [_installed() / "bin" / "python", "-c",
         "from importlib.metadata import version; print(version('tipg'))"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip


def _installed() -> Path:
    if not (_PLACE / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", _PLACE], check=True)
        pip = [_PLACE / "bin" / "python", "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, *PACKAGES], check=True)
        (_PLACE / "ready").touch()
    return _PLACE


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _DEADLINE
    while True:
        try:
            if requests.get(url, params={"limit": 1}, timeout=30).ok:
                return
        except requests.ConnectionError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("tipg did not start.")
        time.sleep(0.1)  # until it listens
