"""A query that takes too long: ended, told in the form asked for, counted, and no harm to others."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from lxml import etree

from tests.bad_input.raw import REST
from tests.live import LiveAccount, LiveServer, service_path
from tests.sds.endpoints.sample import many

SLOW = {"$filter": "EndsWith(Name,'nowhere')", "$inlinecount": "allpages"}


@pytest.fixture(scope="module")
def hasty() -> Iterator[LiveServer]:
    """A server with no patience at all."""
    with tempfile.TemporaryDirectory(prefix="cairn-hasty-") as folder:
        server = LiveServer(Path(folder))
        server.env |= {"SDS_QUERY_SECONDS": "0.0000001", "METRICS_ALLOW": "127.0.0.1"}
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="module")
def account(hasty: LiveServer) -> LiveAccount:
    return hasty.account()


@pytest.fixture(scope="module")
def shops(account: LiveAccount) -> str:
    return f"{service_path(account.loaded('Coffee', many(5000)))}/CoffeeShops"


def test_it_is_answered_503_with_what_to_ask_instead(
    hasty: LiveServer, account: LiveAccount, shops: str
) -> None:
    as_json = account.get(shops, **SLOW, **{"$format": "json"})
    assert as_json.status_code == 503
    (detail,) = as_json.json()["errorDetails"]
    assert detail.startswith("The query took longer than 1e-07 s and was ended.")
    as_xml = account.get(shops, **SLOW)
    assert as_xml.status_code == 503
    root = etree.fromstring(as_xml.content)
    assert root.findtext(f"{REST}ErrorDetails/{REST}string") == detail
    metrics = requests.get(hasty.base_url.replace("/REST/v1", "/metrics"), timeout=60).text
    assert "cairn_queries_out_of_time_total 2.0" in metrics
    assert "Traceback" not in hasty.log_text()


def test_short_ones_are_answered_all_the_same(account: LiveAccount, shops: str) -> None:
    assert account.get(f"{shops}('17')").status_code == 200
    assert account.get("/data").status_code == 200
