"""A person at the grid of a draft, in their words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.desk import Desk

HEAD = """Bing Spatial Data Services, 1.0, {name}
ShopID(Edm.String,primaryKey)|Name(Edm.String)|City(Edm.String)|Seats(Edm.Int64)|Rating(Edm.Double)|Terrace(Edm.Boolean)|Opened(Edm.DateTime)|Latitude(Edm.Double)|Longitude(Edm.Double)
"""
CITIES = ("Aalborg", "Aarhus", "Odense", "Esbjerg", "Randers")


def shops(name: str, count: int = 40) -> str:
    """So many shops, all different."""
    lines = [
        f"s{n}|Shop {n}|{CITIES[n % 5]}|{n % 50}|{n % 9 / 2}|{'true' if n % 2 else ''}"
        f"|20{n % 20 + 10}-03-{n % 27 + 1:02}T08:00:00Z|{55 + n % 300 / 100:.2f}|{9 + n % 100 / 50:.2f}"
        for n in range(1, count + 1)
    ]
    return HEAD.format(name=name) + "\n".join(lines) + "\n"


@dataclass
class Sheet:
    """The page of a draft; rows are counted from 1, as a person sees them."""

    page: Page

    def wait(self) -> Sheet:
        self.page.locator('#draft[data-ready="1"]').wait_for()
        if self.page.locator(".grid").is_visible():
            self.page.locator(".grid-body .cell-key:not(.cell-empty)").first.wait_for()
        return self

    def kept(self) -> None:
        """Everything that was done has arrived."""
        expect(self.page.locator("[data-kept]")).to_have_text("All changes kept")
        expect(self.page.locator(".cell-waiting")).to_have_count(0)

    def column(self, name: str) -> int:
        given = json.loads(self.page.locator("#draft").get_attribute("data-columns") or "[]")
        order = [one["name"] for one in sorted(given, key=lambda one: not one["key"])]
        return order.index(name)

    def cell(self, row: int, name: str) -> Locator:
        place = f'.grid-body .grid-row[data-row="{row - 1}"]:not([hidden])'
        return self.page.locator(f'{place} > [data-column="{self.column(name)}"]')

    def state(self, row: int) -> Locator:
        return self.page.locator(
            f'.grid-body .grid-row[data-row="{row - 1}"]:not([hidden]) > .cell-state'
        )

    def click(self, row: int, name: str) -> None:
        self.cell(row, name).click()
        expect(self.cell(row, name)).to_be_focused()

    def type(self, text: str, key: str = "Enter") -> None:
        self.page.keyboard.type(text)
        self.page.keyboard.press(key)

    def put(self, row: int, name: str, text: str) -> None:
        self.click(row, name)
        self.type(text)
        self.kept()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def tool(self, act: str) -> None:
        self.page.locator(f"[data-act={act}]").first.click()

    @property
    def side(self) -> Locator:
        return self.page.locator("[data-side]")

    @property
    def total(self) -> Locator:
        """How many rows are shown."""
        return self.page.locator("[data-shown-total]")

    @property
    def said(self) -> Locator:
        return self.page.locator("[data-said]")

    def counts(self) -> dict[str, str]:
        kinds = self.page.locator(".draft-kinds")
        return {
            name: kinds.locator(f"[data-count={name}]").inner_text()
            for name in ("added", "changed", "deleted", "faulty")
        }


def new_source(desk: Desk, name: str, count: int = 40) -> None:
    """A published data source of so many shops."""
    desk.bring(desk.file(f"{name}.pipe", shops(name, count)), operation="complete", new_name=name)
    desk.send(f"Create {name}")


def new_draft(desk: Desk, name: str, words: str = "") -> Sheet:
    """A draft of the published version of a data source."""
    desk.open(name)
    desk.stone("published").get_by_text("Edit", exact=True).click()
    dialog = desk.page.locator("#dialog")
    dialog.get_by_label("What it is for").fill(words)
    dialog.get_by_role("button", name="Start a draft").click()
    desk.page.wait_for_url(re.compile("/drafts/[0-9a-f-]+/$"))
    return Sheet(desk.page).wait()
