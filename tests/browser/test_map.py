"""The map of a version in Chromium: colours, legend, search, table, popup, link, themes, widths, faults."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Held
from tests.browser.desk import Desk
from tests.browser.test_accessibility import assert_accessible
from tests.browser.test_screenshots import keep
from tests.live import eventually
from tests.site import Site

WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
DRAWN = "[data-drawn=yes]"
NASTY = "<img src=x onerror=alert(1) "
CAFES = f"""Bing Spatial Data Services, 1.0, Cafe
CafeID(Edm.String,primaryKey)|Name(Edm.String)|City(Edm.String)|Seats(Edm.Int64)|Opened(Edm.DateTime)|Latitude(Edm.Double)|Longitude(Edm.Double)
c1|Harbour|Aalborg|40|2019-05-01|57.0488|9.9217
c2|{NASTY}|Aarhus|25|2020-05-01|56.1500|10.2040
c3|Market|Odense|60|2021-05-01|55.3959|10.3883
c4|Bridge|Odense||2021-06-01|55.4059|10.4083
"""


@pytest.fixture(scope="session")
def cafes(
    held: Held,
    states: dict[str, object],
    new_context: Callable[..., object],
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """The page of a data source whose values no page should run."""
    context = new_context(storage_state=states["publisher"])
    desk = Desk(context.new_page(), held, tmp_path_factory.mktemp("cafes"))  # type: ignore[attr-defined]
    desk.bring(desk.file("cafes.txt", CAFES), operation="complete", new_name="Cafes")
    desk.send("Create Cafes")
    desk.open("Cafes")
    address = urlsplit(desk.page.url).path
    context.close()  # type: ignore[attr-defined]
    return address


def open_map(page: Page, source: str, query: str = "") -> None:
    page.goto(f"{source}map/{query}")
    page.wait_for_selector(DRAWN, timeout=120_000)


def demo_source(page: Page, name: str) -> str:
    page.goto("/accounts/1/")
    page.get_by_role("link", name=name, exact=True).first.click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    return urlsplit(page.url).path


def legend(page: Page) -> dict[str, str]:
    rows = page.locator(".legend-row").all()
    return {
        row.locator(".legend-words").inner_text(): row.locator(".legend-count").inner_text()
        for row in rows
    }


def test_colours_have_a_legend_with_counts(page_of: Callable[..., Page], cafes: str) -> None:
    page = page_of("viewer", viewport=WIDE)
    open_map(page, cafes)
    assert legend(page) == {"Points": "4"}
    with page.expect_request(lambda request: "/tiles/" in request.url and "by=City" in request.url):
        page.get_by_label("Colour by").select_option("City")
    expect(page.locator(".legend-row")).to_have_count(3)
    assert legend(page) == {"Odense": "2", "Aalborg": "1", "Aarhus": "1"}
    page.get_by_label("Colour by").select_option("Seats")
    expect(page.locator(".legend")).to_contain_text("No value")
    page.get_by_label("As", exact=True).select_option("number")
    page.get_by_label("Number").fill("3")
    page.get_by_label("Number").press("Tab")
    expect(page.locator(".legend-row")).to_have_count(4)
    shown = legend(page)
    assert shown.pop("No value") == "1"
    assert sum(int(count) for count in shown.values()) == 3
    page.get_by_label("Classes").select_option("equal")
    expect(page.locator(".legend")).to_contain_text("25 – 36.7")
    page.get_by_label("Colour by").select_option("Opened")
    expect(page.locator(".legend")).to_contain_text("1 May 2019")


def test_a_click_shows_every_value_as_text(page_of: Callable[..., Page], cafes: str) -> None:
    page = page_of("viewer", viewport=WIDE)
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    open_map(page, cafes, "?at=10.2040,56.1500,12")
    box = page.locator("[data-version-map]").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    popup = page.locator(".maplibregl-popup")
    expect(popup).to_contain_text(NASTY.strip())
    expect(popup).to_contain_text("Aarhus")
    expect(popup).to_contain_text("25")
    assert popup.locator("img").count() == 0
    expect(page.locator("tr.is-chosen")).to_contain_text("c2")
    assert parse_qs(urlsplit(page.url).query)["entity"] == ["c2"]
    page.get_by_label("Close").click()
    expect(popup).to_have_count(0)
    assert "entity" not in page.url
    assert alerts == []


def test_the_search_goes_to_an_entity_by_keyboard_alone(
    page_of: Callable[..., Page], cafes: str
) -> None:
    page = page_of("viewer", viewport=WIDE)
    open_map(page, cafes)
    field = page.get_by_role("combobox", name="Find an entity")
    field.press_sequentially("odense")
    options = page.locator("#map-found [role=option]")
    expect(options).to_have_count(2)
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    field.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    field.press("ArrowUp")
    field.press("Enter")
    expect(page.locator(".maplibregl-popup")).to_contain_text("Market")
    expect(page.locator(".map-card")).to_be_focused()
    page.keyboard.press("Escape")
    expect(field).to_be_focused()
    field.fill("nowhere to be found")
    expect(page.get_by_role("listbox")).to_contain_text("No entity has that")
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_the_table_and_the_map_point_at_each_other(
    page_of: Callable[..., Page], cafes: str
) -> None:
    page = page_of("viewer", viewport=WIDE)
    open_map(page, cafes, "?at=10.2040,56.1500,11")
    table = page.locator("[data-map-entities]")
    expect(table).to_contain_text("1 entity in view")
    box = page.locator("[data-version-map]").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2 + 40)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    expect(page.locator("tr.is-lit")).to_contain_text("c2")
    page.get_by_role("button", name="Show everything").click()
    expect(table).to_contain_text("4 entities in view")
    row = table.get_by_role("button", name="c4")
    row.focus()
    row.press("Enter")
    expect(page.locator(".map-card")).to_be_focused()
    expect(page.locator(".maplibregl-popup")).to_contain_text("Bridge")
    page.keyboard.press("Escape")
    expect(row).to_be_focused()


def test_the_table_is_turned_by_keyboard_and_keeps_the_focus(page_of: Callable[..., Page]) -> None:
    page = page_of("viewer", viewport=WIDE)
    open_map(page, demo_source(page, "WorldCities"), "?at=10,50,5")
    table = page.locator("[data-map-entities]")
    expect(table).to_contain_text("1 to 50 of")
    table.get_by_role("button", name="Next").press("Enter")
    expect(table).to_contain_text("51 to 100 of")
    expect(table.get_by_role("region", name="Entities in view")).to_be_focused()


def test_on_a_phone_what_is_chosen_in_the_table_is_shown_on_the_map(
    page_of: Callable[..., Page], cafes: str
) -> None:
    page = page_of("viewer", viewport=NARROW)
    open_map(page, cafes)
    page.locator("[data-map-entities] [data-key]", has_text="c3").click()
    card = page.locator(".map-card")
    expect(card).to_contain_text("Market")
    eventually(lambda: inside(card, page.locator("[data-version-map]")))
    expect(page.locator("[data-version-map]")).to_be_in_viewport(ratio=0.5)
    expect(page.locator("tr.is-chosen")).to_contain_text("c3")


def inside(part: Locator, whole: Locator) -> bool:
    """Whether the whole of one lies in the other."""
    one, other = part.bounding_box(), whole.bounding_box()
    return bool(
        one
        and other
        and one["x"] >= other["x"]
        and one["x"] + one["width"] <= other["x"] + other["width"]
        and one["y"] >= other["y"]
        and one["y"] + one["height"] <= other["y"] + other["height"]
    )


def test_a_link_opens_the_same_view_again(page_of: Callable[..., Page], cafes: str) -> None:
    page = page_of("viewer", viewport=WIDE, reduced_motion="reduce")  # no view half way to another
    open_map(page, cafes)
    page.get_by_label("Colour by").select_option("City")
    page.get_by_label("Points").select_option("clusters")
    page.locator("canvas").focus()
    for key in ("+", "+", "ArrowLeft"):
        page.keyboard.press(key)
    eventually(lambda: "at=" in page.url and "show=clusters" in page.url)
    page.locator("[data-map-entities] [data-key]").first.click()
    key = page.locator("tr.is-chosen [data-key]").inner_text()
    eventually(lambda: f"entity={key}" in page.url)
    link = page.url
    other = page_of("publisher", viewport=WIDE)
    other.goto(link)
    other.wait_for_selector(DRAWN, timeout=120_000)
    expect(other.locator(".maplibregl-popup")).to_contain_text(key)
    assert legend(other) == {"Odense": "2", "Aalborg": "1", "Aarhus": "1"}
    expect(other.get_by_label("Points")).to_have_value("clusters")
    assert parse_qs(urlsplit(other.url).query) == parse_qs(urlsplit(link).query)


def test_the_demo_in_both_themes_and_widths(page_of: Callable[..., Page]) -> None:
    for scheme in ("light", "dark"):
        for size in (WIDE, NARROW):
            page = page_of("viewer", viewport=size, color_scheme=scheme)
            open_map(page, demo_source(page, "WorldCities"), "?by=Population&at=8,47,3.6")
            expect(page.locator(".legend-row").first).to_be_visible()
            expect(page.locator("[data-map-entities] tbody tr").first).to_be_visible()
            keep(page, f"map-cities-{scheme}")
            open_map(page, demo_source(page, "Countries"), "?by=Continent")
            expect(page.locator(".legend-row")).to_have_count(8)
            keep(page, f"map-countries-{scheme}")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_map_has_no_faults_for_axe(
    page_of: Callable[..., Page], cafes: str, size: dict[str, int]
) -> None:
    page = page_of("viewer", viewport=size)
    open_map(page, cafes, "?by=City")
    expect(page.locator("[data-map-entities]")).to_contain_text("4 entities in view")
    assert_accessible(page)
    page.get_by_role("combobox", name="Find an entity").press_sequentially("market")
    expect(page.locator("#map-found [role=option]")).to_have_count(1)
    assert_accessible(page)
    page.keyboard.press("Enter")
    expect(page.locator(".maplibregl-popup")).to_be_visible()
    assert_accessible(page)


def test_full_screen_has_the_table_too(page_of: Callable[..., Page], cafes: str) -> None:
    page = page_of("viewer", viewport=WIDE)
    open_map(page, cafes)
    page.get_by_role("button", name="Full screen").click()
    eventually(lambda: page.evaluate("document.fullscreenElement?.matches('.mapview') ?? false"))
    expect(page.locator("[data-map-entities]")).to_be_visible()
    page.get_by_role("button", name="Leave full screen").click()
    eventually(lambda: page.evaluate("document.fullscreenElement === null"))


def test_another_version_keeps_the_view(page_of: Callable[..., Page]) -> None:
    page = page_of("viewer", viewport=WIDE)
    source = demo_source(page, "FourthCoffeeSample")
    open_map(page, source, "?at=-98,40,3")
    select = page.get_by_label("Version")
    staged = select.locator("option", has_text="Staged").get_attribute("value")
    with page.expect_navigation():
        select.select_option(staged)
    page.wait_for_selector(DRAWN, timeout=120_000)
    query = parse_qs(urlsplit(page.url).query)
    assert query["version"] == [staged]
    assert query["at"] == ["-98,40,3"]
    expect(page.locator(".page-state")).to_contain_text("Staged")


def test_the_page_of_a_data_source_has_a_small_map(
    page_of: Callable[..., Page], cafes: str
) -> None:
    page = page_of("viewer", viewport=WIDE)
    page.goto(cafes)
    page.locator("#map-panel").scroll_into_view_if_needed()
    page.wait_for_selector(f"#map-panel {DRAWN}", timeout=120_000)
    assert_accessible(page)
    page.get_by_role("link", name="Open the map").click()
    page.wait_for_selector(DRAWN, timeout=120_000)


# --- what may go wrong ---


def test_a_version_that_goes_while_it_is_looked_at_is_told(
    page_of: Callable[..., Page], held: Held, site: Site, tmp_path: Path
) -> None:
    desk = Desk(page_of("publisher", viewport=WIDE), held, tmp_path)
    desk.bring(desk.file("going.txt", CAFES), operation="complete", new_name="Going")
    desk.send("Create Going")
    desk.open("Going")
    page = desk.page
    open_map(page, urlsplit(page.url).path)
    expect(page.locator("[data-map-entities]")).to_contain_text("4 entities in view")
    site.manage(
        "shell", "--no-imports", "-c",
        "from datasources.models import Version; "
        "version = Version.objects.get(data_source__name='Going'); "
        "version.archive.delete(); version.map_index.delete(); "
        "Version.objects.filter(pk=version.pk).update(tries=9)",
    )  # fmt: skip
    page.get_by_label("Points").select_option("clusters")  # tiles that were not seen yet
    expect(page.locator(".map-notice")).to_contain_text("no longer kept")
    page.get_by_role("button", name="Zoom in").click()
    expect(page.locator("[data-map-entities]")).to_contain_text("could not be loaded")
    page.reload()
    expect(page.locator("[data-map-state]")).to_be_visible()
    assert_accessible(page)


def test_a_link_to_an_entity_that_is_none_says_so(page_of: Callable[..., Page], cafes: str) -> None:
    page = page_of("viewer", viewport=WIDE)
    open_map(page, cafes, "?entity=nobody&by=Nothing&as=x&count=99&at=a,b,c")
    expect(page.locator(".map-notice")).to_contain_text("no entity with the ID nobody")
    assert legend(page) == {"Points": "4"}


def test_without_a_map_the_table_and_the_search_are_there(
    page_of: Callable[..., Page], cafes: str
) -> None:
    page = page_of("viewer", viewport=WIDE)
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null;")
    page.goto(f"{cafes}map/")
    page.wait_for_selector("[data-drawn=failed]", timeout=120_000)
    expect(page.locator("[data-map-state]")).to_contain_text("could not be drawn")
    expect(page.locator("[data-map-entities]")).to_contain_text("4 entities in view")
    page.get_by_role("combobox", name="Find an entity").press_sequentially("bridge")
    expect(page.locator("#map-found [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("[data-map-entities]")).to_contain_text("1 entity in view")


def test_a_base_map_of_the_admins_choice_and_one_that_does_not_load(
    page_of: Callable[..., Page], cafes: str
) -> None:
    admin = page_of("admin", viewport=WIDE)
    origin = "http://127.0.0.1:9"  # nobody is there
    asked: list[str] = []
    admin.goto("/settings/map/")
    admin.get_by_label("Raster tiles").check()
    admin.get_by_label("URL").fill(origin + "/{z}/{x}/{y}.png")
    admin.get_by_label("Attribution").fill("© Nobody <b>here</b>")
    admin.get_by_role("button", name="Save").click()
    expect(admin.locator(".map-notice")).to_contain_text("base map could not be loaded")
    page = page_of("viewer", viewport=WIDE)
    page.on("request", lambda request: asked.append(request.url))
    open_map(page, cafes)
    expect(page.locator(".map-notice")).to_contain_text("base map could not be loaded")
    expect(page.locator(".map-attribution")).to_have_text("© Nobody <b>here</b>")
    assert any(url.startswith(origin) for url in asked)
    expect(page.locator("[data-map-entities]")).to_contain_text("4 entities in view")
    assert_accessible(admin)
    admin.get_by_label("Natural Earth").check()
    admin.get_by_role("button", name="Save").click()
    expect(admin.locator(".note-good, .toast, .messages").first).to_be_visible()
    open_map(page, cafes)
    expect(page.locator(".map-notice")).to_have_count(0)


def test_the_problems_of_a_file_are_on_a_map(
    page_of: Callable[..., Page], held: Held, tmp_path: Path
) -> None:
    desk = Desk(page_of("publisher", viewport=WIDE), held, tmp_path)
    page = desk.page
    rows = "".join(
        f"x{n}|Shop {n}|Oslo|{'many' if n % 9 == 0 else n}||{59 + n / 40:.3f}|{10 + n / 30:.3f}\n"
        for n in range(60)
    )
    head = "".join(line + "\n" for line in CAFES.splitlines()[:2])
    desk.bring(desk.file("odd.txt", head + rows), operation="complete", new_name="OddCafes")
    box = page.locator("[data-problems-map]")
    expect(box).to_have_attribute("data-problems-map", "drawn", timeout=120_000)
    expect(page.locator("#places-words")).to_contain_text("7 problems have a place")
    page.locator("tr[data-row='10']").hover()
    assert_accessible(page)
    page.emulate_media(color_scheme="light")
    box.scroll_into_view_if_needed()
    keep(page, "map-problems-light", top=False)
