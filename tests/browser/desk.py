"""What a person does at the site, in their words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Held

SHOPS = """Bing Spatial Data Services, 1.0, Shops
ShopID(Edm.String,primaryKey),Name(Edm.String),City(Edm.String),Seats(Edm.Int64),Latitude(Edm.Double),Longitude(Edm.Double)
s1,Harbour,Aalborg,40,57.0488,9.9217
s2,Station,Aarhus,25,56.1500,10.2040
s3,Market,Odense,60,55.3959,10.3883
"""
CHANGES = """Bing Spatial Data Services, 1.0, Shops
ShopID(Edm.String,primaryKey),Name(Edm.String),City(Edm.String),Seats(Edm.Int64),Latitude(Edm.Double),Longitude(Edm.Double),__deleteEntity(Edm.Boolean)
s1,Harbour,Aalborg,44,57.0488,9.9217,
s4,Bridge,Copenhagen,30,55.6761,12.5683,
s3,,,,,,1
"""


@dataclass
class Desk:
    """A signed-in person's page, at one account."""

    page: Page
    held: Held
    folder: Path

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def bring(self, path: Path, *, operation: str, new_name: str = "", source: str = "") -> None:
        """Fills the upload form, and waits for the check's report."""
        page = self.page
        page.goto(self.held.path("upload/"))
        page.locator("input[type=file]").set_input_files(path)
        page.locator(f"input[name=purpose][value={'create' if new_name else 'update'}]").check()
        if new_name:
            page.locator("[name=new_name]").fill(new_name)
        else:
            self._choose_source(source)
        page.locator(f"input[name=operation][value={operation}]").check()
        page.get_by_role("button", name="Check the file").click()
        page.wait_for_url(re.compile("/uploads/"))
        expect(page.locator("#review")).to_contain_text(re.compile("Checked|Cannot be sent"))

    def _choose_source(self, name: str) -> None:
        field = self.page.locator("[name=source]")
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(name)
        else:
            field.fill(name)

    def send(self, button: str) -> None:
        """Sends what was checked, and sees the job go to done without a reload."""
        self.page.locator("#send").get_by_label("Account key").select_option(index=self._master())
        self.page.get_by_role("button", name=button).click()
        self.page.wait_for_url(re.compile("/jobs/"))
        expect(self.page.locator("#job h2").first).to_have_text("Done")

    def _master(self) -> int:
        options = self.page.locator("#send select[name=key] option").all_inner_texts()
        return next(i for i, words in enumerate(options) if words.startswith("Master"))

    def open(self, source: str) -> None:
        self.page.goto(self.held.path())
        self.page.get_by_role("link", name=source, exact=True).first.click()
        expect(self.page.get_by_role("heading", name=source, level=1)).to_be_visible()

    def stone(self, state: str) -> Locator:
        return self.page.locator(f".stone-{state}").first

    def act(self, opener: Locator, button: str, *, typed: str = "") -> None:
        """Opens a dialog, agrees, and waits until it has closed."""
        opener.click()
        dialog = self.page.locator("#dialog")
        expect(dialog).to_be_visible()
        if typed:
            expect(dialog.get_by_role("button", name=button)).to_be_disabled()
            dialog.locator("[name=name]").fill(typed)
        keys = dialog.locator("select[name=key]")
        if keys.count() and keys.is_visible():
            options = keys.locator("option").all_inner_texts()
            keys.select_option(
                index=next(i for i, w in enumerate(options) if w.startswith("Master"))
            )
        dialog.get_by_role("button", name=button).click()
        expect(dialog).to_be_hidden()
