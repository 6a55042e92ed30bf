"""The backup of docs/deploy.md, made while data come and go, is whole: a server runs on it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.live import ROOT, LiveAccount, LiveServer, running, service_path
from tests.machines.test_deploy_doc import BLOCKS
from tests.sds.endpoints.sample import SHOPS, pipe

pytestmark = pytest.mark.skipif(
    shutil.which("rsync") is None, reason="rsync is not on this machine (Debian: rsync)"
)
LEFTOVERS = 1  # of the exit code of sds_fsck: files of jobs that came after the database


def save(data_dir: Path, backup: Path, env: dict[str, str] | None = None) -> None:
    """Runs the commands of the page on other folders."""
    (code,) = (block for language, block in BLOCKS if language == "sh" and "save_files()" in block)
    code = code.replace("/opt/cairn/.venv/bin/python", sys.executable)
    code = code.replace("/var/lib/cairn", str(data_dir)).replace("/backup/cairn", str(backup))
    subprocess.run(["bash", "-euc", code], check=True, env=os.environ | (env or {}))


class Coming:
    """Loads that come one after the other until the block ends; each replaces what was there."""

    def __init__(self, account: LiveAccount) -> None:
        self._account = account
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.loads = 0

    def __enter__(self) -> Coming:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._account.loaded("Busy", pipe(SHOPS[: 1 + self.loads % 3]))
            self.loads += 1


def test_a_backup_that_is_made_while_data_come_and_go_is_whole(tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    backup.mkdir()
    with running() as server:
        account = server.account("unlimited")
        quiet = service_path(account.loaded("Quiet", pipe()))
        account.loaded("Quiet", pipe(SHOPS[:1]), operation="completeStaging")
        with Coming(account) as coming:
            account.loaded("Busy", pipe())  # behind at least one that came
            save(server.data_dir, backup)
            account.loaded("Busy", pipe())
        assert coming.loads

    restored = LiveServer(backup)
    try:
        restored.start()
        here = LiveAccount("", restored.base_url, account.master_key, account.query_key)
        path = quiet.split("/REST/v1")[1]
        assert here.get(f"{path}/CoffeeShops").text.count("<entry>") == 3
        assert here.get(f"{path}/CoffeeShops", isStaging="1").text.count("<entry>") == 1
        here.idle()
        here.loaded("Busy", pipe(), operation="incremental")
    finally:
        restored.stop()
    looked = subprocess.run(
        [sys.executable, "manage.py", "sds_fsck", "--json"],
        cwd=ROOT, env=restored.env, capture_output=True, text=True,
    )  # fmt: skip
    findings = json.loads(looked.stdout)["findings"]
    assert looked.returncode in (0, LEFTOVERS), findings


@pytest.mark.parametrize(("code", "whole"), [(24, True), (23, False), (12, False)])
def test_a_file_that_goes_while_it_is_looked_at_ends_no_backup_and_a_lost_one_does(
    code: int, whole: bool, tmp_path: Path
) -> None:
    """The exit codes of rsync's manual: 24 for files that vanished, 23 for what was not copied."""
    data_dir, backup, bin_dir = (tmp_path / name for name in ("data", "backup", "bin"))
    for folder in (data_dir, backup, bin_dir):
        folder.mkdir()
    (data_dir / "entities.gpkg").write_bytes(b"one")
    sqlite3.connect(data_dir / "cairn.sqlite3").close()
    wrapper = bin_dir / "rsync"
    wrapper.write_text(f'#!/bin/sh\n{shutil.which("rsync")} "$@"\nexit {code}\n')
    wrapper.chmod(0o755)
    try:
        save(data_dir, backup, {"PATH": f"{bin_dir}:{os.environ['PATH']}"})
    except subprocess.CalledProcessError:
        assert not whole
    else:
        assert whole
        assert (backup / "entities.gpkg").read_bytes() == b"one"
        assert (backup / "cairn.sqlite3").exists()
