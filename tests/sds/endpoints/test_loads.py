"""Load Data Source, over plain HTTP: what a load makes, and what it is refused or aborted for."""

from __future__ import annotations

import gzip
import http.client
import io
import zipfile
from urllib.parse import urlencode, urlsplit

import requests

from tests.live import LiveAccount, LiveServer, resource, service_path
from tests.sds.endpoints.sample import COLUMNS, ENTITY_XML, SHOPS, deletes, many, pipe


def names(account: LiveAccount, job: dict, **options: str) -> dict[str, object]:
    """Entity names by ID, as a query of the published version answers them."""
    answer = account.get(
        f"{service_path(job)}/CoffeeShops", **{"$format": "json", "$top": "250", **options}
    )
    assert answer.status_code == 200, answer.text
    return {row["EntityID"]: row["Name"] for row in answer.json()["d"]["results"]}


def test_a_load_is_accepted_with_a_location_to_poll(account: LiveAccount) -> None:
    answer = account.load("Coffee", pipe(), description="Our shops")
    assert answer.status_code == 201
    job = resource(answer)
    assert job["status"] == "Pending"
    assert job["description"] == "Our shops"
    status_url = f"{account.base_url}/dataflows/LoadDataSource/{job['id']}"
    assert answer.headers["Location"] == status_url
    assert job["links"] == [{"role": "self", "url": status_url}]
    assert "errorDetails" not in answer.json()
    polled = account.get(answer.headers["Location"], output="json")
    assert polled.status_code == 200


def test_a_completed_load_counts_its_entities_and_links_the_data_source(
    account: LiveAccount,
) -> None:
    job = account.loaded("Coffee", pipe())
    assert (job["totalEntityCount"], job["processedEntityCount"], job["failedEntityCount"]) == (
        3, 3, 0,
    )  # fmt: skip
    assert [link["role"] for link in job["links"]] == ["self", "datasource", "dataSource"]
    assert job["links"][1]["name"] == "service"
    assert service_path(job).endswith("/Coffee")
    assert names(account, job) == {"-715": "Pike Street", "-661": "Løven", "22067": "Aalborg"}


def test_words_of_the_url_are_taken_in_any_case(account: LiveAccount) -> None:
    query = urlencode(
        {"DATASOURCENAME": "Coffee", "loadoperation": "COMPLETE", "Input": "PIPE", "O": "JSON"}
    )
    url = account.base_url.replace("/REST/", "/rest/")
    answer = requests.post(
        f"{url}/DataFlows/LoadDatasource?&{query}&clientApi=SDSToolkit.NET&Key={account.master_key}",
        data=pipe().encode(),
        timeout=60,
    )
    job = account.finish(answer)
    assert job["status"] == "Completed"
    again = account.load("COFFEE", pipe(SHOPS[:1]))
    assert service_path(account.finish(again)) == service_path(job)


def test_a_request_as_the_dotnet_toolkit_sends_it(account: LiveAccount) -> None:
    """Expect: 100-continue, chunked gzip as application/octet-stream, unknown parameters."""
    packed = gzip.compress(ENTITY_XML.encode())
    query = urlencode(
        {
            "loadOperation": "CompleteStaging", "dataSourceName": "CoffeeSample", "setPublic": 0,
            "input": "xml", "output": "json", "key": account.master_key,
            "clientApi": "SDSToolkit.NET", "queryKey": account.query_key,
            "description": "From .NET",
        }
    )  # fmt: skip
    address = urlsplit(account.base_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    connection.request(
        "POST",
        f"{address.path}/Dataflows/LoadDataSource?{query}",
        body=iter([packed[:50], packed[50:]]),
        headers={"Content-Type": "application/octet-stream", "Expect": "100-continue"},
        encode_chunked=True,
    )
    answer = connection.getresponse()
    assert answer.status == 201
    location = answer.headers["Location"]
    assert "?" not in location
    connection.close()  # the answer is left unread
    account.idle()
    polled = requests.get(f"{location}?output=json&key={account.master_key}", timeout=60)
    job = resource(polled)
    assert (job["status"], job["totalEntityCount"]) == ("Completed", 2)
    assert job["description"] == "From .NET"


def test_the_bytes_say_whether_data_are_compressed(account: LiveAccount) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("shops.txt", pipe())
    for body in (pipe().encode(), gzip.compress(pipe().encode()), packed.getvalue()):
        assert account.loaded("Coffee", body)["processedEntityCount"] == 3


def test_an_incremental_load_adds_replaces_and_deletes(account: LiveAccount) -> None:
    account.loaded("Coffee", pipe())
    changed = [
        ("-715", 47.6, -122.3, "Pike Street Market", 41, "true", ""),
        ("new", 1.5, 2.5, "Neu", "", "", ""),
    ]
    account.loaded("Coffee", pipe(changed), operation="incremental")
    job = account.loaded("coffee", deletes("22067", "unknown"), operation="incremental")
    assert names(account, job) == {"-715": "Pike Street Market", "-661": "Løven", "new": "Neu"}


def test_loads_on_one_data_source_run_in_the_order_they_came(account: LiveAccount) -> None:
    first = account.load("Coffee", many(3000))
    rest = [
        account.load(
            "Coffee", pipe([("0", 1, 1, f"Turn {turn}", 1, "1", "")]), operation="incremental"
        )
        for turn in range(3)
    ]
    assert account.finish(first)["status"] == "Completed"
    last = [account.finish(answer) for answer in rest][-1]
    answer = account.get(f"{service_path(last)}/CoffeeShops('0')", **{"$format": "json"})
    assert answer.json()["d"]["Name"] == "Turn 2"


def test_a_bad_entity_is_left_out_counted_and_logged(account: LiveAccount) -> None:
    rows = [
        *SHOPS,
        ("bad", 91, 0, "Beyond the pole", "", "", ""),
        ("many", 1, 1, "x", "four", "", ""),
    ]
    job = account.loaded("Coffee", pipe(rows))
    assert (job["totalEntityCount"], job["processedEntityCount"], job["failedEntityCount"]) == (
        5, 5, 2,
    )  # fmt: skip
    log_url = next(link["url"] for link in job["links"] if link.get("name") == "failed")
    log = account.get(log_url)
    assert log.status_code == 200
    assert log.headers["Content-Type"].startswith("text/plain")
    lines = [line for line in log.text.splitlines() if line.startswith(("4\t", "5\t"))]
    assert len(lines) == 2
    assert "Latitude" in lines[0]
    assert "Seats" in lines[1]
    assert requests.get(log_url, timeout=60).status_code == 401


def test_a_fault_of_the_file_aborts_with_words_and_leaves_the_published_version(
    account: LiveAccount,
) -> None:
    published = account.loaded("Coffee", pipe())
    twice = [SHOPS[0], SHOPS[0]]
    cases = {
        "duplicate ID": pipe(twice),
        "no primary key": pipe(columns=COLUMNS.replace(",primaryKey", "")),
        "not a file of this format": "a,b\n1,2\n",
        "only bad entities": pipe([("x", 91, 0, "", "", "", "")]),
        "no entities": pipe([]),
        "not UTF-8": pipe([("x", 1, 1, "Lø", "", "", "")]).encode("latin-1"),
        "a bomb": gzip.compress(bytes(320 * 1024 * 1024), 1),
    }
    for words, body in cases.items():
        started = account.load("Coffee", body)
        job = account.finish(started)
        assert job["status"] == "Aborted", words
        assert job["errorMessage"], words
        status = account.get(started.headers["Location"]).json()
        assert status["errorDetails"], words
        assert status["errorDetails"][0] == job["errorMessage"]
        log_url = next(link["url"] for link in job["links"] if link.get("name") == "failed")
        assert account.get(log_url).status_code == 200, words
    assert len(names(account, published)) == 3


def test_an_aborted_first_load_leaves_no_data_source(account: LiveAccount) -> None:
    job = account.finish(account.load("Coffee", "nothing of the kind"))
    assert job["status"] == "Aborted"
    assert "workspace" not in account.get("/data").text
    account.loaded("Coffee", pipe())


def test_an_incremental_load_must_have_the_data_sources_schema(account: LiveAccount) -> None:
    account.loaded("Coffee", pipe())
    other = pipe(columns=COLUMNS.replace("Seats(Edm.Int64)", "Seats(Edm.Double)"))
    job = account.finish(account.load("Coffee", other, operation="incremental"))
    assert job["status"] == "Aborted"
    assert "schema" in job["errorMessage"].lower()
    renamed = pipe(entity_type="Teashops")
    job = account.finish(account.load("Coffee", renamed, operation="incremental"))
    assert job["status"] == "Aborted"


def test_missing_and_invalid_parameters_are_named(account: LiveAccount) -> None:
    cases = [
        ({"dataSourceName": ""}, "dataSourceName"),
        ({"dataSourceName": "has space"}, "dataSourceName"),
        ({"dataSourceName": "n" * 51}, "dataSourceName"),
        ({"loadOperation": ""}, "loadOperation"),
        ({"loadOperation": "replace"}, "loadOperation"),
        ({"input": ""}, "input"),
        ({"input": "parquet"}, "input"),
        ({"setPublic": "maybe"}, "setPublic"),
        ({"setPublic": "1", "loadOperation": "completeStaging"}, "setPublic"),
        ({"queryKey": "unknown"}, "queryKey"),
        ({"queryKey": account.master_key}, "queryKey"),
        ({"output": "yaml"}, "output"),
        ({"dataLocation": "https://x.blob.core.windows.net/f"}, "dataLocation"),
        ({"dataLocation": "http://127.0.0.1/f"}, "dataLocation: the request holds data"),
    ]
    for change, named in cases:
        params = {"dataSourceName": "Coffee", "loadOperation": "complete", "input": "pipe"}
        answer = account.request(
            "POST", "/Dataflows/LoadDataSource", data=pipe().encode(), params={**params, **change}
        )
        assert answer.status_code == 400, (change, answer.text)
        body = answer.json()
        assert named in body["errorDetails"][0], (change, body)
        assert body["resourceSets"] == []
        assert account.master_key not in answer.text
    assert account.load("Coffee", b"").status_code == 400
    assert account.load("Coffee", pipe(), operation="incremental").status_code == 400
    assert account.jobs() == []


def test_a_load_goes_to_the_account_of_its_key_alone(
    account: LiveAccount, live_sds: LiveServer
) -> None:
    job = account.loaded("Coffee", pipe())
    other = live_sds.account()
    theirs = other.loaded("Coffee", pipe(SHOPS[:1]))
    assert service_path(theirs) != service_path(job)
    access_id = service_path(job).split("/")[-2]
    stray = other.load("Coffee", pipe(), operation="incremental", accessId=access_id)
    assert stray.status_code == 400
    assert len(names(account, job)) == 3
