"""Bench: how long a person waits for the map of 200,000 points, in software-drawn Chromium.

From the last byte of the page to the frame on which every tile in view is drawn, base map and all;
each time in a browser that has never been here. The tiles are made anew.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

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
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        return []
    pipe = make(folder, rows, ["pipe"])["pipe"]
    with running_site(folder / "site") as site:
        seconds = _pictures(site, chromium, _map_of(site, pipe))
    return [
        f"The map of {rows:,} points in Chromium, drawn by its processor: first picture "
        f"**{median(seconds):.2f} s** after the page (from {min(seconds):.2f} to "
        f"{max(seconds):.2f} s in {len(seconds)} runs). Goal: {GOAL} s.",
        "",
    ]


#: Run inside the site: loads a file as the demo's are loaded, and prints the path of its map.
_LOAD = """
import time
from pathlib import Path
from dashboard.demo import seed, sources
from dashboard.people.models import User
from datasources.formats import InputFormat
from datasources.models import Account, DataSource, Key
seed.LOAD_DEADLINE = 1800
account, user = Account.objects.get(), User.objects.first()
master, query = (Key.objects.get(name=name) for name in ("Master", "Query"))
load = sources.DemoLoad("Bench", "complete", InputFormat.PIPE, Path({path!r}))
seed._load(account, user, master, query, load)
source = DataSource.objects.get(name="Bench")
while not source.versions.filter(map_index__isnull=False).exists():
    time.sleep(0.2)
print(f"/accounts/{{account.pk}}/sources/{{source.pk}}/map/")
"""


def _map_of(site: Site, pipe: Path) -> str:
    """Loads the file through the API and gives the path of its map, once that is made."""
    said = site.manage("shell", "--no-imports", "-c", _LOAD.format(path=str(pipe)))
    return said.splitlines()[-1]


def _pictures(site: Site, chromium: str, path: str) -> list[float]:
    """Seconds to the first picture, each in a browser of its own."""
    from playwright.sync_api import sync_playwright

    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        for _ in range(ROUNDS):
            shutil.rmtree(site.data_dir / "cache", ignore_errors=True)
            context = browser.new_context(
                base_url=site.url, viewport={"width": 1440, "height": 900}
            )
            page = context.new_page()
            page.goto("/sign-in/")
            page.get_by_label("Username or e-mail").fill(site.user)
            page.get_by_label("Password").fill(site.password)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(lambda url: "/sign-in/" not in url)
            page.goto(path)
            page.wait_for_selector("[data-drawn=yes]", timeout=120_000)
            found.append(float(page.evaluate(_READY)))
            context.close()
        browser.close()
    return found


if __name__ == "__main__":
    print("\n".join(lines(Path(sys.argv[1]), int(sys.argv[2]))))
