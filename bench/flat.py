"""What a box of 25 entities costs where few entities lie about it, and where very many do."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import requests

from bench.wrk import load
from tests.live import service_path

if TYPE_CHECKING:
    from bench.query import Served

FEW, MANY = 50_000, 5_000_000
HELD, ROUNDS = 25, 5
JOB_SECONDS = 7200.0
_TYPE = "Place"


def lines(served: Mapping[str, Served], folder: Path, many: int, seconds: int) -> list[str]:
    """A table of medians (ms, one client) by store."""
    found = [
        f"A box that holds {HELD} entities, one client, median:",
        "",
        f"| store | of {FEW:,} entities | of {many:,} entities | ratio | goal |",
        "|---|---|---|---|---|",
    ]
    files = {count: _file(folder, count) for count in (FEW, many)}
    for store, one in served.items():
        urls = {count: _url(one, path, count) for count, path in files.items()}
        took: dict[int, list[float]] = {count: [] for count in urls}
        for _ in range(ROUNDS):
            for count, url in urls.items():
                took[count].append(load(url, 1, seconds).median)
        few, most = median(took[FEW]), median(took[many])
        found.append(f"| {store} | {few:.2f} ms | {most:.2f} ms | **{most / few:.2f}** | ≤ 1.5 |")
    return [*found, ""]


def _file(folder: Path, count: int) -> Path:
    """Points strewn evenly over degrees, with a name and a number."""
    path = folder / f"places-{count}.pipe"
    chance = random.Random(count)
    with path.open("w") as out:
        out.write(f"Bing Spatial Data Services, 1.0, {_TYPE}\n")
        out.write(
            "ID(Edm.String,primaryKey)|Latitude(Edm.Double)|Longitude(Edm.Double)"
            "|Name(Edm.String)|Size(Edm.Int64)\n"
        )
        for number in range(count):
            latitude, longitude = chance.uniform(-80, 80), chance.uniform(-179, 179)
            out.write(f"{number}|{latitude:.5f}|{longitude:.5f}|Place {number}|{number % 977}\n")
    return path


def _url(one: Served, path: Path, count: int) -> str:
    """A question for a box of so many entities on the loaded file."""
    account = one.account
    with path.open("rb") as body:
        job = account.finish(account.load(f"Places{count}", body), within=JOB_SECONDS)  # type: ignore[arg-type]  # streamed
    if job["status"] != "Completed":
        raise SystemExit(f"The load was aborted: {job}")
    entities = f"{service_path(job)}/{_TYPE}"
    size = (HELD * 160 * 358 / count) ** 0.5
    chance = random.Random(11)
    while True:
        south, west = chance.uniform(-70, 70), chance.uniform(-170, 170)
        box = f"bbox({south:.5f},{west:.5f},{south + size:.5f},{west + size:.5f})"
        url = f"{entities}?spatialFilter={box}&$format=json&key={account.query_key}"
        counted = requests.get(f"{url}&$inlinecount=allpages", timeout=600).json()
        if counted["d"]["__count"] == str(HELD):
            return url
