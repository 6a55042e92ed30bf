"""Every place drawn on the map becomes the query, and the form moves what is drawn."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.explorer.asking import Asking, grid
from tests.browser.maps import drag

BLOCK = {f"r{row}c{column}" for row in (0, 1, 2) for column in (0, 1, 2)}


@pytest.fixture
def drawing(asking: Asking) -> Asking:
    asking.run()
    asking.keep_map()
    asking.show(11, 55.8, 6)
    return asking


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text)]


def test_a_circle_becomes_a_point_and_a_radius(drawing: Asking) -> None:
    longitude, latitude = grid(2, 4)
    drawing.draw("Circle", (longitude, latitude), (longitude + 0.3, latitude))
    north, east, km = numbers(drawing.params["spatialFilter"])
    assert (north, east) == pytest.approx((latitude, longitude), abs=0.02)
    assert km == pytest.approx(18.7, abs=0.8)
    expect(drawing.page.locator("[name=where][value=near]")).to_be_checked()
    drawing.run()
    assert drawing.ids() == ["r2c4"]


def test_a_box_becomes_a_box_and_is_adjusted_by_its_handles(drawing: Asking) -> None:
    page = drawing.page
    drawing.draw("Box", (7.8, 56.1), (9.2, 54.9))
    south, west, north, east = numbers(drawing.params["spatialFilter"])
    assert (south, west, north, east) == pytest.approx((54.9, 7.8, 56.1, 9.2), abs=0.03)
    drawing.run()
    assert set(drawing.ids()) == BLOCK
    page.get_by_role("toolbar").get_by_role("button", name="Adjust").click()
    expect(page.locator(".map-notice")).to_contain_text("Drag the handles")
    drawing.drawn()
    drag(page, (east, south), (8.7, south))
    drawing.settled()
    assert numbers(drawing.params["spatialFilter"])[3] == pytest.approx(8.7, abs=0.15)
    page.keyboard.press("Escape")
    expect(page.locator("[data-tool][aria-pressed=true]")).to_have_count(0)
    drawing.run()
    assert set(drawing.ids()) == {one for one in BLOCK if not one.endswith("c2")}


def test_a_polygon_a_line_and_a_point_become_shapes(drawing: Asking) -> None:
    page = drawing.page
    corners = [(7.8, 54.9), (9.2, 54.9), (9.2, 56.1), (7.8, 56.1)]
    drawing.draw("Polygon", *corners, corners[0])
    assert drawing.params["spatialFilter"].startswith("intersects('POLYGON ((7.")
    drawing.run()
    assert set(drawing.ids()) == BLOCK
    drawing.show(13, 55.5, 6)
    drawing.draw("Line", (12.2, 55.6), (14.5, 55.4), (14.5, 55.4))
    assert drawing.params["spatialFilter"].startswith("intersects('LINESTRING (12.")
    drawing.run()
    assert drawing.ids() == ["zone"]
    drawing.show(13, 55.5, 6)
    drawing.draw("Point", (14.3, 55.3))
    assert drawing.params["spatialFilter"].startswith("intersects('POINT (14.")
    drawing.run()
    assert drawing.ids() == ["zone"]
    page.get_by_role("toolbar").get_by_role("button", name="Clear").click()
    expect(page.locator("[name=where][value='']")).to_be_checked()
    assert "spatialFilter" not in drawing.params


def test_a_route_is_drawn_from_its_start_to_its_end(drawing: Asking) -> None:
    drawing.draw("Route", (7.9, 56), (10.1, 56), (10.1, 56))
    ends = numbers(drawing.params["spatialFilter"])
    assert ends == pytest.approx([56, 7.9, 56, 10.1], abs=0.02)
    drawing.run()
    assert drawing.ids() == ["r2c0", "r2c1", "r2c2", "r2c3", "r2c4"]


def test_the_view_is_asked_for_and_a_drawing_is_given_up(drawing: Asking) -> None:
    page = drawing.page
    drawing.show(8.5, 55.5, 8)
    page.get_by_role("toolbar").get_by_role("button", name="This view").click()
    south, west, north, east = numbers(drawing.params["spatialFilter"])
    assert west < 8.5 < east
    assert south < 55.5 < north
    before = drawing.params["spatialFilter"]
    page.get_by_role("toolbar").get_by_role("button", name="Circle").click()
    expect(page.locator("[data-tool][aria-pressed=true]")).to_have_text("Circle")
    page.keyboard.press("Escape")
    expect(page.locator("[data-tool][aria-pressed=true]")).to_have_count(0)
    assert drawing.params["spatialFilter"] == before


def test_what_is_typed_moves_what_is_drawn(drawing: Asking) -> None:
    """The handles lie where the form says: dragging one of them changes what was typed."""
    page = drawing.page
    drawing.choose("where", "box")
    drawing.fill(south="55.2", west="9.2", north="56.2", east="11.2")
    drawing.settled()
    page.get_by_role("toolbar").get_by_role("button", name="Adjust").click()
    expect(page.locator(".map-notice")).to_contain_text("Drag the handles")
    drawing.drawn()
    drag(page, (9.2, 56.2), (8.2, 56.2))
    drawing.settled()
    expect(page.locator("[name=west]")).to_have_value(re.compile(r"^8\.[0-4]"))
    expect(page.locator("[name=east]")).to_have_value("11.2")
