"""Maps in browser tests: a box with a map of one's own on a page that has one, and where places lie."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

_OPEN = """async (options) => {
  const maps = await import('/static/js/map/index.js');
  const model = document.querySelector('[data-library]');
  const box = document.createElement('div');
  box.className = 'map';
  box.id = 'own-map';
  Object.assign(box.dataset, {...model.dataset, differencesMap: 'own'});
  document.querySelector('.page').prepend(box);
  window.maps = maps;
  window.map = await maps.openMap(box, options);
}"""


def open_own_map(page: Page, **options: Any) -> None:
    """Opens `window.map` in a new box at the top of a page whose own box shows how."""
    page.evaluate(_OPEN, options)
    page.evaluate("scrollTo(0, 0)")


def spot(page: Page, longitude: float, latitude: float) -> tuple[float, float]:
    """Where a place lies on the screen, on `window.map`."""
    x, y = page.evaluate(
        """(place) => {
          const {x, y} = map.raw.project(place);
          const {left, top} = map.box.getBoundingClientRect();
          return [x + left, y + top];
        }""",
        [longitude, latitude],
    )
    return x, y


def click_at(page: Page, *places: tuple[float, float]) -> None:
    """Moves the mouse to each place, as a hand does, and clicks there."""
    for place in places:
        x, y = spot(page, *place)
        page.mouse.move(x, y, steps=4)
        page.mouse.click(x, y)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drags from one place to another."""
    page.mouse.move(*spot(page, *start), steps=3)
    page.mouse.down()
    page.mouse.move(*spot(page, *end), steps=6)
    page.mouse.up()
