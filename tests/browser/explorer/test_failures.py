"""What may go wrong: a service that answers an error, and a base map that does not load."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Held
from tests.browser.explorer.asking import NASTY, Asking
from tests.browser.test_accessibility import assert_accessible
from tests.faulty import FaultyService, answer, half_json, html

EMPTY = b'{"d": {"dataSources": []}, "resourceSets": [{"resources": []}]}'
ENTITIES = b'{"d": {"results": [{"ID": "a", "Name": "One", "Latitude": 56.0, "Longitude": 10.0}]}}'
SECRET = "Tf9-a_key_of_the_failing_service_Q2x"


@pytest.fixture
def failing(
    page_of: Callable[..., Page],
    states: dict[str, object],
    new_context: Callable[..., BrowserContext],
    faulty: FaultyService,
) -> Asking:
    """Somebody at an account whose service does as the test says, with a query of it."""
    context = new_context(storage_state=states["admin"])
    page = context.new_page()
    page.goto("/settings/services/")
    page.get_by_label("Name").fill(f"Failing {faulty.server_port}")
    page.get_by_label("Base URL").fill(faulty.base_url)
    page.locator("main form button[type=submit]").last.click()
    faulty.will(answer(200, EMPTY))
    page.goto("/settings/accounts/")
    page.get_by_label("Name").fill(f"Failing {faulty.server_port}")
    page.get_by_label("Team").select_option(label="Demo team")
    page.get_by_label("Service").select_option(label=f"Failing {faulty.server_port}")
    page.get_by_role("button", name="Add the account").click()
    page.goto("/settings/accounts/")
    link = page.get_by_role("link", name=f"Failing {faulty.server_port}").first
    (number,) = re.findall(r"accounts/(\d+)", link.get_attribute("href") or "")
    page.goto(f"/accounts/{number}/keys/")
    page.get_by_label("Name").fill("Shared")
    page.locator("input[type=password]").fill(SECRET)
    page.get_by_label("Share with the team").check()
    page.get_by_role("button", name="Check and store").click()
    expect(page.get_by_role("row", name=re.compile("Shared")).first).to_contain_text("Works")
    context.close()
    asking = Asking(page_of("viewer"))
    asking.page.goto(f"/accounts/{number}/explore/")
    asking.page.get_by_role("link", name="Choose").click()
    dialog = asking.page.locator("#dialog")
    dialog.get_by_role("button", name="By query URL").click()
    url = f"{faulty.base_url}/data/0a1b/Shops/Shop?$filter=Name Eq 'One'&key={SECRET}"
    dialog.get_by_label("Query URL").fill(url)
    faulty.will(answer(200, ENTITIES))
    dialog.get_by_role("button", name="Open").click()
    asking.page.wait_for_url(re.compile("at="))
    expect(asking.summary).to_be_visible()
    asking.settled()
    assert SECRET not in asking.page.content()
    return asking


def test_a_service_that_answers_an_error_is_told_and_the_query_stays(
    failing: Asking, faulty: FaultyService
) -> None:
    page = failing.page
    failing.choose("where", "near")
    failing.fill(lat="56", lon="10", km="5")
    told = failing.answer.get_by_role("alert").first
    refused = (
        b'{"error": {"message": {"value": "The filter is odd: <img src=x onerror=alert(1)>"}}}'
    )
    for behaviour, status, words in (
        (answer(400, refused), "HTTP 400", "does not accept this request"),
        (answer(401, b"{}"), "HTTP 401", "key"),
        (html(503), "HTTP 503", ""),
        (html(200), "HTTP 200", ""),
        (half_json(200), "HTTP 200", ""),
        (lambda handler: handler.reset(), "", ""),
    ):
        faulty.will(behaviour)
        failing.run()
        expect(told).to_be_visible()
        expect(told).to_contain_text(words)
        if status:
            expect(failing.answer.locator(".explore-facts")).to_contain_text(status)
        expect(failing.answer.locator("table")).to_have_count(0)
        expect(page.locator("[name=km]").first).to_have_value("5")
        assert failing.params["$filter"] == "Name Eq 'One'"
        assert page.locator("#answer img").count() == 0
        assert_accessible(page)
    faulty.will(answer(200, ENTITIES))
    failing.run()
    assert failing.ids() == ["a"]


def test_a_router_that_finds_no_way_is_told(asking: Asking, router: FaultyService) -> None:
    """The embedded service's own words for what it could not do."""
    asking.choose("where", "route")
    asking.fill(start="56,7.9", end="56,10.1")
    asking.options()
    asking.page.get_by_text("More of the route").click()
    asking.page.get_by_label("Optimize").select_option("distance")
    asking.run()
    expect(asking.answer).to_contain_text("HTTP 400")
    expect(asking.answer.get_by_role("alert")).to_contain_text("finds the fastest route")
    asking.page.get_by_label("Optimize").select_option("time")
    asking.run()
    assert asking.ids()[0] == "r2c0"
    assert router.seen


def test_a_base_map_that_does_not_load_takes_nothing_else_away(
    page_of: Callable[..., Page], held: Held, sights: int
) -> None:
    page = page_of("viewer")
    page.route("**/basemap/**", lambda route: route.abort())
    asking = Asking(page)
    asking.open(
        held.path(f"explore/?source={sights}&where=box&south=54.9&west=7.8&north=56.1&east=9.2")
    )
    expect(page.locator(".map-notice")).to_contain_text("base map could not be loaded")
    expect(asking.map_box).to_have_attribute("data-shown", "9")
    assert_accessible(page)
    asking.row("r1c1").click()
    expect(asking.popup()).to_contain_text("Sight 11")


def test_without_a_map_the_explorer_asks_and_shows_all_the_same(
    page_of: Callable[..., Page], held: Held, sights: int
) -> None:
    page = page_of("viewer")
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null;")
    page.goto(held.path(f"explore/?source={sights}&filter=City%20Eq%20%27Oslo%27"))
    asking = Asking(page)
    expect(page.locator(".map-fault")).to_contain_text("could not be drawn")
    expect(asking.summary).to_have_text("3 entities")
    expect(asking.row("evil").locator("td").nth(2)).to_have_text(NASTY)
    expect(page.locator("[data-tool=near]")).to_be_disabled()
    asking.row("evil").click()
    assert_accessible(page)
