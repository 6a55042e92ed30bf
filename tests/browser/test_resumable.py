"""In Chromium: a large file goes by itself, goes on after its connection broke, and arrives whole."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Held
from tests.browser.desk import SHOPS

SIZE = 30 * 1024**2  # bytes, at the least
LISTEN = """() => {
  window.heardWords = [];
  const line = document.querySelector("[data-sending-words]");
  new MutationObserver(() => window.heardWords.push(line.textContent)).observe(line, { childList: true });
}"""


def large(folder: Path) -> tuple[Path, str]:
    """A file of shops above `SIZE`, and its SHA-256."""
    path = folder / "many-shops.csv"
    digest = hashlib.sha256()
    with path.open("wb") as file:
        head = "".join(SHOPS.splitlines(keepends=True)[:2]).encode()
        file.write(head)
        digest.update(head)
        for block in range(10_000_000):
            rows = "".join(
                f"b{block}r{row},Shop {row},Aalborg,40,57.0488,9.9217\n" for row in range(5000)
            ).encode()
            file.write(rows)
            digest.update(rows)
            if file.tell() > SIZE:
                return path, digest.hexdigest()
    raise AssertionError("unreachable")


class Breaker:
    """Cuts the second piece's connection, as a network does; nothing else."""

    def __init__(self) -> None:
        self.pieces: list[int] = []  # the offsets asked for

    def __call__(self, route: Route) -> None:
        if route.request.method != "PATCH":
            route.fallback()
            return
        self.pieces.append(int(route.request.headers["upload-offset"]))
        if len(self.pieces) == 2:
            route.abort("connectionreset")
        else:
            route.fallback()


def test_a_large_file_goes_on_after_its_connection_broke(
    page_of: Callable[..., Page], held: Held, tmp_path: Path
) -> None:
    path, sha256 = large(tmp_path)
    page = page_of("editor")
    breaker = Breaker()
    page.route("**/upload/parts/**", breaker)
    page.goto(held.path("upload/"))
    page.evaluate(LISTEN)
    with page.expect_response(re.compile("/kept/$")) as kept:
        page.locator("input[type=file]").set_input_files(path)
        # The person answers the other questions meanwhile, and presses the button too early.
        page.locator("input[name=purpose][value=create]").check()
        page.locator("[name=new_name]").fill("ManyShops")
        page.locator("input[name=operation][value=completeStaging]").check()
    answer = json.loads(kept.value.body())
    assert answer["sha256"] == sha256
    assert answer["size"] == path.stat().st_size

    expect(page.locator("[data-sending-words]")).to_contain_text("many-shops.csv")
    expect(page.locator("[data-sending-words]")).to_contain_text("has arrived")
    said = page.evaluate("window.heardWords")
    assert any("The connection broke at" in words for words in said), said
    percents = {int(found) for words in said for found in re.findall(r", (\d+) %", words)}
    assert len(percents - {0, 100}) >= 2, said
    assert breaker.pieces[0] == 0
    assert breaker.pieces[1] == breaker.pieces[2] == 8 * 1024**2, "it went on where it broke"

    page.get_by_role("button", name="Check the file").click()
    page.wait_for_url(re.compile("/uploads/"))
    expect(page.get_by_role("heading", name="many-shops.csv")).to_be_visible()


def test_after_a_reload_the_same_file_goes_on_where_it_was(
    page_of: Callable[..., Page], held: Held, tmp_path: Path
) -> None:
    path, sha256 = large(tmp_path)
    page = page_of("editor")
    asked: list[int] = []

    def only_the_first(route: Route) -> None:
        if route.request.method == "PATCH":
            asked.append(int(route.request.headers["upload-offset"]))
            if asked[-1] > 0:
                route.abort("connectionreset")
                return
        route.fallback()

    page.route("**/upload/parts/**", only_the_first)
    page.goto(held.path("upload/"))
    page.locator("input[type=file]").set_input_files(path)
    expect(page.locator("[data-sending-words]")).to_contain_text("The connection broke at")
    page.reload()
    page.unroute("**/upload/parts/**")
    pieces: list[int] = []
    page.on(
        "request",
        lambda one: (
            pieces.append(int(one.headers["upload-offset"])) if one.method == "PATCH" else None
        ),
    )
    with page.expect_response(re.compile("/kept/$")) as kept:
        page.locator("input[type=file]").set_input_files(path)
    assert json.loads(kept.value.body())["sha256"] == sha256
    assert pieces[0] == 8 * 1024**2, "what had arrived was not sent again"


def test_a_cancelled_file_can_be_chosen_again(
    page_of: Callable[..., Page], held: Held, tmp_path: Path
) -> None:
    path = tmp_path / "shops.csv"
    path.write_text(SHOPS, encoding="utf-8")
    page = page_of("editor")
    page.goto(held.path("upload/"))
    with page.expect_response(re.compile("/kept/$")):
        page.locator("input[type=file]").set_input_files(path)
    expect(page.locator("[data-sending-words]")).to_contain_text("has arrived")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("[data-sending]")).to_be_hidden()
    with page.expect_response(re.compile("/kept/$")):
        page.locator("input[type=file]").set_input_files(path)
    expect(page.locator("[data-sending-words]")).to_contain_text("has arrived")


def test_the_button_pressed_too_early_waits_for_the_file(
    page_of: Callable[..., Page], held: Held, tmp_path: Path
) -> None:
    path = tmp_path / "early.csv"
    path.write_text(SHOPS, encoding="utf-8")
    page = page_of("editor")
    held_back: list[Route] = []
    page.route(re.compile("/kept/$"), lambda route: held_back.append(route))
    page.goto(held.path("upload/"))
    with page.expect_request(re.compile("/kept/$")):
        page.locator("input[type=file]").set_input_files(path)
    page.locator("input[name=purpose][value=create]").check()
    page.locator("[name=new_name]").fill("EarlyShops")
    page.locator("input[name=operation][value=completeStaging]").check()
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator("[data-progress-words]")).to_contain_text("Goes on by itself")
    held_back[0].continue_()
    page.wait_for_url(re.compile("/uploads/"))
    expect(page.get_by_role("heading", name="early.csv")).to_be_visible()
