"""What the benches of pages share: a site with a file loaded on it, and Chromium signed in to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.site import Site

_SIZE: Any = {"width": 1440, "height": 900}
#: Run inside the site: loads a file as the demo's are loaded, waits until its version has what is
#: asked for, and prints the path of a page about it.
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
while not source.versions.filter({made}__isnull=False).exists():
    time.sleep(0.2)  # the worker is at it
version = source.versions.filter({made}__isnull=False).get()
print({page})
"""


def page_of(site: Site, pipe: Path, *, made: str, page: str) -> str:
    """Loads a file through the API and gives the path of a page.

    `made` is the relation of a version that must be there; `page` is Python, which has `jobs`, and
    the `account`, `user`, `source` and `version`.
    """
    code = _LOAD.format(path=str(pipe), made=made, page=page)
    return site.manage("shell", "--no-imports", "-c", code).splitlines()[-1]


def chromium() -> str | None:
    """Where Chromium is, if this machine has it."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium, drawing by its processor."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield running
        running.close()


def signed_in(running: Any, site: Site, script: str = "") -> Any:
    """A page of a person who never was here, signed in; `script` runs at the start of every page."""
    page = running.new_context(base_url=site.url, viewport=_SIZE).new_page()
    if script:
        page.add_init_script(script)
    page.goto("/sign-in/")
    page.get_by_label("Username or e-mail").fill(site.user)
    page.get_by_label("Password").fill(site.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    return page
