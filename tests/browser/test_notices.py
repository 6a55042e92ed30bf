"""The end of work is told on another page, once, and waits for who was away."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.test_accessibility import assert_accessible
from tests.live import eventually

ELSEWHERE = "/profile/"


@pytest.fixture
def page(page_of: Callable[..., Page]) -> Page:
    page = page_of("publisher")
    page.goto("/notices/")
    mark = page.get_by_role("button", name="Mark all as read")
    if mark.is_visible():
        mark.click()
        expect(page.get_by_role("heading", name="All notices are read")).to_be_visible()
    return page


def start_download(page: Page) -> None:
    """A job of the worker's; the page is left as soon as it has begun."""
    page.goto("/accounts/1/sources/1/")
    page.locator(".stone-published").get_by_text("Download", exact=True).click()
    prepare = page.locator("#dialog").get_by_role("button", name="Prepare the download")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        prepare.click()
    page.goto("about:blank")


def wait_for_its_end(page: Page) -> None:
    def told() -> bool:
        return "Download" in page.request.get("/accounts/1/notices/?after=0").text()

    eventually(told, within=60)


def sent_but_not_answered(route: Route) -> None:
    route.fetch(max_redirects=0)
    route.abort()


def test_an_end_between_two_pages_is_told_on_the_next_one_and_once(page: Page) -> None:
    start_download(page)
    wait_for_its_end(page)
    page.goto(ELSEWHERE)
    toast = page.locator("#notices .toast")
    expect(toast).to_contain_text("FourthCoffeeSample: Download (Done)")
    expect(page.locator("#notices")).to_have_attribute("aria-live", "polite")
    expect(page.locator("#unread")).to_contain_text("1")
    assert_accessible(page)
    page.goto("/teams/demo/people/")
    expect(page.locator("#unread")).to_be_visible()
    expect(toast).to_have_count(0)


def test_what_is_followed_from_a_notice_is_read(page: Page) -> None:
    start_download(page)
    wait_for_its_end(page)
    page.goto("/notices/")
    row = page.locator(".notice-unread").first
    assert_accessible(page)
    row.get_by_role("link").click()
    page.wait_for_url(re.compile("/jobs/"))

    def is_read() -> bool:  # said while the page was left: it may arrive after the next one
        page.goto(ELSEWHERE)
        return page.locator("#unread").is_hidden()

    assert eventually(is_read, within=60)


def test_all_are_marked_as_read_by_keys(page: Page) -> None:
    start_download(page)
    wait_for_its_end(page)
    page.goto("/notices/")
    page.get_by_role("button", name="Mark all as read").press("Enter")
    expect(page.get_by_role("heading", name="All notices are read")).to_be_visible()
    expect(page.locator("#unread")).to_be_hidden()


def test_a_comparison_goes_on_while_one_is_elsewhere_and_tells_its_end_there(page: Page) -> None:
    page.goto("/accounts/1/sources/1/compare/")
    older, newer = (page.locator(f"select[name={name}]") for name in ("base", "other"))
    chosen = [older.input_value(), newer.input_value()]
    older.select_option(chosen[1])  # the other way round: nobody has compared them so
    newer.select_option(chosen[0])
    # The comparison's own page would tell the end, if it came before the person left.
    page.route("**/compare/", sent_but_not_answered)
    with page.expect_event("requestfailed"):
        page.locator("main").get_by_role("button", name="Compare").click()
    page.unroute("**/compare/")
    page.goto(ELSEWHERE)
    toast = page.locator("#notices .toast")
    expect(toast).to_contain_text("FourthCoffeeSample: versions of")
    expect(toast).to_contain_text("(Compared)")
    assert_accessible(page)
    toast.get_by_role("link", name="See the comparison").click()
    page.wait_for_url(re.compile(r"/compare/\?base="))
    expect(page.locator("#comparison")).to_contain_text("Adds")
