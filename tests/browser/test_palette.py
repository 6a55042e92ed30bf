"""The command palette by keys alone, over pages and dialogs."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_accessibility import assert_accessible

LABEL = "Go to a data source, job, page or action"


@pytest.fixture
def page(page_of: Callable[..., Page]) -> Page:
    page = page_of("publisher")
    page.goto("/accounts/1/")
    return page


def open_palette(page: Page) -> Locator:
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name=LABEL)
    expect(field).to_be_focused()
    expect(options(page).first).to_be_visible()
    return field


def options(page: Page) -> Locator:
    return page.locator("#palette").get_by_role("option")


def chosen(page: Page) -> Locator:
    return page.locator('#palette [aria-selected="true"]')


def test_a_data_source_is_opened_by_keys(page: Page) -> None:
    open_palette(page)
    page.keyboard.type("fourthcoffeesample")
    expect(chosen(page)).to_contain_text("FourthCoffeeSample")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/sources/\d+/$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("FourthCoffeeSample")
    expect(page.locator("#palette")).to_be_hidden()


def test_arrows_go_round_and_are_told(page: Page) -> None:
    field = open_palette(page)
    expect(chosen(page)).to_have_id("palette-0")
    page.keyboard.press("ArrowUp")
    count = options(page).count()
    expect(chosen(page)).to_have_id(f"palette-{count - 1}")
    expect(field).to_have_attribute("aria-activedescendant", f"palette-{count - 1}")
    page.keyboard.press("ArrowDown")
    expect(chosen(page)).to_have_id("palette-0")
    expect(page.locator("[data-palette-said]")).to_have_text(re.compile(r"\d+ entries"))
    page.keyboard.type("no such thing anywhere")
    expect(page.locator("[data-palette-said]")).to_have_text(re.compile("Nothing you may use"))
    expect(field).to_have_attribute("aria-expanded", "false")


def test_an_action_leads_to_its_own_form(page: Page) -> None:
    open_palette(page)
    page.keyboard.type("download fourthcoffee")
    expect(chosen(page)).to_contain_text("Download FourthCoffee")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/download/"))


def test_escape_gives_focus_back_also_into_a_dialog(page: Page) -> None:
    search = page.get_by_label("Search data sources")
    search.focus()
    open_palette(page)
    page.keyboard.press("Escape")
    expect(search).to_be_focused()
    page.get_by_role("link", name="FourthCoffeeSample", exact=True).first.click()
    page.locator(".stone-published").get_by_text("Download", exact=True).click()
    dialog = page.locator("#dialog")
    inside = dialog.get_by_text("Cancel")
    inside.focus()
    open_palette(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#palette') !== null")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    expect(dialog).to_be_visible()
    expect(inside).to_be_focused()


def test_the_button_opens_it_and_colours_change_at_once(page: Page) -> None:
    page.get_by_role("link", name="Go to", exact=True).click()
    page.keyboard.type("dark colours")
    expect(chosen(page)).to_contain_text("Dark colours")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("#palette")).to_be_hidden()


@pytest.mark.parametrize("width", [1440, 390, 320])
def test_it_has_no_faults(page_of: Callable[..., Page], width: int) -> None:
    page = page_of("publisher", viewport={"width": width, "height": 700})
    page.goto("/accounts/1/")
    open_palette(page)
    page.keyboard.type("f")
    expect(chosen(page)).to_contain_text(re.compile("f", re.IGNORECASE))
    assert_accessible(page)
    box = page.locator("#palette").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    page.keyboard.type("no such thing anywhere")
    expect(page.locator(".palette-none")).to_be_visible()
    assert_accessible(page)
    page.goto("/go/?q=f")
    assert_accessible(page)
