"""What no page of its own is about: other origins, compression, connections that are kept.

The V8 map control's pages on its Spatial Data Services module have pages of any host ask the
service.
"""

from __future__ import annotations

import pytest

from tests.conformance.fixtures import Loaded
from tests.conformance.service import Service

pytestmark = [pytest.mark.xdist_group("conformance"), pytest.mark.own_server]

ORIGIN = {"Origin": "https://shops.example"}


def test_any_origin_may_read_an_answer(coffee: Loaded, sds: Service) -> None:
    """CORS: every answer, refusals too; the created job's Location can be read."""
    for path, key in (
        (coffee.query_url, None),
        ("/data", None),
        ("/Dataflows/ListJobs", "nobodys"),
    ):
        answer = sds.send("GET", path, key=key, headers=ORIGIN)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Location" in answer.headers["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    ("path", "method"),
    [("/Dataflows/LoadDataSource", "POST"), ("/data", "GET"), ("/data/0a/Coffee", "DELETE")],
)
def test_a_browser_asks_before_it_sends(sds: Service, path: str, method: str) -> None:
    """CORS: OPTIONS needs no key, and names the methods and the headers asked for."""
    asked = {
        **ORIGIN,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type, x-any",
    }
    answer = sds.send("OPTIONS", path, key="", headers=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    methods = answer.headers["Access-Control-Allow-Methods"].split(", ")
    assert method in methods
    assert methods == answer.headers["Allow"].split(", ")
    assert answer.headers["Access-Control-Allow-Headers"] == "content-type, x-any"
    assert int(answer.headers["Access-Control-Max-Age"]) > 0


def test_odd_headers_are_not_given_back(sds: Service) -> None:
    """CORS: what is no list of header names is not repeated."""
    asked = {**ORIGIN, "Access-Control-Request-Headers": "x; <script>"}
    answer = sds.send("OPTIONS", "/data", key="", headers=asked)
    assert answer.headers["Access-Control-Allow-Headers"] == "Content-Type"


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True),
        ("deflate, GZIP;q=0.5", True),
        ("identity", False),
        ("", False),
        ("gzip;q=0", False),
        ("br", False),
    ],
)
def test_answers_are_gzipped_where_asked(coffee: Loaded, accepted: str, packed: bool) -> None:
    """Compression: only where Accept-Encoding names gzip; the same bytes come out."""
    plain = coffee.query("$format=json")
    answer = coffee.sds.send(
        "GET", coffee.query_url, "$format=json", headers={"Accept-Encoding": accepted}
    )
    assert answer.headers.get("Content-Encoding") == ("gzip" if packed else None)
    assert answer.content == plain.content
    assert "Accept-Encoding" in answer.headers["Vary"]
    if packed:
        assert int(answer.headers["Content-Length"]) < len(plain.content)


def test_no_answer_may_be_kept(coffee: Loaded, sds: Service) -> None:
    """Caching: data change when a version is published, and URLs hold keys."""
    for path in (coffee.query_url, "/data", "/Dataflows/ListJobs"):
        assert sds.get(path).headers["Cache-Control"] == "no-store"


def test_a_connection_is_kept_after_head(coffee: Loaded) -> None:
    """HEAD: no body follows, or it would be read as the next answer."""
    for _ in range(3):
        assert coffee.query(method="HEAD").status_code == 200
        assert coffee.query("$top=1").status_code == 200


@pytest.mark.parametrize("address", ["query", "one", "source", "metadata", "list", "status"])
def test_an_xml_document_begins_as_the_pages_have_it(coffee: Loaded, address: str) -> None:
    """Examples of all pages: double quotes, which scripts look for; no byte order mark."""
    url, query = {
        "query": (coffee.query_url, ""),
        "one": (f"{coffee.query_url}('-22067')", ""),
        "source": (coffee.url, ""),
        "metadata": (f"{coffee.url}/$metadata", ""),
        "list": ("/Dataflows/ListJobs", "o=xml"),
        "status": (f"/Dataflows/LoadDataSource/{coffee.job['id']}", "o=xml"),
    }[address]
    assert coffee.sds.get(url, query).content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
