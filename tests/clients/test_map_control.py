"""The V8 map control's Spatial Data Services module, and store locators that ask by JSONP."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from tests.clients.conftest import Shops

Json = dict[str, Any]


def call(url: str, callback: str) -> tuple[Json, list[object]]:
    """What the callback's first argument is, and its others; as a browser runs a script."""
    answer = requests.get(url, headers={"Referer": "https://shops.example/"}, timeout=60)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("application/javascript")
    assert answer.text.isascii()  # whatever the page's encoding
    match = re.fullmatch(rf"{re.escape(callback)}\((.*)\)", answer.text, re.DOTALL)
    assert match is not None
    first, *others = json.loads(f"[{match[1]}]")
    return first, others


def search(shops: Shops, more: str = "", **options: str) -> Json:
    """QueryAPIManager.search: everything and the distance, whatever is asked for."""
    callback = "Microsoft_Maps_Network_QueryAPI_1"
    query = f"?$select=*,__Distance&key={shops.account.query_key}&$format=json&jsonp={callback}"
    for name, text in options.items():
        query += f"&{name.replace('_', '$')}={text}"
    found, others = call(f"{shops.query_url}{query}{more}", callback)
    assert others == []
    return dict(found["d"])


def test_find_nearby(shops: Shops) -> None:
    found = search(shops, spatialFilter="nearby(40.83274904439099,-74.3163299560546935,5)")
    assert [row["EntityID"] for row in found["results"]][:2] == ["-8051", "-8174"]
    assert found["results"][0]["__Distance"] > 2


def test_find_by_property(shops: Shops) -> None:
    """A filter alone; the example of the control compares a text with a number."""
    found = search(shops, _filter="PostalCode%20eq%209200")
    assert [row["PrimaryCity"] for row in found["results"]] == ["Aalborg"]


def test_find_what_intersects_the_map(shops: Shops) -> None:
    shape = "POLYGON((-83 28,-82 28,-82 27,-83 27,-83 28))"
    found = search(shops, spatialFilter=f"intersects('{shape}')", _top="250")
    assert len(found["results"]) == 5
    found = search(shops, spatialFilter="bbox(27,-83,28,-82)", _top="250")
    assert len(found["results"]) == 5


def test_pages_with_a_count(shops: Shops) -> None:
    area = "nearby(40.8,-74.3,100)"
    first = search(shops, spatialFilter=area, _inlinecount="allpages", _top="4")
    assert int(first["__count"]) == 9
    more = [search(shops, spatialFilter=area, _top="4", _skip=str(at)) for at in (4, 8)]
    rows = [row["EntityID"] for page in (first, *more) for row in page["results"]]
    assert len(set(rows)) == len(rows) == 9


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("startsWith(PrimaryCity,'Clear')%20eq%20true", 5),
        ("IsWiFiHotSpot%20eq%20true", 4),
        ("CreatedDate%20ge%20datetime'2010-10-29T21:25:09Z'", 1),
        ("entityId%20in('-22067','-7891')", 2),
        ("not (entityId%20in('-22067','-7891'))", 13),
        (
            "((Open%20ge%20600%20and%20IsWiFiHotSpot%20eq%20false)%20or%20Subdivision%20eq%20'FL')",
            6,
        ),
    ],
)
def test_filters(shops: Shops, condition: str, count: int) -> None:
    """Filter and FilterGroup: what their toString() gives."""
    assert len(search(shops, _filter=condition, _top="250")["results"]) == count


def test_a_store_locator(shops: Shops) -> None:
    """jQuery: a callback and a number that keeps caches out; joins texts without asking for null."""
    options = {
        "spatialFilter": "nearby(27.9,-82.7,50)",
        "$filter": "StoreType Eq 'Coffee Shop' And (Subdivision Eq 'FL' OR Subdivision Eq 'CA')",
        "$format": "json",
        "$inlinecount": "allpages",
        "$select": "EntityID,DisplayName,AddressLine,PostalCode,__Distance",
        "key": shops.account.query_key,
        "Jsonp": "jQuery1124_169",
        "_": "1690000000000",
    }
    found, _ = call(f"{shops.query_url}?{urlencode(options)}", "jQuery1124_169")
    for row in found["d"]["results"]:
        assert (row["AddressLine"] + " " + row["PostalCode"]).strip() == ""
        assert row["__Distance"] > 0
    assert int(found["d"]["__count"]) == 2


def test_a_state_object(shops: Shops) -> None:
    url = f"{shops.query_url}?$top=1&jsonp=page.show&jsonso=row-7&key={shops.account.query_key}"
    _, others = call(url, "page.show")
    assert others == ["row-7"]


def test_an_autocomplete(shops: Shops) -> None:
    """The whole world as a box, and a wildcard."""
    world = "bbox(-90,-180,90,180)"
    condition = "StartsWith(PrimaryCity,'East')%20eq%20true"
    found = search(shops, spatialFilter=world, _filter=condition, _top="5")
    assert {row["PrimaryCity"] for row in found["results"]} == {"East Hanover"}
