"""How the explorer looks in its states, at both widths and in both themes: kept to be looked at."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Held
from tests.browser.explorer.asking import Asking
from tests.browser.test_screenshots import NARROW, WIDE, keep

FILTER = "(City%20Eq%20'Aarhus'%20Or%20Open%20Eq%20true)%20And%20Seats%20Ge%205"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_explorer_in_its_states(
    page_of: Callable[..., Page], held: Held, sights: int, size: dict[str, int], scheme: str
) -> None:
    asking = Asking(page_of("viewer", viewport=size, color_scheme=scheme))
    page = asking.page
    explore = held.path(f"explore/?source={sights}")

    asking.open(f"{explore}&where=near&lat=56&lon=10&km=120&filter={FILTER}&distance=on")
    expect(asking.summary).to_contain_text("entities")
    asking.answer.get_by_role("button", name="Show r2c4 on the map").click()
    expect(asking.popup()).to_contain_text("r2c4")
    keep(page, f"explore-asked-{scheme}")
    asking.map_box.evaluate("box => box.scrollIntoView({block: 'center'})")
    keep(page, f"explore-map-{scheme}", top=False)
    page.get_by_text("As code").click()
    page.locator(".segment:has([name=language][value=qgis])").click()
    keep(page, f"explore-code-{scheme}")

    asking.open(f"{explore}&beside=staged&top=100")
    expect(asking.summary).to_contain_text("1 changed")
    asking.answer.locator("tr.pair-changed").scroll_into_view_if_needed()
    asking.answer.evaluate("answer => answer.scrollIntoView({block: 'center'})")
    keep(page, f"explore-beside-{scheme}", top=False)

    asking.open(f"{explore}&filter=Seats%20Gt%209000")
    expect(asking.summary).to_contain_text("No entity meets")
    asking.answer.evaluate("answer => answer.scrollIntoView({block: 'end'})")
    keep(page, f"explore-empty-{scheme}", top=False)

    asking.open(f"{explore}&find=id&entity=nobody")
    expect(asking.answer.locator(".note")).to_contain_text("found no entity")
    asking.answer.locator(".explore-raw summary").click()
    asking.answer.evaluate("answer => answer.scrollIntoView({block: 'end'})")
    keep(page, f"explore-error-{scheme}", top=False)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#dialog [name=save_name]")).to_be_visible()
    keep(page, f"explore-save-{scheme}")

    kept = page.locator("#explore-version optgroup option").last.get_attribute("value")
    asking.open(f"{explore}&version={kept}")
    expect(page.locator(".note", has_text="Answered from the copy")).to_be_visible()
    expect(asking.summary).to_contain_text("Entities")
    keep(page, f"explore-archive-{scheme}")
