"""Every kind of query by hand: what is sent, and what comes back."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Held
from tests.browser.explorer.asking import ZONE, Asking, grid
from tests.browser.test_accessibility import assert_accessible
from tests.live import eventually

BLOCK = {f"r{row}c{column}" for row in (0, 1, 2) for column in (0, 1, 2)}


def test_the_url_is_shown_as_it_is_sent_and_follows_what_is_typed(
    asking: Asking, held: Held
) -> None:
    assert re.fullmatch(
        r"http://127\.0\.0\.1:\d+/REST/v1/data/[0-9a-f]{32}/Sights/Sight"
        r"\?\$top=25&\$inlinecount=allpages&\$format=json&key=\{key\}",
        asking.sent,
    )
    asking.options()
    asking.fill(top="3")
    assert "$top=3&" in asking.sent
    asking.choose("where", "near")
    expect(asking.page.locator("[data-sent-url]")).to_contain_text("Not complete yet")
    asking.fill(lat="56", lon="95e", km="1")
    expect(asking.page.locator("[data-errors=lon]")).to_contain_text("Between −180 and 180")
    asking.fill(lon="10")
    expect(asking.page.locator("[data-errors=lon]")).to_be_hidden()
    assert asking.params["spatialFilter"] == "nearby(56,10,1)"
    assert held.master_key not in asking.page.content()


def test_near_a_point(asking: Asking) -> None:
    asking.choose("where", "near")
    longitude, latitude = grid(2, 4)
    asking.fill(lat=str(latitude), lon=str(longitude), km="32")
    asking.options()
    asking.page.get_by_label("Distance in km").check()
    asking.run()
    assert asking.params["spatialFilter"] == f"nearby({latitude:g},{longitude:g},32)"
    assert asking.ids() == ["r2c4", "r2c3", "r2c5"]
    expect(asking.summary).to_have_text("3 entities")
    expect(asking.row("r2c4")).to_contain_text("0")
    asking.page.locator("[name=lat]").evaluate(
        """field => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text", "55.5, 8.5");
          field.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true}));
        }"""
    )
    assert asking.params["spatialFilter"] == "nearby(55.5,8.5,32)"
    asking.run()
    assert asking.ids()[0] == "r1c1"


def test_near_an_address(asking: Asking) -> None:
    asking.choose("where", "address")
    asking.fill(place="Aarhus, Denmark")
    asking.page.get_by_label("Within, km").locator("visible=true").fill("25")
    eventually(lambda: answered(asking))
    assert asking.params["spatialFilter"] == "nearby('Aarhus, Denmark',25)"
    assert asking.ids() == ["r2c4"]
    expect(asking.summary).to_contain_text("Århus")


def answered(asking: Asking) -> bool:
    """For the first address the server makes its file of names, longer than a person waits."""
    asking.run()
    return asking.summary.is_visible()


def test_in_a_box(asking: Asking) -> None:
    asking.choose("where", "box")
    asking.fill(south="54.9", west="7.8", north="56.1", east="9.2")
    asking.run()
    assert asking.params["spatialFilter"] == "bbox(54.9,7.8,56.1,9.2)"
    assert set(asking.ids()) == BLOCK
    expect(asking.map_box).to_have_attribute("data-shown", "9")


def test_in_a_polygon_across_a_line_and_at_a_point(asking: Asking) -> None:
    asking.choose("where", "shape")
    asking.fill(wkt="POLYGON ((7.8 54.9, 9.2 54.9, 9.2 56.1, 7.8 56.1, 7.8 54.9))")
    asking.run()
    assert set(asking.ids()) == BLOCK
    for shape in ("LINESTRING (14.5 54, 14.5 57)", "POINT (14.2 55.2)"):
        asking.fill(wkt=shape)
        asking.run()
        assert asking.params["spatialFilter"] == f"intersects('{shape}')"
        assert asking.ids() == ["zone"]
    asking.options()
    asking.fill(common="LINESTRING (13 55.5, 16 55.5)")
    asking.run()
    assert "intersection('LINESTRING" in asking.params["$select"]
    expect(asking.answer).to_contain_text("LINESTRING (14 55.5, 15 55.5)")
    asking.fill(wkt="POLYGON ((0 0, 1")
    expect(asking.page.locator("[data-warnings]")).to_contain_text("opens 2 parentheses")


def test_along_a_route(asking: Asking) -> None:
    asking.choose("where", "route")
    asking.fill(start="56,7.9", end="56,10.1")
    asking.run()
    assert asking.params["spatialFilter"] == "nearRoute('56,7.9','56,10.1')"
    assert asking.ids() == ["r2c0", "r2c1", "r2c2", "r2c3", "r2c4"]
    asking.page.get_by_text("More of the route").click()
    asking.page.get_by_label("Tolls", exact=True).check()
    assert asking.params["avoid"] == "tolls"


def test_one_entity_and_a_list_of_ids(asking: Asking) -> None:
    asking.choose("find", "id")
    asking.fill(entity="r1c2")
    asking.run()
    assert "/Sight('r1c2')?" in asking.sent
    assert asking.ids() == ["r1c2"]
    expect(asking.summary).to_have_text("The entity of this ID")
    asking.fill(entity="nobody")
    asking.run()
    expect(asking.answer.locator(".note")).to_contain_text("found no entity with this ID")
    expect(asking.answer).to_contain_text("HTTP 404")
    asking.choose("find", "ids")
    every = [f"r{row}c{column}" for row in range(5) for column in range(10)]
    asking.fill(ids="\n".join([*every, "zone", "nobody"]))
    expect(asking.page.locator("[data-ids-words]")).to_contain_text("Asks 1 to 50 of 52 IDs")
    asking.run()
    assert asking.params["$filter"].startswith("SightID in ('r0c0','r0c1',")
    expect(asking.summary).to_have_text("50 entities")
    with asking.page.expect_response(re.compile("/explore/ask/")):
        asking.page.locator("[data-part-after]").click()
    expect(asking.summary).to_have_text("1 entity")
    assert asking.ids() == ["zone"]
    assert asking.params["$filter"] == "SightID in ('zone','nobody')"


# --- the filter builder ---


def condition(asking: Asking, at: int) -> Locator:
    return asking.page.locator(".builder-condition").nth(at)


def offered(where: Locator) -> list[str]:
    options = where.get_by_label("Has to be").locator("option").all()
    return [option.get_attribute("value") or "" for option in options]


def test_the_builder_offers_what_fits_each_type_and_writes_the_filter(asking: Asking) -> None:
    page = asking.page
    page.get_by_role("button", name="Add a condition").first.click()
    one = condition(asking, 0)
    names = one.get_by_label("Property").locator("option").all_inner_texts()
    assert names[1:] == [
        "SightID", "Name", "City", "Seats", "Rating", "Open", "Opened", "Zone",
    ]  # fmt: skip
    ordered = ["eq", "ne", "gt", "ge", "lt", "le", "in", "null", "notnull"]
    for name, operators in {
        "Seats": ordered,
        "Rating": ordered,
        "Open": ["eq", "ne", "null", "notnull"],
        "Zone": ["notnull", "null"],
    }.items():
        one.get_by_label("Property").select_option(name)
        assert offered(condition(asking, 0)) == operators
    one.get_by_label("Property").select_option("City")
    assert {"startswith", "endswith", "in"} <= set(offered(one))
    one.get_by_label("Has to be").select_option("eq")
    one.get_by_label("Value").fill("Aarhus")
    assert asking.params["$filter"] == "City Eq 'Aarhus'"
    page.get_by_role("button", name="Add a condition").first.click()
    two = condition(asking, 1)
    two.get_by_label("Property").select_option("Seats")
    two.get_by_label("Has to be").select_option("ge")
    two.get_by_label("Value").fill("forty")
    expect(two).to_contain_text("forty is not a number")
    assert_accessible(page)
    two.get_by_label("Value").fill("40")
    expect(two).not_to_contain_text("is not a number")
    page.get_by_role("button", name="Add a group").first.click()
    three = condition(asking, 2)
    three.get_by_label("Property").select_option("Open")
    three.get_by_label("Has to be").select_option("eq")
    three.get_by_label("Value").select_option("true")
    group = page.locator(".builder-group")
    group.get_by_role("button", name="Add a condition").click()
    four = condition(asking, 3)
    four.get_by_label("Property").select_option("Opened")
    four.get_by_label("Has to be").select_option("lt")
    four.get_by_label("Value").fill("2014-04-01T00:00:00")
    assert asking.params["$filter"] == (
        "City Eq 'Aarhus' And Seats Ge 40 And (Open Eq true Or Opened Lt 2014-04-01T00:00:00Z)"
    )
    asking.run()
    assert asking.ids() == ["r4c2", "r4c8"]
    one.get_by_label("Not").check()
    assert asking.params["$filter"].startswith("Not (City Eq 'Aarhus')")
    two.get_by_role("button", name="Remove this condition").click()
    one.get_by_label("Not").uncheck()
    one.get_by_label("Has to be").select_option("in")
    one.get_by_label("Values, one a line").fill("Odense\nO'Hara & Co")
    assert asking.params["$filter"].startswith("City in ('Odense','O''Hara & Co')")


def test_builder_and_text_say_the_same(asking: Asking) -> None:
    page = asking.page
    asking.choose("edit", "text")
    page.get_by_label("Filter", exact=True).fill("Seats Gt 47 Or Name Eq 'Sight 3'")
    asking.run()
    assert asking.ids() == ["r0c3", "r4c8", "r4c9"]
    asking.choose("edit", "builder")
    expect(page.locator(".builder-condition")).to_have_count(2)
    expect(page.get_by_label("How the conditions are joined")).to_have_value("or")
    asking.choose("edit", "text")
    page.get_by_label("Filter", exact=True).fill("Seats Gtt 47")
    expect(page.locator("[data-filter-fault]")).to_be_visible()
    asking.choose("edit", "builder")
    expect(page.get_by_label("Filter", exact=True)).to_be_focused()
    expect(page.locator("[name=edit][value=text]")).to_be_checked()


# --- what the answer holds ---


def test_properties_order_and_pages(asking: Asking) -> None:
    page = asking.page
    asking.choose("edit", "text")
    page.get_by_label("Filter", exact=True).fill("Seats Ge 0")
    asking.options()
    page.get_by_text("Pick properties").click()
    for name in ("SightID", "Seats", "City"):
        page.locator(f"[data-pick][value={name}]").check()
    asking.fill(top="20")
    page.locator("[name=o1]").select_option("City")
    page.locator("[name=o2]").select_option("Seats")
    page.locator("[name=d2]").select_option("desc")
    assert asking.params["$select"] == "SightID,Seats,City"
    assert asking.params["$orderby"] == "City,Seats desc"
    expect(page.locator("[data-options-words]")).to_have_text(
        "$select 3 · $orderby City, Seats · $top 20"
    )
    asking.run()
    heads = asking.answer.locator("thead th").all_inner_texts()
    assert heads[1:] == ["SightID", "Seats", "City"]
    expect(asking.summary).to_contain_text("Entities 1 to 20 of 50")
    assert asking.ids()[:3] == ["r4c9", "r4c6", "r4c3"]
    seen = asking.ids()
    for words in ("Entities 21 to 40 of 50", "Entities 41 to 50 of 50"):
        asking.answer.get_by_role("button", name="Next").click()
        expect(asking.summary).to_contain_text(words)
        seen += asking.ids()
    assert len(set(seen)) == len(seen) == 50
    assert asking.params["$skip"] == "40"
    expect(asking.answer.get_by_role("button", name="Next")).to_have_count(0)
    asking.answer.get_by_role("button", name="Previous").click()
    expect(asking.summary).to_contain_text("Entities 21 to 40 of 50")
    page.get_by_label("Filter", exact=True).fill("Seats Ge 10")
    asking.run()
    expect(asking.summary).to_contain_text("Entities 1 to 20 of 40")


def test_what_the_service_answered_is_shown_as_it_came(asking: Asking) -> None:
    asking.choose("edit", "text")
    asking.fill(filter="Seats Le 2")
    asking.run()
    facts = asking.answer.locator(".explore-facts")
    expect(facts).to_contain_text("HTTP 200")
    expect(facts).to_have_text(re.compile(r"[1-9]\d* ms|\d\.\d\d s"))
    expect(facts).to_have_text(re.compile(r"[\d.]+ (B|bytes|KB)"))
    raw = asking.answer.locator(".explore-raw")
    expect(raw.locator("pre")).to_be_hidden()
    raw.locator("summary").click()
    expect(raw).to_contain_text("application/json")
    expect(raw.locator("pre")).to_contain_text('"__count": "3"')
    expect(raw.locator("pre")).to_contain_text('"SightID": "r0c2"')
    asking.options()
    asking.page.get_by_label("Format").select_option("atom")
    asking.run()
    assert "$format" not in asking.params or asking.params["$format"] == "atom"
    raw.locator("summary").click()
    expect(raw).to_contain_text("application/atom+xml")
    expect(raw.locator("pre")).to_contain_text("<feed")
    assert asking.ids() == ["r0c0", "r0c1", "r0c2"]


def test_a_shape_that_is_asked_for_is_shown_and_cleared(asking: Asking) -> None:
    asking.choose("where", "shape")
    asking.fill(wkt=ZONE)
    expect(asking.page.locator("[data-tool=adjust]")).to_be_enabled()
    asking.page.locator("[data-tool=clear]").click()
    expect(asking.page.locator("[name=where][value='']")).to_be_checked()
    expect(asking.page.locator("[data-tool=adjust]")).to_be_disabled()
    assert "spatialFilter" not in asking.params
