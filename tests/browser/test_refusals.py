"""What the browser shows to those who may not: viewers, outsiders, visitors."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

PAGES = ("", "upload/", "jobs/", "keys/", "directory/")


@pytest.fixture
def demo_source(page_of: Callable[..., Page]) -> str:
    """The path of the demo's first data source."""
    page = page_of("viewer")
    page.goto("/accounts/1/")
    return page.get_by_role("link", name="FourthCoffeeSample").first.get_attribute("href") or ""


def test_a_viewer_sees_everything_and_is_offered_no_change(
    page_of: Callable[..., Page], demo_source: str
) -> None:
    page = page_of("viewer")
    page.goto(demo_source)
    expect(page.locator(".stone-published")).to_contain_text("15 entities")
    expect(page.get_by_role("link", name="Download").first).to_be_visible()
    for words in ("Publish", "Discard", "Roll back to this", "Delete FourthCoffeeSample"):
        expect(page.get_by_text(words, exact=True)).to_have_count(0)
    expect(page.get_by_role("switch")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("need the role Publisher")
    page.goto("/accounts/1/upload/")
    expect(page.locator("body")).to_contain_text(re.compile("Editor"))


def test_a_viewer_queries_with_a_shared_key(page_of: Callable[..., Page], demo_source: str) -> None:
    page = page_of("viewer")
    page.goto(demo_source)
    page.locator("#query").get_by_text("By entity ID").click()
    page.locator("#query [name=entity_id]").fill("-22067")
    page.locator("#query").get_by_role("button", name="Query").click()
    expect(page.locator("#query table")).to_contain_text("Løven")


@pytest.mark.parametrize("action", ["publish/", "discard/", "delete/", "access/"])
def test_a_viewer_who_knows_the_address_is_told_which_role_it_takes(
    page_of: Callable[..., Page], demo_source: str, action: str
) -> None:
    page = page_of("viewer")
    answer = page.goto(demo_source + action)
    assert answer
    assert answer.status == 403
    expect(page.locator("body")).to_contain_text("Publisher")


def test_an_editor_may_stage_but_not_publish(
    page_of: Callable[..., Page], demo_source: str
) -> None:
    page = page_of("editor")
    answer = page.goto(demo_source + "publish/")
    assert answer
    assert answer.status == 403
    assert (page.goto("/accounts/1/upload/") or answer).status == 200


@pytest.mark.parametrize("rest", PAGES)
def test_an_outsider_finds_nothing(page_of: Callable[..., Page], rest: str) -> None:
    answer = page_of("outsider").goto(f"/accounts/1/{rest}")
    assert answer
    assert answer.status == 404


@pytest.mark.parametrize("path", ["/accounts/1/", "/teams/demo/people/", "/audit/", "/"])
def test_a_visitor_is_asked_to_sign_in(page_of: Callable[..., Page], path: str) -> None:
    page = page_of("visitor")
    page.goto(path)
    assert "/sign-in/" in page.url


@pytest.mark.parametrize(
    "path", ["/audit/", "/settings/services/", "/settings/server/", "/people/"]
)
def test_admin_pages_are_closed_to_a_publisher(page_of: Callable[..., Page], path: str) -> None:
    answer = page_of("publisher").goto(path)
    assert answer
    assert answer.status in (403, 404)
