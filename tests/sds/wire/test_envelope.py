"""The response envelope has the members and elements of the reference's examples, in their order."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from lxml import etree

from sds_server.wire.envelope import (
    NAMESPACE,
    XSI,
    Envelope,
    WireJob,
    WireLink,
    envelope_json,
    envelope_xml,
)
from sds_server.wire.text import Brand

CREATED = datetime(2010, 11, 12, 20, 3, 56, 315788, tzinfo=UTC)
LOAD = WireJob(
    id="f8293dc72ac04942b7cb003c9608c547",
    status="Pending",
    created_at=CREATED,
    links=(WireLink("self", "https://host/REST/v1/dataflows/LoadDataSource/f8"),),
    description="FourthCoffeeSample Data Source",
)
ACCEPTED = Envelope(
    status=201, trace_id="2bf0", brand=Brand("© Owner", "https://host/logo.png"), jobs=(LOAD,)
)


def elements(xml: bytes) -> list[str]:
    """Local names of all elements, in document order; every one is of the reference's namespace."""
    root = etree.fromstring(xml)
    names = [etree.QName(item) for item in root.iter()]
    assert {name.namespace for name in names} == {NAMESPACE}
    return [name.localname for name in names]


def test_json_of_a_load_as_in_its_example() -> None:
    answer = json.loads(envelope_json(ACCEPTED))
    assert list(answer) == [
        "authenticationResultCode", "brandLogoUri", "copyright", "resourceSets", "statusCode",
        "statusDescription", "traceId",
    ]  # fmt: skip
    assert answer["statusDescription"] == "Created"
    (job,) = answer["resourceSets"][0]["resources"]
    assert answer["resourceSets"][0]["estimatedTotal"] == 1
    assert list(job) == [
        "__type", "id", "links", "createdDate", "description", "failedEntityCount",
        "processedEntityCount", "status", "totalEntityCount",
    ]  # fmt: skip
    assert job["__type"] == f"DataflowJob:{NAMESPACE}"
    assert job["createdDate"] == "Fri, 12 Nov 2010 20:03:56 GMT"
    assert job["links"] == [{"role": "self", "url": LOAD.links[0].url}]
    assert job["totalEntityCount"] == 0


def test_json_escapes_each_solidus_and_has_no_byte_order_mark() -> None:
    text = envelope_json(ACCEPTED)
    assert text.startswith("{")
    assert "https:\\/\\/host\\/logo.png" in text
    assert "/" not in text.replace("\\/", "")


def test_json_of_a_completed_job_and_of_one_without_counts() -> None:
    done = replace(
        LOAD,
        status="Completed",
        completed_at=CREATED,
        name="Coffee",
        links=(*LOAD.links, WireLink("datasource", "https://host/x", "service")),
        counts=(12, 12, 0),
    )
    (job,) = json.loads(envelope_json(replace(ACCEPTED, jobs=(done,))))["resourceSets"][0][
        "resources"
    ]
    assert list(job)[:6] == ["__type", "id", "links", "name", "completedDate", "createdDate"]
    assert job["links"][1] == {"name": "service", "role": "datasource", "url": "https://host/x"}
    service = replace(done, counts=None)
    (job,) = json.loads(envelope_json(replace(ACCEPTED, jobs=(service,))))["resourceSets"][0][
        "resources"
    ]
    assert job["__type"] == f"DataServiceJob:{NAMESPACE}"
    assert not [name for name in job if name.endswith("Count")]


def test_json_of_an_error_has_details_and_no_resource_set() -> None:
    error = replace(
        ACCEPTED, status=401, authentication="InvalidCredentials", jobs=(), errors=("key: …",),
        has_resources=False,
    )  # fmt: skip
    answer = json.loads(envelope_json(error))
    assert answer["errorDetails"] == ["key: …"]
    assert answer["resourceSets"] == []
    assert list(answer)[3] == "errorDetails"


def test_xml_of_a_load_as_in_its_example() -> None:
    xml = envelope_xml(ACCEPTED)
    assert elements(xml) == [
        "Response", "Copyright", "BrandLogoUri", "StatusCode", "StatusDescription",
        "AuthenticationResultCode", "TraceId", "ResourceSets", "ResourceSet", "EstimatedTotal",
        "Resources", "DataflowJob", "Id", "Link", "Description", "Status", "CreatedDate",
        "CompletedDate", "TotalEntityCount", "ProcessedEntityCount", "FailedEntityCount",
    ]  # fmt: skip
    root = etree.fromstring(xml)
    assert set(root.nsmap) == {None, "xsi", "xsd"}
    (link,) = root.iter(f"{{{NAMESPACE}}}Link")
    assert dict(link.attrib) == {"role": "self"}
    (completed,) = root.iter(f"{{{NAMESPACE}}}CompletedDate")
    assert dict(completed.attrib) == {f"{{{XSI}}}nil": "true"}
    assert root.findtext(f".//{{{NAMESPACE}}}CreatedDate") == "2010-11-12T20:03:56.3157880+00:00"


def test_xml_of_a_data_service_job_has_its_name_first_and_no_counts() -> None:
    job = replace(LOAD, name="Coffee", counts=None, completed_at=CREATED)
    names = elements(envelope_xml(replace(ACCEPTED, jobs=(job,))))
    assert names[names.index("Resources") + 1 :] == [
        "DataServiceJob", "Name", "Id", "Link", "Description", "Status", "CreatedDate",
        "CompletedDate",
    ]  # fmt: skip


def test_xml_of_public_status_is_a_typed_resource() -> None:
    job = replace(LOAD, counts=None, element="Resource")
    root = etree.fromstring(envelope_xml(replace(ACCEPTED, jobs=(job,))))
    (element,) = root.iter(f"{{{NAMESPACE}}}Resource")
    assert element.get(f"{{{XSI}}}type") == "DataServiceJob"


def test_xml_holds_words_that_have_characters_xml_has_not() -> None:
    job = replace(LOAD, error_message="Value '\x01<b>' & more", description="\ud7ff\x00")
    root = etree.fromstring(envelope_xml(replace(ACCEPTED, jobs=(job,), errors=("\x0b",))))
    assert root.findtext(f".//{{{NAMESPACE}}}ErrorMessage") == "Value '<b>' & more"
