"""Narrow windows: a phone, and 400 % zoom of a window of 1280 px. No page scrolls sideways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.test_accessibility import PAGES

PHONE, ZOOMED = {"width": 390, "height": 844}, {"width": 320, "height": 256}
#: How far the page is wider than its window, and the elements that make it so, outermost first.
WIDER = """() => {
  const room = document.documentElement.clientWidth;
  const over = document.documentElement.scrollWidth - room;
  if (over <= 0) return null;
  const wide = [...document.body.querySelectorAll("*")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.right > room + 1 && box.width > 0 && !element.closest("[popover], .unseen");
  });
  return [over, ...wide.slice(0, 4).map((element) => element.outerHTML.slice(0, 120))];
}"""


@pytest.mark.parametrize("window", [PHONE, ZOOMED], ids=["phone", "zoomed"])
@pytest.mark.parametrize("person", ["visitor", "viewer", "publisher", "admin"])
def test_no_page_scrolls_sideways(
    page_of: Callable[..., Page], person: str, window: dict[str, int]
) -> None:
    page = page_of(person, viewport=window)
    wide = {}
    for path in [path for who, path in PAGES if who == person]:
        page.goto(path)
        if over := page.evaluate(WIDER):
            wide[path] = over
    assert wide == {}


@pytest.mark.parametrize("window", [PHONE, ZOOMED], ids=["phone", "zoomed"])
def test_a_data_source_and_its_dialogs_fit(
    page_of: Callable[..., Page], window: dict[str, int]
) -> None:
    page = page_of("publisher", viewport=window)
    page.goto("/accounts/1/sources/1/")
    assert page.evaluate(WIDER) is None
    openers = page.locator("main [hx-target='#dialog']:visible")
    assert openers.count() > 2
    for at in range(openers.count()):
        openers.nth(at).click()
        dialog = page.locator("#dialog")
        dialog.wait_for()
        box = dialog.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= window["width"]
        page.keyboard.press("Escape")
