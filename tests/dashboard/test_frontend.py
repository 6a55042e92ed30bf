"""The front-end files are installed once, and what fails is said in words."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from dashboard.management.commands import frontend

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path, settings: Any) -> Path:
    """A project of its own, with the lock file of ours."""
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    settings.BASE_DIR = tmp_path
    return tmp_path


def test_what_is_up_to_date_is_left_alone(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vendor = project / "static" / "vendor"
    vendor.mkdir(parents=True)
    (vendor / frontend.STAMP).write_text(frontend._stamp_of(project))
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    call_command("frontend")
    assert [file.name for file in vendor.iterdir()] == [frontend.STAMP]


def test_a_changed_lock_file_is_noticed(project: Path) -> None:
    before = frontend._stamp_of(project)
    (project / "package-lock.json").write_text("{}")
    assert frontend._stamp_of(project) != before


def test_modules_name_each_other_by_their_place(project: Path) -> None:
    """A browser knows no packages, and an import map would stand inline."""
    adapter = project / "node_modules" / "terra-draw-maplibre-gl-adapter" / "dist"
    adapter.mkdir(parents=True)
    script = 'import{TerraDrawExtend as e}from"terra-draw";\n//# sourceMappingURL=x.map\n'
    (adapter / "terra-draw-maplibre-gl-adapter.modern.js").write_text(script)
    (project / "static").mkdir()
    call_command("frontend", installed=True, verbosity=0)
    copied = (
        project / "static" / "vendor" / "terra-draw" / "terra-draw-maplibre-gl-adapter.modern.js"
    )
    assert copied.read_text() == 'import{TerraDrawExtend as e}from"./terra-draw.modern.js";\n\n'


def test_without_a_network_it_says_what_to_check(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(project / "empty-cache"))
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    with pytest.raises(CommandError, match="reaches the npm registry"):
        call_command("frontend", force=True)


def test_the_lock_file_names_no_registry_and_pins_every_package() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = [entry for name, entry in lock["packages"].items() if name]
    assert packages
    assert all("resolved" not in entry for entry in packages)
    assert all(entry["integrity"].startswith("sha512-") for entry in packages)
