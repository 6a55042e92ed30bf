"""Anything in a URL: refused by the parameter's name, in the form asked for, and in little time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.bad_input.raw import Answered, request
from tests.live import LiveAccount, LiveServer, service_path
from tests.sds.endpoints.sample import SHOPS, pipe

IN_LITTLE_TIME = 20.0  # seconds, on a machine that runs other tests too


@dataclass(frozen=True)
class Shops:
    """Where shops are asked for, with a key."""

    server: LiveServer
    account: LiveAccount
    path: str

    def ask(self, query: str | bytes, path: str = "", **options: str) -> Answered:
        """The query string as it is written; the key comes last."""
        written = query.encode() if isinstance(query, str) else query
        started = time.monotonic()
        answered = request(
            self.account.base_url,
            (path or self.path).encode() + b"?" + written + b"&key=" + self.key.encode(),
            **options,  # type: ignore[arg-type]
        )
        assert time.monotonic() - started < IN_LITTLE_TIME
        assert answered.status != 500, answered
        return answered

    @property
    def key(self) -> str:
        return self.account.master_key


@pytest.fixture(scope="module")
def shops(live_sds: LiveServer) -> Iterator[Shops]:
    account = live_sds.account()
    job = account.loaded("Coffee", pipe(SHOPS))
    path = service_path(job).partition("/REST/v1")[2]
    before = live_sds.log_text().count("Traceback")
    yield Shops(live_sds, account, f"{path}/CoffeeShops")
    assert live_sds.log_text().count("Traceback") == before


CONDITION = "A condition looks like City Eq 'Seattle'"
NUMBER = "Expected a whole number from 0 to 2,147,483,647"
#: Query strings that are refused, each with the parameter that the refusal names, and its words: what
#: was found, and what was expected.
REFUSED = {
    "a top below zero": ("$top=-1", "$top", NUMBER, "found '-1'"),
    "a top that is no number": ("$top=all", "$top", NUMBER, "found 'all'"),
    "a skip in another form": ("$skip=1e9", "$skip", NUMBER, "found '1e9'"),
    "a skip beyond all numbers": ("$skip=99999999999999999999", "$skip", NUMBER, "'99999"),
    "a broken percent sign in a filter": ("$filter=%zz", "$filter", CONDITION, "character 1, at '%zz'"),
    "bytes that are no UTF-8": ("$filter=%ff", "$filter", CONDITION, "character 1"),
    "100,000 letters": ("$filter=" + "x" * 100_000, "$filter", CONDITION, "ends too early"),
    "100,001 letters": ("$filter=" + "x" * 100_001, "$filter", "more than 100,000 characters"),
    "1,000 parentheses": (
        "$filter=" + "(" * 1000 + "Name%20eq%20'a'" + ")" * 1000,
        "$filter", "more than 12 parentheses inside each other", "Write it flatter",
    ),
    "10,000 conditions": (
        "$filter=" + "%20or%20".join(["Name%20eq%20''"] * 7000),
        "$filter", "more than 1,000 conditions", "Ask in several queries",
    ),
    "a statement": (
        "$filter=Name%20eq%20'a';DROP%20TABLE%20sds_key",
        "$filter", CONDITION, "character 12, at ';DROP TABLE sds_key'",
    ),
    "a comment": ("$filter=Name%20eq%20'a'%20--", "$filter", CONDITION, "character 13, at '--'"),
    "an open quote": (
        "$filter=Name%20eq%20'a", "$filter", "is not closed", "A quote inside a text is written twice",
    ),
    "a text where a number belongs": (
        "$filter=Seats%20eq%20'many'", "$filter", "is not a number", "Numbers stand as in Seats Gt 10",
    ),
    "a day that there is not": (
        "$filter=Since%20eq%202020-02-30", "$filter", "'2020-02-30'", "A date looks like 2026-11-23",
    ),
    "a list of 51": (
        "$filter=EntityID%20in%20(" + ",".join(["'a'"] * 51) + ")", "$filter", "51", "50",
    ),
    "a wildcard with And": (
        "$filter=StartsWith(Name,'a')%20and%20Seats%20eq%201",
        "$filter", "can't be combined with other conditions by And or Or", "alone makes the filter",
    ),
    "a latitude": (
        "$filter=Latitude%20gt%201", "$filter", "Latitude can't be used", "Use spatialFilter=bbox(",
    ),
    "a polygon of 10,000 points": (
        "spatialFilter=intersects('POLYGON((" + ",".join(["0%200"] * 10_000) + "))')",
        "spatialFilter", "10,000 points", "at most 250", "Simplify it",
    ),
    "no WKT": (
        "spatialFilter=intersects('HOUSE(1%202)')",
        "spatialFilter", "“HOUSE” is no type of geography", "Write well-known text: point, linestring",
    ),
    "a box upside down": (
        "spatialFilter=bbox(2,0,1,1)", "spatialFilter", "(2) lies north", "bbox(south,west,north,east)",
    ),
    "a position off the earth": (
        "spatialFilter=nearby(91,0,5)", "spatialFilter", "from -90 to 90; found 91", "Latitude comes first",
    ),
    "a circle too wide": (
        "spatialFilter=nearby(1,1,1001)", "spatialFilter", "kilometres, from 0.16 to 1000; found 1001",
    ),
    "a number without end": (
        "spatialFilter=nearby(1,1," + "9" * 50_000 + ")", "spatialFilter", "more than 50,000 characters",
    ),
    "no function": (
        "spatialFilter=within(1,2)",
        "spatialFilter", "Expected nearby(latitude,longitude,kilometres)", "found 'within(1,2)'",
    ),
    "a route without a router": (
        "spatialFilter=nearRoute('1,2','3,4')", "spatialFilter", "needs a router", "nearby, bbox and",
    ),
    "an order alone": ("$orderby=Name", "$orderby", "needs a spatialFilter or a $filter"),
    "properties that are not there": (
        "$select=Roof", "$select", "no property 'Roof'", "It has: EntityID, Latitude, Longitude, Name",
    ),
    "an order by four": (
        "$filter=Seats%20ge%200&$orderby=Name,Seats,Open,Since", "$orderby", "At most 3", "found 4",
    ),
    "a count of some": ("$inlinecount=some", "$inlinecount", "Expected allpages or none; found 'some'"),
    "a form that is not offered": ("$format=yaml", "$format", "the formats are atom and json"),
    "a staging that is no flag": (
        "isStaging=perhaps", "isStaging", "Expected 1 or 0, true or false; found 'perhaps'",
    ),
    "a control character": ("$top=%01", "$top", NUMBER),
    "a lone surrogate": (
        "$orderby=%ed%a0%80&$filter=Seats%20ge%200", "$orderby", "Expected a property, with desc or asc",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_names_the_parameter_in_the_form_asked_for(shops: Shops, name: str) -> None:
    query, parameter, *said = REFUSED[name]
    as_xml = shops.ask(query)
    assert (as_xml.status, as_xml.is_xml) == (400, True)
    (detail,) = as_xml.details()
    assert detail.startswith(f"{parameter}: ")
    assert [words for words in said if words not in detail] == []
    assert len(detail) < 800
    if not query.startswith("$format"):
        as_json = shops.ask(f"{query}&$format=json")
        assert (as_json.status, as_json.is_json) == (400, True)
        assert json.loads(as_json.body)["errorDetails"] == [detail]
        called = shops.ask(f"{query}&$format=json&jsonp=f&jsonso=1")
        assert called.status == 400
        assert called.body.startswith(b"f({")


@pytest.mark.parametrize(
    "callback",
    ["alert(1)", "a;b", "<script>", "1a", "a..b", "a[0]", "a%20b", "%00", "a%0ab", "'", "%c3%bc", "a" * 9 + "()"],
)  # fmt: skip
def test_a_callback_that_is_no_name_is_never_given_back(shops: Shops, callback: str) -> None:
    for more in ("$format=json", "$format=atom", "$top=-1&$format=json"):
        answered = shops.ask(f"{more}&jsonp={callback}")
        assert answered.status == 400
        assert answered.is_json
        body = json.loads(answered.body)
        assert body["errorDetails"][0].startswith(("jsonp: ", "The request holds a NUL"))


@pytest.mark.parametrize(
    "query",
    [
        "%", "&&&", "=", "a=%&b=%2", "nonsense=1", "$TOP=1&$top=nonsense", "%24top=1", "$top=",
        "$filter=&$select=&$orderby=", ";;;", "$skip=1000000000", "$top=100000", "top=1;skip=2",
        "$filter=Name%20eq%20'a;b'", "$filter=Name%20eq%20'O''Hara'%20or%20Name+eq+'%22%3b--'",
        "$filter=Name%20eq%20'%c3%28'", "$filter=Name%20eq%20'%f0%9f%98%80'", "jsonso=%01",
        "accessId=x&loadOperation=y&input=z", "[]=1&a[b]=2", "x" * 60_000, "output=nonsense",
    ],
)  # fmt: skip
def test_what_means_nothing_is_left_aside(shops: Shops, query: str) -> None:
    assert shops.ask(query).status == 200


def test_more_parameters_than_anybody_needs_are_refused(shops: Shops) -> None:
    answered = shops.ask("&".join(f"a{number}=1" for number in range(3000)))
    assert answered.status == 400
    assert answered.details() == ["The URL has more than 1,000 parameters."]


@pytest.mark.parametrize("part", ["$filter=", "jsonso=", "nonsense=", "spatialFilter=nearby('"])
def test_nul_is_refused_wherever_it_stands(shops: Shops, part: str) -> None:
    answered = shops.ask(f"{part}a%00b")
    assert answered.status == 400
    assert "NUL" in answered.details()[0]


PATHS = {
    "broken percent encoding": ("/data/%zz", 404),
    "no UTF-8": ("/data/0a/%ff", 404),
    "NUL": ("/data/0a/x%00", 400),
    "a line end in a name": ("/data/0a/x%0a", 404),
    "a line end after the path": ("/data%0a", 404),
    "control characters": ("/data/0a/%01%0b%7f", 404),
    "a way up": ("/data/../../../etc/passwd", 404),
    "an encoded way up": ("/data/0a/..%2f..%2fetc%2fpasswd", 404),
    "two slashes": ("//data", 404),
    "a very long name": ("/data/0a/" + "x" * 60_000, 404),
    "a very long access ID": ("/data/" + "a" * 60_000 + "/x", 404),
    "quotes and a semicolon": ("/data/0a/x';DROP%20TABLE%20sds_key;--", 404),
    "a job ID that is none": ("/Dataflows/LoadDataSource/';--", 404),
    "another version": ("/../v2/data", 404),
    "an output that is none": ("/Dataflows/LoadDataSource/0a/output/../../x", 404),
}


@pytest.mark.parametrize("name", PATHS)
def test_paths_that_lead_nowhere(shops: Shops, name: str) -> None:
    path, status = PATHS[name]
    answered = shops.ask("o=xml", path)
    assert answered.status == status
    assert answered.is_xml
    assert answered.details()
    answered = shops.ask("output=json&$format=json", path)
    assert answered.is_json
    assert json.loads(answered.body)["errorDetails"]


@pytest.mark.parametrize(
    ("literal", "status"),
    [
        ("('-715')", 200), ("('%2d715')", 200), ("(%27-715%27)", 200), ("(-715)", 400), ("()", 400),
        ("('a'b')", 400), ("('')", 404), ("('a''b')", 404), ("('%0a')", 404), ("('%00')", 400),
        ("('" + "x" * 50_000 + "')", 404), ("(''';DROP TABLE x')".replace(" ", "%20"), 404),
    ],
)  # fmt: skip
def test_an_entity_id_is_quoted_and_nothing_else(shops: Shops, literal: str, status: int) -> None:
    assert shops.ask("", shops.path + literal).status == status


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST", "TRACE", "PROPFIND", "FOO"])
def test_methods_that_a_path_does_not_have(shops: Shops, method: str) -> None:
    answered = shops.ask("$format=json", method=method)
    assert answered.status == 405
    assert "Allow: GET, HEAD, OPTIONS" in answered.head
    assert json.loads(answered.body)["errorDetails"] == [
        f"{method} is not offered here; use GET or HEAD or OPTIONS."
    ]


def test_a_key_in_the_wrong_place_is_no_key_and_not_given_back(shops: Shops) -> None:
    key, base_url = shops.key, shops.account.base_url
    for headers in (
        {"key": key}, {"Authorization": f"Bearer {key}"}, {"Authorization": f"Basic {key}"},
        {"Cookie": f"key={key}"}, {"X-Api-Key": key}, {"X-Request-ID": key},
    ):  # fmt: skip
        answered = request(base_url, shops.path, headers=headers)
        assert answered.status == 401
        assert "NoCredentials" in answered.body.decode()
        assert key not in answered.head + answered.body.decode()
    form = f"key={key}".encode()
    answered = request(
        base_url, "/Dataflows/LoadDataSource", method="POST", body=form,
        headers={
            "Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(form)),
        },
    )  # fmt: skip
    assert (answered.status, key in answered.body.decode()) == (401, False)
    for path in (f"/data/{key}", f"/{key}", f"{shops.path};key={key}", f"{shops.path}%3fkey={key}"):
        assert request(base_url, path).status in (401, 404)
    for wrong in (
        "key",
        "key=",
        "key=%00",
        "key=%ff",
        "key=" + "x" * 60_000,
        f"ke={key}",
        f"key=%20{key}",
    ):
        assert request(base_url, f"{shops.path}?{wrong}").status == 401


def test_the_first_key_counts(shops: Shops) -> None:
    base_url = shops.account.base_url
    assert request(base_url, f"{shops.path}?KEY={shops.key}&key=x").status == 200
    assert request(base_url, f"{shops.path}?key=x&KEY={shops.key}").status == 401


def test_nothing_was_changed_by_any_of_this(shops: Shops) -> None:
    answered = shops.ask("$format=json&$inlinecount=allpages")
    assert json.loads(answered.body)["d"]["__count"] == str(len(SHOPS))
