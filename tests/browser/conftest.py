"""Chromium and a running site with its demo team, shared by all browser tests of one process."""

from __future__ import annotations

import json
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect, sync_playwright

from tests.faulty import FaultyService, Handler, answer
from tests.site import Site, running_site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ROLES = ("viewer", "editor", "publisher")
PASSWORD = "Stones-on-a-hill-26"
GERMAN = {"locale": "de-CH", "timezone_id": "Europe/Zurich"}  # what that person's browser says
WAIT_MS = 60_000  # for what a worker does on a busy machine
SAID_LINES = 120

expect.set_options(timeout=WAIT_MS)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process runs them all, so that they share a site; the search for leaked keys comes last."""
    here = Path(__file__).parent
    is_ours = {path: here in path.parents for path in {item.path for item in items}}
    ours = [item for item in items if is_ours[item.path]]
    for item in ours:
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.xdist_group("browser"))
        item.add_marker(pytest.mark.skipif(not CHROMIUM, reason="Chromium is not on this machine"))
    ours.sort(key=lambda item: item.path.name == "test_keys_stay_secret.py")
    items[:] = ours + [item for item in items if not is_ours[item.path]]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With a test that failed stands what the site's processes said last."""
    report = yield
    site = getattr(item, "funcargs", {}).get("site")
    if report.failed and isinstance(site, Site):
        report.sections.append(("What the site said last", "".join(site.lines[-SAID_LINES:])))
    return report


@dataclass
class Heard:
    """All that browsers were sent, and what went wrong in them."""

    bodies: list[tuple[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def listen(self, context: BrowserContext) -> None:
        context.on("response", self._response)
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        context.on("console", lambda said: said.type == "error" and self.faults.append(said.text))

    def _response(self, response: Response) -> None:
        kind = response.headers.get("content-type", "")
        if response.ok and kind.startswith(("text/html", "application/json", "text/csv")):
            try:
                self.bodies.append((response.url, response.text()))
            except Exception:  # noqa: BLE001  a page that was left before its answer was read
                return


@pytest.fixture(scope="session")
def router() -> Iterator[FaultyService]:
    """An OSRM server whose routes run straight from place to place."""
    router = FaultyService()
    router.will(_straight_route)
    yield router
    router.stop()


def _straight_route(handler: Handler) -> None:
    """`/route/v1/driving/7.9,56;10.1,56`, as OSRM writes places."""
    ends = urlsplit(handler.path).path.rpartition("/")[2].split(";")
    line = {"type": "LineString", "coordinates": [json.loads(f"[{end}]") for end in ends]}
    body = json.dumps({"code": "Ok", "routes": [{"geometry": line}]})
    answer(200, body.encode())(handler)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, router: FaultyService) -> Iterator[Site]:
    found_by = {"SDS_ROUTER": "osrm", "SDS_ROUTER_URL": router.base_url}
    with running_site(tmp_path_factory.mktemp("site"), more_env=found_by) as site:
        yield site


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def heard() -> Heard:
    return Heard()


@pytest.fixture(scope="session")
def new_context(site: Site, chromium: Browser, heard: Heard) -> Callable[..., BrowserContext]:
    def make(**options: object) -> BrowserContext:
        options = {"locale": "en-GB", "timezone_id": "UTC"} | options
        context = chromium.new_context(base_url=site.url, **options)  # type: ignore[arg-type]
        context.set_default_timeout(WAIT_MS)
        context.add_init_script(TELL_OF_LOAD)
        context.on("page", act_once_loaded)
        heard.listen(context)
        return context

    return make


TELL_OF_LOAD = "addEventListener('load', () => { document.documentElement.dataset.loaded = ''; });"


def act_once_loaded(page: Page) -> None:
    """Every act waits until the page's scripts have run, as a person who reads it first would.

    An earlier click on a link works too, without its dialog: it leads to a page of its own.
    """
    page.add_locator_handler(
        page.locator("html:not([data-loaded])"),
        lambda: page.wait_for_load_state(),
        no_wait_after=True,
    )


def sign_in(page: Page, user: str, password: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("Username or e-mail").fill(user)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)


@pytest.fixture(scope="session")
def states(site: Site, new_context: Callable[..., BrowserContext]) -> dict[str, dict]:  # type: ignore[type-arg]
    """The cookies of each person: the admin as first made, the others as invited by link."""
    admin = new_context()
    page = admin.new_page()
    sign_in(page, site.user, site.password)
    page.goto("/teams/")
    page.get_by_label("Name").fill("Elsewhere")
    page.get_by_role("button", name=re.compile("team")).last.click()
    page.wait_for_url(re.compile("/teams/elsewhere/"))
    states = {"admin": _cookies(admin)}
    for team, role, name in [
        *(("demo", role, role) for role in ROLES),
        ("elsewhere", "publisher", "outsider"),
        ("demo", "publisher", "german"),
    ]:
        page.goto(f"/teams/{team}/people/")
        page.locator(f"input[name=role][value={role}]").check()
        page.get_by_role("button", name="Make the invitation").click()
        shown = page.locator(".note-good", has_text="The invitation is ready")
        link = shown.get_by_text("/join/").inner_text().strip()
        reads = GERMAN if name == "german" else {}
        states[name] = _join(new_context(**reads), link, name)
    admin.close()
    return states  # type: ignore[return-value]


def _join(context: BrowserContext, link: str, name: str) -> dict[str, object]:
    page = context.new_page()
    page.goto(link)
    page.locator("[name=username]").fill(name)
    page.locator("[name=email]").fill(f"{name}@example.org")
    for box in page.locator("input[type=password]").all():
        box.fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(lambda url: "/join/" not in url)
    state = _cookies(context)
    context.close()
    return state


def _cookies(context: BrowserContext) -> dict[str, object]:
    """What signs a person in; what pages kept in the browser is left out."""
    return {"cookies": context.cookies(), "origins": []}


@pytest.fixture(scope="session")
def at_rest() -> dict[str, list[BrowserContext]]:
    """Browsers that a test is done with, by whose they were and how they look at pages."""
    return defaultdict(list)


@pytest.fixture
def page_of(
    site: Site,
    states: dict[str, Any],
    new_context: Callable[..., BrowserContext],
    at_rest: dict[str, list[BrowserContext]],
) -> Iterator[Callable[..., Page]]:
    """A page of a signed-in person, in a browser of their own; `visitor` is nobody.

    Of earlier tests the browser keeps the site's files in its cache, as people's do, and no more.
    """
    taken: list[tuple[str, BrowserContext]] = []

    def open_page(person: str, **options: object) -> Page:
        kind = repr((person, sorted(options.items())))
        context = at_rest[kind].pop() if at_rest[kind] else new_context(**options)
        taken.append((kind, context))
        context.clear_cookies()
        if person != "visitor":
            context.add_cookies(states[person]["cookies"])
        page = context.new_page()
        _forget(page, site.url)
        return page

    yield open_page
    for kind, context in taken:
        for page in context.pages:
            page.close()
        context.unroute_all()
        context.clear_permissions()
        context.set_offline(False)
        at_rest[kind].append(context)


def _forget(page: Page, origin: str) -> None:
    """Empties what pages of a site keep in the browser, but for cookies."""
    session = page.context.new_cdp_session(page)
    kept = "local_storage,indexeddb,cache_storage,service_workers"
    session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": kept})
    session.detach()


@dataclass(frozen=True)
class Held:
    """A second account of the demo team, whose keys the test knows."""

    account_id: int
    name: str
    master_key: str
    query_key: str

    def path(self, rest: str = "") -> str:
        return f"/accounts/{self.account_id}/{rest}"


@pytest.fixture(scope="session")
def held(site: Site, states: dict[str, object], new_context: Callable[..., BrowserContext]) -> Held:
    """An account made on the server's command line, added and given its keys in the browser."""
    made = json.loads(site.manage("sds_account", "create", "browser", "--plan", "enterprise"))
    context = new_context(storage_state=states["admin"])
    page = context.new_page()
    page.goto("/settings/accounts/")
    page.get_by_label("Name").fill("Field office")
    page.get_by_label("Team").select_option(label="Demo team")
    page.get_by_role("button", name="Add the account").click()
    page.goto("/settings/accounts/")
    link = page.get_by_role("link", name="Field office").get_attribute("href") or ""
    account_id = int(re.findall(r"\d+", link)[0])
    for name, secret in (("Master", made["master_key"]), ("Query", made["query_key"])):
        page.goto(f"/accounts/{account_id}/keys/")
        page.get_by_label("Name").fill(name)
        page.locator("input[type=password]").fill(secret)
        page.get_by_label("Share with the team").check()
        page.get_by_role("button", name="Check and store").click()
        expect(page.get_by_role("row", name=re.compile(name)).first).to_contain_text("Works")
    context.close()
    return Held(account_id, "Field office", made["master_key"], made["query_key"])
