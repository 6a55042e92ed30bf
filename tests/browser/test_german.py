"""Cairn in German: pages that a person opens in it, with no English left over."""

from __future__ import annotations

from collections.abc import Callable

import polib
import pytest
from playwright.sync_api import Page, expect

from dashboard.translation.catalogues import catalogue_path
from tests.browser.conftest import GERMAN
from tests.browser.test_accessibility import assert_accessible
from tests.site import ROOT

#: The texts that a page shows to those who look and to those who listen, but for the time zones'
#: names, which are English everywhere.
SHOWN = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = new Set();
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    if (!parent.closest("script, style, pre, code, .face, [name=time_zone]")) found.add(walk.currentNode.data.trim());
  }
  for (const one of document.querySelectorAll("[title], [aria-label], [placeholder]")) {
    for (const name of ["title", "aria-label", "placeholder"]) found.add(one.getAttribute(name));
  }
  return [...found].filter(Boolean);
}"""
DATA = {"Query"}  # the demo's key is called so
PAGES = [
    "/accounts/1/",
    "/accounts/1/upload/",
    "/accounts/1/jobs/",
    "/accounts/1/explore/",
    "/accounts/1/drafts/",
    "/accounts/1/keys/",
    "/accounts/1/directory/",
    "/teams/demo/people/",
    "/profile/",
    "/go/?q=f",
]


@pytest.fixture(scope="module")
def english() -> set[str]:
    """The texts that have other words in German."""
    file = polib.pofile(str(catalogue_path(ROOT, "de", "django")))
    return {
        entry.msgid
        for entry in file
        if not entry.msgid_plural and entry.msgstr != entry.msgid and "%(" not in entry.msgid
    }


@pytest.fixture
def page(page_of: Callable[..., Page]) -> Page:
    """Somebody's who has chosen nothing: the browser speaks Swiss German."""
    return page_of("german", **GERMAN)


def test_the_first_browser_says_how_a_person_reads(page: Page) -> None:
    page.goto("/accounts/1/")
    html = page.locator("html")
    expect(html).to_have_attribute("lang", "de")
    expect(html).to_have_attribute("data-zone", "Europe/Zurich")
    expect(html).to_have_attribute("data-style", "de-CH")
    expect(page.get_by_role("heading", level=1)).to_have_text("Datenquellen")
    expect(page.locator("time[data-ago]").first).to_contain_text("vor ")
    page.get_by_role("link", name="FourthCoffeeSample", exact=True).first.click()
    expect(page.locator(".stone-published")).to_contain_text("Veröffentlicht")
    assert_accessible(page)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_in_german_says_nothing_in_english(page: Page, english: set[str], path: str) -> None:
    page.goto(path)
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert english & set(page.evaluate(SHOWN)) - DATA == set()


def test_the_language_changes_as_soon_as_it_is_chosen(page: Page) -> None:
    page.goto("/profile/")
    page.get_by_label("Sprache").select_option("en")
    page.locator("#reading").get_by_role("button", name="Speichern").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_text("Your settings are saved.")).to_be_visible()
    page.get_by_label("Language").select_option("de")
    page.locator("#reading").get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_text("Ihre Einstellungen sind gespeichert.")).to_be_visible()
