"""The table and the map are one: what is pointed at or chosen in one shows in the other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Held
from tests.browser.explorer.asking import BROKEN_OUT, FORMULA, NASTY, Asking, grid
from tests.browser.maps import click_at, spot
from tests.browser.test_accessibility import assert_accessible
from tests.live import eventually

PHONE = {"width": 390, "height": 844}
STATE = """(id) => {
  const source = Object.keys(map.raw.getStyle().sources).find((name) => name.startsWith("features"));
  return map.raw.getFeatureState({source, id});
}"""


@pytest.fixture
def found(asking: Asking) -> Asking:
    """All sights on the map and in the table."""
    asking.options()
    asking.fill(top="100")
    asking.run()
    expect(asking.map_box).to_have_attribute("data-shown", "54")
    asking.keep_map()
    asking.show(11, 56, 6)
    return asking


def point_at(asking: Asking, longitude: float, latitude: float) -> None:
    x, y = spot(asking.page, longitude, latitude)
    asking.page.mouse.move(x + 30, y + 20)
    asking.page.mouse.move(x, y, steps=4)


def state(asking: Asking, entity: str) -> dict[str, bool]:
    key = asking.row(entity).get_attribute("data-key")
    return dict(asking.page.evaluate(STATE, key))


def test_pointing_at_the_map_lights_the_row_and_the_page_stays(found: Asking) -> None:
    page = found.page
    lit = page.locator("tr.row-lit")
    before = page.evaluate("scrollY")
    for entity, row, column in (("r1c1", 1, 1), ("r4c9", 4, 9), ("r0c4", 0, 4)):
        point_at(found, *grid(row, column))
        expect(lit).to_have_count(1)
        expect(lit).to_contain_text(entity)
        assert page.evaluate("scrollY") == before, "the map would leave the pointer"
        lies_in_its_table = page.evaluate(
            """() => {
              const row = document.querySelector("tr.row-lit").getBoundingClientRect();
              const box = document.querySelector("[data-found]");
              const head = box.querySelector("th").getBoundingClientRect();
              return row.top >= head.bottom - 1 && row.bottom <= box.getBoundingClientRect().bottom + 1;
            }"""
        )
        assert lies_in_its_table
    point_at(found, 11.25, 56.25)
    expect(lit).to_have_count(0)


def test_pointing_at_a_row_lights_it_on_the_map(found: Asking) -> None:
    found.row("r2c4").hover()
    eventually(lambda: state(found, "r2c4").get("hover"))
    found.row("r2c5").hover()
    eventually(lambda: state(found, "r2c5").get("hover"))
    assert not state(found, "r2c4")["hover"]
    found.answer.get_by_role("heading", name="Answer").hover()
    eventually(lambda: not state(found, "r2c5")["hover"])


def test_a_click_on_the_map_chooses_the_row(found: Asking) -> None:
    page = found.page
    click_at(page, grid(1, 1))
    chosen = page.locator("tr.row-chosen")
    expect(chosen).to_have_count(1)
    expect(chosen).to_contain_text("r1c1")
    expect(found.popup()).to_contain_text("r1c1")
    expect(found.popup()).to_contain_text("Sight 11")
    assert state(found, "r1c1")["selected"]
    click_at(page, grid(0, 8))
    expect(chosen).to_have_count(1)
    expect(chosen).to_contain_text("r0c8")
    expect(found.popup()).to_have_count(1)
    click_at(page, (8.25, 56.25))
    expect(chosen).to_have_count(0)
    expect(found.popup()).to_have_count(0)
    assert not state(found, "r0c8")["selected"]


def test_a_click_on_a_row_and_its_button_show_the_place(found: Asking) -> None:
    page = found.page
    found.row("zone").click()
    expect(found.popup()).to_contain_text("Harbour zone")
    expect(found.popup()).to_contain_text("POLYGON")
    expect(page.locator("tr.row-chosen")).to_contain_text("zone")
    eventually(lambda: page.evaluate("!map.raw.isMoving()"))
    west, south, east, north = page.evaluate("map.raw.getBounds().toArray().flat()")
    assert west < 14
    assert east > 15
    assert east - west < 8
    assert south < 55 < 56 < north
    button = found.answer.get_by_role("button", name="Show r3c3 on the map")
    button.focus()
    page.keyboard.press("Enter")
    expect(found.popup()).to_contain_text("r3c3")
    expect(page.locator("tr.row-chosen")).to_have_count(1)
    expect(page.locator("tr.row-chosen")).to_contain_text("r3c3")
    eventually(lambda: page.evaluate("!map.raw.isMoving()"))
    x, y = grid(3, 3)
    assert page.evaluate("map.raw.getCenter().toArray()") == pytest.approx([x, y], abs=0.01)
    found.popup().get_by_role("button", name="Close").click()
    expect(page.locator("tr.row-chosen")).to_have_count(0)


def test_on_a_phone_the_button_brings_the_map_into_sight(
    page_of: Callable[..., Page], held: Held, sights: int
) -> None:
    asking = Asking(page_of("viewer", viewport=PHONE))
    asking.open(held.path(f"explore/?source={sights}"))
    asking.run()
    asking.answer.get_by_role("button", name="Show r0c3 on the map").click()
    expect(asking.map_box).to_be_in_viewport(ratio=0.6)
    expect(asking.popup()).to_contain_text("r0c3")


def test_values_that_would_run_are_shown_as_text(found: Asking) -> None:
    page = found.page
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for entity, value in (("evil", NASTY), ("evil2", BROKEN_OUT), ("evil3", FORMULA)):
        expect(found.row(entity).locator("td").nth(2)).to_have_text(value)
        found.row(entity).click()
        expect(found.popup()).to_contain_text(value)
        found.popup().hover()
    raw = found.answer.locator(".explore-raw")
    raw.locator("summary").click()
    expect(raw.locator("pre")).to_contain_text(NASTY)
    assert (
        page.locator(
            "#answer img, #answer script:not([type='application/json']), .maplibregl-popup img"
        ).count()
        == 0
    )
    assert page.locator("[onerror], [onmouseover]").count() == 0
    assert_accessible(page)
    assert alerts == []
    assert not [url for url in asked if url.endswith("/x")]
