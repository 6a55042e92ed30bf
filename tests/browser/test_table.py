"""The main job: everything a team does with its data sources, in Chromium, over the real API."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Download, Page, expect

from tests.browser.conftest import Held
from tests.browser.desk import CHANGES, SHOPS, Desk
from tests.live import eventually
from tests.site import Site


@pytest.fixture
def desk(page_of: Callable[..., Page], held: Held, tmp_path: Path) -> Desk:
    return Desk(page_of("publisher"), held, tmp_path)


def test_a_publisher_does_the_whole_table(desk: Desk, site: Site) -> None:
    create(desk)
    change_some(desk)
    stage_and_publish(desk)
    stage_and_discard(desk)
    make_public(desk)
    roll_back(desk)
    query(desk)
    download(desk)
    see_the_history(desk)
    delete(desk, site)


def create(desk: Desk) -> None:
    desk.bring(desk.file("shops.csv", SHOPS), operation="complete", new_name="Shops")
    expect(desk.page.locator("#review")).to_contain_text("3 entities")
    expect(desk.page.locator("#send")).to_contain_text("Uses 1 of 50 jobs")
    desk.send("Create Shops")
    desk.open("Shops")
    expect(desk.stone("published")).to_contain_text("3 entities")
    facts = desk.page.locator("#facts")
    for fact in ("Query URL", "Access ID", "Shops", "Edm.Int64", "Private"):
        expect(facts).to_contain_text(fact)


def change_some(desk: Desk) -> None:
    desk.bring(desk.file("changes.csv", CHANGES), operation="incremental", source="Shops")
    desk.page.locator("#send").get_by_role("button").first.wait_for()
    desk.send(_primary(desk))
    desk.open("Shops")
    expect(desk.stone("published")).to_contain_text("3 entities")
    expect(desk.stone("earlier")).to_contain_text("3 entities")


def _primary(desk: Desk) -> str:
    return desk.page.locator("#send button.btn-primary").inner_text().strip()


def stage_and_publish(desk: Desk) -> None:
    more = SHOPS + "s5,Square,Vejle,15,55.7090,9.5357\n"
    desk.bring(desk.file("more.csv", more), operation="completeStaging", source="Shops")
    desk.send(_primary(desk))
    desk.open("Shops")
    expect(desk.stone("staged")).to_contain_text("4 entities")
    expect(desk.stone("staged")).to_contain_text(re.compile(r"(29|30) days left"))
    desk.act(desk.stone("staged").get_by_text("Publish", exact=True), "Publish")
    expect(desk.page.locator(".stone-staged")).to_have_count(0)
    expect(desk.stone("published")).to_contain_text("4 entities")


def stage_and_discard(desk: Desk) -> None:
    desk.bring(desk.file("changes2.csv", CHANGES), operation="incrementalStaging", source="Shops")
    desk.send(_primary(desk))
    desk.open("Shops")
    desk.act(desk.stone("staged").get_by_text("Discard", exact=True), "Delete the staged version")
    expect(desk.page.locator(".stone-staged")).to_have_count(0)
    expect(desk.stone("published")).to_contain_text("4 entities")


def make_public(desk: Desk) -> None:
    switch = desk.page.get_by_role("switch", name="Public")
    switch.click()
    expect(desk.page.locator("#dialog")).to_contain_text("Anyone with a valid key")
    desk.page.keyboard.press("Escape")
    desk.act(switch, "Make public")
    expect(switch).to_have_attribute("aria-checked", "true")
    desk.page.goto(desk.held.path("directory/"))
    expect(desk.page.get_by_role("table")).to_contain_text("Shops")
    desk.open("Shops")
    desk.act(switch, "Make private")
    expect(switch).to_have_attribute("aria-checked", "false")


def roll_back(desk: Desk) -> None:
    earlier = desk.page.locator(".stone-earlier", has_text="3 entities").first
    desk.act(earlier.get_by_text("Roll back to this"), "Roll back")
    expect(desk.stone("published")).to_contain_text("3 entities")


def query(desk: Desk) -> None:
    box, page = desk.page.locator("#query"), desk.page

    def asked(words: str, *absent: str) -> None:
        page.locator("#query").get_by_role("button", name="Query").click()
        expect(page.locator("#query table")).to_contain_text(words)
        for word in absent:
            expect(page.locator("#query table")).not_to_contain_text(word)

    box.locator("[name=filter]").fill("City Eq 'Aalborg'")
    asked("Harbour", "Station")
    expect(box).to_contain_text("{key}")
    page.locator("#query").get_by_text("By entity ID").click()
    page.locator("#query [name=entity_id]").fill("s2")
    asked("Station", "Harbour")
    page.locator("#query").get_by_text("Near a point").click()
    for name, value in (("latitude", "57.05"), ("longitude", "9.92"), ("distance", "20")):
        page.locator(f"#query [name={name}]").fill(value)
    asked("Harbour", "Station")
    page.locator("#query").get_by_text("In a box").click()
    for name, value in (("south", "56"), ("west", "10"), ("north", "56.5"), ("east", "10.5")):
        page.locator(f"#query [name={name}]").fill(value)
    asked("Station", "Harbour")


def download(desk: Desk) -> None:
    desk.open("Shops")
    desk.act(desk.stone("published").get_by_text("Download", exact=True), "Prepare the download")
    running = desk.page.locator("#running")
    expect(running.get_by_role("link", name="XML").first).to_be_visible()
    xml, csv = (_fetched(desk.page, words) for words in ("XML", "CSV"))
    assert "<ShopID>s2</ShopID>" in xml
    assert csv.startswith("Bing Spatial Data Services, 1.0, Shops")
    assert "s2," in csv


def _fetched(page: Page, words: str) -> str:
    with page.expect_download() as waiting:
        page.locator("#running").get_by_role("link", name=words).first.click()
    done: Download = waiting.value
    return Path(done.path()).read_text(encoding="utf-8-sig")


def see_the_history(desk: Desk) -> None:
    desk.page.goto(desk.held.path("jobs/"))
    for words in (
        "Create and publish",
        "Change some entities and publish",
        "Publish",
        "Roll back",
        "Make public",
        "Download",
    ):
        expect(desk.page.get_by_role("table")).to_contain_text(words)


def delete(desk: Desk, site: Site) -> None:
    desk.open("Shops")
    url = desk.page.locator("#facts code").first.inner_text()
    assert requests.get(url, params={"key": desk.held.query_key}, timeout=30).status_code == 200
    desk.act(
        desk.page.locator("#danger").get_by_text("Delete Shops"), "Delete Shops", typed="Shops"
    )
    desk.page.goto(desk.held.path())
    expect(desk.page.get_by_role("link", name="Shops", exact=True)).to_have_count(0)
    expect(desk.page.get_by_role("heading", name="Data sources", level=1)).to_be_visible()
    answer = requests.get(url, params={"key": desk.held.query_key}, timeout=30)
    assert answer.status_code in (401, 404)


def _remote_status(url: str, held: Held) -> str:
    answer = requests.get(url, params={"key": held.master_key}, timeout=30).json()
    return str(answer["resourceSets"][0]["resources"][0]["status"])


def test_jobs_made_elsewhere_appear_in_the_history(desk: Desk, site: Site) -> None:
    made = requests.post(
        f"{site.url}/REST/v1/Dataflows/LoadDataSource",
        params={
            "dataSourceName": "FromTheAccountCenter",
            "loadOperation": "complete",
            "input": "csv",
            "key": desk.held.master_key,
        },
        data=SHOPS.encode(),
        timeout=30,
    )
    assert made.status_code == 201
    eventually(lambda: _remote_status(made.headers["Location"], desk.held) == "Completed")
    desk.page.goto(desk.held.path())
    desk.page.get_by_role("button", name="Refresh").click()
    expect(desk.page.get_by_role("link", name="FromTheAccountCenter")).to_be_visible()
    desk.page.goto(desk.held.path("jobs/"))
    row = desk.page.get_by_role("row", name=re.compile("FromTheAccountCenter")).first
    expect(row).to_contain_text("not made")
