"""Page "Rollback a Data Source Dataflow"."""

from __future__ import annotations

import pytest

from tests.conformance.fixtures import Loaded
from tests.conformance.forms import json_error, json_job, json_links, text_of, xml_job, xml_links
from tests.conformance.history import History
from tests.conformance.service import Service, self_link

pytestmark = pytest.mark.xdist_group("conformance")


def test_the_answer_in_json(rolled_back: History) -> None:
    """Example: JSON response, 201 with a named DataflowJob, pending."""
    answer = rolled_back.answers["rolled back"]
    job = json_job(answer, status=201)
    assert job["__type"].startswith("DataflowJob:")
    assert (job["status"], job["name"]) == ("Pending", rolled_back.name)
    assert job["description"] == "DataSourceRollback"
    assert json_links(job)["self", ""] == answer.headers["Location"]
    assert f"/dataflows/DataSourceRollback/{job['id']}" in answer.headers["Location"]


def test_the_answer_in_xml(rolled_back: History) -> None:
    """Example: XML response, whose job has no name yet and whose status is Created."""
    job = xml_job(rolled_back.answers["rolled forth"], status=201)
    assert job.tag.endswith("}DataflowJob")
    assert text_of(job, "Status") == "Created"
    assert job.find("{*}Name") is None
    assert list(xml_links(job)) == [("self", "")]


def test_an_earlier_version_is_published_again(rolled_back: History) -> None:
    """URL Template: previousVersionJobId names the version, as showAllVersions gives it."""
    found = rolled_back.found
    assert found["rolled back"] == found["changed"]
    assert found["rolled forth"] == found["committed again"]
    active = [one for one in rolled_back.versions["rolled back"] if one["isActive"] == "true"]
    assert [one["jobId"] for one in active] == [rolled_back.jobs["changed"]["id"]]


def test_the_status_in_json(rolled_back: History, sds: Service) -> None:
    """Example: JSON response of the status, with the restored data source's link."""
    job = json_job(sds.get(self_link(rolled_back.answers["rolled back"])))
    assert (job["status"], job["name"]) == ("Completed", rolled_back.name)
    assert list(json_links(job)) == [("self", ""), ("datasource", "service")]
    assert json_links(job)["datasource", "service"] == rolled_back.url
    assert job["links"][1]["role"] == "datasource"


def test_the_status_in_xml(rolled_back: History, sds: Service) -> None:
    """Example: XML response of the status, the name first."""
    job = xml_job(sds.get(self_link(rolled_back.answers["rolled back"]), "o=xml"))
    assert text_of(job, "Name") == rolled_back.name
    assert xml_links(job)["datasource", "service"] == rolled_back.url
    assert [link.get("role") for link in job.iter("{*}Link")] == ["self", "dataSource"]


def test_the_status_can_be_asked_as_the_toolkit_does(rolled_back: History, sds: Service) -> None:
    """Get status: the .NET toolkit follows the link as it is and wants the job's description."""
    job = json_job(sds.get(self_link(rolled_back.answers["rolled back"]), key=""))
    assert job["description"] == "DataSourceRollback"


def test_a_version_that_there_is_not(coffee: Loaded, sds: Service) -> None:
    """Template Parameters: previousVersionJobId, Required."""
    path = f"/Dataflows/DataSourceRollback/0a1b2c3d/{coffee.name}"
    assert coffee.name in json_error(sds.get(path), status=404)


def test_the_published_version_is_none_to_go_back_to(coffee: Loaded, sds: Service) -> None:
    """URL Template: a previously published version."""
    path = f"/Dataflows/DataSourceRollback/{coffee.job['id']}/{coffee.name}"
    assert "previousVersionJobId" in json_error(sds.get(path), status=400)


def test_the_key_is_the_master_key(coffee: Loaded, sds: Service) -> None:
    """Template Parameters: key, the data source's master key."""
    path = f"/Dataflows/DataSourceRollback/{coffee.job['id']}/{coffee.name}"
    json_error(sds.get(path, key=""), status=401, auth="NoCredentials")
    json_error(sds.get(path, key=sds.query_key), status=401)
