"""`make bench`: what Cairn costs beside ogr2ogr, in one run, written to bench/results.md.

Ratios are of medians of runs taken in turn, so that they hold when the machine's speed drifts.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from bench.load import load_costs
from bench.run import Cost, cost_of, median
from bench.upload import upload_growth

ROWS, LARGE_ROWS, ROUNDS = 200_000, 980_000, 5
RESULTS = Path(__file__).with_name("results.md")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="cairn-bench-") as name:
        folder = Path(name)
        pipe, csv = _data(folder, ROWS)
        lines = [*_heading(pipe), *_check_and_load(folder, pipe, csv), *_upload(folder)]
    RESULTS.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


def _data(folder: Path, rows: int) -> tuple[Path, Path]:
    made = subprocess.run(
        [sys.executable, "-m", "bench.data", str(folder), str(rows)],
        check=True,
        capture_output=True,
        text=True,
    )
    paths = json.loads(made.stdout.splitlines()[-1])
    return Path(paths["pipe"]["path"]), Path(paths["plain.csv"]["path"])


def _heading(pipe: Path) -> list[str]:
    gdal = subprocess.run(["ogr2ogr", "--version"], capture_output=True, text=True, check=True)
    return [
        "# What was measured",
        "",
        f"`make bench`, {date.today():%d %B %Y}, {platform.python_implementation()} "
        f"{platform.python_version()}, {gdal.stdout.split(',')[0]}, 2 cores. Medians of {ROUNDS} "
        "runs taken in turn; read the ratios, the seconds move with the machine.",
        "",
        f"Input: {ROWS:,} entities of 26 columns, a pipe file of {pipe.stat().st_size / 1e6:.0f} MB; "
        "the peer is `ogr2ogr -f GPKG` of the same rows as CSV, with points made of the two columns.",
        "",
    ]


def _check_and_load(folder: Path, pipe: Path, csv: Path) -> list[str]:
    peers: list[Cost] = []
    checks: list[Cost] = []
    loads: list[float] = []
    with load_costs(folder / "site") as loader:
        for turn in range(ROUNDS):
            peers.append(_ogr2ogr(folder / f"{turn}.gpkg", csv))
            checks.append(cost_of([sys.executable, "-m", "bench.check", str(pipe), "pipe"]))
            loads.append(loader.post_to_completed(pipe, f"Cities{turn}"))
        memory = loader.peaks()
    peer = median([c.wall for c in peers])
    check, load = median([c.wall for c in checks]), median(loads)
    peak = max(c.peak_mb for c in checks)
    return [
        "| what | seconds | ratio to ogr2ogr | goal | peak memory |",
        "|---|---|---|---|---|",
        f"| ogr2ogr -f GPKG | {peer:.2f} | 1 | | {max(c.peak_mb for c in peers):.0f} MB |",
        f"| check of the pipe file | {check:.2f} | **{check / peer:.2f}** | ≤ 0.7 | {peak:.0f} MB |",
        f"| POST to Completed | {load:.2f} | **{load / peer:.2f}** | ≤ 2.5 | {_peaks(memory)} |",
        "",
        "Goal for the peak memory of the web process and the worker: 200 MB each.",
        "",
    ]


def _upload(folder: Path) -> list[str]:
    large, _ = _data(folder, LARGE_ROWS)
    grown = upload_growth(folder / "upload", large)
    words = ", ".join(f"{part} {mb:.0f} MB" for part, mb in grown.items())
    return [
        f"A file of {large.stat().st_size / 1e6:.0f} MB ({LARGE_ROWS:,} entities) through the upload "
        f"page, checked to the end: the processes grew by {words}. Goal: 100 MB each.",
        "",
        "Every page takes at most 15 SQL queries whatever the number of rows: tests hold that, with "
        "10,000 jobs, data sources, uploads, keys and audit events (`pytest tests -k queries`).",
        "",
    ]


def _ogr2ogr(out: Path, csv: Path) -> Cost:
    command = ["ogr2ogr", "-f", "GPKG", str(out), str(csv), "-nln", "cities", "-a_srs", "EPSG:4326"]
    names = ["-oo", "X_POSSIBLE_NAMES=Longitude", "-oo", "Y_POSSIBLE_NAMES=Latitude"]
    cost = cost_of([*command, *names])
    out.unlink()
    return cost


def _peaks(memory: dict[str, float]) -> str:
    return ", ".join(f"{part} {mb:.0f} MB" for part, mb in memory.items())


if __name__ == "__main__":
    main()
