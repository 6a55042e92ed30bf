"""The editor in Chromium: a grid with a spreadsheet's keys, drafts that lose nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import Held
from tests.browser.desk import Desk
from tests.browser.sheet import Sheet, new_draft, new_source
from tests.browser.test_accessibility import assert_accessible

SOURCE = "GridShops"


@pytest.fixture(scope="module")
def shops_there(
    states: dict[str, object],
    new_context: Callable[..., BrowserContext],
    held: Held,
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    context = new_context(storage_state=states["publisher"])
    new_source(Desk(context.new_page(), held, tmp_path_factory.mktemp("shops")), SOURCE, 400)
    context.close()
    return SOURCE


@pytest.fixture
def desk(page_of: Callable[..., Page], held: Held, tmp_path: Path, shops_there: str) -> Desk:
    page = page_of("publisher", viewport={"width": 1440, "height": 900})
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return Desk(page, held, tmp_path)


@pytest.fixture
def sheet(desk: Desk) -> Sheet:
    return new_draft(desk, SOURCE)


def test_cells_are_edited_with_the_keys_of_a_spreadsheet(sheet: Sheet) -> None:
    sheet.click(1, "Name")
    sheet.type("Harbour")
    expect(sheet.cell(2, "Name")).to_be_focused()
    sheet.press("F2", "End")
    sheet.type(" and more", "Tab")
    expect(sheet.cell(2, "City")).to_be_focused()
    sheet.type("Viborg", "Escape")
    sheet.press("ArrowRight")
    sheet.type("17", "ArrowDown")
    sheet.press("Shift+Enter")
    sheet.kept()
    expect(sheet.cell(1, "Name")).to_have_text("Harbour")
    expect(sheet.cell(2, "Name")).to_have_text("Shop 2 and more")
    expect(sheet.cell(2, "City")).to_have_text("Odense")
    expect(sheet.cell(2, "Seats")).to_have_text("17")
    expect(sheet.state(1)).to_have_text("1Changed")
    assert sheet.counts() == {"added": "0", "changed": "2", "deleted": "0", "faulty": "0"}
    sheet.press("Control+z")
    expect(sheet.cell(2, "Seats")).to_have_text("2")
    sheet.press("Control+z", "Control+z", "Control+y")
    expect(sheet.cell(1, "Name")).to_have_text("Harbour")
    expect(sheet.cell(2, "Name")).to_have_text("Shop 2")


def test_one_moves_to_the_ends_of_a_long_sheet(sheet: Sheet) -> None:
    sheet.page.set_viewport_size({"width": 900, "height": 900})
    grid = sheet.page.locator(".grid")
    sheet.click(3, "City")
    sheet.press("Control+End")
    expect(sheet.cell(400, "Longitude")).to_be_focused()
    expect(grid).not_to_have_js_property("scrollLeft", 0)
    sheet.press("Home")
    expect(sheet.cell(400, "ShopID")).to_have_text("s400")
    expect(grid).to_have_js_property("scrollLeft", 0)
    sheet.press("PageUp", "Control+ArrowUp", "End")
    expect(sheet.cell(1, "Longitude")).to_be_focused()
    sheet.press("Control+Home", "ArrowUp")
    head = sheet.page.locator('.grid-head [data-column="0"]')
    expect(head).to_be_focused()
    expect(head).to_contain_text("Entity ID")
    sheet.press("ArrowDown", "Shift+Tab")
    assert sheet.page.evaluate("!document.activeElement.closest('.grid')")


def test_each_type_has_an_editor_that_fits_it(sheet: Sheet) -> None:
    sheet.click(1, "Terrace")
    sheet.press("F2")
    sheet.page.locator(".cell-field").select_option("No")
    sheet.press("Enter")
    sheet.click(1, "Opened")
    sheet.press("F2")
    hint = sheet.page.locator(".cell-hint")
    expect(hint).to_contain_text("Is read as")
    sheet.page.locator(".cell-field").fill("2026-2-3 7:05")
    expect(hint).to_contain_text("2026-02-03 07:05:00 UTC")
    sheet.press("Enter")
    sheet.kept()
    expect(sheet.cell(1, "Terrace")).to_have_text("No")
    expect(sheet.cell(1, "Opened")).to_have_text("2026-02-03 07:05:00")
    sheet.click(2, "Opened")
    sheet.press("F2")
    sheet.page.get_by_role("button", name="No value").click()
    sheet.press("Enter")
    sheet.kept()
    expect(sheet.cell(2, "Opened")).to_have_text("")
    sheet.click(3, "Name")
    sheet.press("F2", "End", "Alt+Enter")
    sheet.type("second line")
    sheet.kept()
    expect(sheet.cell(3, "Name")).to_have_text("Shop 3 ⏎ second line")


def test_a_problem_is_told_in_the_cell_and_in_the_list(sheet: Sheet) -> None:
    sheet.put(5, "Seats", "many")
    cell = sheet.cell(5, "Seats")
    expect(cell).to_have_attribute("aria-invalid", "true")
    expect(cell).to_contain_text("is no whole number")
    sheet.click(5, "Seats")
    expect(sheet.page.locator("[data-bar]")).to_contain_text("Write digits alone")
    sheet.put(300, "Latitude", "91") if sheet.cell(300, "Latitude").is_visible() else None
    sheet.click(1, "Name")
    sheet.tool("problems")
    expect(sheet.side).to_contain_text("1 row has problems")
    sheet.side.get_by_role("button", name="Seats").click()
    expect(cell).to_be_focused(timeout=1000) if not sheet.side.is_visible() else None
    expect(cell).to_have_class(re.compile("cell-active"))
    sheet.side.get_by_role("button", name="Close").click()
    sheet.put(5, "Seats", "7")
    expect(cell).not_to_have_attribute("aria-invalid", "true")
    assert sheet.counts()["faulty"] == "0"


def test_a_block_is_copied_pasted_and_filled_down(sheet: Sheet) -> None:
    sheet.click(1, "Name")
    sheet.press("Shift+ArrowDown", "Shift+ArrowRight", "Control+c")
    expect(sheet.said).to_contain_text("2 × 2 cells copied")
    clipboard = sheet.page.evaluate("navigator.clipboard.readText()")
    assert clipboard == "Shop 1\tAarhus\r\nShop 2\tOdense"
    sheet.click(10, "Name")
    sheet.press("Control+v")
    sheet.kept()
    expect(sheet.said).to_have_text("4 cells pasted")
    expect(sheet.cell(11, "City")).to_have_text("Odense")
    sheet.press("Control+z")
    expect(sheet.cell(10, "Name")).to_have_text("Shop 10")
    sheet.page.evaluate("navigator.clipboard.writeText('Kolding')")
    sheet.click(20, "City")
    sheet.press("Shift+ArrowDown", "Shift+ArrowDown", "Control+v")
    sheet.kept()
    for row in (20, 21, 22):
        expect(sheet.cell(row, "City")).to_have_text("Kolding")
    sheet.press("Delete")
    sheet.kept()
    expect(sheet.cell(21, "City")).to_have_text("")
    sheet.put(30, "Name", "Same")
    sheet.click(30, "Name")
    sheet.press("Shift+ArrowDown", "Control+d")
    sheet.kept()
    expect(sheet.cell(31, "Name")).to_have_text("Same")


def test_a_table_with_errors_is_pasted_marked_and_mended(sheet: Sheet) -> None:
    rows = "\r\n".join(
        f'new{n}\t"Shop ""{n}"""\tAalborg\t{"x" if n % 10 == 0 else n}\t1.5\ttrue\t2026-01-01\t57\t10'
        for n in range(1000)
    )
    sheet.page.evaluate("text => navigator.clipboard.writeText(text)", rows)
    sheet.click(400, "ShopID") if sheet.cell(400, "ShopID").is_visible() else None
    sheet.click(1, "ShopID")
    sheet.press("Control+End", "Home", "ArrowDown")
    sheet.page.keyboard.press("Control+v")
    sheet.kept()
    expect(sheet.said).to_have_text("9,000 cells pasted")
    expect(sheet.total).to_have_text("1,399")
    assert sheet.counts()["faulty"] == "100"
    sheet.page.locator(".draft-kinds").get_by_text("Problems").click()
    expect(sheet.total).to_have_text("100")
    sheet.click(1, "Seats")
    sheet.press("Control+Shift+ArrowDown", "Delete")
    sheet.kept()
    assert sheet.counts()["faulty"] == "0"
    sheet.page.get_by_role("button", name="Show all rows").click()
    expect(sheet.total).to_have_text("1,399")
    sheet.press("Control+z", "Control+z")
    expect(sheet.total).to_have_text("400")


def test_rows_are_added_duplicated_deleted_and_restored(sheet: Sheet) -> None:
    sheet.click(2, "Name")
    sheet.tool("add")
    expect(sheet.page.locator(".cell-field")).to_be_focused()
    sheet.type("fresh", "Tab")
    sheet.type("New shop")
    sheet.kept()
    expect(sheet.state(3)).to_contain_text("Added")
    expect(sheet.cell(3, "Latitude")).to_have_attribute("aria-invalid", "true")
    sheet.click(1, "Name")
    sheet.tool("duplicate")
    expect(sheet.cell(2, "ShopID")).to_have_text("s1-copy")
    sheet.state(5).click()
    sheet.press("Shift+ArrowDown", "Delete")
    sheet.kept()
    expect(sheet.state(5)).to_contain_text("Deleted")
    expect(sheet.state(6)).to_contain_text("Deleted")
    assert sheet.counts() == {"added": "2", "changed": "0", "deleted": "2", "faulty": "1"}
    sheet.tool("restore")
    sheet.kept()
    assert sheet.counts()["deleted"] == "0"
    sheet.page.locator(".draft-kinds").get_by_text("Added").click()
    expect(sheet.total).to_have_text("2")


def test_rows_are_sorted_filtered_and_searched(sheet: Sheet) -> None:
    sheet.click(1, "City")
    sheet.press("Control+ArrowUp", "ArrowUp", "Enter")
    menu = sheet.page.get_by_role("menu")
    menu.get_by_text("Sort by City, Z to A").click()
    expect(sheet.cell(1, "City")).to_have_text("Randers")
    expect(sheet.page.locator("[data-sorted]")).to_have_text("Sorted by City")
    sheet.put(1, "City", "Aarhus")
    expect(sheet.cell(1, "City")).to_have_text("Aarhus")
    sheet.tool("filter")
    sheet.side.get_by_label("Property").select_option("Seats")
    sheet.side.get_by_label("How").select_option(label="is more than")
    sheet.side.get_by_label("Value").fill("x")
    sheet.side.get_by_role("button", name="Apply").click()
    expect(sheet.side.get_by_role("alert")).to_contain_text("no whole number")
    sheet.side.get_by_label("Value").fill("47")
    sheet.side.get_by_role("button", name="Apply").click()
    expect(sheet.total).to_have_text("16")
    sheet.page.get_by_label("Rows that hold").fill("nowhere")
    expect(sheet.page.get_by_text("No row is like that.")).to_be_visible()
    sheet.page.get_by_role("button", name="Show all rows").click()
    expect(sheet.total).to_have_text("400")


def test_find_and_replace_shows_what_it_will_do(sheet: Sheet) -> None:
    sheet.click(1, "Name")
    sheet.press("Control+f")
    sheet.side.get_by_label("Look for").fill("shop 1")
    expect(sheet.side).to_contain_text("111 cells in 111 rows")
    sheet.side.get_by_label("Put in its place").fill("Store 1")
    expect(sheet.side.locator("ins").first).to_have_text("Store 1")
    sheet.side.get_by_label("The whole value").check()
    expect(sheet.side).to_contain_text("1 cell in 1 row")
    sheet.side.get_by_label("The whole value").uncheck()
    expect(sheet.side).to_contain_text("111 cells")
    sheet.side.get_by_role("button", name="Replace in 111 cells").click()
    expect(sheet.said).to_have_text("111 cells replaced")
    expect(sheet.cell(1, "Name")).to_have_text("Store 1")
    sheet.press("Escape")
    expect(sheet.side).to_be_hidden()
    sheet.tool("undo")
    expect(sheet.cell(1, "Name")).to_have_text("Shop 1")
    expect(sheet.said).to_have_text("Undone: replacement in 111 cells")


def test_an_entity_is_edited_as_a_form(sheet: Sheet) -> None:
    sheet.click(4, "Seats")
    sheet.press("Control+Enter")
    field = sheet.side.get_by_label("Seats")
    expect(field).to_be_focused()
    field.fill("none")
    sheet.side.get_by_label("Name").fill("In a form")
    sheet.side.get_by_label("City").focus()
    sheet.kept()
    expect(sheet.side).to_contain_text("is no whole number")
    expect(sheet.cell(4, "Name")).to_have_text("In a form")
    sheet.side.get_by_role("button", name="Next").click()
    expect(sheet.side).to_contain_text("Entity s5")
    sheet.side.get_by_role("button", name="Close").click()
    expect(sheet.cell(5, "Seats")).to_be_focused()


def test_two_tabs_of_one_draft_lose_no_edit(sheet: Sheet) -> None:
    other = Sheet(sheet.page.context.new_page())
    other.page.goto(sheet.page.url)
    other.wait()
    sheet.put(1, "Name", "From the first tab")
    other.put(1, "City", "Herning")
    expect(other.cell(1, "Name")).to_have_text("From the first tab")
    # A tab that is looked at again looks again; this one has been looked at all the while.
    sheet.page.evaluate("() => { window.stop(); }")
    sheet.page.route("**/state.json*", lambda route: route.abort())
    other.put(2, "Name", "Theirs")
    sheet.click(2, "Name")
    sheet.type("Mine")
    dialog = sheet.page.get_by_role("dialog", name="Changed in another tab")
    expect(dialog).to_contain_text("Theirs")
    expect(dialog).to_contain_text("Mine")
    sheet.page.unroute("**/state.json*")
    dialog.get_by_role("button", name="Put in what I typed").click()
    sheet.kept()
    expect(sheet.cell(2, "Name")).to_have_text("Mine")


def test_edits_wait_for_a_lost_connection_and_outlive_the_page(sheet: Sheet) -> None:
    context = sheet.page.context
    context.set_offline(True)
    sheet.click(1, "Name")
    sheet.type("While away")
    expect(sheet.page.locator("[data-kept]")).to_contain_text("Not connected: 1 change waits")
    context.set_offline(False)
    sheet.kept()
    address = sheet.page.url
    sheet.page.route("**/edit.json", lambda route: route.abort())
    sheet.click(2, "Name")
    sheet.type("Before the crash")
    expect(sheet.page.locator("[data-kept]")).to_contain_text("Not connected")
    fresh = Sheet(context.new_page())
    sheet.page.close(run_before_unload=False)
    fresh.page.goto(address)
    fresh.wait()
    fresh.kept()
    expect(fresh.cell(1, "Name")).to_have_text("While away")
    expect(fresh.cell(2, "Name")).to_have_text("Before the crash")


def test_an_answer_that_is_lost_makes_no_edit_twice(sheet: Sheet) -> None:
    seen: list[str] = []

    def lose(route: Route) -> None:
        seen.append(route.request.post_data or "")
        if len(seen) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    sheet.page.route("**/edit.json", lose)
    sheet.click(1, "Name")
    sheet.tool("add")
    sheet.kept()
    expect(sheet.total).to_have_text("401")
    assert len(seen) == 2


def test_a_teammate_looks_and_gets_it_handed_over(
    sheet: Sheet, page_of: Callable[..., Page], held: Held, tmp_path: Path
) -> None:
    sheet.put(1, "Name", "Handed over")
    address = sheet.page.url
    mate = page_of("editor", viewport={"width": 1440, "height": 900})
    mate.goto(address)
    looked = Sheet(mate).wait()
    expect(mate.get_by_text("You can look at this draft")).to_be_visible()
    looked.click(1, "Name")
    looked.type("x")
    expect(looked.cell(1, "Name")).to_have_text("Handed over")
    sheet.page.get_by_text("More", exact=True).click()
    sheet.page.get_by_text("Hand it over").click()
    dialog = sheet.page.locator("#dialog")
    dialog.get_by_label("To").select_option("editor")
    dialog.get_by_role("button", name="Hand over").click()
    expect(sheet.page.get_by_text("A draft of editor.")).to_be_visible()
    mate.reload()
    looked.wait()
    looked.put(2, "Name", "Taken over")


def test_html_in_a_value_is_shown_and_does_nothing(sheet: Sheet) -> None:
    evil = "<img src=x onerror=\"document.title='broken'\">"
    sheet.put(1, "Name", evil)
    expect(sheet.cell(1, "Name")).to_contain_text("<img src=x")
    sheet.click(1, "Name")
    sheet.tool("form")
    sheet.tool("problems")
    expect(sheet.side).to_contain_text("HTML")
    assert sheet.page.title() != "broken"


@pytest.mark.parametrize("panel", ["", "form", "find", "filter", "problems"])
def test_the_editor_has_no_faults(sheet: Sheet, panel: str) -> None:
    sheet.put(1, "Name", "Changed")
    sheet.put(2, "Seats", "x")
    sheet.state(3).click()
    sheet.press("Delete")
    sheet.kept()
    sheet.click(2, "Seats")
    if panel:
        sheet.tool(panel)
        expect(sheet.side).to_be_visible()
    assert_accessible(sheet.page)


def test_the_lists_and_dialogs_of_drafts_have_no_faults(sheet: Sheet, held: Held) -> None:
    page = sheet.page
    for words in ("Name this draft", "Hand it over", "Discard the draft"):
        page.get_by_text("More", exact=True).click()
        page.get_by_text(words).first.click()
        expect(page.locator("#dialog")).to_be_visible()
        assert_accessible(page)
        page.locator("#dialog").get_by_text("Cancel").click()
    page.goto(held.path("drafts/"))
    assert_accessible(page)


def test_a_phone_gets_a_list_with_a_form_an_entity(
    page_of: Callable[..., Page], sheet: Sheet
) -> None:
    page = page_of("publisher", viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto(sheet.page.url)
    Sheet(page).wait()
    card = page.locator(".list-card").first
    expect(card).to_contain_text("s1")
    expect(card).to_contain_text("Shop 1")
    assert_accessible(page)
    card.tap()
    side = page.locator("[data-side]")
    side.get_by_label("Name").fill("By thumb")
    side.get_by_label("City").focus()
    Sheet(page).kept()
    assert_accessible(page)
    side.get_by_role("button", name="Close").click()
    expect(card).to_contain_text("By thumb")
    expect(card).to_contain_text("Changed")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_draft_is_published_and_closed(desk: Desk) -> None:
    name = "SentShops"
    new_source(desk, name, 12)
    sheet = new_draft(desk, name, "Spring")
    page = sheet.page
    sheet.put(1, "Seats", "99")
    sheet.state(2).click()
    sheet.press("Delete")
    sheet.kept()
    page.get_by_role("link", name="Publish or stage").click()
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("The draft changes 1 entity and deletes 1 entity in SentShops.")
    expect(dialog).to_contain_text("SentShops then has 11 entities.")
    assert_accessible(page)
    dialog.get_by_text("Publish the changes").click()
    options = dialog.get_by_label("Account key").locator("option").all_inner_texts()
    master = next(at for at, words in enumerate(options) if words.startswith("Master"))
    dialog.get_by_label("Account key").select_option(index=master)
    dialog.get_by_role("button", name="Send").click()
    expect(page.get_by_text("This draft was sent.")).to_be_visible()
    assert_accessible(page)
    page.locator("#draft-body").get_by_role("link", name="See the job").click()
    expect(page.locator("#job")).to_contain_text("Spring")
    desk.open(name)
    expect(desk.stone("published")).to_contain_text("11 entities")
