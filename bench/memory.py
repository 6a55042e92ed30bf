"""Whether a web process's memory stays where it was, however many requests it answers.

A part of `bench.query`; by itself, on GeoPackage alone: `python -m bench.memory --requests 1000000`.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench import data
from bench.asking import QUESTIONS
from bench.run import memory_mb
from bench.wrk import load_of_many

if TYPE_CHECKING:
    from bench.query import Served

REQUESTS = 50_000
_URLS = 500
_WARM = 5_000
_SLICE = 10  # seconds
_QUARTERS = 4


def main() -> None:
    from bench.query import ROWS, served

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--requests", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cairn-bench-") as name:
        pipe = data.make(Path(name), given.rows, ["pipe"])["pipe"]
        with served({}, pipe) as files:
            print("\n".join(lines(files, given.requests)))


def lines(files: Served, requests: int) -> list[str]:
    """Memory before so many requests of many kinds, the caches warm, and after each quarter of
    them: what leaks a little at a time grows from one to the next."""
    urls = _mixed(files)
    _ask(urls, _WARM)
    before = _memory(files)
    asked, held = 0, []
    for _ in range(_QUARTERS):
        asked += _ask(urls, requests // _QUARTERS)
        held.append(f"{_memory(files):.0f}")
    return [
        f"After {_WARM:,} requests to get warm, {asked:,} more of {len(urls)} different URLs (boxes, "
        "circles, filters and pages) by 16 clients: the web process held "
        f"{before:.0f} MB before, and {', '.join(held)} MB after each quarter of them.",
        "",
    ]


def _ask(urls: list[str], requests: int) -> int:
    asked = 0
    while asked < requests:
        asked += load_of_many(urls, 16, _SLICE).answers
    return asked


def _memory(files: Served) -> float:
    return sum(memory_mb(pid)[0] for pid in files.pids())


def _mixed(files: Served) -> list[str]:
    chance = random.Random(7)
    urls = [files.url(question) for question in QUESTIONS]
    while len(urls) < _URLS:
        south, west = chance.uniform(-40, 60), chance.uniform(-170, 160)
        size = chance.choice([0.1, 1, 10])
        area = chance.choice(
            [
                f"spatialFilter=bbox({south:.4f},{west:.4f},{south + size:.4f},{west + size:.4f})",
                f"spatialFilter=nearby({south:.4f},{west:.4f},{chance.uniform(1, 900):.1f})",
                f"$filter=Population%20gt%20{chance.randrange(1_000_000)}",
                f"$filter=startswith(Name,'{chance.choice('ABCDEFGHIJKLMNOP')}')",
            ]
        )
        page = f"&$skip={chance.choice([0, 0, 25, 250])}&$top={chance.choice([1, 25, 100])}"
        urls.append(f"{files.entities}?{area}{page}&$format=json&key={files.account.query_key}")
    return urls


if __name__ == "__main__":
    main()
