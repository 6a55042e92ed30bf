"""`make serve`: the API alone, on a port of its own, without a page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.live import eventually, free_port
from tests.site import ROOT


def test_the_api_is_served_without_the_dashboard(tmp_path: Path) -> None:
    port = free_port()
    env = {**os.environ, "DATA_DIR": str(tmp_path), "PORT": str(port)}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "manage.py"]
    with subprocess.Popen(
        [*command, "serve"], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as serving:
        try:
            url = f"http://127.0.0.1:{port}"
            eventually(lambda: _answers(url))
            made = subprocess.run(
                [*command, "sds_account", "create", "alone"],
                cwd=ROOT,
                env=env,
                check=True,
                capture_output=True,
            )
            key = json.loads(made.stdout)["master_key"]
            listed = requests.get(f"{url}/REST/v1/data", params={"key": key}, timeout=30)
            assert listed.status_code == 200
            assert "Set-Cookie" not in listed.headers
            assert requests.get(f"{url}/sign-in/", timeout=30).status_code == 404
            assert "The service is ready." in requests.get(url, timeout=30).text
            assert requests.get(f"{url}/readyz", timeout=30).json()["status"] == "ok"
        finally:
            serving.terminate()
            told, said = (text.decode() for text in serving.communicate())
    assert said == ""
    assert [line.partition(":")[0] for line in told.splitlines()] == ["API", "Accounts", "Docs"]
    assert f"{url}/REST/v1" in told


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/REST/v1/data", timeout=5).status_code == 401
    except requests.ConnectionError:
        return False


@pytest.mark.parametrize("command", ["up", "serve"])
def test_a_port_in_use_is_said_with_what_to_do(tmp_path: Path, command: str) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        env = {**os.environ, "DATA_DIR": str(tmp_path), "PORT": str(port)}
        env.pop("DJANGO_SETTINGS_MODULE", None)
        refused = subprocess.run(
            [sys.executable, "manage.py", command],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
        )
    assert refused.returncode != 0
    assert f"Port {port} is in use" in refused.stderr
    assert "PORT=8080" in refused.stderr
