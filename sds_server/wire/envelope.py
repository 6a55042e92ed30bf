"""The response envelope of dataflows and data source jobs, in JSON and XML.

Source: "Load Data Source Dataflow Response Description", "Publish a Staged Data Source", "Make a
Data Source Public", "Rollback a Data Source Dataflow", "Get Job List".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from lxml import etree

from sds_server.wire.text import Brand, rfc_date, to_json, xml_date, xml_document

NAMESPACE = "http://schemas.microsoft.com/search/local/ws/rest/v1"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSD = "http://www.w3.org/2001/XMLSchema"
_NAMESPACES: Any = {None: NAMESPACE, "xsi": XSI, "xsd": XSD}


@dataclass(frozen=True, slots=True)
class WireLink:
    role: str
    url: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class WireJob:
    """A DataflowJob, or without counts a DataServiceJob. Empty strings are left out."""

    id: str
    status: str
    created_at: datetime
    links: tuple[WireLink, ...] = ()
    name: str = ""
    description: str = ""
    completed_at: datetime | None = None
    error_message: str = ""
    counts: tuple[int, int, int] | None = (0, 0, 0)  # total, processed, failed
    element: str = ""  # of the XML form, where it is not the type's name

    @property
    def type(self) -> str:
        return "DataServiceJob" if self.counts is None else "DataflowJob"


@dataclass(frozen=True, slots=True)
class Envelope:
    """`errors` is empty on success: an empty list in the answer would read as an error."""

    status: int
    trace_id: str
    brand: Brand
    authentication: str = "ValidCredentials"
    jobs: Sequence[WireJob] = ()
    errors: Sequence[str] = ()
    has_resources: bool = True  # False for an error: no resource set at all


def status_words(status: int) -> str:
    return HTTPStatus(status).phrase


def envelope_json(envelope: Envelope) -> str:
    """Members in the reference's order, `__type` first in each resource."""
    answer: dict[str, object] = {
        "authenticationResultCode": envelope.authentication,
        "brandLogoUri": envelope.brand.logo_uri,
        "copyright": envelope.brand.copyright,
    }
    if envelope.errors:
        answer["errorDetails"] = list(envelope.errors)
    answer["resourceSets"] = (
        [
            {
                "estimatedTotal": len(envelope.jobs),
                "resources": [_job_members(job) for job in envelope.jobs],
            }
        ]
        if envelope.has_resources
        else []
    )
    answer["statusCode"] = envelope.status
    answer["statusDescription"] = status_words(envelope.status)
    answer["traceId"] = envelope.trace_id
    return to_json(answer)


def _job_members(job: WireJob) -> dict[str, object]:
    members: dict[str, object] = {
        "__type": f"{job.type}:{NAMESPACE}",
        "id": job.id,
        "links": [_link_members(link) for link in job.links],
    }
    if job.name:
        members["name"] = job.name
    if job.completed_at is not None:
        members["completedDate"] = rfc_date(job.completed_at)
    members["createdDate"] = rfc_date(job.created_at)
    if job.description:
        members["description"] = job.description
    if job.error_message:
        members["errorMessage"] = job.error_message
    if job.counts is not None:
        members["failedEntityCount"] = job.counts[2]
        members["processedEntityCount"] = job.counts[1]
    members["status"] = job.status
    if job.counts is not None:
        members["totalEntityCount"] = job.counts[0]
    return members


def _link_members(link: WireLink) -> dict[str, str]:
    members = {"name": link.name} if link.name else {}
    return {**members, "role": link.role, "url": link.url}


def envelope_xml(envelope: Envelope) -> bytes:
    """Elements in the reference's order; a date that is not known is `xsi:nil`."""
    root = etree.Element(_q("Response"), nsmap=_NAMESPACES)
    _text(root, "Copyright", envelope.brand.copyright)
    _text(root, "BrandLogoUri", envelope.brand.logo_uri)
    _text(root, "StatusCode", str(envelope.status))
    _text(root, "StatusDescription", status_words(envelope.status))
    _text(root, "AuthenticationResultCode", envelope.authentication)
    if envelope.errors:
        details = etree.SubElement(root, _q("ErrorDetails"))
        for error in envelope.errors:
            _text(details, "string", error)
    _text(root, "TraceId", envelope.trace_id)
    sets = etree.SubElement(root, _q("ResourceSets"))
    if envelope.has_resources:
        resource_set = etree.SubElement(sets, _q("ResourceSet"))
        _text(resource_set, "EstimatedTotal", str(len(envelope.jobs)))
        resources = etree.SubElement(resource_set, _q("Resources"))
        for job in envelope.jobs:
            _append_job(resources, job)
    return xml_document(root)


def _append_job(parent: etree._Element, job: WireJob) -> None:
    element = etree.SubElement(parent, _q(job.element or job.type))
    if job.element:
        element.set(f"{{{XSI}}}type", job.type)
    if job.name:
        _text(element, "Name", job.name)
    _text(element, "Id", job.id)
    for link in job.links:
        child = _text(element, "Link", link.url)
        child.set("role", link.role)
        if link.name:
            child.set("name", link.name)
    if job.description:
        _text(element, "Description", job.description)
    _text(element, "Status", job.status)
    _text(element, "CreatedDate", xml_date(job.created_at))
    if job.completed_at is None:
        etree.SubElement(element, _q("CompletedDate")).set(f"{{{XSI}}}nil", "true")
    else:
        _text(element, "CompletedDate", xml_date(job.completed_at))
    if job.error_message:
        _text(element, "ErrorMessage", job.error_message)
    if job.counts is not None:
        names = ("TotalEntityCount", "ProcessedEntityCount", "FailedEntityCount")
        for name, count in zip(names, job.counts, strict=True):
            _text(element, name, str(count))


def _q(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _text(parent: etree._Element, name: str, text: str) -> etree._Element:
    child = etree.SubElement(parent, _q(name))
    child.text = printable(text)
    return child


def printable(text: str) -> str:
    """The text without the control characters that XML can't hold."""
    return "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
