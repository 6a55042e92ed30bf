"""Bench: how long a person waits for the map of 200,000 points, in software-drawn Chromium.

From the last byte of the page to the frame on which every tile in view is drawn, base map and all;
each time in a browser that has never been here. The tiles are made anew.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from bench import browsing
from bench.data import make
from bench.run import median
from tests.site import Site, running_site

GOAL = 1.5  # seconds
ROUNDS = 5
_READY = """() => {
  const [page] = performance.getEntriesByType('navigation');
  const [drawn] = performance.getEntriesByName('map-drawn');
  return (drawn.startTime - page.responseEnd) / 1000;
}"""


def lines(folder: Path, rows: int) -> list[str]:
    """The section of bench/results.md; nothing where the machine has no Chromium."""
    if not browsing.chromium():
        return []
    pipe = make(folder, rows, ["pipe"])["pipe"]
    with running_site(folder / "site") as site:
        path = browsing.page_of(
            site,
            pipe,
            made="map_index",
            page='f"/accounts/{account.pk}/sources/{source.pk}/map/"',
        )
        seconds = list(_pictures(site, path))
    return [
        f"The map of {rows:,} points in Chromium, drawn by its processor: first picture "
        f"**{median(seconds):.2f} s** after the page (from {min(seconds):.2f} to "
        f"{max(seconds):.2f} s in {len(seconds)} runs). Goal: {GOAL} s.",
        "",
    ]


def _pictures(site: Site, path: str) -> Iterator[float]:
    """Seconds to the first picture, each by a person who never was here."""
    with browsing.browser() as running:
        for _ in range(ROUNDS):
            shutil.rmtree(site.data_dir / "cache", ignore_errors=True)
            page = browsing.signed_in(running, site)
            page.goto(path)
            page.wait_for_selector("[data-drawn=yes]", timeout=120_000)
            yield float(page.evaluate(_READY))
            page.context.close()


if __name__ == "__main__":
    print("\n".join(lines(Path(sys.argv[1]), int(sys.argv[2]))))
