"""Keys, limits, methods and paths: what the API refuses, and how it says so."""

from __future__ import annotations

from xml.etree import ElementTree

import requests

from tests.live import LiveAccount, LiveServer, service_path
from tests.sds.endpoints.sample import SHOPS, many, pipe

REST = "{http://schemas.microsoft.com/search/local/ws/rest/v1}"


def managed(service: str, job_id: str) -> dict[str, tuple[str, str]]:
    """Every operation that needs the master key: method and path."""
    access_id, name = service.split("/")[-2:]
    return {
        "load": ("POST", f"/Dataflows/LoadDataSource?dataSourceName={name}&loadOperation=complete&input=pipe"),
        "status": ("GET", f"/Dataflows/LoadDataSource/{job_id}"),
        "publish": ("GET", f"{service}/$commit"),
        "public": ("GET", f"{service}/$updateDataSource?setPublic=1"),
        "delete": ("DELETE", service),
        "download": ("GET", f"/Dataflows/DataSourceDownload/{access_id}/{name}"),
    }  # fmt: skip


def test_only_the_master_key_manages_a_data_source(
    account: LiveAccount, live_sds: LiveServer
) -> None:
    job = account.loaded("Coffee", pipe(), queryKey=account.query_key)
    stranger = live_sds.account()
    service = service_path(job)
    for words, (method, path) in managed(service, job["id"]).items():
        for key in (account.query_key, stranger.master_key):
            if words == "load" and key == stranger.master_key:
                continue  # a data source of that name in their own account
            answer = account.request(method, path, key=key, data=pipe().encode())
            assert answer.status_code == 401, (words, answer.text)
            assert answer.json()["authenticationResultCode"] == "NotAuthorized"
            assert answer.json()["errorDetails"]
            assert key not in answer.text
    rollback = f"/Dataflows/DataSourceRollback/{job['id']}/Coffee"
    assert account.get(rollback, key=account.query_key).status_code == 401
    assert stranger.get(rollback).status_code == 404
    assert len(account.jobs()) == 1


def test_every_operation_needs_a_valid_key(account: LiveAccount, live_sds: LiveServer) -> None:
    job = account.loaded("Coffee", pipe())
    service = service_path(job)
    added = live_sds.command("sds_account", "add-key", account.name, "--expires", "2020-01-01")
    expired = added.split('"')[-2]
    paths = {
        **managed(service, job["id"]),
        "list": ("GET", "/data"),
        "one": ("GET", service),
        "metadata": ("GET", "/data/$metadata"),
        "its metadata": ("GET", f"{service}/$metadata"),
        "directory": ("GET", "/data/$GetPublicDataSourceList"),
        "jobs": ("GET", "/Dataflows/ListJobs"),
        "query": ("GET", f"{service}/CoffeeShops"),
    }
    for words, (method, path) in paths.items():
        for key, code in (
            ("", "NoCredentials"),
            (account.master_key.swapcase(), "InvalidCredentials"),
            (expired, "CredentialsExpired"),
        ):
            answer = account.request(method, path, key=key, params={"output": "json"})
            assert answer.status_code == 401, (words, answer.text)
            assert answer.json()["authenticationResultCode"] == code, words
    assert account.get(f"{service}").status_code == 200


def test_a_key_ends_when_it_is_expired(account: LiveAccount, live_sds: LiveServer) -> None:
    assert account.get("/data", key=account.query_key).status_code == 200
    live_sds.command("sds_account", "expire-key", account.name, account.query_key[-4:])
    assert account.get("/data", key=account.query_key).status_code == 401
    listed = live_sds.command("sds_account", "keys", account.name)
    assert listed.count("…") == 2
    assert "expired" in listed
    assert account.query_key not in listed


def test_errors_come_in_the_form_asked_for(account: LiveAccount) -> None:
    as_json = account.get("/Dataflows/ListJobs", key="wrong")
    assert as_json.headers["Content-Type"].startswith("application/json")
    assert as_json.json()["statusCode"] == 401
    assert as_json.json()["statusDescription"] == "Unauthorized"
    as_xml = account.get("/Dataflows/ListJobs", key="wrong", o="xml")
    root = ElementTree.fromstring(as_xml.content)
    assert root.findtext(f"{REST}StatusCode") == "401"
    assert root.findtext(f"{REST}AuthenticationResultCode") == "InvalidCredentials"
    assert root.findtext(f"{REST}ErrorDetails/{REST}string")
    assert (
        ElementTree.fromstring(account.get("/data", key="wrong").content).tag == f"{REST}Response"
    )
    by_format = account.get("/data", key="wrong", **{"$format": "json"})
    assert by_format.json()["statusCode"] == 401


def test_wrong_methods_and_unknown_paths(account: LiveAccount) -> None:
    for method, path in (
        ("GET", "/Dataflows/LoadDataSource"),
        ("POST", "/data"),
        ("PUT", "/Dataflows/ListJobs"),
        ("DELETE", "/data/$metadata"),
        ("HEAD", "/data/0a/Coffee/$commit"),
    ):
        answer = account.request(method, path)
        assert answer.status_code == 405, (method, path)
        assert answer.headers["Allow"]
    assert account.request("OPTIONS", "/data").status_code == 204
    head = account.request("HEAD", "/data")
    assert (head.status_code, head.content) == (200, b"")
    for path in ("/", "/Dataflows/Geocode", "/data/0a1b/Nowhere", "/data/0a1b/Nowhere/Things"):
        answer = account.get(path, output="json")
        assert answer.status_code == 404, path
        assert answer.json()["errorDetails"]
    assert account.get("/Dataflows/LoadDataSource/0a1b").status_code == 404


def test_a_fault_of_the_service_itself_is_answered_without_its_details(
    account: LiveAccount, live_sds: LiveServer
) -> None:
    job = account.loaded("Coffee", pipe())
    live_sds.damage(job["id"])
    answer = account.get(f"{service_path(job)}/CoffeeShops", **{"$format": "json"})
    assert answer.status_code == 500
    body = answer.json()
    assert body["statusDescription"] == "Internal Server Error"
    assert body["traceId"] in body["errorDetails"][0]
    assert body["traceId"] in live_sds.log_text()
    for inner in ("sqlite", "psycopg", "SELECT", "Traceback", ".py", str(live_sds.data_dir)):
        assert inner not in answer.text


def test_the_api_sets_no_cookie_and_needs_none(account: LiveAccount) -> None:
    answer = account.load("Coffee", pipe())
    assert "Set-Cookie" not in answer.headers
    account.idle()


def test_links_have_the_scheme_and_host_that_the_caller_used(account: LiveAccount) -> None:
    job = account.loaded("Coffee", pipe())
    port = account.base_url.split(":")[2].split("/")[0]
    answer = requests.get(
        f"{account.base_url}/Dataflows/ListJobs",
        params={"key": account.master_key},
        headers={"Host": f"localhost:{port}"},
        timeout=60,
    )
    link = answer.json()["resourceSets"][0]["resources"][0]["links"][0]["url"]
    assert link == f"http://localhost:{port}/REST/v1/dataflows/LoadDataSource/{job['id']}"


def assert_limited(answer: requests.Response, words: str) -> None:
    assert answer.status_code == 403, answer.text
    assert words in answer.json()["errorDetails"][0]
    assert answer.json()["authenticationResultCode"] == "ValidCredentials"


def test_jobs_in_process_are_limited_by_the_plan(live_sds: LiveServer) -> None:
    accounts = {"basic": 2, "enterprise": 10}
    with live_sds.without_worker():
        for plan, most in accounts.items():
            account = live_sds.account(plan)
            for turn in range(most):
                operation = "complete" if turn == 0 else "incremental"
                assert account.load("Coffee", pipe(), operation=operation).status_code == 201
            assert_limited(account.load("Coffee", pipe()), "jobs in process")
        unlimited = live_sds.account("unlimited")
        for _ in range(12):
            assert unlimited.load("Coffee", pipe()).status_code == 201
    unlimited.idle()


def test_jobs_in_24_hours_are_limited_by_the_plan(live_sds: LiveServer) -> None:
    account = live_sds.account("enterprise")
    service = service_path(account.loaded("Coffee", pipe()))
    for turn in range(49):
        answer = account.get(f"{service}/$updateDataSource", setPublic=str(turn % 2))
        assert answer.status_code == 201
        if turn % 5 == 4:
            account.idle()
    account.idle()
    assert_limited(account.get(f"{service}/$updateDataSource", setPublic="0"), "jobs in 24 hours")
    assert_limited(account.load("Coffee", pipe()), "jobs in 24 hours")
    assert_limited(account.delete(service), "jobs in 24 hours")
    access_id = service.split("/")[-2]
    assert account.get(f"/Dataflows/DataSourceDownload/{access_id}/Coffee").status_code == 201


def test_data_sources_are_limited_by_the_plan(live_sds: LiveServer) -> None:
    for plan, most in (("basic", 5), ("enterprise", 25)):
        account = live_sds.account(plan)
        for turn in range(most):
            account.loaded(f"Source{turn}", pipe())
        assert_limited(account.load("OneMore", pipe()), "data sources")
        account.loaded("source0", pipe())


def test_entities_are_limited_by_the_plan(live_sds: LiveServer) -> None:
    account = live_sds.account("basic")
    account.loaded("Coffee", many(2500))
    job = account.finish(account.load("Coffee", many(2501)))
    assert job["status"] == "Aborted"
    assert "Limit of entities" in job["errorMessage"]
    account.loaded("Coffee", many(10), operation="incremental")
    job = account.finish(account.load("Coffee", many(1, first=9000), operation="incremental"))
    assert job["status"] == "Aborted"
    assert "Limit of entities" in job["errorMessage"]


def test_uncompressed_data_are_limited(account: LiveAccount) -> None:
    assert_limited(account.load("Coffee", bytes(300 * 1024 * 1024 + 1)), "300 MB")
    assert account.jobs() == []


def test_no_key_reaches_a_log(account: LiveAccount, live_sds: LiveServer) -> None:
    account.loaded("Coffee", pipe(SHOPS), queryKey=account.query_key)
    account.get("/nowhere")
    account.get("/data", key="wrong")
    logs = live_sds.log_text()
    assert not [key for key in live_sds.keys if key in logs]
    for folder in ("bodies", "logs"):
        for path in (live_sds.data_dir / "sds" / folder).rglob("*"):
            assert not [key for key in live_sds.keys if key.encode() in path.read_bytes()]
