"""Bench: how long a person waits at the editor's grid over 200,000 entities, in Chromium.

`python -m bench.grid DIR ROWS` prints the section of bench/results.md. First rows: from the last byte
of the page to the first row that is drawn. Scroll: from moving the grid to row 150,000 to that row
drawn with its values. Edit: from sending a typed cell to the site's answer. Each visit is one in a
browser that has been here before, since people edit the same data source again and again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import browsing
from bench.data import make
from bench.run import median
from tests.site import Site, running_site

GOALS = {"first rows": 300, "scroll to row 150,000": 300, "an edit acknowledged": 100}  # ms
ROUNDS = 5
FAR = 150_000

#: Notes when the first row stands, frame by frame from the start of the page.
_WATCH = """() => {
  const look = () => {
    if (document.querySelector('.grid-body .cell-key:not(.cell-empty)')) performance.mark('rows');
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
_FIRST = """() => new Promise((done) => {
  const look = () => {
    const [rows] = performance.getEntriesByName('rows');
    const [page] = performance.getEntriesByType('navigation');
    if (rows) done(rows.startTime - page.responseEnd);
    else requestAnimationFrame(look);
  };
  look();
})"""
_SCROLL = """row => new Promise((done) => {
  const grid = document.querySelector('.grid');
  const total = Number(grid.getAttribute('aria-rowcount')) - 1;
  const start = performance.now();
  grid.scrollTop = (grid.scrollHeight * row) / total;
  const look = () => {
    const rows = [...document.querySelectorAll('.grid-body .grid-row:not([hidden])')];
    const far = rows.filter((one) => Math.abs(Number(one.dataset.row) - row) < 200);
    const full = far.filter((one) => one.querySelector('.cell-key:not(.cell-empty)'));
    if (full.length > 5) done(performance.now() - start);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""
_EDIT = """() => new Promise((done) => {
  const look = () => {
    const asked = performance.getEntriesByType('resource');
    const edits = asked.filter((one) => one.name.endsWith('/edit.json'));
    if (edits.length) done(edits.at(-1).duration);
    else requestAnimationFrame(look);
  };
  look();
})"""


@dataclass
class Waits:
    """Milliseconds of each round, by what was waited for."""

    found: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in GOALS})

    def lines(self, rows: int) -> Iterator[str]:
        yield "## The editor's grid"
        yield ""
        yield f"A draft of {rows:,} entities of 26 columns in Chromium; medians of {ROUNDS} rounds."
        yield ""
        yield "| what | milliseconds | from | to | goal |"
        yield "|---|---|---|---|---|"
        for name, goal in GOALS.items():
            taken = self.found[name]
            yield (
                f"| {name} | **{median(taken):.0f}** | {min(taken):.0f} | {max(taken):.0f} | "
                f"≤ {goal} |"
            )
        yield ""


def lines(folder: Path, rows: int) -> list[str]:
    """The section of bench/results.md; nothing where the machine has no Chromium."""
    if not browsing.chromium():
        return []
    pipe = make(folder, rows, ["pipe"])["pipe"]
    with running_site(folder / "site") as site:
        path = browsing.page_of(
            site,
            pipe,
            made="archive",
            page='f"/accounts/{account.pk}/drafts/{jobs.start_draft(user, version).pk}/"',
        )
        return list(_measured(site, path, rows).lines(rows))


def _measured(site: Site, path: str, rows: int) -> Waits:
    waits = Waits()
    with browsing.browser() as running:
        page = browsing.signed_in(running, site, f"({_WATCH})()")
        _round(page, path, rows, 0)  # what a browser and a process do once
        for turn in range(1, ROUNDS + 1):
            for name, taken in _round(page, path, rows, turn).items():
                waits.found[name].append(taken)
    return waits


def _round(page: Any, path: str, rows: int, turn: int) -> dict[str, float]:
    page.goto(path)
    page.locator(".grid-body .cell-key:not(.cell-empty)").first.wait_for(timeout=120_000)
    first = float(page.evaluate(_FIRST))
    cell = page.locator('.grid-body .grid-row[data-row="3"]:not([hidden]) > [data-column="1"]')
    cell.click()
    page.keyboard.type(f"Typed {turn}")
    page.keyboard.press("Enter")
    edit = float(page.evaluate(_EDIT))
    scroll = float(page.evaluate(_SCROLL, min(FAR, rows - 200)))
    return dict(zip(GOALS, (first, scroll, edit), strict=True))


if __name__ == "__main__":
    print("\n".join(lines(Path(sys.argv[1]), int(sys.argv[2]))))
