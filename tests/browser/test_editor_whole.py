"""What changes a draft as a whole, and places on a map: merge, properties, drawing; with pictures."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import Held
from tests.browser.desk import Desk
from tests.browser.sheet import Sheet, new_draft, new_source
from tests.browser.test_accessibility import assert_accessible
from tests.browser.test_screenshots import ARTEFACTS, NARROW, WIDE
from tests.site import Site

SOURCE = "MergeShops"
ZONES = """Bing Spatial Data Services, 1.0, MapZones
ZoneID(Edm.String,primaryKey)|Name(Edm.String)|Area(Edm.Geography)
z1|Harbour|POLYGON ((9.9 57.0, 10.0 57.0, 10.0 57.1, 9.9 57.1, 9.9 57.0))
z2|Station|POINT (10.2 56.15)
"""


@pytest.fixture(scope="module")
def sources(
    states: dict[str, object],
    new_context: Callable[..., BrowserContext],
    held: Held,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    context = new_context(storage_state=states["publisher"])
    desk = Desk(context.new_page(), held, tmp_path_factory.mktemp("whole"))
    new_source(desk, SOURCE, 60)
    desk.bring(desk.file("MapZones.pipe", ZONES), operation="complete", new_name="MapZones")
    desk.send("Create MapZones")
    context.close()


@pytest.fixture
def desk(page_of: Callable[..., Page], held: Held, tmp_path: Path, sources: None) -> Desk:
    page = page_of("publisher", viewport=WIDE)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return Desk(page, held, tmp_path)


def pictures(page: Page, name: str) -> None:
    """The page at both widths and in both themes."""
    ARTEFACTS.mkdir(exist_ok=True)
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            page.screenshot(path=ARTEFACTS / f"{name}-{theme}-{size['width']}.png")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], f"{name} is {width} pixels wide"
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]


def sent(sheet: Sheet, way: str) -> None:
    """Sends the draft by a way of the dialog, and waits until it is over."""
    page = sheet.page
    page.get_by_role("link", name="Publish or stage").click()
    dialog = page.locator("#dialog")
    dialog.get_by_label(way).check()
    keys = dialog.locator("select[name=key] option").all_inner_texts()
    place = next(at for at, words in enumerate(keys) if words.startswith("Master"))
    dialog.locator("select[name=key]").select_option(index=place)
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("This draft was sent.")).to_be_visible()


def test_a_draft_meets_the_version_that_was_published_meanwhile(desk: Desk) -> None:
    mine = new_draft(desk, SOURCE, "Mine")
    mine.put(1, "Name", "Pier")
    mine.put(2, "Name", "Mine alone")
    address = mine.page.url
    theirs = new_draft(desk, SOURCE, "Theirs")
    expect(theirs.page.get_by_text("in another draft too")).to_have_count(0)
    theirs.put(1, "Name", "Quay")
    theirs.put(1, "Seats", "44")
    sent(theirs, "Publish the changes")
    page = desk.page
    page.goto(address)
    mine.wait()
    expect(page.get_by_text("Another version was published since")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Merge the draft with it").click()
    row = page.get_by_role("row").filter(has_text="Pier")
    expect(row).to_contain_text("Shop 1")
    expect(row).to_contain_text("Quay")
    assert_accessible(page)
    pictures(page, "merge")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("1 conflict is not decided yet.")).to_be_visible()
    row.get_by_text("Mine", exact=True).last.click()
    page.get_by_role("button", name="Merge", exact=True).click()
    mine.wait()
    shown = page.locator(".draft-kinds")
    shown.get_by_text("Changed").click()  # in the version, what changed last stands last
    expect(mine.total).to_have_text("2")
    expect(mine.cell(2, "Name")).to_have_text("Pier")
    expect(mine.cell(2, "Seats")).to_have_text("44")
    expect(mine.cell(1, "Name")).to_have_text("Mine alone")
    shown.get_by_text("All").click()
    assert mine.counts() == {"added": "0", "changed": "2", "deleted": "0", "faulty": "0"}
    mine.tool("undo")
    expect(mine.cell(1, "Name")).to_have_text("Pier")
    expect(mine.cell(1, "Seats")).to_have_text("1")
    mine.tool("redo")
    expect(mine.cell(1, "Name")).to_have_text("Mine alone")
    mine.kept()
    sent(mine, "Publish the changes")


def test_properties_change_after_a_look_at_what_it_does(desk: Desk) -> None:
    sheet = new_draft(desk, SOURCE, "Properties")
    page = sheet.page
    page.get_by_text("More", exact=True).click()
    page.get_by_text("Change properties").click()
    page.get_by_role("textbox", name="Name").nth(1).fill("Title")
    page.get_by_label("Type of Rating").select_option(label="Whole number")
    page.get_by_role("row").filter(has=page.locator("[value=Terrace]")).get_by_text("Drop").click()
    page.get_by_placeholder("New property").fill("Country")
    page.get_by_label("Value everywhere").fill("DK")
    page.get_by_role("button", name="Show what it does").click()
    told = page.get_by_role("region", name="What it does")
    expect(told).to_contain_text("Name becomes Title")
    expect(told).to_contain_text("do not fit and become empty")
    expect(told).to_contain_text("Terrace is dropped")
    expect(told).to_contain_text("60 entities get the value “DK”")
    assert_accessible(page)
    pictures(page, "properties")
    told.get_by_role("button", name="Change the properties").click()
    sheet.wait()
    expect(sheet.cell(1, "Title")).to_contain_text("Shop")
    expect(sheet.cell(2, "Country")).to_have_text("DK")
    sheet.tool("undo")
    expect(page.locator(".grid-head")).to_contain_text("Terrace")
    sheet.wait()
    sheet.tool("redo")
    expect(page.locator(".grid-head")).to_contain_text("Country")


def opened_map(sheet: Sheet) -> Locator:
    sheet.tool("place")
    box = sheet.side.locator(".draft-map")
    expect(box).to_have_attribute("data-map", "open")
    return box


def press(page: Page, box: Locator, *places: tuple[float, float]) -> None:
    """Clicks places of the map, given as parts of its width and height."""
    room = box.bounding_box()
    assert room is not None
    for x, y in places:
        page.mouse.move(room["x"] + x * room["width"], room["y"] + y * room["height"], steps=4)
        page.mouse.down()
        page.mouse.up()
        page.wait_for_timeout(50)


def test_a_geography_is_drawn_dragged_and_taken_away(desk: Desk) -> None:
    sheet = new_draft(desk, "MapZones", "Places")
    page = sheet.page
    sheet.click(1, "Name")
    box = opened_map(sheet)
    expect(sheet.side).to_contain_text("Where z1 is")
    expect(sheet.side).to_contain_text("POLYGON ((9.9 57")
    assert_accessible(page)
    pictures(page, "place")
    sheet.click(2, "Name")
    expect(sheet.side).to_contain_text("POINT (10.2 56.15)")
    sheet.side.get_by_role("button", name="Polygon").click()
    press(page, box, (0.3, 0.3), (0.7, 0.3), (0.5, 0.7), (0.3, 0.3))
    expect(sheet.cell(2, "Area")).to_contain_text("POLYGON")
    sheet.kept()
    sheet.side.get_by_role("button", name="Point").click()
    press(page, box, (0.5, 0.5))
    expect(sheet.cell(2, "Area")).to_contain_text("POINT")
    sheet.kept()
    before = sheet.cell(2, "Area").inner_text()
    room = box.bounding_box()
    assert room is not None
    x, y = room["x"] + room["width"] / 2, room["y"] + room["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 30, steps=8)
    page.mouse.up()
    expect(sheet.cell(2, "Area")).not_to_have_text(before)
    expect(sheet.cell(2, "Area")).to_contain_text("POINT")
    sheet.side.get_by_role("button", name="Take away").click()
    expect(sheet.cell(2, "Area")).to_contain_text("The entity has no location")
    sheet.tool("undo")
    expect(sheet.cell(2, "Area")).to_contain_text("POINT")


def test_a_point_goes_into_latitude_and_longitude(desk: Desk) -> None:
    sheet = new_draft(desk, SOURCE, "Points")
    sheet.click(3, "Name")
    box = opened_map(sheet)
    sheet.side.get_by_role("button", name="Point").click()
    press(sheet.page, box, (0.3, 0.4))
    expect(sheet.state(3)).to_contain_text("Changed")
    sheet.kept()
    assert sheet.counts()["changed"] == "1"
    expect(sheet.side.get_by_role("button", name="Polygon")).to_have_count(0)
    sheet.tool("undo")
    expect(sheet.state(3)).not_to_contain_text("Changed")


def test_ten_thousand_rows_with_errors_are_pasted_and_told(desk: Desk) -> None:
    sheet = new_draft(desk, SOURCE, "Paste")
    rows = "\r\n".join(
        f"new{n}\tShop {n}\tAalborg\t{'x' if n % 10 == 0 else n}\t1.5\ttrue\t2026-01-01\t57\t10"
        for n in range(10_000)
    )
    sheet.page.evaluate("text => navigator.clipboard.writeText(text)", rows)
    sheet.click(1, "ShopID")
    sheet.press("Control+End", "Home", "ArrowDown")
    sheet.page.keyboard.press("Control+v")
    expect(sheet.said).to_have_text("90,000 cells pasted")
    sheet.kept()
    expect(sheet.total).to_have_text("10,059")
    assert sheet.counts()["faulty"] == "1,000"
    sheet.tool("problems")
    expect(sheet.side).to_contain_text("1,000 rows have problems")
    pictures(sheet.page, "paste-problems")
    sheet.side.get_by_role("button", name="Close").click()
    sheet.tool("undo")
    expect(sheet.total).to_have_text("60")


def paste_towns(sheet: Sheet, key: str, *towns: str) -> None:
    """At the end; the first one takes the last row's place, and its position."""
    rows = "\r\n".join(f"{key}{n}\tShop {n}\t{city}" for n, city in enumerate(towns))
    sheet.page.evaluate("text => navigator.clipboard.writeText(text)", rows)
    sheet.click(1, "ShopID")
    sheet.press("Control+End", "Home", "Control+v")
    sheet.kept()


def test_missing_locations_are_looked_up_and_accepted(desk: Desk) -> None:
    sheet = new_draft(desk, SOURCE, "Locations")
    page = sheet.page
    paste_towns(sheet, "new", "Aalborg", "Odense", "Xyzzyq Wvk")
    assert sheet.counts()["faulty"] == "2"
    sheet.tool("locate")
    expect(sheet.side.get_by_label("City")).to_be_checked()
    some = sheet.side.get_by_role("button", name="Look up some")
    some.click()
    expect(sheet.side).to_contain_text("of 2 rows to go.")
    if "0 of 2 rows" not in sheet.side.inner_text():  # the names were made ready first
        some.click()
    expect(sheet.side).to_contain_text(
        "1 found and not accepted yet, 1 not found, 0 of 2 rows to go."
    )
    expect(sheet.side).to_contain_text("Odense, Denmark, town centre (GeoNames)")
    expect(sheet.side).to_contain_text("Fairly sure: the street or the town")
    assert sheet.counts()["faulty"] == "2", "nothing is put in before it is accepted"
    assert_accessible(page)
    pictures(page, "locations")
    sheet.side.get_by_role("button", name="Accept for new1").click()
    expect(sheet.said).to_have_text("2 cells filled in")
    sheet.kept()
    assert sheet.counts()["faulty"] == "1"
    sheet.side.get_by_label("What to look up").select_option(label="Names of positions")
    expect(sheet.side.get_by_role("radio", name="City")).to_be_checked()
    sheet.tool("undo")
    expect(sheet.page.locator(".draft-kinds [data-count=faulty]")).to_have_text("2")


@contextmanager
def worker_at_rest(site: Site) -> Iterator[None]:
    """While this holds the site's worker does nothing, and keeps nobody from writing."""
    (worker,) = site.pids("worker")
    with closing(sqlite3.connect(site.data_dir / "cairn.sqlite3", timeout=60)) as database:
        database.execute("BEGIN IMMEDIATE")  # it is not in the middle of writing
        os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(worker, signal.SIGCONT)


def test_a_lookup_under_way_is_told_stopped_and_taken_up_again(desk: Desk, site: Site) -> None:
    sheet = new_draft(desk, SOURCE, "Some other time")
    paste_towns(sheet, "later", "Aalborg", "Odense", "Randers")
    sheet.tool("locate")
    lookup = sheet.side.locator(".lookup")
    with worker_at_rest(site):
        sheet.side.get_by_role("button", name="Look up all").click()
        expect(lookup).to_contain_text("It begins in a moment.")
        expect(lookup.get_by_role("progressbar")).to_be_visible()
        expect(lookup).to_contain_text("You may leave this page: it goes on")
        assert_accessible(sheet.page)
        pictures(sheet.page, "lookup-under-way")
        sheet.page.reload()  # the panel is there again
        sheet.wait()
        expect(lookup.get_by_role("progressbar")).to_be_visible()
        lookup.get_by_role("button", name="Stop").click()
        expect(lookup.get_by_role("progressbar")).to_be_hidden()
        assert_accessible(sheet.page)
        lookup.get_by_role("button", name="Go on").click()
        expect(lookup.get_by_role("progressbar")).to_be_visible()
    expect(lookup).to_contain_text("2 of 2 rows looked up: 2 found, 0 not found.")
    expect(lookup).to_contain_text("2 wait to be accepted.")


def test_all_missing_locations_are_looked_up_while_one_is_elsewhere(desk: Desk) -> None:
    sheet = new_draft(desk, SOURCE, "All locations")
    page = sheet.page
    paste_towns(sheet, "all", "Aalborg", "Odense", "Randers", "Esbjerg", "Xyzzyq Wvk")
    sheet.tool("locate")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        sheet.side.get_by_role("button", name="Look up all").click()
    page.goto("/profile/")
    toast = page.locator("#notices .toast", has_text="All locations: Positions of addresses")
    expect(toast).to_contain_text("(Looked up)", timeout=60_000)
    expect(toast).to_contain_text("4 of 4 rows looked up: 3 found, 1 not found.")
    assert_accessible(page)
    toast.get_by_role("link", name="See what was found").click()
    page.wait_for_url(re.compile(r"/drafts/[0-9a-f-]+/\?panel=locate&kind=find$"))
    sheet.wait()
    expect(sheet.side).to_contain_text("3 wait to be accepted.")
    expect(sheet.side).to_contain_text("Randers, Denmark, town centre (GeoNames)")
    assert_accessible(page)
    pictures(page, "lookup")
    sheet.side.get_by_role("button", name="Leave out all2").click()
    expect(sheet.side).to_contain_text("2 wait to be accepted.")
    sheet.side.get_by_role("button", name="Accept 2 fairly sure or better").click()
    expect(sheet.said).to_have_text("4 cells filled in")
    sheet.kept()
    assert sheet.counts()["faulty"] == "2"
    expect(sheet.side.locator(".lookup .locate-found")).to_have_count(0)
    sheet.side.get_by_role("button", name="Close").click()
    page.wait_for_url(re.compile(r"/drafts/[0-9a-f-]+/$"))
