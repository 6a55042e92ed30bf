"""Published and staged side by side, and earlier versions from the archive."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Held
from tests.browser.explorer.asking import Asking
from tests.browser.test_accessibility import assert_accessible


def option_of(asking: Asking, words: str) -> str:
    """The version whose words these are, in the list of those to ask."""
    option = asking.page.locator("#explore-version option", has_text=words).last
    return option.get_attribute("value") or ""


def choose_version(asking: Asking, field: str, value: str) -> None:
    with asking.page.expect_navigation(), asking.page.expect_response("**/explore/ask/"):
        asking.page.locator(f"#explore-{field}").select_option(value)
    asking.settled()
    expect(asking.page.locator("[data-stop]")).to_be_hidden()


def test_published_and_staged_are_asked_side_by_side(asking: Asking) -> None:
    page = asking.page
    asking.options()
    asking.fill(top="100")
    choose_version(asking, "beside", "staged")
    assert asking.sent.count("http://") == 2
    assert asking.sent.splitlines()[0].count("isStaging=1") == 0
    assert asking.sent.splitlines()[1].count("isStaging=1") == 1
    facts = asking.answer.locator(".explore-facts")
    expect(facts).to_have_count(2)
    expect(facts.nth(0)).to_contain_text("Published")
    expect(facts.nth(1)).to_contain_text("Staged")
    for words in ("1 changed", "1 only in Published", "1 only in Staged", "52 the same"):
        expect(asking.summary).to_contain_text(words)
    changed = asking.answer.locator("tr.pair-changed")
    expect(changed).to_contain_text("r1c1")
    expect(changed.locator("del")).to_have_text("11")
    expect(changed.locator("ins")).to_have_text("999")
    expect(asking.answer.locator("tr.pair-removed")).to_contain_text("r4c9")
    expect(asking.answer.locator("tr.pair-added")).to_contain_text("New one")
    expect(asking.map_box).to_have_attribute("data-shown", "55")
    expect(asking.answer.locator(".explore-raw")).to_have_count(2)
    asking.answer.locator("tr.pair-added").click()
    expect(asking.popup()).to_contain_text("New one")
    page.mouse.move(0, 0)
    assert_accessible(page)


def test_the_staged_version_is_asked_alone(asking: Asking) -> None:
    choose_version(asking, "version", "staged")
    assert "isStaging=1" in asking.sent
    asking.choose("find", "id")
    asking.fill(entity="new")
    asking.run()
    assert asking.ids() == ["new"]


def test_an_earlier_version_is_answered_from_the_archive_and_says_so(asking: Asking) -> None:
    page = asking.page
    asking.choose("edit", "text")
    asking.fill(filter="SightID Eq 'r0c0'")
    asking.run()
    expect(asking.row("r0c0")).to_contain_text("Sight 0")
    choose_version(asking, "version", option_of(asking, "54"))
    expect(page.locator(".note", has_text="Answered from the copy kept here")).to_be_visible()
    expect(page.locator("[data-sent-url]")).to_contain_text("from the archive here: no URL is sent")
    expect(asking.answer.locator(".explore-facts")).to_contain_text("from the archive here")
    expect(asking.row("r0c0")).to_contain_text("The first name")
    expect(page.locator("[data-code]")).to_be_hidden()
    expect(page.locator("[data-copy-url]")).to_be_hidden()
    for where in ("address", "route"):
        expect(page.locator(f"[name=where][value={where}]")).to_be_disabled()
    expect(page.get_by_role("toolbar").get_by_role("button", name="Route")).to_have_count(0)
    choose_version(asking, "beside", "published")
    changed = asking.answer.locator("tr.pair-changed")
    expect(changed.locator("del")).to_have_text("The first name")
    expect(changed.locator("ins")).to_have_text("Sight 0")
    assert_accessible(page)


@pytest.mark.parametrize(
    "where", ["filter=SightID%20Eq%20%27nobody%27", "where=near&lat=1&lon=1&km=1"]
)
def test_what_no_entity_meets_is_said_by_service_and_archive(
    page_of: Callable[..., Page], held: Held, sights: int, where: str
) -> None:
    asking = Asking(page_of("viewer"))
    asking.open(held.path(f"explore/?source={sights}&{where}"))
    expect(asking.summary).to_contain_text("No entity meets this query. It was understood")
    expect(asking.answer.locator(".explore-facts")).to_contain_text("HTTP 200")
    expect(asking.answer.locator("table")).to_have_count(0)
    expect(asking.map_box).to_have_attribute("data-shown", "0")
    choose_version(asking, "version", option_of(asking, "54"))
    expect(asking.summary).to_contain_text("No entity meets this query. It was understood")
    choose_version(asking, "beside", "published")
    expect(asking.summary).to_contain_text("No entity of either version meets this query")
    assert_accessible(asking.page)
