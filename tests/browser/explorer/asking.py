"""What a person does in the query explorer, and a data source in several versions to ask."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.browser.desk import Desk
from tests.browser.maps import spot

#: An element that never ends, which the reference allows in a value, and what breaks out of others.
NASTY = "<img src=x onerror=alert(1) x"
BROKEN_OUT = "a\"' onmouseover=alert(2) {{7*7}} </td"
FORMULA = "=HYPERLINK(9)"
HEAD = (
    "Bing Spatial Data Services, 1.0, Sight\n"
    "SightID(Edm.String,primaryKey)|Name(Edm.String)|City(Edm.String)|Seats(Edm.Int64)|"
    "Rating(Edm.Double)|Open(Edm.Boolean)|Opened(Edm.DateTime)|Zone(Edm.Geography)|"
    "Latitude(Edm.Double)|Longitude(Edm.Double)\n"
)
ZONE = "POLYGON((14 55,15 55,15 56,14 56,14 55))"
CITIES = ("Aarhus", "Aalborg", "Odense")
ROWS, COLUMNS = 5, 10


def grid(row: int, column: int) -> tuple[float, float]:
    """Longitude and latitude of the sight `r{row}c{column}`: half a degree apart."""
    return 8 + column / 2, 55 + row / 2


def _line(row: int, column: int, name: str = "", seats: int | None = None) -> str:
    number = row * COLUMNS + column
    longitude, latitude = grid(row, column)
    return "|".join(
        [
            f"r{row}c{column}",
            name or f"Sight {number}",
            CITIES[number % 3],
            str(number if seats is None else seats),
            str(number / 4),
            str(number % 2 == 0).lower(),
            f"20{10 + row}-0{column % 9 + 1}-15T08:30:00",
            "",
            str(latitude),
            str(longitude),
        ]
    )


def sights(changed: str = "", without: str = "", more: str = "") -> str:
    """A grid of 50 sights, a zone, and three whose names no page should run.

    `changed` and `without` name a sight of the grid.
    """
    places = [(row, column) for row in range(ROWS) for column in range(COLUMNS)]
    lines = [
        _line(row, column, seats=999 if changed == f"r{row}c{column}" else None)
        for row, column in places
        if without != f"r{row}c{column}"
    ]
    lines += [
        f"zone|Harbour zone|Rønne||||2001-01-01T00:00:00|{ZONE}|55.5|14.5",
        f"evil|{NASTY}|Oslo||||||59.9|10.7",
        f"evil2|{BROKEN_OUT}|Oslo||||||59.95|10.8",
        f"evil3|{FORMULA}|Oslo||||||59.85|10.6",
    ]
    return HEAD + "\n".join(lines) + "\n" + more


def load_sights(desk: Desk) -> int:
    """Three versions of Sights: an earlier one, the published one, a staged one. Gives its ID."""
    first = sights().replace("r0c0|Sight 0|", "r0c0|The first name|")
    desk.bring(desk.file("sights.txt", first), operation="complete", new_name="Sights")
    _send(desk)
    desk.bring(desk.file("second.txt", sights()), operation="complete", source="Sights")
    _send(desk)
    staged = sights(changed="r1c1", without="r4c9", more="new|New one|Oslo|1|||||59.8|10.5\n")
    desk.bring(desk.file("third.txt", staged), operation="completeStaging", source="Sights")
    _send(desk)
    desk.open("Sights")
    (number,) = re.findall(r"/sources/(\d+)/", desk.page.url)
    return int(number)


def _send(desk: Desk) -> None:
    desk.send(desk.page.locator("#send button.btn-primary").inner_text().strip())


_KEEP_MAP = """async () => {
  const box = document.querySelector("[data-map]");
  const {Map} = await import(box.dataset.library);
  const {fire} = Map.prototype;
  Map.prototype.fire = function (...given) {
    window.map = {raw: this, box};
    return fire.apply(this, given);
  };
}"""
_IDLE = """() => new Promise((done) => {
  if (map.raw.loaded() && !map.raw.isMoving()) return done();
  map.raw.once("idle", done);
})"""


@dataclass
class Asking:
    """A person at the explorer."""

    page: Page

    def open(self, address: str) -> None:
        """Opens an address of the explorer, and has its map as `window.map`."""
        self.page.goto(address)
        self.settled()

    def settled(self) -> None:
        """Waits until what follows from the form is shown, and the map is there."""
        expect(self.page.locator("form.explore")).to_have_attribute("data-explore", "begun")
        expect(self.page.locator("form.explore:not([data-composing])")).to_be_visible()
        expect(self.page.locator("[data-map]")).to_have_attribute("data-map", "open")

    def keep_map(self) -> None:
        """Has the map as `window.map`, for `tests.browser.maps`."""
        self.page.evaluate(_KEEP_MAP)
        box = self.map_box
        box.scroll_into_view_if_needed()
        box.hover(position={"x": 5, "y": 200})
        self.page.wait_for_function("window.map !== undefined")

    @property
    def map_box(self) -> Locator:
        return self.page.locator("[data-map]")

    def show(self, longitude: float, latitude: float, zoom: float) -> None:
        """Shows a place, and waits until it is drawn."""
        self.page.evaluate(
            "([x, y, zoom]) => map.raw.jumpTo({center: [x, y], zoom})", [longitude, latitude, zoom]
        )
        self.drawn()

    def drawn(self) -> None:
        """Brings the whole map into sight, and waits until it is drawn."""
        self.map_box.evaluate("box => box.scrollIntoView({block: 'center'})")
        self.page.evaluate(_IDLE)

    # --- asking ---

    def run(self) -> None:
        """Runs the query, and waits for the answer."""
        self.settled()
        with self.page.expect_response(re.compile("/explore/ask/")):
            self.page.get_by_role("button", name="Run").click()
        expect(self.page.locator("[data-stop]")).to_be_hidden()

    def choose(self, name: str, value: str) -> None:
        """One of the segments: `find` or `where`."""
        self.page.locator(f".segment:has(input[name={name}][value='{value}'])").click()

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            self.page.locator(f"form.explore [name={name}]").fill(value)

    def options(self) -> None:
        """Opens the panel of what the answer holds."""
        self.page.locator("[data-options] > summary").click()

    @property
    def sent(self) -> str:
        """The URL as it will be sent."""
        self.settled()
        return self.page.locator("[data-sent-url]").inner_text()

    @property
    def params(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.sent).query, keep_blank_values=True))

    # --- what came back ---

    @property
    def answer(self) -> Locator:
        return self.page.locator("#answer")

    @property
    def summary(self) -> Locator:
        return self.answer.locator(".explore-summary").first

    def ids(self) -> list[str]:
        """The first value of every row."""
        return self.answer.locator("tbody tr td:nth-child(2)").all_inner_texts()

    def row(self, entity: str) -> Locator:
        return self.answer.locator("tbody tr").filter(
            has=self.page.get_by_role("cell", name=entity, exact=True)
        )

    def popup(self) -> Locator:
        return self.page.locator(".maplibregl-popup")

    def draw(self, tool: str, *places: tuple[float, float]) -> None:
        """Presses a tool and clicks the places, the last one twice where a shape ends so."""
        page = self.page
        page.get_by_role("toolbar").get_by_role("button", name=tool, exact=True).click()
        expect(page.locator("[data-tool][aria-pressed=true]")).to_have_text(tool)
        expect(page.locator(".map-notice")).to_be_visible()
        for place in places:
            x, y = spot(page, *place)
            page.mouse.move(x, y, steps=4)
            page.mouse.click(x, y)
        self.settled()
