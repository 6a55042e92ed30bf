"""The images that README.md and the user guide show, made anew on every run, and what else they tell.

They land in tests/artefacts; with UPDATE_SCREENSHOTS=1 those that one of the two names also replace
the images in docs/images.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Held
from tests.browser.desk import Desk
from tests.browser.test_any_file import workbook
from tests.site import ROOT

ARTEFACTS = ROOT / "tests" / "artefacts"
IMAGES = ROOT / "docs" / "images"
DEMO = Held(1, "Embedded server", "", "")
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
SHOWING = [ROOT / "README.md", ROOT / "docs" / "user-guide.md"]
LARGEST = 400_000  # bytes of an image in docs/images

CITIES = {
    "Aalborg": (57.0488, 9.9217, "9000", "Havnegade"),
    "Aarhus": (56.1500, 10.2040, "8000", "Kystvejen"),
    "Bergen": (60.3913, 5.3221, "5003", "Strandgaten"),
    "Odense": (55.3959, 10.3883, "5000", "Vestergade"),
    "Turku": (60.4518, 22.2666, "20100", "Linnankatu"),
    "Uppsala": (59.8586, 17.6389, "753 20", "Kungsgatan"),
}
#: What somebody got wrong: row of the file -> column -> value.
SLIPS = {
    17: {7: "570.488"},
    58: {7: "91.2"},
    103: {5: "six"},
    204: {6: "31/02/2024"},
    312: {8: "-181.5"},
}


def stores() -> str:
    """A file of 420 stores as a chain in the north might keep it, with a few slips."""
    lines = [
        "Bing Spatial Data Services, 1.0, NordicStores",
        "StoreID(Edm.String,primaryKey),Name(Edm.String),Street(Edm.String),City(Edm.String),"
        "PostalCode(Edm.String),Tills(Edm.Int64),Opened(Edm.DateTime),"
        "Latitude(Edm.Double),Longitude(Edm.Double)",
    ]
    for row in range(1, 421):
        city = list(CITIES)[row % len(CITIES)]
        latitude, longitude, code, street = CITIES[city]
        cells = [
            f"S{1000 + row}", f"{city} {row // len(CITIES) + 1}", f"{street} {row % 90 + 1}", city,
            code, str(row % 12 + 2), f"20{row % 16 + 10}-0{row % 9 + 1}-1{row % 10}",
            f"{latitude + row % 7 / 100:.4f}", f"{longitude + row % 5 / 100:.4f}",
        ]  # fmt: skip
        for column, value in SLIPS.get(row, {}).items():
            cells[column] = value
        lines.append(",".join(cells))
    return "\n".join(lines) + "\n"


def keep(page: Page, name: str, *, top: bool = True) -> None:
    """Takes the image, checks that nothing sticks out, and keeps it where it belongs.

    The `top` of the page is taken, or else what is scrolled to.
    """
    page.mouse.move(0, 0)
    page.wait_for_load_state("networkidle")
    page.evaluate("() => document.activeElement.blur()")
    if top:
        page.evaluate("() => scrollTo(0, 0)")
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    ARTEFACTS.mkdir(exist_ok=True)
    made = ARTEFACTS / f"{name}-{width}.png"
    taken = page.screenshot(path=made, animations="disabled")
    assert made.read_bytes() == taken
    named = any(made.name in one.read_text(encoding="utf-8") for one in SHOWING)
    if named and os.environ.get("UPDATE_SCREENSHOTS") == "1":
        assert len(taken) < LARGEST
        IMAGES.mkdir(exist_ok=True)
        (IMAGES / made.name).write_bytes(taken)


def test_every_image_that_is_shown_is_there() -> None:
    for shown in SHOWING:
        for address in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", shown.read_text(encoding="utf-8")):
            assert (shown.parent / address).is_file(), f"{shown.name} shows {address}"


def open_source(page: Page) -> None:
    page.goto(DEMO.path())
    page.get_by_role("link", name="FourthCoffeeSample", exact=True).first.click()
    expect(page.locator(".stone-staged")).to_be_visible()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_catalogue_and_a_data_source(
    page_of: Callable[..., Page], size: dict[str, int]
) -> None:
    page = page_of("viewer" if size is NARROW else "publisher", viewport=size)
    page.goto(DEMO.path())
    expect(page.get_by_role("link", name="WorldCities")).to_be_visible()
    keep(page, "catalogue-light")
    open_source(page)
    keep(page, "source-light")


def test_a_file_checked_before_a_job_is_spent(page_of: Callable[..., Page], tmp_path: Path) -> None:
    desk = Desk(page_of("publisher", viewport=WIDE), DEMO, tmp_path)
    desk.bring(
        desk.file("nordic-stores.csv", stores()), operation="complete", new_name="NordicStores"
    )
    expect(desk.page.locator("#review")).to_contain_text("5 problems in 5 rows")
    keep(desk.page, "review-light")


def test_what_the_columns_of_a_spreadsheet_become(
    page_of: Callable[..., Page], held: Held, tmp_path: Path
) -> None:
    page = page_of("publisher", viewport=WIDE)
    page.goto(held.path("upload/"))
    page.locator("input[type=file]").set_input_files(workbook(tmp_path / "clinics.xlsx"))
    page.locator("input[name=purpose][value=create]").check()
    page.locator("[name=new_name]").fill("FieldClinics")
    page.locator("input[name=operation][value=completeStaging]").check()
    page.get_by_role("button", name="Check the file").click()
    page.wait_for_url(re.compile("/mapping/"))
    expect(page.get_by_role("button", name="Check 6 rows")).to_be_visible()
    keep(page, "mapping-light")


def test_an_update_compared_with_what_it_replaces(
    page_of: Callable[..., Page], held: Held, tmp_path: Path
) -> None:
    desk = Desk(page_of("publisher", viewport=WIDE), held, tmp_path)
    page = desk.page
    desk.bring(desk.file("depots.csv", depots()), operation="complete", new_name="Depots")
    desk.send("Create Depots")
    lines = depots().splitlines()
    changed = [
        line.replace("till 18", "till 20") if at % 9 == 0 else line for at, line in enumerate(lines)
    ]
    kept = [
        *changed[:2],
        *changed[14:],
        *(f"n{n},till 18,{46 + n / 3:.3f},{2 + n / 4:.3f}" for n in range(20)),
    ]
    desk.bring(desk.file("spring.csv", "\n".join(kept)), operation="complete", source="Depots")
    expect(page.locator("#comparison")).to_contain_text("Send only the differences")
    page.locator(".segment", has_text="Changed").click()
    expect(page.locator("#differences")).to_contain_text("till 20")
    expect(page.locator(".maplibregl-canvas")).to_be_visible()
    keep(page, "compare-light")


def depots() -> str:
    """300 depots all over Europe."""
    return "\n".join(
        [
            "Bing Spatial Data Services, 1.0, Depot",
            "ID(Edm.String,primaryKey),Hours(Edm.String),Latitude(Edm.Double),Longitude(Edm.Double)",
            *(
                f"d{n},till 18,{40 + n * 7 % 20 + n / 1000:.4f},{n * 11 % 30 - 5:.4f}"
                for n in range(300)
            ),
            "",
        ]
    )


def test_one_job_in_the_dark(page_of: Callable[..., Page]) -> None:
    page = page_of("publisher", viewport=WIDE, color_scheme="dark")
    page.goto(DEMO.path("jobs/?source=WorldCities"))
    page.get_by_role("link", name="Create and publish").first.click()
    expect(page.locator("#job h2").first).to_have_text(re.compile("Done"))
    keep(page, "job-dark")


def test_the_audit(page_of: Callable[..., Page]) -> None:
    page = page_of("admin", viewport=WIDE)
    page.goto("/audit/")
    expect(page.get_by_role("table")).to_contain_text("FourthCoffeeSample")
    keep(page, "audit-light")


@pytest.mark.parametrize(
    ("size", "scheme"),
    [(WIDE, "light"), (WIDE, "dark"), (NARROW, "dark")],
    ids=["light", "dark", "narrow"],
)
def test_a_question_and_its_answer(
    page_of: Callable[..., Page], size: dict[str, int], scheme: str
) -> None:
    page = page_of("viewer", viewport=size, color_scheme=scheme)
    page.goto(DEMO.path("explore/"))
    page.get_by_role("link", name="Choose").click()
    page.locator("#dialog").get_by_role("link", name="WorldCities").click()
    page.wait_for_url(re.compile(r"source=\d+"))
    question = "&where=near&lat=48.2&lon=16.4&km=600&filter=Population%20Ge%20500000&distance=on"
    page.goto(f"{page.url}{question}")
    expect(page.locator(".explore-summary")).to_contain_text("entities")
    expect(page.locator(".maplibregl-canvas")).to_be_visible()
    keep(page, f"explore-{scheme}")
