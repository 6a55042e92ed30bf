"""Every page's URL template that changes nothing: "Parameter names and values are not
case-sensitive except for the queryKey parameter value", which all pages say of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.conformance.downloads import Download
from tests.conformance.fixtures import Loaded
from tests.conformance.forms import json_error, xml_error
from tests.conformance.service import Answer, Service, self_link
from tests.conformance.variants import (
    each_twice,
    from_last_to_first,
    in_another_case,
    path_in_another_case,
    with_empty_ones,
    with_others,
)

pytestmark = pytest.mark.xdist_group("conformance")

Address = Callable[[Loaded, Download], str]

#: By page and form: where it is, and the query string.
TEMPLATES: dict[str, tuple[Address, str]] = {
    "Get Load Data Source Status": (lambda coffee, _: self_link(coffee.started), "output=xml"),
    "Get Load Data Source Status, jsonp": (
        lambda coffee, _: self_link(coffee.started), "output=json&jsonp=show&jsonso=7",
    ),
    "Get Job List": (lambda *_: "/Dataflows/ListJobs", "output=xml"),
    "Get Job List, jsonp": (lambda *_: "/Dataflows/ListJobs", "jsonp=show&jsonso=abc&output=json"),
    "Get Status of a Download Job": (lambda _, found: found.status_url, "output=xml"),
    "Get Data Source Information": (lambda *_: "/data", "$format=json&jsonp=show"),
    "Get Data Source Information, one": (lambda coffee, _: coffee.url, "$format=json"),
    "Get Data Source Information, versions": (
        lambda coffee, _: coffee.url, "showAllVersions=true&$format=atom",
    ),
    "Get Data Source Information, metadata": (
        lambda coffee, _: f"{coffee.url}/$metadata", "showAllVersions=1",
    ),
    "Get All Public Data Sources": (lambda *_: "/data/$GetPublicDataSourceList", "$format=json"),
    "Query by ID": (
        lambda coffee, _: f"{coffee.query_url}('-22067')",
        "isStaging=0&$select=EntityID,PrimaryCity&$format=json",
    ),
    "Query by ID, several": (
        lambda coffee, _: coffee.query_url,
        "$filter=entityId in('-22067','-7891')&$orderby=EntityID desc&$format=json&jsonp=a.b",
    ),
    "Query by Property": (
        lambda coffee, _: coffee.query_url,
        "$filter=Open Ge 600&$orderby=Open desc,EntityID&$top=3&$skip=1&$inlinecount=allpages",
    ),
    "Query by Area": (
        lambda coffee, _: coffee.query_url,
        "spatialFilter=nearby(40.83,-74.3,9)&$select=*,__Distance&isStaging=false&$format=json",
    ),
    "Query by Area, bbox": (
        lambda coffee, _: coffee.query_url,
        "spatialFilter=bbox(40,-75,41,-74)&$select=EntityID,Latitude&$format=atom&$top=2",
    ),
    "Query by Area, intersects": (
        lambda coffee, _: coffee.query_url,
        "spatialFilter=intersects('POLYGON((9 56,10 56,10 58,9 58,9 56))')&$format=json",
    ),
}  # fmt: skip
EACH = pytest.mark.parametrize("page", TEMPLATES)

#: What differs between two answers to the same question.
_OF_THE_MOMENT = (
    re.compile(r'"traceId":"[^"]*"'),
    re.compile(r"<TraceId>[^<]*"),
    re.compile(r"<updated>[^<]*"),
    re.compile(r"<(?:atom:)?id>uuid:[^<]*"),
)


def told(answer: Answer) -> str:
    """The body without what is of the moment."""
    assert answer.status_code == 200, answer.text
    text = answer.text
    for pattern in _OF_THE_MOMENT:
        text = pattern.sub("", text)
    return text


@EACH
def test_in_any_order(page: str, coffee: Loaded, download: Download, sds: Service) -> None:
    """URL template: the parameters from last to first."""
    at, query = TEMPLATES[page]
    path = at(coffee, download)
    assert told(sds.get(path, from_last_to_first(query))) == told(sds.get(path, query))


@EACH
def test_in_any_case(page: str, coffee: Loaded, download: Download, sds: Service) -> None:
    """Template Parameters: names, words among the values, and the path in another case."""
    at, query = TEMPLATES[page]
    path = at(coffee, download)
    found = sds.get(path_in_another_case(path), in_another_case(query))
    assert told(found) == told(sds.get(path, query))


@EACH
def test_each_twice(page: str, coffee: Loaded, download: Download, sds: Service) -> None:
    """URL template: of a parameter given twice the first counts, whatever case the second has."""
    at, query = TEMPLATES[page]
    path = at(coffee, download)
    assert told(sds.get(path, each_twice(query))) == told(sds.get(path, query))


@EACH
def test_empty_ones(page: str, coffee: Loaded, download: Download, sds: Service) -> None:
    """Template Parameters: one that is empty is as one that is not there."""
    at, query = TEMPLATES[page]
    path = at(coffee, download)
    assert told(sds.get(path, with_empty_ones(query))) == told(sds.get(path, query))


@EACH
def test_with_others(page: str, coffee: Loaded, download: Download, sds: Service) -> None:
    """URL template: real clients begin it with an ampersand, and send what no page has."""
    at, query = TEMPLATES[page]
    path = at(coffee, download)
    assert told(sds.get(path, with_others(query))) == told(sds.get(path, query))


@EACH
def test_head_is_get_without_its_body(
    page: str, coffee: Loaded, download: Download, sds: Service
) -> None:
    """Supported HTTP Methods: HEAD has the headers of GET."""
    at, query = TEMPLATES[page]
    path = at(coffee, download)
    head, whole = sds.send("HEAD", path, query), sds.get(path, query)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("Content-Type", "Content-Length"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.own_server
@EACH
def test_other_methods(page: str, coffee: Loaded, download: Download, sds: Service) -> None:
    """Supported HTTP Methods: those that the page does not name, and how they are refused."""
    at, _ = TEMPLATES[page]
    path = at(coffee, download)
    allowed = sds.send("OPTIONS", path, key="").headers["Allow"].split(", ")
    assert {"GET", "HEAD", "OPTIONS"} <= set(allowed)
    for method in {"POST", "PUT", "PATCH", "DELETE"} - set(allowed):
        answer = sds.send(method, path, "output=json")
        assert answer.status_code == 405
        assert answer.headers["Allow"].split(", ") == allowed
        assert method in answer.json()["errorDetails"][0]


@EACH
def test_a_key_that_is_none(page: str, coffee: Loaded, download: Download, sds: Service) -> None:
    """Status Codes and Error Handling: 401, in the form asked for."""
    at, _ = TEMPLATES[page]
    path = at(coffee, download)
    for key, auth in (("", "NoCredentials"), ("nobodys", "InvalidCredentials")):
        json_error(sds.get(path, "output=json&$format=json", key=key), status=401, auth=auth)
        xml_error(sds.get(path, "output=xml", key=key), status=401, auth=auth)
