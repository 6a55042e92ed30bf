"""The forms of answers: envelopes in JSON and XML, service documents, feeds; each checked as read.

"Load Data Source Dataflow Response Description" and the examples of the operations' pages give the
members and elements, and their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from lxml import etree

from tests.conformance.service import Answer

REST = "http://schemas.microsoft.com/search/local/ws/rest/v1"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
APP = "http://www.w3.org/2007/app"
ATOM = "http://www.w3.org/2005/Atom"
BSI = "http://schemas.microsoft.com/bing/spatial/2010/11/odata"
DATA = "http://schemas.microsoft.com/ado/2007/08/dataservices"
META = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"
EDMX = "http://schemas.microsoft.com/ado/2007/06/edmx"
EDM = "http://schemas.microsoft.com/ado/2008/09/edm"

HEX = re.compile(r"[0-9a-f]{16,}", re.IGNORECASE)
RFC_DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
XML_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)")
ATOM_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)")
STATUS_WORDS = {
    200: "OK",
    201: "Created",
    202: "Accepted",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
}
AUTHENTICATION = {
    "ValidCredentials", "InvalidCredentials", "CredentialsExpired", "NotAuthorized",
    "NoCredentials", "None",
}  # fmt: skip

_ENVELOPE = (
    "authenticationResultCode", "brandLogoUri", "copyright", "errorDetails", "resourceSets",
    "statusCode", "statusDescription", "traceId",
)  # fmt: skip
_JOB = (
    "__type", "id", "links", "name", "completedDate", "createdDate", "description", "errorMessage",
    "failedEntityCount", "processedEntityCount", "status", "totalEntityCount",
)  # fmt: skip
_XML_ENVELOPE = (
    "Copyright", "BrandLogoUri", "StatusCode", "StatusDescription", "AuthenticationResultCode",
    "ErrorDetails", "TraceId", "ResourceSets",
)  # fmt: skip
_XML_JOB = (
    "Name", "Id", "Link", "Description", "Status", "CreatedDate", "CompletedDate", "ErrorMessage",
    "TotalEntityCount", "ProcessedEntityCount", "FailedEntityCount",
)  # fmt: skip
COUNTS = ("totalEntityCount", "processedEntityCount", "failedEntityCount")
XML_COUNTS = ("TotalEntityCount", "ProcessedEntityCount", "FailedEntityCount")


def assert_order(found: Iterable[str], known: Sequence[str]) -> None:
    """Only known names, each once, in the known order."""
    names = list(found)
    assert names == [name for name in known if name in names]


def is_type(answer: Answer, media_type: str) -> None:
    assert answer.headers["Content-Type"].split(";")[0].strip() == media_type


# --- envelopes ---


def json_jobs(answer: Answer, *, status: int = 200) -> list[dict[str, Any]]:
    """The jobs of a successful answer in JSON."""
    assert answer.status_code == status, answer.text
    is_type(answer, "application/json")
    assert answer.content[:1] == b"{"  # no byte order mark
    body = answer.json()
    assert_order(body, _ENVELOPE)
    assert body["authenticationResultCode"] == "ValidCredentials"
    assert (body["statusCode"], body["statusDescription"]) == (status, STATUS_WORDS[status])
    assert isinstance(body["copyright"], str)
    assert isinstance(body["brandLogoUri"], str)
    assert body["traceId"]
    (resources,) = body["resourceSets"]
    assert_order(resources, ("estimatedTotal", "resources"))
    assert resources["estimatedTotal"] == len(resources["resources"])
    for job in resources["resources"]:
        check_job(job)
    return list(resources["resources"])


def json_job(answer: Answer, *, status: int = 200) -> dict[str, Any]:
    (job,) = json_jobs(answer, status=status)
    return job


def check_job(job: dict[str, Any]) -> None:
    """The members of a DataflowJob or a DataServiceJob."""
    assert_order(job, _JOB)
    word, _, namespace = job["__type"].partition(":")
    assert next(iter(job)) == "__type"
    assert word in ("DataflowJob", "DataServiceJob")
    assert namespace == REST
    assert HEX.fullmatch(job["id"])
    assert RFC_DATE.fullmatch(job["createdDate"])
    assert ("completedDate" in job) == (job["status"] in ("Completed", "Aborted"))
    if "completedDate" in job:
        assert RFC_DATE.fullmatch(job["completedDate"])
    for count in COUNTS:
        assert (count in job) == (word == "DataflowJob")
        assert isinstance(job.get(count, 0), int)
    for link in job["links"]:
        assert_order(link, ("name", "role", "url"))
        assert link["role"]
        assert link["url"].startswith(("http://", "https://"))


def xml_jobs(answer: Answer, *, status: int = 200) -> list[etree._Element]:
    """The job elements of a successful answer in XML."""
    assert answer.status_code == status, answer.text
    is_type(answer, "application/xml")
    root = etree.fromstring(answer.content)
    assert root.tag == f"{{{REST}}}Response"
    assert {"xsi", "xsd"} <= set(root.nsmap)
    assert_order(local_names(root), _XML_ENVELOPE)
    assert text_of(root, "StatusCode") == str(status)
    assert text_of(root, "StatusDescription") == STATUS_WORDS[status]
    assert text_of(root, "AuthenticationResultCode") == "ValidCredentials"
    assert text_of(root, "TraceId")
    resource_set = root.find(f"{{{REST}}}ResourceSets/{{{REST}}}ResourceSet")
    assert resource_set is not None
    assert local_names(resource_set) == ["EstimatedTotal", "Resources"]
    jobs = list(resource_set[1])
    assert text_of(resource_set, "EstimatedTotal") == str(len(jobs))
    for job in jobs:
        check_xml_job(job)
    return jobs


def xml_job(answer: Answer, *, status: int = 200) -> etree._Element:
    (job,) = xml_jobs(answer, status=status)
    return job


def check_xml_job(job: etree._Element) -> None:
    names = local_names(job)
    assert_order(dict.fromkeys(names), _XML_JOB)  # a job may have several links, side by side
    kind = job.get(f"{{{XSI}}}type", etree.QName(job).localname)
    assert kind in ("DataflowJob", "DataServiceJob")
    assert [name for name in names if name in XML_COUNTS] == (
        list(XML_COUNTS) if kind == "DataflowJob" else []
    )
    assert XML_DATE.fullmatch(text_of(job, "CreatedDate"))
    completed = job.find(f"{{{REST}}}CompletedDate")
    assert completed is not None
    if text_of(job, "Status") in ("Completed", "Aborted"):
        assert XML_DATE.fullmatch(completed.text or "")
    else:
        assert dict(completed.attrib) == {f"{{{XSI}}}nil": "true"}
        assert completed.text is None
    for link in job.iter(f"{{{REST}}}Link"):
        assert_order(link.attrib, ("role", "name"))
        assert link.get("role")


def xml_links(job: etree._Element) -> dict[tuple[str, str], str]:
    """URL by role and name, the role in lower case: the pages write `dataSource` too."""
    return {
        (str(link.get("role")).casefold(), str(link.get("name", ""))): str(link.text)
        for link in job.iter(f"{{{REST}}}Link")
    }


def json_links(job: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {(link["role"].casefold(), link.get("name", "")): link["url"] for link in job["links"]}


def json_error(answer: Answer, *, status: int, auth: str = "") -> str:
    """The details of a refusal in JSON, as one text."""
    assert answer.status_code == status, answer.text
    is_type(answer, "application/json")
    body = answer.json()
    assert_order(body, _ENVELOPE)
    assert (body["statusCode"], body["statusDescription"]) == (status, STATUS_WORDS[status])
    assert body["authenticationResultCode"] in ({auth} if auth else AUTHENTICATION)
    assert body["resourceSets"] == []
    assert body["traceId"]
    return _details(body["errorDetails"])


def xml_error(answer: Answer, *, status: int, auth: str = "") -> str:
    """The details of a refusal in XML, as one text."""
    assert answer.status_code == status, answer.text
    is_type(answer, "application/xml")
    root = etree.fromstring(answer.content)
    assert root.tag == f"{{{REST}}}Response"
    assert_order(local_names(root), _XML_ENVELOPE)
    assert text_of(root, "StatusCode") == str(status)
    assert text_of(root, "StatusDescription") == STATUS_WORDS[status]
    assert text_of(root, "AuthenticationResultCode") in ({auth} if auth else AUTHENTICATION)
    details = root.find(f"{{{REST}}}ErrorDetails")
    assert details is not None
    return _details([child.text for child in details])


def _details(details: Sequence[str | None]) -> str:
    assert details
    assert all(details)
    return "\n".join(str(detail) for detail in details)


# --- XML in general ---


def local_names(element: etree._Element) -> list[str]:
    return [etree.QName(child).localname for child in element]


def text_of(element: etree._Element, name: str, namespace: str = REST) -> str:
    child = element.find(f"{{{namespace}}}{name}")
    assert child is not None, name
    return (child.text or "").strip()


# --- service documents ---


def workspaces(answer: Answer) -> list[dict[str, str]]:
    """The facts of each `app:workspace`: title, jobId, disclaimer, href, entity type, attributes."""
    assert answer.status_code == 200, answer.text
    is_type(answer, "application/atomsvc+xml")
    root = etree.fromstring(answer.content)
    assert root.tag == f"{{{APP}}}service"
    assert {"app": APP, "atom": ATOM, "bsi": BSI}.items() <= root.nsmap.items()
    assert root[0].tag == f"{{{BSI}}}copyright"
    return [_workspace(element) for element in root[1:]]


def _workspace(element: etree._Element) -> dict[str, str]:
    assert element.tag == f"{{{APP}}}workspace"
    assert all(etree.QName(name).namespace == BSI for name in element.attrib)
    facts = {etree.QName(name).localname: str(value) for name, value in element.attrib.items()}
    assert facts["isPublic"] in ("true", "false")
    for date in ("updated", "uploaded"):
        assert date not in facts or ATOM_DATE.fullmatch(facts[date])
    assert_order(local_names(element), ("title", "jobId", "disclaimer", "collection"))
    for child in element[:-1]:
        assert etree.QName(child).namespace == ATOM
        facts[etree.QName(child).localname] = str(child.text)
    collection = element[-1]
    assert collection.tag == f"{{{APP}}}collection"
    facts["href"] = str(collection.attrib[f"{{{APP}}}href"])
    facts["entity_type"] = text_of(collection, "title", ATOM)
    return facts


# --- feeds ---


def feed(answer: Answer) -> etree._Element:
    """An Atom feed, its frame checked as the examples of the query pages have it."""
    assert answer.status_code == 200, answer.text
    is_type(answer, "application/atom+xml")
    root = etree.fromstring(answer.content)
    assert root.tag == f"{{{ATOM}}}feed"
    assert root.nsmap == {None: ATOM, "d": DATA, "m": META}
    head = [name for name in local_names(root) if name != "entry"]
    assert_order(head, ("title", "id", "rights", "updated", "count"))
    assert root[0].attrib == {"type": "text"}
    assert re.fullmatch(r"uuid:[0-9a-f-]{36};id=\d+", text_of(root, "id", ATOM))
    assert ATOM_DATE.fullmatch(text_of(root, "updated", ATOM))
    for entry in root.iter(f"{{{ATOM}}}entry"):
        check_entry(entry)
    return root


def check_entry(entry: etree._Element) -> None:
    assert_order(local_names(entry), ("id", "title", "updated", "content", "rights"))
    content = entry.find(f"{{{ATOM}}}content")
    assert content is not None
    assert content.attrib == {"type": "application/xml"}
    # The .NET toolkit takes the first node, which must be this element and no white space.
    assert content.text is None
    assert content[0].tag == f"{{{META}}}properties"
    assert content[0].text is None


def properties(entry: etree._Element) -> dict[str, etree._Element]:
    """The property elements of an entry by name, in their order."""
    found = entry.find(f"{{{ATOM}}}content/{{{META}}}properties")
    assert found is not None
    assert all(etree.QName(child).namespace == DATA for child in found)
    return {etree.QName(child).localname: child for child in found}


def entries(answer: Answer) -> list[dict[str, etree._Element]]:
    return [properties(entry) for entry in feed(answer).iter(f"{{{ATOM}}}entry")]


def results(answer: Answer) -> list[dict[str, Any]]:
    """The entities of a query's answer in JSON, each with `__metadata` first."""
    assert answer.status_code == 200, answer.text
    is_type(answer, "application/json")
    body = answer.json()
    assert list(body) == ["d"]
    assert_order(body["d"], ("__copyright", "__count", "results"))
    for row in body["d"]["results"]:
        assert next(iter(row)) == "__metadata"
        assert list(row["__metadata"]) == ["uri"]
    return list(body["d"]["results"])
