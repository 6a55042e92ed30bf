"""What pages ship: little JavaScript, and the map library where there is a map and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Response

from tests.browser.conftest import Held
from tests.browser.desk import Desk
from tests.browser.sheet import new_draft, new_source
from tests.browser.test_accessibility import DEMO, PAGES
from tests.browser.test_map import DRAWN, demo_source

MOST = 150_000  # bytes of JavaScript as sent, besides the map library
LIBRARY = "/vendor/maplibre-gl/"


class Scales:
    """Weighs the scripts that a page is sent, from now on."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sent: dict[str, int] = {}
        page.on("requestfinished", lambda request: self._weigh(request.response()))

    def _weigh(self, answer: Response | None) -> None:
        if answer and "javascript" in answer.headers.get("content-type", ""):
            self.sent[answer.url] = answer.request.sizes()["responseBodySize"]

    def open(self, url: str, ready: str = "main") -> None:
        """A page with nothing of the ones before it in its cache, once it asks for no more."""
        self.page.goto("about:blank")
        self.begin(url)
        self.page.wait_for_selector(ready, timeout=120_000)
        self.page.wait_for_load_state("networkidle")

    def begin(self, url: str) -> None:
        session = self.page.context.new_cdp_session(self.page)
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self.sent.clear()
        self.page.goto(url)

    def hold(self, *, has_map: bool) -> None:
        """What was sent stays within bounds."""
        own = {url: size for url, size in self.sent.items() if LIBRARY not in url}
        assert own, f"{self.page.url} was sent no script at all"
        assert sum(own.values()) <= MOST, f"{self.page.url}: {own}"
        assert (len(own) < len(self.sent)) == has_map, self.page.url


def test_pages_ship_little_and_the_map_library_only_to_a_map(page_of: Callable[..., Page]) -> None:
    tabs = {person: page_of(person).context for person in {person for person, _ in PAGES}}
    opened = [Scales(tabs[person].new_page()) for person, _ in PAGES]
    for scales, (_, url) in zip(opened, PAGES, strict=True):  # one loads while another is at rest
        scales.begin(url)
    for scales in opened:
        scales.page.wait_for_load_state("networkidle")
        scales.hold(has_map=scales.page.locator("main .map").count() > 0)


def test_pages_with_a_map_ship_little_besides_it(page_of: Callable[..., Page]) -> None:
    page = page_of("admin")
    source = demo_source(page, "WorldCities")
    scales = Scales(page)
    for url, ready in (
        (source, ".maplibregl-canvas"),
        (f"{source}map/", DRAWN),
        (f"{DEMO}explore/", ".maplibregl-canvas"),
        ("/settings/map/", ".maplibregl-canvas"),
    ):
        scales.open(url, ready)
        scales.hold(has_map=True)


def test_drawing_tools_come_when_they_are_first_used(page_of: Callable[..., Page]) -> None:
    scales = Scales(page_of("viewer"))
    scales.open(f"{DEMO}explore/", ".maplibregl-canvas")
    assert not any("terra-draw" in url for url in scales.sent)
    with scales.page.expect_request_finished(lambda request: "terra-draw.modern" in request.url):
        scales.page.get_by_role("toolbar").get_by_role("button").first.click()
    scales.page.wait_for_load_state("networkidle")
    scales.hold(has_map=True)


def test_the_editor_ships_little(page_of: Callable[..., Page], held: Held, tmp_path: Path) -> None:
    desk = Desk(page_of("publisher"), held, tmp_path)
    new_source(desk, "LightShops", 20)
    new_draft(desk, "LightShops")
    scales = Scales(desk.page)
    scales.open(desk.page.url, '#draft[data-ready="1"]')
    own = {url: size for url, size in scales.sent.items() if LIBRARY not in url}
    assert sum(own.values()) <= MOST, own
