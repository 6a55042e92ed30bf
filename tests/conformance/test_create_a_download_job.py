"""Page "Create a Download Job"."""

from __future__ import annotations

import pytest

from tests.conformance.downloads import Download
from tests.conformance.fixtures import Loaded
from tests.conformance.forms import json_error, json_job, json_links, text_of, xml_job, xml_links
from tests.conformance.history import History
from tests.conformance.service import Service

pytestmark = pytest.mark.xdist_group("conformance")


def test_the_answer_in_json(download: Download) -> None:
    """Examples: JSON response, 201 with a DataflowJob, pending."""
    job = json_job(download.started, status=201)
    assert job["__type"].startswith("DataflowJob:")
    assert job["status"] == "Pending"
    assert list(json_links(job)) == [("self", "")]
    assert "description" not in job


def test_the_answer_in_xml(coffee: Loaded, download: Download, sds: Service) -> None:
    """Examples: XML response; its alias of output is o."""
    answer = sds.get(download.path, "o=xml")
    job = xml_job(answer, status=201)
    assert text_of(job, "Status") == "Pending"
    assert list(xml_links(job)) == [("self", "")]
    sds.completed(answer)


def test_the_location_is_the_status_url(download: Download) -> None:
    """URL template: the status URL is in the answer; the .NET toolkit takes it from `Location`."""
    job = json_job(download.started, status=201)
    location = download.started.headers["Location"]
    assert location == json_links(job)["self", ""]
    assert "?" not in location
    assert "/dataflows/DataSourceDownload/" in location


def test_the_path_of_the_example(coffee: Loaded, sds: Service) -> None:
    """Examples: the path begins with data there, with Dataflows in the template; in any case."""
    access_id = coffee.url.split("/")[-2]
    for word in ("data/DataSourceDownload", "DATAFLOWS/DATASOURCEDOWNLOAD"):
        answer = sds.get(f"/{word}/{access_id.upper()}/{coffee.name}")
        sds.completed(answer)


def test_a_version_by_its_job_id(staged: History) -> None:
    """Template Parameters: jobId, of an earlier or the staged version."""
    assert staged.files["first"].count(b"<Name>first</Name>") == 2
    assert staged.files["staged"].count(b"<Name>staged</Name>") == 2


def test_a_version_that_there_is_not(download: Download, sds: Service) -> None:
    """Template Parameters: jobId identifies a version of the data source."""
    assert "job ID" in json_error(sds.get(download.path, "jobId=0a1b2c"), status=404)


def test_a_data_source_that_there_is_not(sds: Service) -> None:
    """HTTP Status Codes: 404 where the data source does not exist."""
    answer = sds.get("/Dataflows/DataSourceDownload/0a1b2c/Nowhere")
    assert "Nowhere" in json_error(answer, status=404)


def test_the_key_is_the_master_key(download: Download, sds: Service) -> None:
    """HTTP Status Codes: 401 without a key, with one that is none, with another than the master's."""
    json_error(sds.get(download.path, key=""), status=401, auth="NoCredentials")
    json_error(sds.get(download.path, key="nobodys"), status=401, auth="InvalidCredentials")
    assert "master key" in json_error(sds.get(download.path, key=sds.query_key), status=401)


def test_the_method_is_get(download: Download, sds: Service) -> None:
    """Supported HTTP Methods: GET; a HEAD must start no job."""
    for method in ("HEAD", "POST", "DELETE"):
        assert sds.send(method, download.path).status_code == 405
