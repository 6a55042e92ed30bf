"""Bench: what map tiles cost, made anew and taken from the cache, through the whole of the site.

`python -m bench.tiles DIR ROWS` prints one line of JSON. The stated set of tiles: at every zoom from
4 to 14, those around `PLACES` entities drawn at random (with the same seed on every run).
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from bench.run import forget_peak, memory_mb

ZOOMS = range(4, 15)
PLACES = 40  # tiles of each zoom
GOALS = {"median": 50.0, "p99": 200.0, "cached": 5.0}  # milliseconds


def main(folder: Path, rows: int) -> dict[str, Any]:
    """Makes the data and a site of its own in the folder, and measures."""
    os.environ["DATA_DIR"] = str(folder / "site")
    os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    return {kind: _measure(folder, kind, rows) for kind in ("points", "polygons")}


def _measure(folder: Path, kind: str, rows: int) -> dict[str, Any]:
    from django.conf import settings

    from datasources.archive.tiles import MapIndex, served, write_map_index

    geopackage, index_file = folder / f"{kind}-{rows}.gpkg", folder / f"{kind}-{rows}.map"
    _write(geopackage, kind, rows)
    forget_peak(os.getpid())
    before = memory_mb(os.getpid())[0]
    start = time.perf_counter()
    write_map_index(geopackage, index_file)
    seconds = time.perf_counter() - start
    grown = memory_mb(os.getpid())[1] - before
    index = MapIndex.read(index_file)
    site = _Site(geopackage, index_file)
    tiles = _stated(index)
    found: dict[str, Any] = {
        "index_seconds": round(seconds, 2),
        "index_mb": round(index_file.stat().st_size / 1e6, 1),
        "index_grown_mb": round(grown),
        "tiles": len(tiles),
    }
    by = "Population"
    for name, query in (("plain", ""), ("styled", f"?by={by}&as=number")):
        settings.TILE_CACHE_BYTES = 0
        served._cache.cache_clear()
        site.get(tiles[0], query)  # what a process does once: code, index, column
        found[name] = _summary([site.get(tile, query) for tile in tiles])
    settings.TILE_CACHE_BYTES = 1 << 30
    served._cache.cache_clear()
    for _ in range(2):
        cached = [site.get(tile, "") for tile in tiles]
    found["cached"] = _summary(cached)
    return found


def _write(path: Path, kind: str, rows: int) -> None:
    from bench.data import SCHEMA, batches
    from bench.shapes import write_outlines
    from datasources.formats.geopackage import write_geopackage

    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        return
    if kind == "points":
        write_geopackage(path, SCHEMA, batches(rows))
    else:
        write_outlines(path, rows)


def _stated(index: Any) -> list[tuple[int, int, int]]:
    """The tiles that are asked for: zoom, x, y."""
    chosen = random.Random(7)
    tiles = []
    for zoom in ZOOMS:
        for _ in range(PLACES):
            place = chosen.randrange(len(index))
            x, y = (int(steps[place]) >> (32 - zoom) for steps in (index.x, index.y))
            tiles.append((zoom, x, y))
    return tiles


def _summary(times: list[float]) -> dict[str, float]:
    """Of milliseconds."""
    ordered = sorted(times)
    return {
        "median": round(statistics.median(ordered), 2),
        "p99": round(ordered[int(len(ordered) * 0.99)], 2),
        "max": round(ordered[-1], 2),
    }


class _Site:
    """A person who looks at the map of one version: the views, not the network."""

    def __init__(self, geopackage: Path, index_file: Path) -> None:
        from django.test import Client
        from django.utils import timezone

        from dashboard.people.models import Membership, Role, Team, User
        from datasources.jobs import keep_file
        from datasources.models import Account, DataSource, Plan, Service, Version, VersionState

        name = geopackage.stem
        person, _ = User.objects.get_or_create(username="bench")
        team, _ = Team.objects.get_or_create(name="Bench", slug="bench")
        Membership.objects.get_or_create(team=team, user=person, defaults={"role": Role.VIEWER})
        service, _ = Service.objects.get_or_create(
            name="Bench", base_url="http://127.0.0.1:9/REST/v1"
        )
        account, _ = Account.objects.get_or_create(
            team=team, service=service, name="Bench", defaults={"plan": Plan.UNLIMITED}
        )
        with geopackage.open("rb") as archive, index_file.open("rb") as index:
            kept = keep_file(account, archive), keep_file(account, index)
        source, _ = DataSource.objects.get_or_create(account=account, name=name)
        version, _ = Version.objects.update_or_create(
            data_source=source,
            remote_job_id=name,
            defaults={
                "state": VersionState.PUBLISHED,
                "archive": kept[0],
                "map_index": kept[1],
                "made_at": timezone.now(),
                "seen_at": timezone.now(),
            },
        )
        self.client = Client(SERVER_NAME="localhost", headers={"accept-encoding": "gzip"})
        self.client.force_login(person)
        self.address = f"/accounts/{account.pk}/sources/{source.pk}/versions/{version.pk}/tiles"

    def get(self, tile: tuple[int, int, int], query: str) -> float:
        """Milliseconds that one tile took."""
        zoom, x, y = tile
        start = time.perf_counter()
        answer = self.client.get(f"{self.address}/{zoom}/{x}/{y}.mvt{query}")
        taken = (time.perf_counter() - start) * 1000
        if answer.status_code != 200:
            raise SystemExit(f"A tile answered {answer.status_code}")
        return taken


def lines(found: dict[str, Any]) -> list[str]:
    """The section of bench/results.md."""
    head = ["what", "median ms", "p99 ms", "goal", "map index"]
    rows = []
    for kind, one in found.items():
        for name, words in (
            ("plain", "made anew"),
            ("styled", "made anew, coloured by a property"),
            ("cached", "from the cache"),
        ):
            goal = ""
            if kind == "points":
                goal = f"≤ {GOALS['cached']:g}" if name == "cached" else "≤ 50, ≤ 200"
            index = ""
            if name == "plain":
                index = (
                    f"{one['index_mb']} MB, made in {one['index_seconds']} s and "
                    f"{one['index_grown_mb']} MB of memory"
                )
            rows.append(
                f"| {kind}, {words} | **{one[name]['median']}** | {one[name]['p99']} | {goal} | "
                f"{index} |"
            )
    count = next(iter(found.values()))["tiles"]
    return [
        "## Map tiles",
        "",
        f"{count} tiles at zooms {ZOOMS[0]} to {ZOOMS[-1]}, {PLACES} of each around entities drawn at "
        "random, through all of the site but the network: session, permission, tile, gzip.",
        "",
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *rows,
        "",
    ]


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
