"""Page "Status Codes and Error Handling"."""

from __future__ import annotations

import pytest

from tests.conformance.fixtures import Loaded
from tests.conformance.forms import json_error, json_jobs, xml_error
from tests.conformance.service import Service
from tests.live import LiveServer

pytestmark = pytest.mark.xdist_group("conformance")


def test_200(sds: Service) -> None:
    """HTTP Status Codes: 200 OK; 201 and 202 stand with the operations that answer them."""
    json_jobs(sds.get("/Dataflows/ListJobs"))


def test_400_names_the_parameter(coffee: Loaded, sds: Service) -> None:
    """HTTP Status Codes: 400, the request contained an error; the form is the one asked for."""
    assert "output" in json_error(sds.get("/Dataflows/ListJobs", "output=html"), status=400)
    assert "$top" in xml_error(coffee.query("$top=-1"), status=400)
    assert "$top" in json_error(coffee.query("$top=-1&$format=json"), status=400)


@pytest.mark.parametrize(
    ("key", "auth"), [("", "NoCredentials"), ("nobodys", "InvalidCredentials")]
)
def test_401_tells_why(coffee: Loaded, sds: Service, key: str, auth: str) -> None:
    """HTTP Status Codes: 401, credentials that are missing or wrong."""
    for path in ("/Dataflows/ListJobs", f"/Dataflows/LoadDataSource/{coffee.job['id']}"):
        assert "key" in json_error(sds.get(path, key=key), status=401, auth=auth)
        assert "key" in xml_error(sds.get(path, "o=xml", key=key), status=401, auth=auth)
    assert "key" in xml_error(sds.get(coffee.query_url, key=key), status=401, auth=auth)


def test_401_of_a_key_that_may_not(coffee: Loaded, sds: Service) -> None:
    """HTTP Status Codes: 401, no access to the resource; Response Description: NotAuthorized."""
    answer = sds.get(f"{coffee.url}/$commit", key=sds.query_key)
    json_error(answer, status=401, auth="NotAuthorized")
    assert sds.query_key not in answer.text


@pytest.mark.own_server
def test_401_of_a_key_that_has_expired(live_sds: LiveServer, sds: Service) -> None:
    """HTTP Status Codes: 401; Response Description: CredentialsExpired."""
    account = live_sds.account()
    added = live_sds.command("sds_account", "add-key", account.name, "--expires", "2020-01-01")
    answer = sds.get("/Dataflows/ListJobs", key=added.split('"')[-2])
    json_error(answer, status=401, auth="CredentialsExpired")


@pytest.mark.parametrize(
    "path",
    ["/Dataflows/Nothing", "/Dataflows/LoadDataSource/0a1b2c3d", "/data/0a1b2c/Nowhere/Things"],
)
def test_404(sds: Service, path: str) -> None:
    """HTTP Status Codes: 404, the requested resource was not found."""
    answer = sds.get(path, "output=json&$format=json")
    json_error(answer, status=404)


def test_405_names_the_methods(coffee: Loaded, sds: Service) -> None:
    """HTTP Status Codes, may be added to: a method that a resource does not have."""
    for method, path in (("PUT", "/data"), ("POST", coffee.query_url), ("DELETE", "/data")):
        answer = sds.send(method, path)
        assert answer.status_code == 405
        assert "GET" in answer.headers["Allow"]
        assert answer.json()["errorDetails"]


def test_an_error_in_a_callback(coffee: Loaded) -> None:
    """Page, with "Query Options": where JSON was asked for by a callback, the callback gets it."""
    answer = coffee.query("$top=-1&jsonp=show&jsonso=7")
    assert answer.status_code == 400
    assert answer.text.startswith('show({"authenticationResultCode":')
    assert answer.text.endswith(',"7")')


@pytest.mark.own_server
def test_503_while_the_database_is_away(live_sds: LiveServer, sds: Service) -> None:
    """HTTP Status Codes: 503, a problem with the service right now; try again later."""
    with live_sds.database_away():
        answer = sds.get("/Dataflows/ListJobs")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    body = answer.json()
    assert (body["statusCode"], body["statusDescription"]) == (503, "Service Unavailable")
    assert body["traceId"] in body["errorDetails"][0]
    assert "sds_key" not in answer.text
    json_jobs(sds.get("/Dataflows/ListJobs"))
