"""Bench: how long a person waits at the editor's grid over 200,000 entities, in Chromium.

`python -m bench.grid DIR ROWS` prints the section of bench/results.md. First rows: from the last byte
of the page to the first row that is drawn. Scroll: from moving the grid to row 150,000 to that row
drawn with its values. Edit: from sending a typed cell to the site's answer. Each visit is one in a
browser that has been here before, since people edit the same data source again and again.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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

#: Run inside the site: loads a file as the demo's are loaded, starts a draft, and prints its path.
_LOAD = """
import time
from pathlib import Path
from dashboard.demo import seed, sources
from dashboard.people.models import User
from datasources import jobs
from datasources.formats import InputFormat
from datasources.models import Account, DataSource, Key
seed.LOAD_DEADLINE = 1800
account, user = Account.objects.get(), User.objects.first()
master, query = (Key.objects.get(name=name) for name in ("Master", "Query"))
load = sources.DemoLoad("Bench", "complete", InputFormat.PIPE, Path({path!r}))
seed._load(account, user, master, query, load)
source = DataSource.objects.get(name="Bench")
while not source.versions.filter(archive__isnull=False).exists():
    time.sleep(0.2)
draft = jobs.start_draft(user, source.versions.filter(archive__isnull=False).get())
print(f"/accounts/{{account.pk}}/drafts/{{draft.pk}}/")
"""


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
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        return []
    pipe = make(folder, rows, ["pipe"])["pipe"]
    with running_site(folder / "site") as site:
        said = site.manage("shell", "--no-imports", "-c", _LOAD.format(path=str(pipe)))
        return list(_measured(site, chromium, said.splitlines()[-1], rows).lines(rows))


def _measured(site: Site, chromium: str, path: str, rows: int) -> Waits:
    from playwright.sync_api import sync_playwright

    waits = Waits()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = browser.new_page(base_url=site.url, viewport={"width": 1440, "height": 900})
        page.add_init_script(f"({_WATCH})()")
        page.goto("/sign-in/")
        page.get_by_label("Username or e-mail").fill(site.user)
        page.get_by_label("Password").fill(site.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        _round(page, path, rows, 0)  # what a browser and a process do once
        for turn in range(1, ROUNDS + 1):
            for name, taken in _round(page, path, rows, turn).items():
                waits.found[name].append(taken)
        browser.close()
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
