"""Page "Get Load Data Source Status"."""

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
from tests.conformance.service import Service, self_link

pytestmark = pytest.mark.xdist_group("conformance")


def test_a_completed_job_in_json(coffee: Loaded, sds: Service) -> None:
    """Examples: JSON response of a completed job, with the data source's link."""
    job = json_job(sds.get(self_link(coffee.started)))
    assert job["status"] == "Completed"
    links = json_links(job)
    assert list(links) == [("self", ""), ("datasource", "service")]
    # The page has the first spelling; the sample code that the reference offers wants the second.
    roles = [link["role"] for link in job["links"]]
    assert roles == (["self", "datasource", "dataSource"] if sds.is_own else roles)
    assert links["self", ""] == self_link(coffee.started)
    assert links["datasource", "service"].rsplit("/", 1)[1] == coffee.name
    assert job["links"][1]["role"] == "datasource"
    assert job["description"] == "Shops for the suite"
    assert (job["totalEntityCount"], job["processedEntityCount"]) == (15, 15)


def test_a_completed_job_in_xml(coffee: Loaded, sds: Service) -> None:
    """Examples: XML response of a completed job."""
    job = xml_job(sds.get(self_link(coffee.started), "output=xml"))
    assert text_of(job, "Status") == "Completed"
    assert list(xml_links(job)) == [("self", ""), ("datasource", "service")]
    assert text_of(job, "ProcessedEntityCount") == "15"


@pytest.mark.parametrize(
    "query", ["o=xml", "OUTPUT=XML", "?&output=xml", "output=xml&output=json", "output=xml&any=1"]
)
def test_output_by_alias_in_any_case_and_twice(coffee: Loaded, sds: Service, query: str) -> None:
    """Template Parameters: output and its alias; names and values in any case."""
    assert text_of(xml_job(sds.get(self_link(coffee.started), query)), "Id")


@pytest.mark.parametrize("query", ["", "output=", "output=json", "O=JSON", "output"])
def test_json_is_the_default(coffee: Loaded, sds: Service, query: str) -> None:
    """Template Parameters: output, json [default]."""
    assert json_job(sds.get(self_link(coffee.started), query))["status"] == "Completed"


def test_the_path_in_any_case(coffee: Loaded, sds: Service) -> None:
    """URL template: the page writes LoadDatasource here and LoadDataSource elsewhere."""
    for word in (
        "Dataflows/LoadDatasource",
        "dataflows/loaddatasource",
        "DATAFLOWS/LOADDATASOURCE",
    ):
        answer = sds.get(f"/{word}/{coffee.job['id']}")
        assert json_job(answer)["id"] == coffee.job["id"]


def test_the_key_is_the_master_key(coffee: Loaded, sds: Service) -> None:
    """Template Parameters: key is Required and the master key."""
    url = self_link(coffee.started)
    json_error(sds.get(url, key=""), status=401, auth="NoCredentials")
    json_error(sds.get(url, key="nobodys"), status=401, auth="InvalidCredentials")
    xml_error(sds.get(url, "o=xml", key="nobodys"), status=401, auth="InvalidCredentials")
    assert sds.get(url, key=sds.query_key).status_code == 401
    assert sds.get(url, key=sds.master_key.swapcase()).status_code == 401
    for name in ("KEY", "Key"):
        answer = sds.get(url, f"{name}={sds.master_key}", key="")
        assert json_job(answer)["id"] == coffee.job["id"]


def test_a_job_that_there_is_not(sds: Service) -> None:
    """HTTP Status Codes: an error, with what is wrong."""
    answer = sds.get("/Dataflows/LoadDataSource/0a1b2c3d4e5f60718293a4b5c6d7e8f9")
    assert "job" in json_error(answer, status=404)


def test_the_method_is_get(coffee: Loaded, sds: Service) -> None:
    """Supported HTTP Methods: GET; HEAD answers as it, without the body."""
    url = self_link(coffee.started)
    head = sds.send("HEAD", url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == sds.get(url).headers["Content-Type"]
    for method in ("POST", "PUT", "DELETE"):
        assert sds.send(method, url).status_code == 405
