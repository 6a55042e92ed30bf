"""Staging, publishing, rolling back, public status, deleting and downloading, over plain HTTP."""

from __future__ import annotations

from xml.etree import ElementTree

import requests

from tests.live import LiveAccount, LiveServer, eventually, resource, service_path
from tests.sds.endpoints.sample import SHOPS, pipe

APP = "{http://www.w3.org/2007/app}"
ATOM = "{http://www.w3.org/2005/Atom}"
BSI = "{http://schemas.microsoft.com/bing/spatial/2010/11/odata}"


def workspaces(answer: requests.Response) -> list[ElementTree.Element]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("application/atomsvc+xml")
    return ElementTree.fromstring(answer.content).findall(f"{APP}workspace")


def stack(account: LiveAccount, service: str) -> list[tuple[str, str]]:
    """State and job ID of every version, as listed."""
    found = []
    for workspace in workspaces(account.get(service, showAllVersions="3")):
        active = workspace.get(f"{BSI}isActive") == "true"
        staging = workspace.get(f"{BSI}isStagingDataSource") == "true"
        assert workspace.get(f"{BSI}isPublic") in ("true", "false")
        state = "published" if active else "staged" if staging else "earlier"
        assert workspace.get(f"{BSI}{'uploaded' if staging else 'updated'}")
        found.append((state, workspace.findtext(f"{ATOM}jobId") or ""))
    return found


def count(account: LiveAccount, service: str, **options: str) -> int:
    answer = account.get(f"{service}/CoffeeShops", **{"$format": "json"}, **options)
    assert answer.status_code == 200, answer.text
    return len(answer.json()["d"]["results"])


def test_a_staged_version_stands_beside_the_published_one_until_it_is_published(
    account: LiveAccount,
) -> None:
    first = account.loaded("Coffee", pipe())
    service = service_path(first)
    staged = account.loaded("Coffee", pipe(SHOPS[:1]), operation="completeStaging", setPublic="0")
    assert stack(account, service) == [("published", first["id"]), ("staged", staged["id"])]
    assert count(account, service) == 3
    assert count(account, service, isStaging="1") == 1
    assert count(account, service, isStaged="true") == 1

    answer = account.get(f"{service}/$commit")
    assert answer.status_code == 202
    accepted = resource(answer)
    assert accepted["__type"].startswith("DataServiceJob:")
    assert accepted["description"] == "DataSourcePublishFromStaged"
    assert accepted["status"] == "Accepted"
    (link,) = accepted["links"]
    assert link["url"].endswith(f"/data/jobs/{accepted['id']}/$getstatus")
    done = eventually(lambda: _completed(requests.get(link["url"], timeout=60)))  # without a key
    assert done["__type"].startswith("DataflowJob:")
    assert done["description"] == "DataSourcePublishFromStaged"
    assert requests.get(link["url"], params={"key": "wrong"}, timeout=60).status_code == 401

    assert stack(account, service) == [("published", staged["id"]), ("earlier", first["id"])]
    assert count(account, service) == 1
    assert account.get(f"{service}/CoffeeShops", isStaging="1").status_code == 404
    assert account.get(f"{service}/$commit").status_code == 404


def _completed(answer: requests.Response) -> dict | None:
    found = resource(answer)
    assert found["status"] in ("Pending", "Completed"), found
    return found if found["status"] == "Completed" else None


def test_incremental_staging_builds_on_what_is_staged(account: LiveAccount) -> None:
    service = service_path(account.loaded("Coffee", pipe(SHOPS[:1])))
    for shop in SHOPS[1:]:
        account.loaded("Coffee", pipe([shop]), operation="incrementalStaging")
    assert count(account, service) == 1
    assert count(account, service, isStaging="1") == 3


def test_a_rollback_makes_an_earlier_version_the_published_one(account: LiveAccount) -> None:
    jobs = [account.loaded("Coffee", pipe(SHOPS[: 3 - turn])) for turn in range(3)]
    service = service_path(jobs[0])
    ids = [job["id"] for job in jobs]
    answer = account.get(f"/Dataflows/DataSourceRollback/{ids[0].upper()}/coffee")
    assert answer.status_code == 201
    started = resource(answer)
    assert started["description"] == "DataSourceRollback"
    assert started["status"] == "Pending"
    assert account.finish(answer)["status"] == "Completed"
    assert stack(account, service) == [
        ("published", ids[0]), ("earlier", ids[2]), ("earlier", ids[1]),
    ]  # fmt: skip
    assert count(account, service) == 3

    published = account.get(f"/Dataflows/DataSourceRollback/{ids[0]}/Coffee")
    assert published.status_code == 400
    assert account.get("/Dataflows/DataSourceRollback/0123abcd/Coffee").status_code == 404


def test_earlier_versions_beyond_the_setting_are_dropped(
    account: LiveAccount, live_sds: LiveServer
) -> None:
    jobs = [account.loaded("Coffee", pipe()) for _ in range(4)]
    kept = stack(account, service_path(jobs[0]))
    assert kept == [
        ("published", jobs[3]["id"]), ("earlier", jobs[2]["id"]), ("earlier", jobs[1]["id"]),
    ]  # fmt: skip
    store = live_sds.data_dir / "sds" / "versions"
    eventually(lambda: not [path for path in store.rglob("*") if jobs[0]["id"] in path.name])


def test_public_status_decides_who_may_query(account: LiveAccount, live_sds: LiveServer) -> None:
    stranger = live_sds.account()
    service = service_path(account.loaded("Coffee", pipe(), queryKey=account.query_key))
    assert stranger.get(f"{service}/CoffeeShops").status_code == 401

    answer = account.get(f"{service}/$UPDATEdatasource", setPublic="1", o="xml")
    assert answer.status_code == 201
    assert "<Status>Created</Status>" in answer.text
    assert 'Data source "Coffee" set public' in answer.text
    account.idle()
    assert count(stranger, service) == 3
    listed = workspaces(stranger.get("/data/$GetPublicDataSourceList", **{"$format": "atom"}))
    mine = [item for item in listed if service in item.find(f"{APP}collection").get(f"{APP}href")]
    assert len(mine) == 1
    assert mine[0].findtext(f"{ATOM}disclaimer")
    directory = stranger.get("/data/$getpublicdatasourcelist", **{"$format": "json"}).json()
    entry = next(item for item in directory["d"]["DataSources"] if item["IsPublic"] is True)
    assert list(entry) == ["Name", "Disclaimer", "IsPublic", "Uploaded", "Updated", "EntitySets"]

    account.get(f"{service}/$updateDataSource", setPublic="0")
    account.idle()
    assert stranger.get(f"{service}/CoffeeShops").status_code == 401
    assert account.get(f"{service}/$updateDataSource").status_code == 400


def test_set_public_may_come_with_a_load(account: LiveAccount, live_sds: LiveServer) -> None:
    service = service_path(account.loaded("Coffee", pipe(), setPublic="1"))
    assert count(live_sds.account(), service) == 3
    account.loaded("Coffee", pipe())
    assert count(live_sds.account(), service) == 3


def test_deleting_removes_the_data_source_and_its_files(
    account: LiveAccount, live_sds: LiveServer
) -> None:
    job = account.loaded("Coffee", pipe())
    service = service_path(job)
    answer = account.delete(service)
    assert (answer.status_code, answer.content) == (202, b"")
    account.idle()
    assert account.get(service).status_code == 404
    assert account.delete(service).status_code == 404
    store = live_sds.data_dir / "sds" / "versions"
    eventually(lambda: not [path for path in store.rglob("*") if job["id"] in path.name])
    again = account.loaded("Coffee", pipe())
    assert service_path(again) != service


def test_the_staged_version_alone_can_be_deleted(account: LiveAccount) -> None:
    first = account.loaded("Coffee", pipe())
    service = service_path(first)
    assert account.delete(service, isStaging="1").status_code == 404
    account.loaded("Coffee", pipe(SHOPS[:1]), operation="completeStaging")
    assert account.delete(service, isStaging="1").status_code == 202
    account.idle()
    assert stack(account, service) == [("published", first["id"])]


def test_with_its_only_version_a_staged_data_source_goes(account: LiveAccount) -> None:
    service = service_path(account.loaded("Coffee", pipe(), operation="completeStaging"))
    assert account.delete(service, isStaging="true").status_code == 202
    account.idle()
    assert account.get(service).status_code == 404
    assert service_path(account.loaded("Coffee", pipe())) != service


def test_while_it_is_being_deleted_a_data_source_takes_no_load(
    account: LiveAccount, live_sds: LiveServer
) -> None:
    service = service_path(account.loaded("Coffee", pipe()))
    with live_sds.without_worker():
        assert account.delete(service).status_code == 202
        refused = account.load("Coffee", pipe())
        assert refused.status_code == 400
        assert "deleted" in refused.json()["errorDetails"][0]
    account.idle()
    account.loaded("Coffee", pipe())


def test_a_download_gives_the_entities_as_xml_that_can_be_loaded_again(
    account: LiveAccount,
) -> None:
    first = account.loaded("Coffee", pipe())
    account.loaded("Coffee", pipe(SHOPS[:1]))
    access_id = service_path(first).split("/")[-2]
    path = f"/Dataflows/DataSourceDownload/{access_id}/Coffee"
    for params, entities in (({}, 1), ({"jobId": first["id"]}, 3)):
        answer = account.get(path, **params)
        assert answer.status_code == 201
        started = resource(answer)
        assert started["status"] == "Pending"
        assert answer.headers["Location"] == started["links"][0]["url"]
        job = account.finish(answer)
        link = next(link for link in job["links"] if link["role"] == "output")
        assert link["name"] == "succeeded"
        assert job["totalEntityCount"] == entities
        assert requests.get(link["url"], timeout=60).status_code == 401
        file = account.get(link["url"])
        assert file.headers["Content-Type"].startswith("application/xml")
        assert file.text.count("</CoffeeShops>") == entities
        loaded = account.loaded(f"Copy{entities}", file.content, input="xml")
        assert loaded["processedEntityCount"] == entities
    by_name = account.get("/Dataflows/DataSourceDownload/Coffee")
    assert resource(by_name)["totalEntityCount"] == 3
    assert account.get(path, jobId="0123abcd").status_code == 404
    assert all(job["description"] != "DataSourceDownload" for job in account.jobs())


def test_the_list_has_every_data_source_of_the_account(account: LiveAccount) -> None:
    assert workspaces(account.get("/data")) == []
    job = account.loaded("Zebra", pipe())
    account.loaded("Antelope", pipe(), operation="completeStaging")
    antelope, zebra = workspaces(account.get("/data", key=account.query_key))
    assert [item.findtext(f"{ATOM}title") for item in (antelope, zebra)] == ["Antelope", "Zebra"]
    assert antelope.get(f"{BSI}isStagingDataSource") == "true"
    assert zebra.get(f"{BSI}isPublic") == "false"
    collection = zebra.find(f"{APP}collection")
    assert collection is not None
    assert collection.get(f"{APP}href") == f"{service_path(job)}/CoffeeShops"
    assert collection.findtext(f"{ATOM}title") == "CoffeeShops"
    listed = account.get("/data", **{"$format": "json"}).json()["d"]["DataSources"][1]
    assert listed["Name"] == "Zebra"
    assert listed["IsPublic"] == "false"
    assert listed["EntitySets"] == ["CoffeeShops"]
    one = account.get(service_path(job), **{"$format": "json"}).json()["d"]
    assert list(one) == ["Copyright", "Name", "IsPublic", "Updated", "EntitySets"]


def test_metadata_describe_the_entity_type(account: LiveAccount) -> None:
    job = account.loaded("Coffee", pipe())
    account.loaded("Tea", pipe(entity_type="Teashops"))
    edm = "{http://schemas.microsoft.com/ado/2008/09/edm}"
    answer = account.get(f"{service_path(job)}/$metadata")
    assert answer.headers["Content-Type"].startswith("application/xml")
    root = ElementTree.fromstring(answer.content)
    properties = [(item.get("Name"), item.get("Type")) for item in root.iter(f"{edm}Property")]
    assert properties[:4] == [
        ("EntityID", "Edm.String"), ("Latitude", "Edm.Double"), ("Longitude", "Edm.Double"),
        ("Name", "Edm.String"),
    ]  # fmt: skip
    assert [item.get("Name") for item in root.iter(f"{edm}PropertyRef")] == ["EntityID"]
    container = next(root.iter(f"{edm}EntityContainer"))
    assert (container.get("IsPublic"), container.get("JobID")) == ("false", job["id"])
    everything = ElementTree.fromstring(account.get("/data/$METADATA").content)
    assert [item.get("Name") for item in everything.iter(f"{edm}EntityType")] == [
        "CoffeeShops", "Teashops",
    ]  # fmt: skip


def test_the_job_list_has_every_kind_of_job_with_its_word_and_name(account: LiveAccount) -> None:
    service = service_path(account.loaded("Coffee", pipe(), description="mine"))
    account.loaded("Coffee", pipe(), operation="incremental")
    account.loaded("Coffee", pipe(), operation="completeStaging")
    account.loaded("Coffee", pipe(), operation="incrementalStaging")
    account.finish(account.get(f"{service}/$commit"))
    account.get(f"{service}/$updateDataSource", setPublic="1")
    account.delete(service)
    account.idle()
    jobs = account.jobs()
    assert [job["description"] for job in jobs] == [
        "DataSourceDelete", "DataSourceAccess", "DataSourcePublishFromStaged",
        "DataSourceIncrementalStaging", "DataSourceCompleteStaging", "DataSourceIncremental",
        "DataSourceComplete",
    ]  # fmt: skip
    assert {job["name"] for job in jobs} == {"Coffee"}
    assert {job["status"] for job in jobs} == {"Completed"}
    assert all(next(iter(job)) == "__type" and isinstance(job["links"], list) for job in jobs)
    assert account.get("/dataflows/listjobs").json()["resourceSets"][0]["estimatedTotal"] == 7


def test_the_job_list_has_pending_jobs_first_and_no_error_details(
    account: LiveAccount, live_sds: LiveServer
) -> None:
    account.finish(account.load("Broken", "nothing of the kind"))
    account.loaded("Coffee", pipe())
    with live_sds.without_worker():
        account.load("Coffee", pipe())
        answer = account.get("/Dataflows/ListJobs").json()
        statuses = [job["status"] for job in answer["resourceSets"][0]["resources"]]
        assert statuses == ["Pending", "Completed", "Aborted"]
        assert "errorDetails" not in answer
