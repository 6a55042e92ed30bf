"""Page "Geocode and Data Source Limits"; every case needs our own server's plans."""

from __future__ import annotations

import pytest
import requests

from tests.conformance.forms import json_error, json_jobs
from tests.live import LiveAccount, LiveServer, service_path

pytestmark = [pytest.mark.xdist_group("conformance"), pytest.mark.own_server]

SHOPS = (
    "Bing Spatial Data Services, 1.0, Shops\n"
    "ID(Edm.String,primaryKey)|Latitude(Edm.Double)|Longitude(Edm.Double)\n"
)


def shops(count: int) -> str:
    return SHOPS + "".join(f"{number}|1|1\n" for number in range(count))


def limited(answer: requests.Response) -> str:
    return json_error(answer, status=403, auth="ValidCredentials")


@pytest.fixture(scope="module")
def full(live_sds: LiveServer) -> LiveAccount:
    """An enterprise account with 25 data sources and 50 jobs in its day."""
    account = live_sds.account("enterprise")
    for number in range(25):
        account.finish(account.load(f"Shops{number}", shops(1)))
    assert "25 data sources" in limited(account.load("OneMore", shops(1)))
    for number in range(25):
        account.load(f"Shops{number}", shops(1), operation="incremental")
        if number % 5 == 4:
            account.idle()
    return account


def test_25_data_sources_and_50_jobs_a_day_are_taken(full: LiveAccount) -> None:
    """Account Limits for Enterprise Keys: up to the limits everything is done."""
    jobs = json_jobs(full.get("/Dataflows/ListJobs"))
    assert len(jobs) == 50
    assert {job["status"] for job in jobs} == {"Completed"}


def test_the_51st_job_of_a_day_is_refused(full: LiveAccount) -> None:
    """Account Limits for Enterprise Keys: 50 jobs in a 24 hour period, whatever the job."""
    url = full.get("/data", **{"$format": "atom"}).text.split('href="')[1].split('"')[0]
    source = url.rsplit("/", 1)[0]
    assert "50 jobs in 24 hours" in limited(full.load("Shops0", shops(1)))
    assert "50 jobs in 24 hours" in limited(full.delete(source, output="json"))
    assert "50 jobs in 24 hours" in limited(full.get(f"{source}/$updateDataSource", setPublic="1"))


def test_downloads_and_queries_are_no_jobs(full: LiveAccount) -> None:
    """Page: the jobs of the job list count, and no other request."""
    url = full.get("/data").text.split('href="')[1].split('"')[0]
    access_id, name = url.split("/")[-3:-1]
    assert full.get(url).status_code == 200
    full.finish(full.get(f"/Dataflows/DataSourceDownload/{access_id}/{name}"))


@pytest.mark.parametrize(("plan", "most"), [("basic", 2), ("enterprise", 10)])
def test_jobs_in_process(live_sds: LiveServer, plan: str, most: int) -> None:
    """Account Limits: 2 jobs in process at the same time for Basic, 10 for Enterprise keys."""
    account = live_sds.account(plan)
    with live_sds.without_worker():
        for _ in range(most):
            assert account.load("Shops", shops(1)).status_code == 201
        assert f"{most} jobs in process" in limited(account.load("Shops", shops(1)))
    account.idle()
    assert account.load("Shops", shops(1)).status_code == 201
    account.idle()


def test_basic_accounts_have_5_data_sources(live_sds: LiveServer) -> None:
    """Account Limits for Basic Keys: 5 data sources; one deleted makes room for another."""
    account = live_sds.account("basic")
    jobs = [account.loaded(f"Shops{number}", shops(1)) for number in range(5)]
    assert "5 data sources" in limited(account.load("OneMore", shops(1)))
    assert account.delete(service_path(jobs[0])).status_code == 202
    account.idle()
    account.loaded("OneMore", shops(1))


def test_basic_accounts_have_2500_entities(live_sds: LiveServer) -> None:
    """Account Limits for Basic Keys: 2,500 entities a data source; more are loaded not at all."""
    account = live_sds.account("basic")
    account.loaded("Shops", shops(2500))
    job = account.finish(account.load("Shops", shops(2501)))
    assert job["status"] == "Aborted"
    assert "2,500 entities" in job["errorMessage"]
