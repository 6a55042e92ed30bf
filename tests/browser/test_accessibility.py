"""What axe finds on every page, in light and in dark: nothing against WCAG 2.2, levels A and AA."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Held
from tests.browser.desk import Desk
from tests.browser.test_any_file import stops, workbook
from tests.site import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ODD_SHOPS = """Bing Spatial Data Services, 1.0, OddShops
ShopID(Edm.String,primaryKey),Name(Edm.String),Seats(Edm.Int64),Latitude(Edm.Double),Longitude(Edm.Double)
s1,Harbour,40,57.0488,9.9217
s2,Station,many,56.1500,10.2040
s3,Market,60,555.3959,10.3883
"""
DEMO = "/accounts/1/"
PAGES = [
    ("visitor", "/sign-in/"),
    ("visitor", "/password/reset/"),
    ("visitor", "/join/nothing/"),
    ("admin", DEMO),
    ("admin", f"{DEMO}?q=nothing-like-it"),
    ("admin", f"{DEMO}upload/"),
    ("admin", f"{DEMO}upload/?source=FourthCoffeeSample"),
    ("admin", f"{DEMO}jobs/"),
    ("admin", f"{DEMO}jobs/?state=failed"),
    ("admin", f"{DEMO}keys/"),
    ("admin", f"{DEMO}directory/"),
    ("viewer", f"{DEMO}explore/"),
    ("publisher", f"{DEMO}explore/?source=1"),
    ("publisher", f"{DEMO}drafts/"),
    ("publisher", f"{DEMO}sources/1/compare/"),
    ("viewer", f"{DEMO}sources/1/map/"),
    ("publisher", f"{DEMO}sources/1/publish/"),
    ("publisher", "/notices/"),
    ("viewer", "/notices/"),
    ("viewer", "/go/"),
    ("publisher", "/go/?q=fourth"),
    ("publisher", "/go/?q=nothing-like-it"),
    ("admin", "/teams/"),
    ("admin", "/teams/demo/people/"),
    ("viewer", "/teams/demo/people/"),
    ("admin", "/people/"),
    ("admin", "/audit/"),
    ("admin", "/audit/?action=kind%3Asign_ins"),
    ("viewer", "/audit/"),
    ("admin", "/profile/"),
    ("admin", "/password/change/"),
    ("admin", "/settings/services/"),
    ("admin", "/settings/services/1/"),
    ("admin", "/settings/server/"),
    ("admin", "/settings/map/"),
    ("admin", "/settings/accounts/"),
    ("admin", "/settings/accounts/1/"),
    ("admin", "/nowhere/"),
]

pytestmark = pytest.mark.skipif(
    not AXE.is_file(), reason="axe-core is not installed: `npm ci` brings it into node_modules"
)


#: axe's script comes once to a page, which keeps it when the theme changes; what passed stays there.
FIND = """async rules => {
  const options = {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']};
  return (await axe.run(document, options)).violations;
}"""


def faults(page: Page) -> list[str]:
    """What axe finds on the page as it stands, each with the first elements it concerns."""
    if page.evaluate("!window.axe"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate(FIND, RULES)
    return [
        f"{fault['id']}: {fault['help']}: "
        + "; ".join(
            f"{node['html'][:160]} ({node['failureSummary']})" for node in fault["nodes"][:3]
        )
        for fault in found
    ]


def assert_accessible(page: Page) -> None:
    """In both themes, without motion, so that no colour is met half way; from the page's top, where the
    line that stays there covers no button in part."""
    page.evaluate("scrollTo(0, 0)")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        assert faults(page) == [], f"{page.url} in {theme}"


@pytest.mark.parametrize(("person", "path"), PAGES)
def test_a_page_has_no_faults(page_of: Callable[..., Page], person: str, path: str) -> None:
    page = page_of(person)
    page.goto(path)
    assert_accessible(page)


def test_a_list_that_is_being_loaded_stays_readable(page_of: Callable[..., Page]) -> None:
    page = page_of("admin")
    page.goto(DEMO)
    asked: list[Route] = []
    may_pass = Event()  # the page may ask once more meanwhile

    def hold(route: Route) -> None:
        if may_pass.is_set():
            route.continue_()
        else:
            asked.append(route)

    page.route(f"**{DEMO}*", hold)
    page.evaluate("document.body.dispatchEvent(new Event('mirror-refreshed'))")
    expect(page.locator(".loading.htmx-request")).to_be_visible()
    assert_accessible(page)
    may_pass.set()
    for route in asked:
        route.continue_()
    expect(page.locator(".loading.htmx-request")).to_have_count(0)


@pytest.mark.parametrize("path", [DEMO, f"{DEMO}jobs/", "/audit/", "/teams/demo/people/"])
def test_a_narrow_page_has_no_faults(page_of: Callable[..., Page], path: str) -> None:
    page = page_of("admin", viewport={"width": 390, "height": 844})
    page.goto(path)
    assert_accessible(page)


def test_a_refused_sign_in_has_no_faults(page_of: Callable[..., Page]) -> None:
    page = page_of("visitor")
    page.goto("/sign-in/")
    page.get_by_label("Username or e-mail").fill("nobody.of.that.name")
    page.get_by_label("Password").fill("not it")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)


def open_source(page: Page) -> None:
    page.goto(DEMO)
    page.get_by_role("link", name="FourthCoffeeSample", exact=True).first.click()
    expect(page.locator(".stone-published")).to_be_visible()


@pytest.mark.parametrize("person", ["admin", "viewer"])
def test_a_data_source_and_what_a_query_finds_have_no_faults(
    page_of: Callable[..., Page], person: str
) -> None:
    page = page_of(person)
    open_source(page)
    assert_accessible(page)
    page.locator("#query").get_by_role("button", name="Query").click()
    expect(page.locator("#query table")).to_be_visible()
    assert_accessible(page)
    page.locator("#query [name=filter]").fill("Name eqq 'x'")
    page.locator("#query").get_by_role("button", name="Query").click()
    expect(page.locator("#query .note-failed, #query .field-error").first).to_be_visible()
    assert_accessible(page)


@pytest.mark.parametrize(
    "opener", ["Publish", "Discard", "Download", "Roll back to this", "Delete FourthCoffeeSample"]
)
def test_a_dialog_has_no_faults(page_of: Callable[..., Page], opener: str) -> None:
    page = page_of("publisher")
    open_source(page)
    named = page.locator("main").get_by_text(opener, exact=True)
    named.and_(page.locator(".btn")).first.click()  # a job may have the same name, as a link
    expect(page.locator("#dialog")).to_be_visible()
    assert_accessible(page)


def test_a_key_that_is_refused_and_one_to_remove_have_no_faults(
    page_of: Callable[..., Page],
) -> None:
    page = page_of("admin")
    page.goto(f"{DEMO}keys/")
    page.get_by_label("Name").fill("Master")
    page.locator("input[type=password]").fill("not a key")
    page.get_by_role("button", name="Check and store").click()
    expect(page.locator(".field-error").first).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name=re.compile("Remove")).first.click()
    page.wait_for_url(re.compile("/remove/"))
    assert_accessible(page)


def test_an_upload_its_review_and_its_job_have_no_faults(
    page_of: Callable[..., Page], held: Held, tmp_path: Path
) -> None:
    desk = Desk(page_of("publisher"), held, tmp_path)
    page = desk.page
    page.goto(held.path("upload/"))
    page.locator("input[type=file]").set_input_files(desk.file("odd.csv", ODD_SHOPS))
    page.locator("input[name=purpose][value=create]").check()
    page.locator("[name=new_name]").fill("Odd shops & more")
    page.locator("input[name=operation][value=complete]").check()
    assert_accessible(page)
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator(".field-error").first).to_be_visible()
    assert_accessible(page)
    desk.bring(desk.file("odd.csv", ODD_SHOPS), operation="complete", new_name="OddShops")
    assert_accessible(page)
    page.get_by_label("Leave out the 2 rows with errors").check()
    desk.send(page.locator("#send button.btn-primary").inner_text().strip())
    assert_accessible(page)
    desk.open("OddShops")
    delete = page.locator("#danger").get_by_text("Delete OddShops")
    desk.act(delete, "Delete OddShops", typed="OddShops")
    expect(page.locator("#state-line")).to_contain_text("No longer on")
    assert_accessible(page)


def test_a_mapping_repairs_and_a_comparison_have_no_faults(
    page_of: Callable[..., Page], held: Held, tmp_path: Path
) -> None:
    desk = Desk(page_of("publisher"), held, tmp_path)
    page = desk.page
    page.goto(held.path("upload/"))
    page.locator("input[type=file]").set_input_files(workbook(tmp_path / "clinics.xlsx"))
    page.locator("input[name=purpose][value=create]").check()
    page.locator("[name=new_name]").fill("MappedClinics")
    page.locator("input[name=operation][value=complete]").check()
    page.get_by_role("button", name="Check the file").click()
    page.wait_for_url(re.compile("/mapping/"))
    expect(page.get_by_role("button", name="Check 6 rows")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Type of Beds").select_option(label="Whole number")
    page.get_by_role("button", name="Check 6 rows").click()
    page.wait_for_url(re.compile("/uploads/[^/]+/$"))
    expect(page.locator("#repairs")).to_be_visible()
    assert_accessible(page)
    desk.bring(desk.file("stops.csv", stops()), operation="complete", new_name="ComparedStops")
    desk.send("Create ComparedStops")
    changed = stops().replace("Stop 7,", "Stop seven,")
    desk.bring(desk.file("more.csv", changed), operation="complete", source="ComparedStops")
    expect(page.locator("#comparison")).to_contain_text("hanges 1 entity")
    expect(page.locator("#differences")).to_contain_text("Stop seven")
    assert_accessible(page)
