"""What a check or a comparison costs beside ogr2ogr, on one core, and how its memory grows.

Each command runs in a process of its own and in turn with its peer, pinned to one core, so that a
reader of several processes, or a library of several threads, is counted whole.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.data import PLACE
from bench.run import Cost, cost_of, median

ROUNDS = 3
#: What is checked: the file's kind, the goal, and whether its peer reads that same file.
CHECKS = {
    "pipe": (0.5, False),
    "csv": (0.5, False),
    "tab": (0.5, False),
    "xml": (1.6, False),
    "kml": (1.0, True),
    "shp": (1.0, True),
}
COMPARISON_GOAL = 1.0
MEMORY_GOAL, GROWTH_GOAL = 150, 0.2  # MB, share


@dataclass
class Measured:
    """Runs of one command and, by turns, of its peer."""

    what: str
    goal: float
    ours: list[Cost] = field(default_factory=list)
    peers: list[Cost] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Of the medians of wall time."""
        return median([c.wall for c in self.ours]) / median([c.wall for c in self.peers])

    @property
    def cpu_ratio(self) -> float:
        return median([c.cpu for c in self.ours]) / median([c.cpu for c in self.peers])

    @property
    def peak_mb(self) -> float:
        return max(c.peak_mb for c in self.ours)

    def row(self) -> str:
        """A row of the table of results."""
        seconds = median([c.wall for c in self.ours])
        peer = median([c.wall for c in self.peers])
        return (
            f"| {self.what} | {seconds:.2f} | {peer:.2f} | **{self.ratio:.2f}** | "
            f"{self.cpu_ratio:.2f} | ≤ {self.goal:g} | {self.peak_mb:.0f} MB |"
        )


HEAD = [
    "| what | seconds | ogr2ogr's | ratio | of processor time | goal | peak memory |",
    "|---|---|---|---|---|---|---|",
]


@contextmanager
def one_core() -> Iterator[None]:
    """What is started meanwhile runs on one core."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def check_of(path: Path, kind: str) -> Cost:
    """A whole process that checks a file with the plan `unlimited`; raises if it finds a fault."""
    cost = cost_of([sys.executable, "-m", "bench.check", str(path), kind])
    if not json.loads(cost.output)["ok"]:
        raise SystemExit(f"The check of {path} found a fault: {cost.output}")
    return cost


def ogr2ogr_of(out: Path, source: Path) -> Cost:
    """`ogr2ogr -f GPKG` of a file; of a CSV with points made of its two columns."""
    name = f"/vsizip/{source}" if source.suffix == ".zip" else str(source)
    place = PLACE if source.suffix == ".csv" else ()
    cost = cost_of(["ogr2ogr", "-f", "GPKG", str(out), name, "-nln", "cities", *place])
    out.unlink()
    return cost


def measure_checks(folder: Path, files: dict[str, Path]) -> list[Measured]:
    """Checks of each kind beside ogr2ogr of the same file, or of the same rows as CSV."""
    measured = [Measured(f"check of {kind}", goal) for kind, (goal, _) in CHECKS.items()]
    with one_core():
        for _ in range(ROUNDS):
            by_csv = ogr2ogr_of(folder / "peer.gpkg", files["plain.csv"])
            for one, (kind, (_, same)) in zip(measured, CHECKS.items(), strict=True):
                peer = ogr2ogr_of(folder / "peer.gpkg", files[kind]) if same else by_csv
                one.peers.append(peer)
                one.ours.append(check_of(files[kind], kind))
    return measured


def measure_comparison(folder: Path, plain: Path, rows: int) -> Measured:
    """The comparison of two archived versions of which 1 % of the entities differ."""
    versions = _versions(folder, rows)
    measured = Measured("comparison, 1 % changed", COMPARISON_GOAL)
    with one_core():
        for _ in range(ROUNDS):
            measured.peers.append(ogr2ogr_of(folder / "peer.gpkg", plain))
            measured.ours.append(comparison_of(versions))
    return measured


def comparison_of(versions: list[str]) -> Cost:
    """A whole process that compares two archived versions."""
    return cost_of([sys.executable, "-m", "bench.compare", *versions])


def large_comparison(folder: Path, rows: int) -> Cost:
    """A comparison of many more rows, once; its files are gone afterwards."""
    versions = _versions(folder, rows)
    cost = comparison_of(versions)
    for path in versions:
        Path(path).unlink()
    return cost


def _versions(folder: Path, rows: int) -> list[str]:
    made = subprocess.run(
        [sys.executable, "-m", "bench.compare", "make", str(folder / "versions"), str(rows)],
        check=True,
        capture_output=True,
        text=True,
    )
    found: list[str] = json.loads(made.stdout.splitlines()[-1])
    return found


MEMORY_HEAD = (
    "| what | 200,000 entities | {rows:,} entities | growth | goals |\n|---|---|---|---|---|"
)


def memory_row(one: Measured, most: Cost) -> str:
    """A row of the table of peak memory, with the bench's rows and with many more."""
    growth = most.peak_mb / one.peak_mb - 1
    kept = max(one.peak_mb, most.peak_mb) <= MEMORY_GOAL and abs(growth) <= GROWTH_GOAL
    return (
        f"| {one.what} | {one.peak_mb:.0f} MB | {most.peak_mb:.0f} MB | {growth:+.0%} | "
        f"{'kept' if kept else '**not kept**'} |"
    )
