"""Page "Load Data Source Dataflow Response Description"."""

from __future__ import annotations

import pytest

from tests.conformance.forms import json_job, json_links, text_of, xml_job, xml_links
from tests.conformance.sample import pipe
from tests.conformance.service import Service

pytestmark = pytest.mark.xdist_group("conformance")


@pytest.fixture(scope="module")
def aborted(sds: Service) -> str:
    """The status URL of a job that was aborted: a schema without an entity ID."""
    body = pipe("a|1|1", columns="ID(Edm.String)|Latitude(Edm.Double)|Longitude(Edm.Double)")
    started = sds.load(sds.new_name("Aborted"), body)
    assert sds.finish(started)["status"] == "Aborted"
    return started.headers["Location"]


@pytest.fixture(scope="module")
def partly(sds: Service) -> str:
    """The status URL of a job that completed with a failed entity: a latitude beyond the pole."""
    started = sds.load(sds.new_name("Partly"), pipe("a|1|1|good", "b|91|1|bad"))
    assert sds.finish(started)["status"] == "Completed"
    return started.headers["Location"]


def test_an_aborted_job_in_json(aborted: str, sds: Service) -> None:
    """DataflowJob: errorMessage and the link `output`, `failed`; Response: errorDetails."""
    answer = sds.get(aborted)
    job = json_job(answer)
    assert job["status"] == "Aborted"
    assert job["errorMessage"]
    assert answer.json()["errorDetails"]
    links = json_links(job)
    assert ("output", "failed") in links
    assert ("datasource", "service") not in links
    log = sds.get(links["output", "failed"])
    assert log.status_code == 200
    assert log.text.strip()


def test_an_aborted_job_in_xml(aborted: str, sds: Service) -> None:
    """DataflowJob: ErrorMessage and the link, in XML."""
    job = xml_job(sds.get(aborted, "o=xml"))
    assert text_of(job, "ErrorMessage")
    assert ("output", "failed") in xml_links(job)


def test_completed_does_not_mean_that_all_went_well(partly: str, sds: Service) -> None:
    """DataflowJob: failedEntityCount; processedEntityCount counts the failed ones too."""
    job = json_job(sds.get(partly))
    assert [job[f"{word}EntityCount"] for word in ("total", "processed", "failed")] == [2, 2, 1]
    assert "errorMessage" not in job


@pytest.mark.own_server
def test_our_log_names_the_failed_entities(partly: str, sds: Service) -> None:
    """DataflowJob: the error log, which ours links for a completed job with failures too."""
    links = json_links(json_job(sds.get(partly)))
    log = sds.get(links["output", "failed"])
    assert log.headers["Content-Type"].startswith("text/plain")
    assert "\tLatitude\t91\t" in log.text


def test_no_error_details_on_success(partly: str, sds: Service) -> None:
    """Response: errorDetails; a real client reads an empty list as an error."""
    assert "errorDetails" not in sds.get(partly).json()
    assert b"ErrorDetails" not in sds.get(partly, "o=xml").content
