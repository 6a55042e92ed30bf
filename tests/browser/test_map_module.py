"""The map module that every page with a map is made of: drawing, well-known text, hover, its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.maps import click_at, drag, open_own_map, spot
from tests.live import eventually

WIDE = {"width": 1440, "height": 900}
TEXTS = [
    "POINT (9.9217 57.0488)",
    "MULTIPOINT (1 2, -3.25 4)",
    "LINESTRING (0 0, 1.5 -2, 3 4)",
    "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))",
    "POLYGON ((0 0, 4 0, 4 4, 0 0), (1 0.5, 2 0.5, 2 1, 1 0.5))",
    "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
    "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1))",
]


@pytest.fixture
def page(page_of: Callable[..., Page]) -> Page:
    """A page with a map: two versions of the demo's sample, compared."""
    page = page_of("viewer", viewport=WIDE)
    page.goto("/accounts/1/")
    page.get_by_role("link", name="FourthCoffeeSample", exact=True).first.click()
    page.locator(".stone-staged").get_by_role("link", name="Compare").click()
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("[data-differences-map=drawn]")).to_be_visible()
    return page


def start_drawing(page: Page) -> None:
    page.evaluate("""async () => {
      window.drawing = await map.draw();
      window.shapes = [];
      drawing.on('finish', (shape) => shapes.push(shape ?? null));
    }""")


def last_shape(page: Page) -> Any:
    eventually(lambda: page.evaluate("shapes.length"))
    return page.evaluate("shapes.at(-1)")


def test_well_known_text_is_read_and_written(page: Page) -> None:
    page.evaluate("import('/static/js/map/index.js').then((made) => { window.maps = made; })")
    eventually(lambda: page.evaluate("Boolean(window.maps)"))
    for text in TEXTS:
        assert page.evaluate("text => maps.toWkt(maps.fromWkt(text))", text) == text
    same = "MULTIPOINT (1 2, 3 4)"
    assert page.evaluate("t => maps.toWkt(maps.fromWkt(t))", "multipoint((1 2),(3 4))") == same
    for wrong in (
        "POLYGON ((0 0, 1",
        "POINT (1)",
        "CIRCLE (1 2)",
        "POINT (1 2) x",
        "",
        "POINT 1 2",
    ):
        said = page.evaluate(
            "text => { try { maps.fromWkt(text); return ''; } catch (e) { return e.name; } }", wrong
        )
        assert said == "SyntaxError", wrong


def test_shapes_are_drawn(page: Page) -> None:
    open_own_map(page, view={"center": [10, 56], "zoom": 6})
    start_drawing(page)
    page.evaluate("drawing.begin('point')")
    click_at(page, (10, 56))
    assert last_shape(page)["wkt"] == "POINT (10 56)"
    page.evaluate("shapes.length = 0; drawing.begin('box')")
    click_at(page, (9, 57), (11, 55.5))
    box = last_shape(page)["box"]
    assert [round(box[side]) for side in ("west", "east", "north")] == [9, 11, 57]
    page.evaluate("shapes.length = 0; drawing.begin('circle')")
    click_at(page, (10, 56), (11, 56))
    circle = last_shape(page)["circle"]
    assert circle["longitude"] == pytest.approx(10, abs=0.01)
    assert circle["latitude"] == pytest.approx(56, abs=0.01)
    assert circle["km"] == pytest.approx(62.2, abs=1)
    for kind, type_name in (("polygon", "Polygon"), ("line", "LineString")):
        page.evaluate("kind => { shapes.length = 0; drawing.begin(kind); }", kind)
        click_at(page, (9, 55.5), (11, 55.5), (11, 56.5))
        page.keyboard.press("Enter")
        assert last_shape(page)["geometry"]["type"] == type_name
    page.evaluate("shapes.length = 0; drawing.begin('polygon')")
    click_at(page, (9, 55.5), (11, 55.5))
    page.keyboard.press("Escape")
    assert page.evaluate("drawing.shape === undefined")


def test_an_existing_geometry_is_dragged_and_keeps_the_digits_of_what_stays(page: Page) -> None:
    open_own_map(page, view={"center": [10, 56], "zoom": 6})
    start_drawing(page)
    text = (
        "MULTIPOLYGON (((8 55, 9.123456789012 55, 9 56, 8 55)), "
        "((10 55, 12 55, 12 57, 10 57, 10 55), (10.5 55.5, 11.5 55.5, 11.5 56, 10.5 55.5)))"
    )
    page.evaluate("text => drawing.edit(text)", text)
    assert page.evaluate("drawing.shape.wkt") == text
    drag(page, (9, 56), (9.3, 56.3))
    moved = last_shape(page)["wkt"]
    assert moved != text
    assert "9.123456789012 55" in moved
    assert "(10.5 55.5, 11.5 55.5, 11.5 56, 10.5 55.5)" in moved
    assert page.evaluate(
        "() => { try { drawing.edit('POLYGON ((0 0'); } catch (e) { return e.name; } }"
    ) == ("SyntaxError")
    many = [[n / 1000, (n % 7) / 10] for n in range(4000)]
    refused = "c => { try { drawing.edit({type: 'LineString', coordinates: c}); } catch (e) { return e.name; } }"
    assert page.evaluate(refused, many) == "RangeError"
    page.evaluate("drawing.stop()")


def test_hover_and_choice_are_told_both_ways(page: Page) -> None:
    open_own_map(page, view={"center": [10, 56], "zoom": 6})
    page.evaluate("""() => {
      const point = (key, x, y) => ({type: 'Feature', properties: {key, list: [key]},
        geometry: {type: 'Point', coordinates: [x, y]}});
      const collection = {type: 'FeatureCollection', features: [point('a', 9, 56), point('b', 11, 56)]};
      window.layer = map.addFeatures(collection);
      window.told = [];
      layer.on('hover', (hit) => told.push(hit ? hit.key : null));
      layer.on('click', (hit) => told.push(hit.properties.list));
      window.drawn = false;
      map.raw.once('idle', () => { drawn = true; });
    }""")
    eventually(lambda: page.evaluate("drawn"))
    page.mouse.move(*spot(page, 9, 56))
    page.mouse.move(*spot(page, 10, 55.4), steps=3)
    page.mouse.move(*spot(page, 11, 56))
    page.mouse.click(*spot(page, 11, 56))
    assert page.evaluate("told") == ["a", None, "b", ["b"]]
    page.evaluate("layer.hover('a'); layer.select('b', 'a'); layer.select('b')")
    state = "key => map.raw.getFeatureState({source: layer.name, id: key})"
    assert page.evaluate(state, "a") == {"hover": True, "selected": False}
    assert page.evaluate(state, "b")["selected"] is True
    page.evaluate("layer.setData({type: 'FeatureCollection', features: []}); layer.remove()")
    assert (
        page.evaluate("map.raw.getStyle().layers.some(({id}) => id.startsWith(layer.name))")
        is False
    )


def test_a_map_follows_the_theme_and_ends_with_its_box(page: Page) -> None:
    open_own_map(page)
    water = "map.raw.getPaintProperty('ground', 'background-color')"
    light = page.evaluate(water)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    eventually(lambda: page.evaluate(water) != light)
    page.evaluate("() => { window.ended = false; map.on('remove', () => { ended = true; }); }")
    page.evaluate("""() => {
      map.box.remove();
      document.dispatchEvent(new CustomEvent('htmx:afterSettle'));
    }""")
    assert page.evaluate("ended")


def test_without_its_files_the_base_map_is_left_out_with_a_quiet_word(page: Page) -> None:
    page.reload()
    page.route("**/basemap/**", lambda route: route.abort())
    page.reload()
    expect(page.locator(".map-notice")).to_contain_text("base map could not be loaded")
    expect(page.locator("[data-differences-map=drawn]")).to_be_visible()
