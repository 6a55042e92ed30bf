"""Any GIS file in: a national grid, a field office's spreadsheet, an update with few changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Held
from tests.browser.desk import Desk

DATA = Path(__file__).parent.parent / "data"
ROWS = 200_000

#: Collects the percents that the page shows while a check is under way.
WATCH = """
  window.percents = [];
  new MutationObserver(() => {
    const shown = document.querySelector('#review .panel-head .muted')?.textContent.trim() ?? '';
    if (/^\\d+ %$/.test(shown) && window.percents.at(-1) !== shown) window.percents.push(shown);
  }).observe(document, {childList: true, subtree: true});
"""


@pytest.fixture
def desk(page_of: Callable[..., Page], held: Held, tmp_path: Path) -> Desk:
    return Desk(page_of("publisher"), held, tmp_path)


def test_a_shapefile_in_a_national_grid_becomes_a_staged_data_source(desk: Desk) -> None:
    page = desk.page
    desk.bring(DATA / "districts_bng.zip", operation="completeStaging", new_name="Districts")
    expect(page.locator("#review")).to_contain_text("British National Grid")
    desk.send("Stage Districts")
    desk.open("Districts")
    expect(desk.stone("staged")).to_contain_text("entities")
    page.locator("#query [name=filter]").fill("")
    expect(page.locator("#facts")).to_contain_text("Edm.Geography")


def test_a_large_file_is_checked_with_the_progress_moving(desk: Desk) -> None:
    page = desk.page
    page.add_init_script(WATCH)
    large = desk.folder / "large.csv"
    with large.open("w", encoding="utf-8") as file:
        file.write("Bing Spatial Data Services, 1.0, Stop\n")
        names = ",".join(f"Field{number}(Edm.String)" for number in range(20))
        file.write(
            f"ID(Edm.String,primaryKey),{names},Latitude(Edm.Double),Longitude(Edm.Double)\n"
        )
        texts = ",".join(f"value number {number}" for number in range(20))
        file.writelines(
            f"s{row},{texts},{row % 89 + row / 1e6:.6f},{row % 179 + row / 1e6:.6f}\n"
            for row in range(ROWS)
        )
    page.goto(desk.held.path("upload/"))
    page.locator("input[type=file]").set_input_files(large)
    page.locator("input[name=purpose][value=create]").check()
    page.locator("[name=new_name]").fill("Stops")
    page.locator("input[name=operation][value=complete]").check()
    page.get_by_role("button", name="Check the file").click()
    page.wait_for_url(re.compile("/uploads/"))
    expect(page.locator("#review")).to_contain_text("Checked, nothing wrong", timeout=120_000)
    expect(page.locator("#review")).to_contain_text("200,000 entities")
    moved = [int(shown.split()[0]) for shown in page.evaluate("window.percents")]
    assert moved == sorted(moved)
    assert any(0 < percent < 100 for percent in moved), moved
