"""What people take away from the explorer: links, saved queries, code, files."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Held
from tests.browser.explorer.asking import BROKEN_OUT, FORMULA, NASTY, ZONE, Asking
from tests.browser.test_accessibility import assert_accessible

LANGUAGES = {
    "curl": "curl",
    "python": "Python",
    "javascript": "JavaScript",
    "csharp": "C#",
    "qgis": "QGIS",
}
OSLO = "filter=City%20Eq%20%27Oslo%27&o1=SightID"


@pytest.fixture
def allowed(asking: Asking) -> Asking:
    """With the clipboard."""
    asking.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return asking


def copied(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


# --- links and saved queries ---


def test_a_query_is_named_shared_and_opened_by_another_person(
    page_of: Callable[..., Page], allowed: Asking, held: Held
) -> None:
    page = allowed.page
    allowed.choose("edit", "text")
    allowed.fill(filter="Seats Gt 47")
    allowed.choose("where", "near")
    allowed.fill(lat="57", lon="12", km="200")
    allowed.run()
    assert set(allowed.ids()) == {"r4c8", "r4c9"}
    page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.locator("#dialog")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.locator(".field-error").first).to_be_visible()
    assert_accessible(page)
    dialog.locator("[name=save_name]").fill(f"Large sights {NASTY}")
    dialog.get_by_label(re.compile("team")).check()
    dialog.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile("saved"))
    expect(page.locator(".page-state")).to_contain_text("shared with the team")
    allowed.settled()
    link = page.url
    other = Asking(page_of("editor"))
    other.page.goto(held.path("explore/saved/"))
    other.page.get_by_role("link", name=f"Large sights {NASTY}").click()
    other.settled()
    expect(other.page.locator(".page-state")).to_contain_text("A query that viewer shares")
    expect(other.page.locator(".page-state")).to_contain_text("your key")
    expect(other.summary).to_have_text("2 entities")
    assert other.params["spatialFilter"] == "nearby(57,12,200)"
    assert other.params["$filter"] == "Seats Gt 47"
    other.page.goto(urlsplit(link)._replace(scheme="", netloc="").geturl())
    expect(other.summary).to_have_text("2 entities")
    elsewhere = page_of("outsider")
    answer = elsewhere.goto(urlsplit(link)._replace(scheme="", netloc="").geturl())
    assert answer is not None
    assert answer.status == 404
    page.goto(held.path("explore/saved/"))
    row = page.get_by_role("row", name=re.compile("Large sights"))
    expect(row).to_contain_text("You")
    expect(row).to_contain_text("With the team")
    assert page.locator("#table img").count() == 0
    assert_accessible(page)
    row.get_by_role("link", name="Delete").click()
    page.locator("#dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("row", name=re.compile("Large sights"))).to_have_count(0)


def test_a_link_holds_the_whole_query_and_no_key(
    page_of: Callable[..., Page], allowed: Asking, held: Held
) -> None:
    page = allowed.page
    allowed.choose("where", "box")
    allowed.fill(south="54.9", west="7.8", north="56.1", east="9.2")
    allowed.options()
    allowed.fill(top="4", select="SightID,Seats")
    page.locator("[name=o1]").select_option("Seats")
    page.locator("[name=d1]").select_option("desc")
    sent = allowed.sent
    page.get_by_role("button", name="Copy link").click()
    link = copied(page)
    assert "key" not in link
    assert held.master_key not in link
    other = Asking(page_of("publisher"))
    other.page.goto(link)
    other.settled()
    expect(other.summary).to_contain_text("Entities 1 to 4 of 9")
    assert other.ids() == ["r2c2", "r2c1", "r2c0", "r1c2"]
    assert other.sent == sent


# --- code ---


def test_the_query_as_code_is_copied_and_runs(allowed: Asking, held: Held, tmp_path: Path) -> None:
    page = allowed.page
    allowed.choose("edit", "text")
    name = NASTY.replace("'", "''")
    page.get_by_label("Filter", exact=True).fill(f"Name Eq '{name}' Or Name Eq 'Sight 7'")
    allowed.settled()
    page.get_by_text("As code").click()
    codes: dict[str, str] = {}
    for value, label in LANGUAGES.items():
        page.locator(f".segment:has([name=language][value={value}])").click()
        expect(page.locator(f"[name=language][value={value}]")).to_be_checked()
        shown = page.locator("[data-code-text]")
        expect(shown).to_contain_text("Sight 7")
        page.locator("[data-copy-code]").click()
        codes[value] = copied(page)
        assert codes[value].strip() == shown.inner_text().strip(), label
        assert held.master_key not in codes[value]
        assert ("SDS_KEY" in codes[value]) is (value != "qgis")
    expect(page.get_by_text("In QGIS open Plugins")).to_be_visible()
    assert page.locator("[data-code] img").count() == 0
    assert_accessible(page)
    for value, command in {
        "curl": ["bash", "-c", codes["curl"]],
        "python": [sys.executable, "-c", codes["python"]],
        "javascript": ["node", "--input-type=module", "-e", codes["javascript"]],
    }.items():
        if not shutil.which(command[0]):
            continue
        said = subprocess.run(
            command, env={**os.environ, "SDS_KEY": held.query_key}, cwd=tmp_path, check=True,
            capture_output=True, text=True, timeout=60,
        ).stdout  # fmt: skip
        assert "evil" in said, value
        assert "r0c7" in said, value
        assert "r0c8" not in said, value
    compile(codes["qgis"], "qgis", "exec")


# --- files ---


def exported(asking: Asking, button: str) -> str:
    with asking.page.expect_download() as download:
        asking.answer.get_by_role("button", name=button, exact=True).click()
    file = download.value
    assert "Sights query" in file.suggested_filename
    expect(asking.answer.locator("[data-export-words]")).to_have_text("Saved.")
    return Path(file.path()).read_text(encoding="utf-8-sig")


def test_what_was_found_is_exported_and_read_back(
    page_of: Callable[..., Page], held: Held, sights: int
) -> None:
    asking = Asking(page_of("viewer"))
    asking.open(held.path(f"explore/?source={sights}&{OSLO}"))
    expect(asking.summary).to_have_text("3 entities")
    rows = list(csv.DictReader(io.StringIO(exported(asking, "CSV"))))
    assert [row["SightID"] for row in rows] == ["evil", "evil2", "evil3"]
    assert [row["Name"] for row in rows] == [NASTY, BROKEN_OUT, f"'{FORMULA}"]
    told = json.loads(exported(asking, "GeoJSON"))
    features = {one["id"]: one for one in told["features"]}
    assert features["evil"]["geometry"] == {"type": "Point", "coordinates": [10.7, 59.9]}
    assert features["evil"]["properties"]["Name"] == NASTY
    assert features["evil3"]["properties"]["Name"] == FORMULA
    asking.open(held.path(f"explore/?source={sights}&find=id&entity=zone"))
    expect(asking.summary).to_contain_text("The entity of this ID")
    (zone,) = json.loads(exported(asking, "GeoJSON"))["features"]
    assert zone["geometry"]["type"] == "Polygon"
    corners = [[float(number) for number in pair.split()] for pair in ZONE[9:-2].split(",")]
    assert sorted(zone["geometry"]["coordinates"][0][:-1]) == sorted(corners[:-1])


def test_all_that_match_are_exported_by_a_job(
    page_of: Callable[..., Page], held: Held, sights: int
) -> None:
    asking = Asking(page_of("viewer"))
    page = asking.page
    asking.open(held.path(f"explore/?source={sights}&top=5"))
    expect(asking.summary).to_contain_text("Entities 1 to 5 of 54")
    groups = asking.answer.locator(".explore-export-group")
    expect(groups.nth(1)).to_contain_text("all 54")
    groups.nth(1).get_by_role("button", name="GeoJSON").click()
    words = asking.answer.locator("[data-export-words]")
    expect(words).to_contain_text("a notice tells when it is ready")
    words.get_by_role("link", name="Its page").click()
    expect(page.locator("#job h2").first).to_have_text("Done")
    with page.expect_download() as download:
        page.locator("main").get_by_role("link", name=re.compile("GeoJSON")).click()
    told = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert len(told["features"]) == 54
