"""Any GIS file in: a national grid, a field office's spreadsheet, an update with few changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from tests.browser.conftest import Held
from tests.browser.desk import Desk
from tests.live import eventually

DATA = Path(__file__).parent.parent / "data"
ROWS = 200_000
CLINICS = [
    ["Clinic ID", "Title", "Beds", "Sundays", "Latitude", "Longitude"],
    ["c1", " Harbour clinic", "1,204", "yes", 57.0488, 9.9217],
    ["c2", "Station clinic", "80", "no", 56.15, 10.204],
    ["c2", "Market clinic", "95", "yes", 55.3959, 10.3883],
    ["c4", "Bridge clinic", "2,310", "no", 55.6761, 12.5683],
    ["c5", "Turned clinic", "12", "no", 100.5018, 13.7563],
    ["c6", "Nowhere clinic", "12", "no", "", ""],
]
STOP = "ID(Edm.String,primaryKey),Title(Edm.String),Latitude(Edm.Double),Longitude(Edm.Double)"

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


def test_a_spreadsheet_with_bad_rows_is_repaired_and_published(desk: Desk) -> None:
    page = desk.page
    page.goto(desk.held.path("upload/"))
    page.locator("input[type=file]").set_input_files(workbook(desk.folder / "clinics.xlsx"))
    expect(page.locator("#detected")).to_contain_text("XLSX")
    page.locator("input[name=purpose][value=create]").check()
    page.locator("[name=new_name]").fill("Clinics")
    page.locator("input[name=operation][value=complete]").check()
    page.get_by_role("button", name="Check the file").click()
    page.wait_for_url(re.compile("/mapping/"))
    page.get_by_label("Entity ID").select_option("Clinic ID")
    page.get_by_label("Type of Beds").select_option(label="Whole number")
    page.get_by_label("Type of Sundays").select_option(label="Yes or no")
    page.get_by_role("button", name="Check 6 rows").click()
    page.wait_for_url(re.compile("/uploads/[^/]+/$"))
    review = page.locator("#review")
    expect(review).to_contain_text("Cannot be sent")
    repairs = page.locator("#repairs")
    for name in ("trim", "thousands", "booleans", "swap"):
        repairs.locator(f"input[value={name}]").check()
    page.get_by_role("button", name="Apply the repairs to a copy").click()
    expect(review).to_contain_text("is used already in row 2")
    repairs.locator("input[value=duplicate-ids]").check()
    page.get_by_role("button", name="Apply the repairs to a copy").click()
    expect(review).to_contain_text("Checked, with problems")
    expect(repairs.locator("input[value=thousands]")).to_be_checked()
    page.get_by_label("Leave out the 1 row with errors").check()
    desk.send("Publish without 1 entity")
    desk.open("Clinics")
    expect(desk.stone("published")).to_contain_text("5 entities")
    box = page.locator("#query")
    box.locator("[name=filter]").fill("Beds Eq 2310")
    box.get_by_role("button", name="Query").click()
    expect(page.locator("#query table")).to_contain_text("Bridge clinic")
    expect(page.locator("#query table")).to_contain_text("55.6761")


def workbook(path: Path) -> Path:
    """A field office's: spaces, thousands, yes and no, an ID twice, one place turned around."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Clinics")
        for row, values in enumerate(CLINICS):
            sheet.write_row(row, 0, values)
    return path


def test_an_update_is_compared_and_only_its_differences_are_published(desk: Desk) -> None:
    page = desk.page
    desk.bring(desk.file("stops.csv", stops()), operation="complete", new_name="BusStops")
    desk.send("Create BusStops")
    changed = stops().replace("Stop 7,", "Stop seven,").replace("b3,Stop 3,55.03,12.03\n", "")
    changed += "b40,Stop 40,55.4,12.4\n"
    desk.bring(desk.file("stops2.csv", changed), operation="complete", source="BusStops")
    comparison = page.locator("#comparison")
    expect(comparison).to_contain_text("Adds 1 entity, changes 1 entity and removes 1 entity")
    expect(comparison).to_contain_text("Sends 3 entities, 1 of them to delete, instead of 30")
    table = page.locator("#differences")
    expect(table).to_contain_text("Stop seven")
    expect(table).to_contain_text("b40")
    page.get_by_role("button", name="Send only the differences").click()
    page.wait_for_url(re.compile("/uploads/[^/]+/$"))
    expect(page.locator("main")).to_contain_text("Change some entities and publish")
    expect(page.locator("#review")).to_contain_text("Checked")
    desk.send(page.locator("#send button.btn-primary").inner_text().strip())
    desk.open("BusStops")
    expect(desk.stone("published")).to_contain_text("30 entities")
    # The stack is compared in the background, after the job; the page shows it when asked again.
    eventually(lambda: shows(desk, "+1"))


def shows(desk: Desk, words: str) -> bool:
    desk.page.reload()
    return words in desk.stone("published").inner_text()


def stops() -> str:
    lines = [f"b{n},Stop {n},55.{n:02},12.{n:02}" for n in range(30)]
    return "\n".join(["Bing Spatial Data Services, 1.0, Stop", STOP, *lines, ""])


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
            f"s{row},{texts},{row % 80 + 1 + row / 1e6:.6f},{row % 170 + 1 + row / 1e6:.6f}\n"
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
