"""Page "Get Job List"."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.conformance.downloads import Download
from tests.conformance.forms import (
    json_error,
    json_jobs,
    json_links,
    text_of,
    xml_error,
    xml_jobs,
    xml_links,
)
from tests.conformance.history import History
from tests.conformance.service import Service
from tests.live import LiveServer

pytestmark = pytest.mark.xdist_group("conformance")

LIST = "/dataflows/ListJobs"
SERVICE_JOBS = ("DataSourcePublishFromStaged", "DataSourceDelete", "DataSourceAccess")
#: Of the history's data source, the latest first.
WORDS = [
    "DataSourceDelete",
    "DataSourceDelete",
    "DataSourceCompleteStaging",
    "DataSourceAccess",
    "DataSourceAccess",
    "DataSourceRollback",
    "DataSourceRollback",
    "DataSourcePublishFromStaged",
    "DataSourceIncrementalStaging",
    "DataSourceIncremental",
    "DataSourcePublishFromStaged",
    "DataSourceCompleteStaging",
    "DataSourceComplete",
    "DataSourceComplete",
]


def test_every_kind_of_job_in_json(deleted: History, sds: Service) -> None:
    """Response, Example: JSON; the job's word is its description, the data source its name."""
    jobs = [job for job in json_jobs(sds.get(LIST)) if job["name"] == deleted.name]
    assert [job["description"] for job in jobs] == WORDS
    for job in jobs:
        kind = "DataServiceJob" if job["description"] in SERVICE_JOBS else "DataflowJob"
        assert job["__type"].partition(":")[0] == kind
        assert job["status"] == "Completed"
    access = [job for job in jobs if job["description"] == "DataSourceAccess"]
    assert json_links(access[0])["datasource", "service"] == deleted.url
    assert access[0]["links"][1]["role"] == "dataSource"


def test_every_kind_of_job_in_xml(deleted: History, sds: Service) -> None:
    """Example: XML response, the same jobs in the same order."""
    jobs = [
        job for job in xml_jobs(sds.get(LIST, "output=xml")) if text_of(job, "Name") == deleted.name
    ]
    assert [text_of(job, "Description") for job in jobs] == WORDS
    for job in jobs:
        kind = "DataServiceJob" if text_of(job, "Description") in SERVICE_JOBS else "DataflowJob"
        assert job.tag.endswith("}" + kind)
    access = next(job for job in jobs if text_of(job, "Description") == "DataSourceAccess")
    assert xml_links(access)["datasource", "service"] == deleted.url


def test_the_latest_comes_first(deleted: History, sds: Service) -> None:
    """Example: jobs in the order of their creation, the latest first."""
    dates = [
        datetime.strptime(job["createdDate"], "%a, %d %b %Y %H:%M:%S %Z")
        for job in json_jobs(sds.get(LIST))
        if job["status"] != "Pending"
    ]
    assert dates == sorted(dates, reverse=True)


def test_the_ids_are_those_of_the_status_urls(deleted: History, sds: Service) -> None:
    """Response: a job of the list is the one that its own status URL answers."""
    listed = {job["id"] for job in json_jobs(sds.get(LIST))}
    assert {job["id"] for job in deleted.jobs.values()} <= listed


def test_downloads_are_not_listed(download: Download, sds: Service) -> None:
    """Page: download jobs are not included."""
    jobs = json_jobs(sds.get(LIST))
    assert download.job["id"] not in {job["id"] for job in jobs}
    assert not [job for job in jobs if job["description"] == "DataSourceDownload"]


@pytest.mark.parametrize("query", ["", "output=", "o=json", "OUTPUT=JSON", "any=thing"])
def test_json_is_the_default(sds: Service, query: str) -> None:
    """Template Parameters: output and its alias, json [default]."""
    json_jobs(sds.get(LIST, query))


@pytest.mark.parametrize(
    "path", ["/Dataflows/ListJobs", "/dataflows/listjobs", "/DATAFLOWS/LISTJOBS/"]
)
def test_the_path_in_any_case(sds: Service, path: str) -> None:
    """URL Template: listjobs there, ListJobs in the example."""
    xml_jobs(sds.get(path, "?&O=XML"))


def test_any_key_of_the_account(sds: Service) -> None:
    """Template Parameters: key, any of the account."""
    assert json_jobs(sds.get(LIST, key=sds.query_key)) == json_jobs(sds.get(LIST))
    json_error(sds.get(LIST, key=""), status=401, auth="NoCredentials")
    xml_error(sds.get(LIST, "output=xml", key="nobodys"), status=401, auth="InvalidCredentials")


@pytest.mark.own_server
def test_pending_jobs_come_first(live_sds: LiveServer) -> None:
    """Page: pending and completed jobs, the pending ones first; of this account alone."""
    account = live_sds.account()
    text = "Bing Spatial Data Services, 1.0, T\nI(Edm.String,primaryKey)|Latitude(Edm.Double)|"
    text += "Longitude(Edm.Double)\na|1|1\n"
    url = next(
        link["url"]
        for link in account.loaded("Done", text)["links"]
        if link["role"] == "datasource"
    )
    with live_sds.without_worker():
        account.load("Waits", text)
        account.delete(url)
        jobs = json_jobs(account.get(LIST))
        assert [(job["name"], job["status"]) for job in jobs] == [
            ("Done", "Pending"), ("Waits", "Pending"), ("Done", "Completed"),
        ]  # fmt: skip
        assert jobs[0]["__type"].startswith("DataServiceJob:")
        assert "completedDate" not in jobs[0]
        as_xml = xml_jobs(account.get(LIST, output="xml"))
        assert [text_of(job, "Status") for job in as_xml] == ["Pending", "Pending", "Completed"]
    account.idle()
