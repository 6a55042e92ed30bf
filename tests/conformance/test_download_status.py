"""Pages "Get Download Data Source Job Status" and "… Dataflow Response Description"."""

from __future__ import annotations

import pytest

from tests.conformance.downloads import Download
from tests.conformance.fixtures import Loaded
from tests.conformance.forms import (
    assert_order,
    json_error,
    json_job,
    json_links,
    text_of,
    xml_error,
    xml_job,
    xml_links,
)
from tests.conformance.service import Service

pytestmark = pytest.mark.xdist_group("conformance")


def test_a_completed_download_in_json(download: Download, sds: Service) -> None:
    """Examples: JSON response; the file is the link `output`, `succeeded`."""
    job = json_job(sds.get(download.status_url))
    assert job["__type"].startswith("DataflowJob:")
    assert (job["status"], job["totalEntityCount"]) == ("Completed", 15)
    assert list(json_links(job)) == [("self", ""), ("output", "succeeded")]
    assert_order(job["links"][1], ("name", "role", "url"))


def test_a_completed_download_in_xml(download: Download, sds: Service) -> None:
    """Examples: XML response."""
    job = xml_job(sds.get(download.status_url, "output=xml"))
    assert text_of(job, "Status") == "Completed"
    assert text_of(job, "TotalEntityCount") == "15"
    assert xml_links(job)["output", "succeeded"].endswith("/output/succeeded")


def test_the_status_by_the_name_of_the_data_source(
    coffee: Loaded, download: Download, sds: Service
) -> None:
    """URL template: the data source's name stands where other dataflows have the job's ID."""
    by_name = json_job(sds.get(f"/Dataflows/DataSourceDownload/{coffee.name}"))
    assert by_name["status"] == "Completed"
    assert ("output", "succeeded") in json_links(by_name)


def test_a_download_that_there_is_not(sds: Service) -> None:
    """HTTP Status Codes: an error, with what is wrong."""
    assert "download" in json_error(sds.get("/Dataflows/DataSourceDownload/Nowhere"), status=404)
    answer = sds.get("/Dataflows/DataSourceDownload/Nowhere", "o=xml")
    assert "download" in xml_error(answer, status=404)


def test_the_key_is_the_master_key(download: Download, sds: Service) -> None:
    """Template Parameters: key is Required and the master key."""
    json_error(sds.get(download.status_url, key=""), status=401, auth="NoCredentials")
    assert sds.get(download.status_url, key=sds.query_key).status_code == 401
