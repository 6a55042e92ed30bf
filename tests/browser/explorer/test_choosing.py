"""Choosing what to ask in the dialog: one of this account, a public one, one by its query URL."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Held
from tests.browser.explorer.asking import Asking
from tests.browser.test_accessibility import assert_accessible
from tests.live import LiveAccount, service_path
from tests.site import Site

PARKS = (
    "Bing Spatial Data Services, 1.0, Park\n"
    "ID(Edm.String,primaryKey)|Trees(Edm.Int64)|Latitude(Edm.Double)|Longitude(Edm.Double)\n"
    "north|40|56.1|10.2\n"
    "south|7|55.4|10.4\n"
)


def somebody_else(site: Site, name: str) -> LiveAccount:
    """Another account of the site's own server, which its dashboard does not know."""
    made = json.loads(site.manage("sds_account", "create", name, "--plan", "enterprise"))
    return LiveAccount(name, f"{site.url}/REST/v1", made["master_key"], made["query_key"])


def dialog(asking: Asking) -> Locator:
    asking.page.get_by_role("link", name="Change", exact=True).click()
    found = asking.page.locator("#dialog")
    expect(found).to_contain_text("Choose a data source")
    return found


def test_a_public_one_of_somebody_else_is_found_and_asked(
    asking: Asking, held: Held, site: Site
) -> None:
    other = somebody_else(site, "parks-office")
    other.loaded("PublicParks", PARKS, setPublic="1")
    other.loaded("PrivateParks", PARKS)
    page, box = asking.page, dialog(asking)
    box.get_by_role("button", name="Public", exact=True).click()
    expect(box.get_by_role("button", name="Public", exact=True)).to_have_attribute(
        "aria-current", "true"
    )
    box.get_by_role("searchbox").fill("parks")
    expect(box.get_by_role("link")).to_have_count(1)
    assert_accessible(page)
    with page.expect_navigation():
        box.get_by_role("link", name=re.compile("PublicParks")).click()
    asking.settled()
    expect(page.locator(".explore-target")).to_contain_text("Park · not of this account")
    asking.run()
    assert asking.ids() == ["north", "south"]
    assert "/PublicParks/Park?" in asking.sent
    expect(asking.map_box).to_have_attribute("data-shown", "2")
    assert held.master_key not in page.content()


def test_a_private_one_by_its_url_is_refused_in_words(asking: Asking, site: Site) -> None:
    other = somebody_else(site, "closed-office")
    job = other.loaded("ClosedParks", PARKS)
    box = dialog(asking)
    box.get_by_role("button", name="By query URL").click()
    url = f"{service_path(job)}/Park?$filter=Trees Gt 10&key={other.query_key}"
    box.get_by_label("Query URL").fill(url)
    with asking.page.expect_navigation():
        box.locator("button[type=submit]").click()
    asking.settled()
    assert other.query_key not in asking.page.content()
    asking.run()
    expect(asking.answer).to_contain_text("HTTP 401")
    expect(asking.answer).to_contain_text("this key may not query the data source")
