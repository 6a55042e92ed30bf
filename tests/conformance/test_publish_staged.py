"""Page "Publish a Staged Data Source"."""

from __future__ import annotations

import pytest

from tests.conformance.fixtures import Loaded
from tests.conformance.forms import (
    json_error,
    json_job,
    json_links,
    text_of,
    xml_error,
    xml_job,
    xml_links,
)
from tests.conformance.history import History
from tests.conformance.service import Service, self_link

pytestmark = pytest.mark.xdist_group("conformance")


def test_the_answer_in_json(committed: History) -> None:
    """Examples: JSON response, 202 with a DataServiceJob, accepted, without counts."""
    answer = committed.answers["committed"]
    job = json_job(answer, status=202)
    assert job["__type"].startswith("DataServiceJob:")
    assert job["description"] == "DataSourcePublishFromStaged"
    assert job["status"] == "Accepted"
    url = json_links(job)["self", ""]
    assert url.casefold().endswith(f"/data/jobs/{job['id']}/$getstatus")


def test_the_answer_in_xml(committed_again: History) -> None:
    """Examples: XML response."""
    job = xml_job(committed_again.answers["committed again"], status=202)
    assert job.tag.endswith("}DataServiceJob")
    assert text_of(job, "Status") == "Accepted"
    assert text_of(job, "Description") == "DataSourcePublishFromStaged"
    assert list(xml_links(job)) == [("self", "")]


def test_the_staged_version_becomes_the_published_one(committed: History) -> None:
    """URL Template: the staged data source is published."""
    assert committed.found["committed"] == committed.found_staged["staged"]
    assert committed.found_staged["committed"] == {}


def test_a_staged_update_becomes_the_published_one(committed_again: History) -> None:
    """URL Template: of incrementalStaging too; the path's words in any case."""
    history = committed_again
    assert history.found["committed again"] == history.found_staged["staged again"]


def test_the_status_in_xml(committed: History, sds: Service) -> None:
    """Examples: XML response of the status, a DataServiceJob with the data source's name first."""
    job = xml_job(sds.get(self_link(committed.answers["committed"]), "o=xml"))
    assert job.tag.endswith("}DataServiceJob")
    assert text_of(job, "Name") == committed.name
    assert text_of(job, "Status") == "Completed"
    assert text_of(job, "Description") == "DataSourcePublishFromStaged"


def test_the_status_in_json_is_one_that_the_toolkit_can_read(
    committed: History, sds: Service
) -> None:
    """Examples: JSON response of the status; the .NET toolkit casts it to a DataflowJob."""
    job = json_job(sds.get(self_link(committed.answers["committed"])))
    assert job["__type"].startswith("DataflowJob:")
    assert (job["name"], job["status"]) == (committed.name, "Completed")
    assert job["description"] == "DataSourcePublishFromStaged"


def test_the_status_can_be_asked_as_the_toolkit_does(committed: History, sds: Service) -> None:
    """Examples: the status link; the .NET toolkit follows it as it is, without a key."""
    url = self_link(committed.answers["committed"])
    assert json_job(sds.get(url, key=""))["status"] == "Completed"
    assert sds.get(url, key="nobodys").status_code == 401


def test_there_must_be_a_staged_version(coffee: Loaded, sds: Service) -> None:
    """URL Template: what is published is a staged data source."""
    assert "staged" in json_error(sds.get(f"{coffee.url}/$commit"), status=404)
    assert "staged" in xml_error(sds.get(f"{coffee.url}/$commit", "o=xml"), status=404)


def test_the_key_is_the_master_key(coffee: Loaded, sds: Service) -> None:
    """Template Parameters: key, the data source's master key."""
    url = f"{coffee.url}/$commit"
    json_error(sds.get(url, key=""), status=401, auth="NoCredentials")
    json_error(sds.get(url, key=sds.query_key), status=401)


def test_the_method_is_get(coffee: Loaded, sds: Service) -> None:
    """Supported HTTP Methods: GET; a HEAD must start no job."""
    for method in ("HEAD", "POST", "PUT", "DELETE"):
        answer = sds.send(method, f"{coffee.url}/$commit")
        assert answer.status_code == 405
        assert "GET" in answer.headers["Allow"]
