"""Every page's URL template that starts a job, written in other ways: any order, any case, each
parameter twice or with empty ones beside. On our own server, where no job of it needs to run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from lxml import etree

from tests.conformance import variants
from tests.conformance.sample import pipe
from tests.conformance.service import Answer, Service, service_url
from tests.conformance.variants import Variant, path_in_another_case
from tests.live import LiveServer

pytestmark = [pytest.mark.xdist_group("conformance"), pytest.mark.own_server]

REST = "{http://schemas.microsoft.com/search/local/ws/rest/v1}"


@dataclass(frozen=True)
class Source:
    """A data source with an earlier, a published and a staged version; no worker runs."""

    sds: Service
    name: str
    url: str
    earlier: str  # job ID

    @property
    def address(self) -> str:
        """Access ID and name."""
        return self.url.partition("/data/")[2]


@pytest.fixture(scope="module")
def source(live_sds: LiveServer) -> Iterator[Source]:
    account = live_sds.account("unlimited")
    sds = Service(account.base_url, account.master_key, account.query_key)
    earlier = sds.completed(sds.load("Places", pipe("a|1|1|x")))
    sds.completed(sds.load("Places", pipe("a|1|1|y")))
    sds.completed(sds.load("Places", pipe("a|1|1|z"), operation="completeStaging"))
    with live_sds.without_worker():
        yield Source(sds, "Places", service_url(earlier), earlier["id"])


@dataclass(frozen=True)
class Template:
    method: str
    path: Callable[[Source], str]
    query: Callable[[Source], str]
    status: int


LOAD = "description=A%20word&setPublic=0&output=xml"
TEMPLATES = {
    "Create a Load Data Source Job": Template(
        "POST",
        lambda _: "/Dataflows/LoadDataSource",
        lambda one: f"dataSourceName={one.name}&loadOperation=complete&input=pipe&{LOAD}",
        201,
    ),
    "Create a Load Data Source Job, staging": Template(
        "POST",
        lambda _: "/Dataflows/LoadDataSource",
        lambda one: (
            f"accessId={one.address.partition('/')[0]}&dataSourceName={one.name}"
            f"&loadOperation=incrementalStaging&input=pipe&{LOAD}"
        ),
        201,
    ),
    "Publish a Staged Data Source": Template(
        "GET", lambda one: f"{one.url}/$commit", lambda _: "output=xml", 202
    ),
    "Make a Data Source Public": Template(
        "GET", lambda one: f"{one.url}/$updateDataSource", lambda _: "setPublic=1&output=xml", 201
    ),
    "Rollback a Data Source": Template(
        "GET",
        lambda one: f"/Dataflows/DataSourceRollback/{one.earlier}/{quote(one.name)}",
        lambda _: "output=xml",
        201,
    ),
    "Create a Download Job": Template(
        "GET",
        lambda one: f"/Dataflows/DataSourceDownload/{one.address}",
        lambda one: f"output=xml&jobId={one.earlier}",
        201,
    ),
    "Delete a Data Source": Template(
        "DELETE", lambda one: one.url, lambda _: "isStaging=true&output=xml", 202
    ),
}


def send(source: Source, template: Template, path: str, query: str) -> Answer:
    data = pipe("a|1|1|x").encode() if template.method == "POST" else None
    return source.sds.send(template.method, path, query, data=data)


def told(answer: Answer) -> tuple[object, ...]:
    """What an answer says, without what is of the job alone: its ID and its moment."""
    headers = (answer.headers.get("Content-Type"), "Location" in answer.headers)
    if not answer.content:
        return answer.status_code, headers
    root = etree.fromstring(answer.content)
    said = [root.findtext(f".//{REST}{name}") for name in ("Description", "Status")]
    return answer.status_code, headers, [element.tag for element in root.iter()], said


@pytest.mark.parametrize("variant", variants.EVERY, ids=lambda one: one.__name__)
@pytest.mark.parametrize("page", TEMPLATES)
def test_the_parameters_in_another_way(page: str, variant: Variant, source: Source) -> None:
    """URL template, Template Parameters: "not case-sensitive", and in no order."""
    template = TEMPLATES[page]
    path, query = template.path(source), template.query(source)
    plain = send(source, template, path, query)
    assert plain.status_code == template.status, plain.text
    assert told(send(source, template, path, variant(query))) == told(plain)


@pytest.mark.parametrize("page", TEMPLATES)
def test_the_path_in_another_case(page: str, source: Source) -> None:
    """URL template: `$commit`, `$updatedatasource`, `LoadDatasource`: pages differ in it."""
    template = TEMPLATES[page]
    path, query = template.path(source), template.query(source)
    found = send(source, template, path_in_another_case(path), query)
    assert told(found) == told(send(source, template, path, query))


@pytest.mark.parametrize("page", TEMPLATES)
def test_the_methods_of_the_path(page: str, source: Source) -> None:
    """Supported HTTP Methods: OPTIONS names the page's, and nothing is started by another."""
    template = TEMPLATES[page]
    path = template.path(source)
    options = source.sds.send("OPTIONS", path, key="")
    assert template.method in options.headers["Allow"].split(", ")
    for method in {"HEAD", "POST", "PUT", "PATCH"} - set(options.headers["Allow"].split(", ")):
        refused = source.sds.send(method, path, template.query(source))
        assert refused.status_code == 405
        assert refused.headers["Allow"] == options.headers["Allow"]


@pytest.mark.parametrize("page", TEMPLATES)
@pytest.mark.parametrize(
    ("key", "auth"), [("", "NoCredentials"), ("nobodys", "InvalidCredentials")]
)
def test_without_the_master_key(page: str, key: str, auth: str, source: Source) -> None:
    """Status Codes and Error Handling: 401, in the form that `output` asks for, of DELETE too."""
    template = TEMPLATES[page]
    data = b"x" if template.method == "POST" else None
    path, query = template.path(source), template.query(source)
    as_xml = source.sds.send(template.method, path, query, key=key, data=data)
    assert as_xml.status_code == 401
    assert etree.fromstring(as_xml.content).findtext(f"{REST}AuthenticationResultCode") == auth
    as_json = source.sds.send(
        template.method, path, query.replace("output=xml", "output=json"), key=key, data=data
    )
    assert (as_json.status_code, as_json.json()["authenticationResultCode"]) == (401, auth)
    called = source.sds.send(
        template.method, path, query.replace("output=xml", "jsonp=show"), key=key, data=data
    )
    assert called.status_code == 401
    assert called.text.startswith("show({")
