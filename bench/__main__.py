"""`make bench`: what Cairn costs beside ogr2ogr, tipg and PostGIS, in one run, written to
bench/results.md.

Ratios are of medians of runs taken in turn, so that they hold when the machine's speed drifts.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bench import first_picture, flat, grid, memory, peers, tiles
from bench.load import load_costs
from bench.query import query_lines
from bench.run import Cost, median
from bench.upload import upload_growth

ROWS, MANY_ROWS, UPLOAD_ROWS = 200_000, 1_000_000, 980_000
LOAD_ROUNDS = 3
RESULTS = Path(__file__).with_name("results.md")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="cairn-bench-") as name:
        folder = Path(name)
        files = _data(folder, ROWS, *peers.CHECKS, "plain.csv")
        lines = [
            *_heading(files["pipe"]),
            *_check(folder, files),
            *_load(folder, files["pipe"], files["plain.csv"]),
            *_upload(folder),
            *query_lines(folder / "query", many=flat.MANY, requests_=memory.REQUESTS),
            *_tiles(folder),
            *grid.lines(folder / "grid", ROWS),
        ]
    RESULTS.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


def _data(folder: Path, rows: int, *kinds: str) -> dict[str, Path]:
    made = subprocess.run(
        [sys.executable, "-m", "bench.data", str(folder), str(rows), *kinds],
        check=True,
        capture_output=True,
        text=True,
    )
    paths = json.loads(made.stdout.splitlines()[-1])
    return {kind: Path(about["path"]) for kind, about in paths.items()}


def _heading(pipe: Path) -> list[str]:
    gdal = subprocess.run(["ogr2ogr", "--version"], capture_output=True, text=True, check=True)
    return [
        "# What was measured",
        "",
        f"`make bench`, {date.today():%d %B %Y}, {platform.python_implementation()} "
        f"{platform.python_version()}, {gdal.stdout.split(',')[0]}. Medians of {peers.ROUNDS} runs "
        "taken in turn; read the ratios, the seconds move with the machine.",
        "",
        f"Input: {ROWS:,} entities of 26 columns, a pipe file of {pipe.stat().st_size / 1e6:.0f} MB "
        "and the same rows in the other formats (KML and the shapefile made by ogr2ogr). The account "
        "has the plan `unlimited`.",
        "",
    ]


def _check(folder: Path, files: dict[str, Path]) -> list[str]:
    checks = peers.measure_checks(folder, files)
    comparison = peers.measure_comparison(folder, files["plain.csv"], ROWS)
    lines = [
        "## Checking and comparing",
        "",
        "Whole processes on one core. The peer is `ogr2ogr -f GPKG`: of the same file for KML and "
        "the shapefile, else of the same rows as CSV, with points made of the two columns.",
        "",
        *peers.HEAD,
        *(one.row() for one in (*checks, comparison)),
        "",
    ]
    return [
        *lines,
        f"Peak memory; the goals are {peers.MEMORY_GOAL} MB at most, and the same within "
        f"{peers.GROWTH_GOAL:.0%}:",
        "",
        peers.MEMORY_HEAD.format(rows=MANY_ROWS),
        *_memory(folder / "large", checks),
        peers.memory_row(comparison, peers.large_comparison(folder / "large", MANY_ROWS)),
        "",
    ]


def _memory(folder: Path, checks: list[peers.Measured]) -> Iterator[str]:
    """The rows of the checks, each with a large file of its own, which is gone afterwards."""
    for one, kind in zip(checks, peers.CHECKS, strict=True):
        path = _data(folder, MANY_ROWS, kind)[kind]
        yield peers.memory_row(one, peers.check_of(path, kind))
        # KML and the shapefile are made of the plain rows: these stay until the end.
        path.unlink()


def _load(folder: Path, pipe: Path, csv: Path) -> list[str]:
    ogr2ogr: list[Cost] = []
    loads: list[float] = []
    with load_costs(folder / "site") as loader:
        for turn in range(LOAD_ROUNDS):
            ogr2ogr.append(peers.ogr2ogr_of(folder / "peer.gpkg", csv))
            loads.append(loader.post_to_completed(pipe, f"Cities{turn}"))
        memory = loader.peaks()
    peer, load = median([c.wall for c in ogr2ogr]), median(loads)
    return [
        "## Loading into the server",
        "",
        "From the POST of the pipe file to the job's word Completed, on all cores.",
        "",
        "| what | seconds | ogr2ogr's | ratio | goal | peak memory |",
        "|---|---|---|---|---|---|",
        f"| POST to Completed | {load:.2f} | {peer:.2f} | **{load / peer:.2f}** | ≤ 1.5 | "
        f"{_peaks(memory)} |",
        "",
        "Goal for the peak memory of the web process and the worker: 200 MB each.",
        "",
    ]


def _upload(folder: Path) -> list[str]:
    large = _data(folder / "large", UPLOAD_ROWS, "pipe")["pipe"]
    grown = upload_growth(folder / "upload", large)
    words = ", ".join(f"{part} {mb:.0f} MB" for part, mb in grown.items())
    return [
        "## Uploading in the browser",
        "",
        f"A file of {large.stat().st_size / 1e6:.0f} MB ({UPLOAD_ROWS:,} entities) through the upload "
        f"page, checked to the end: the processes grew by {words}. Goal: 100 MB each.",
        "",
        "Every page takes at most 15 SQL queries whatever the number of rows: tests hold that, with "
        "10,000 jobs, data sources, uploads, keys and audit events (`pytest tests -k queries`).",
        "",
    ]


def _tiles(folder: Path) -> list[str]:
    made = subprocess.run(
        [sys.executable, "-m", "bench.tiles", str(folder / "tiles"), str(ROWS)],
        check=True,
        capture_output=True,
        text=True,
    )
    return [
        *tiles.lines(json.loads(made.stdout.splitlines()[-1])),
        *first_picture.lines(folder / "pictures", ROWS),
    ]


def _peaks(memory: dict[str, float]) -> str:
    return ", ".join(f"{part} {mb:.0f} MB" for part, mb in memory.items())


if __name__ == "__main__":
    main()
