"""Working without a mouse or without seeing: where focus goes, and what is read out."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

FOCUSED = """() => {
  const at = document.activeElement;
  const box = at.getBoundingClientRect();
  return {
    tag: at.tagName,
    inDialog: at.closest('#dialog') !== null,
    inMain: at.closest('main') !== null,
    isSeen: box.width > 0 && box.height > 0,
  };
}"""


@pytest.fixture
def page(page_of: Callable[..., Page]) -> Page:
    page = page_of("publisher")
    page.goto("/accounts/1/")
    return page


def open_source(page: Page) -> None:
    page.get_by_role("link", name="FourthCoffeeSample", exact=True).first.click()
    expect(page.locator(".stone-published")).to_be_visible()


def open_by_key(page: Page, opener: Locator) -> Locator:
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("#dialog")
    expect(dialog).to_be_visible()
    return dialog


def test_the_first_key_leads_past_the_rail_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["inMain"]


def test_tab_goes_in_the_order_of_the_page_over_things_one_can_see(page: Page) -> None:
    open_source(page)
    assert page.locator("[tabindex]:not([tabindex='0'], [tabindex='-1'])").count() == 0
    page.locator("#main").focus()
    seen = []
    for _ in range(20):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
    assert all(place["isSeen"] for place in seen)
    assert all(place["inMain"] for place in seen)


def test_a_dialog_holds_focus_and_gives_it_back(page: Page) -> None:
    open_source(page)
    opener = page.locator("main").get_by_text("Delete FourthCoffeeSample", exact=True)
    dialog = open_by_key(page, opener)
    assert page.evaluate(FOCUSED)["inDialog"]
    for _ in range(8):
        page.keyboard.press("Tab")
        assert not page.evaluate(FOCUSED)["inMain"]
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    open_by_key(page, opener)
    dialog.get_by_text("Cancel").press("Enter")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_escape_closes_a_menu_and_returns_to_its_head(page: Page) -> None:
    head = page.locator(".top summary").last
    head.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Sign out")).to_be_hidden()
    expect(head).to_be_focused()


def test_the_end_of_a_job_is_read_out_once_where_the_page_shows_it(page: Page) -> None:
    open_source(page)
    opener = page.locator(".stone-published").get_by_text("Download", exact=True)
    dialog = open_by_key(page, opener)
    dialog.get_by_role("button", name="Prepare the download").press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#said")).to_have_text(re.compile("Download: Done"))
    expect(page.locator("#running .ended")).to_contain_text("Download")
    expect(page.locator("#open-jobs")).to_be_hidden()
    expect(page.locator("#notices .toast")).to_have_count(0)
