"""The query explorer as a person uses it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_screenshots import DEMO, NARROW, keep


def test_the_demo_is_explored_on_a_phone_by_keyboard(page_of: Callable[..., Page]) -> None:
    page = page_of("viewer", viewport=NARROW)
    page.goto(DEMO.path("explore/"))
    page.get_by_role("link", name="Choose").focus()
    page.keyboard.press("Enter")
    page.locator("#dialog").get_by_role("link", name="WorldCities").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"source=\d+"))
    expect(page.locator("[data-map=open]")).to_be_visible()
    page.locator("input[name=edit][value=text]").focus()
    page.keyboard.press("Space")
    page.get_by_label("Filter", exact=True).fill("Population Gt 5000000")
    with page.expect_response(re.compile("/explore/ask/")):
        page.keyboard.press("Control+Enter")
    expect(page.locator(".explore-summary")).to_contain_text("Entities 1 to 25 of")
    keep(page, "explore-light")
