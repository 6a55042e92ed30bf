"""What the client sends: addresses, parameters, bodies; and which links it follows."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from datasources.api import BadAnswer, Client, Link, RemoteJob, ServiceError
from datasources.api.links import followable
from datasources.api.query import bbox, intersects, nearby, nearby_address
from datasources.api.types import JobStatus
from tests.faulty import FaultyService, Seen, answer

JOB = b'{"resourceSets":[{"resources":[{"id":"9cdf8b21","status":"Pending"}]}]}'
NO_ENTITIES = b'{"d":{"results":[]}}'
OURS = "http://127.0.0.1:8000/REST/v1"
BING = "https://spatial.virtualearth.net/REST/v1"


@pytest.fixture
def client(faulty: FaultyService) -> Iterator[Client]:
    faulty.will(answer(201, JOB))
    with Client(faulty.base_url, "master", query_key="reader") as client:
        yield client


def only(faulty: FaultyService) -> Seen:
    (seen,) = faulty.seen
    return seen


def test_a_load_posts_the_file_with_its_parameters(
    client: Client, faulty: FaultyService, tmp_path: Path
) -> None:
    file = tmp_path / "shops.txt"
    file.write_bytes(b"ID|Name\n" * 100_000)
    client.load(
        "Shops`~!$^_={}",
        "complete",
        file,
        "pipe",
        query_key="reader",
        set_public=False,
        access_id="a1",
        description="Every shop & more",
    )
    seen = only(faulty)
    assert (seen.method, seen.path) == ("POST", "/REST/v1/Dataflows/LoadDataSource")
    assert seen.query == {
        "dataSourceName": "Shops`~!$^_={}",
        "loadOperation": "complete",
        "input": "pipe",
        "output": "json",
        "accessId": "a1",
        "description": "Every shop & more",
        "setPublic": "0",
        "queryKey": "reader",
        "key": "master",
    }
    assert seen.body_size == 800_000
    assert seen.headers["Content-Length"] == "800000"
    assert seen.headers["Content-Type"] == "text/plain"


def test_a_load_leaves_out_what_is_not_given(client: Client, faulty: FaultyService) -> None:
    client.load("Shops", "completeStaging", io.BytesIO(b"<a/>"), "xml")
    seen = only(faulty)
    assert set(seen.query) == {"dataSourceName", "loadOperation", "input", "output", "key"}
    assert seen.headers["Content-Type"] == "application/xml"


@pytest.mark.parametrize(
    ("body", "input_format", "expected"),
    [
        (gzip.compress(b"ID|Name", mtime=0), "pipe", "application/octet-stream"),
        (b"PK\x03\x04....", "csv", "application/octet-stream"),
        (b"....", "shp", "application/octet-stream"),
        (b"<kml/>", "kml", "application/xml"),
        (b"", "tab", "text/plain"),
    ],
)
def test_the_content_type_follows_the_bytes_then_the_format(
    client: Client, faulty: FaultyService, body: bytes, input_format: str, expected: str
) -> None:
    client.load("Shops", "complete", io.BytesIO(body), input_format)
    seen = only(faulty)
    assert seen.headers["Content-Type"] == expected
    assert seen.body_size == len(body)


def test_a_body_is_sent_from_the_disk_and_never_held(
    client: Client, faulty: FaultyService, tmp_path: Path
) -> None:
    file = tmp_path / "large.csv"
    with file.open("wb") as out:
        out.truncate(200_000_000)

    class Watched(io.FileIO):
        largest = 0

        def read(self, size: int | None = -1) -> bytes:
            data = super().read(-1 if size is None else size)
            self.largest = max(self.largest, len(data))
            return data

    with Watched(file) as body:
        client.load("Shops", "complete", body, "csv")  # type: ignore[arg-type]
        assert body.largest <= 1024 * 1024
    assert only(faulty).body_size == 200_000_000


def test_each_operation_asks_at_the_address_of_the_reference(
    client: Client, faulty: FaultyService
) -> None:
    client.publish("a1", "Shops")
    client.set_public("a1", "Shops", True)
    client.set_public("a1", "Shops", False)
    client.rollback("v1", "Shops")
    client.delete("a1", "Shops")
    client.delete("a1", "Shops", staged=True)
    client.jobs()
    client.load_status("j1")
    client.publish_status("j1")
    client.rollback_status("j1")
    sent = [(one.method, one.path.removeprefix("/REST/v1/"), one.query) for one in faulty.seen]
    as_json = {"output": "json", "key": "master"}
    assert sent == [
        ("GET", "data/a1/Shops/$commit", as_json),
        ("GET", "data/a1/Shops/$updateDataSource", {"setPublic": "1"} | as_json),
        ("GET", "data/a1/Shops/$updateDataSource", {"setPublic": "0"} | as_json),
        ("GET", "Dataflows/DataSourceRollback/v1/Shops", as_json),
        ("DELETE", "data/a1/Shops", {"key": "master"}),
        ("DELETE", "data/a1/Shops", {"isStaging": "1", "key": "master"}),
        ("GET", "dataflows/ListJobs", as_json),
        ("GET", "Dataflows/LoadDataSource/j1", as_json),
        ("GET", "data/jobs/j1/$getstatus", as_json),
        ("GET", "Dataflows/DataSourceRollback/j1", as_json),
    ]


def test_data_sources_are_asked_for_in_atom(client: Client, faulty: FaultyService) -> None:
    faulty.will(answer(200, b'<service xmlns="http://www.w3.org/2007/app"/>', "application/xml"))
    assert client.data_sources() == []
    assert client.public_directory() == []
    assert client.versions("a1", "Shops") == []
    assert [one.query for one in faulty.seen] == [
        {"$format": "atom", "key": "master"},
        {"$format": "atom", "key": "master"},
        {"showAllVersions": "true", "$format": "atom", "key": "master"},
    ]


def test_names_are_encoded_in_paths(client: Client, faulty: FaultyService) -> None:
    client.publish("a/1", "Shops`~!$^_={}?#")
    assert only(faulty).path == "/REST/v1/data/a%2F1/Shops%60~%21$%5E_%3D%7B%7D%3F%23/$commit"


def test_a_download_of_a_version_names_the_job_that_made_it(
    client: Client, faulty: FaultyService
) -> None:
    status = f"{faulty.base_url}/Dataflows/DataSourceDownload/d1"
    faulty.will(answer(201, JOB, headers={"Location": status}))
    job = client.start_download("a1", "Shops", job_id="v1")
    assert only(faulty).query == {"jobId": "v1", "output": "json", "key": "master"}
    assert job.self_url == status


def test_the_location_header_is_enough_to_know_the_job(
    client: Client, faulty: FaultyService
) -> None:
    status = f"{faulty.base_url}/Dataflows/LoadDataSource/9cdf8b21?key=master"
    faulty.will(answer(201, b"", headers={"Location": status}))
    job = client.load("Shops", "complete", io.BytesIO(b"ID|Name"), "pipe")
    assert job.id == "9cdf8b21"
    assert job.status is JobStatus.IN_PROCESS
    assert job.self_url == f"{faulty.base_url}/Dataflows/LoadDataSource/9cdf8b21"


def test_a_job_is_followed_at_its_own_link(client: Client, faulty: FaultyService) -> None:
    links = (Link("self", f"{faulty.base_url}/Dataflows/Elsewhere/j9?extra=1&key=old"),)
    job = RemoteJob("j9", JobStatus.IN_PROCESS, "Pending", links=links)
    client.job(job)
    client.job(job.self_url)
    for seen in faulty.seen:
        assert seen.path == "/REST/v1/Dataflows/Elsewhere/j9"
        assert seen.query == {"extra": "1", "output": "json", "key": "master"}


@pytest.mark.parametrize(
    ("word", "path"),
    [
        ("DataSourceComplete", "Dataflows/LoadDataSource/j1"),
        ("DataSourceIncrementalStaging", "Dataflows/LoadDataSource/j1"),
        ("DataSourcePublishFromStaged", "data/jobs/j1/$getstatus"),
        ("DataSourceRollback", "Dataflows/DataSourceRollback/j1"),
    ],
)
def test_a_job_without_links_is_asked_for_by_its_word(
    client: Client, faulty: FaultyService, word: str, path: str
) -> None:
    client.job(RemoteJob("j1", JobStatus.IN_PROCESS, "Pending", word=word))
    assert only(faulty).path == f"/REST/v1/{path}"


def test_a_job_that_has_no_status_address_is_said_to_have_none(client: Client) -> None:
    with pytest.raises(ServiceError, match="no address") as caught:
        client.job(RemoteJob("j1", JobStatus.IN_PROCESS, "Created", word="DataSourceAccess"))
    assert not caught.value.sent


def test_a_file_is_fetched_to_the_end(client: Client, faulty: FaultyService) -> None:
    faulty.will(answer(200, b"<Shops/>" * 100_000, "application/xml"))
    out = io.BytesIO()
    assert client.fetch(f"{faulty.base_url}/output/succeeded", out) == 800_000
    assert out.getvalue() == b"<Shops/>" * 100_000
    assert only(faulty).query == {"key": "master"}


def test_a_query_uses_the_query_key_and_every_option(client: Client, faulty: FaultyService) -> None:
    faulty.will(answer(200, b'{"d":{"__count":"1207","results":[{"ID":"1","__Distance":0.5}]}}'))
    found = client.query(
        f"{faulty.base_url}/data/a1/Shops/Shop",
        spatial_filter=nearby(47.6, -122.3, 50),
        filter="City Eq 'O''Fallon'",
        select="*,__Distance",
        orderby="Name desc",
        top=10,
        skip=20,
        inlinecount=True,
        staged=True,
    )
    assert only(faulty).query == {
        "spatialFilter": "nearby(47.6,-122.3,50)",
        "$filter": "City Eq 'O''Fallon'",
        "$select": "*,__Distance",
        "$orderby": "Name desc",
        "$top": "10",
        "$skip": "20",
        "$inlinecount": "allpages",
        "isStaging": "1",
        "$format": "json",
        "key": "reader",
    }
    assert found.total == 1207
    assert found.columns == ("ID", "__Distance")
    assert found.url.endswith("&$format=json&key={key}")
    assert "spatialFilter=nearby(47.6,-122.3,50)&$filter=City%20Eq%20" in found.url
    assert found.seconds >= 0


def test_an_entity_id_is_quoted_in_the_address(client: Client, faulty: FaultyService) -> None:
    faulty.will(answer(200, NO_ENTITIES))
    client.query(f"{faulty.base_url}/data/a1/Shops/Shop", entity_id="O'Neil/1 (x)")
    assert only(faulty).path == "/REST/v1/data/a1/Shops/Shop('O''Neil%2F1%20%28x%29')"


def test_spatial_filters_are_written_as_in_the_reference() -> None:
    assert bbox(-10, 170, 10, -170).text == "bbox(-10,170,10,-170)"
    assert nearby(1e-7, 0, 0.16).text == "nearby(0.0000001,0,0.16)"
    assert nearby_address("12 King's Rd", 5).text == "nearby('12 King''s Rd',5)"
    assert intersects("POINT (1 2)").text == "intersects('POINT (1 2)')"


@pytest.mark.parametrize(
    ("link", "base", "expected"),
    [
        (f"{OURS}/data/a1", OURS, f"{OURS}/data/a1"),
        ("HTTP://127.0.0.1:8000/x?key=1#y", OURS, "http://127.0.0.1:8000/x"),
        ("https:// spatial.virtualearth.net /REST/v1/a", BING, f"{BING}/a"),
        ("https://dev.virtualearth.net/REST/v1/a", BING, "https://dev.virtualearth.net/REST/v1/a"),
        ("http://dev.virtualearth.net/a", BING, "https://dev.virtualearth.net/a"),
        ("http://maps.example.com/a", "https://maps.example.com/b", "https://maps.example.com/a"),
        ("https://maps.example.com/a", "http://maps.example.com/b", "https://maps.example.com/a"),
    ],
)
def test_links_to_the_service_and_to_bings_hosts_are_followed(
    link: str, base: str, expected: str
) -> None:
    assert followable(link, base) == expected


@pytest.mark.parametrize(
    ("link", "base"),
    [
        ("http://127.0.0.1:8001/data", OURS),
        ("http://localhost:8000/data", OURS),
        ("https://127.0.0.1:9000/data", OURS),
        (f"{BING}/data", OURS),
        (f"{OURS}/data", BING),
        ("https://spatial.virtualearth.com/REST/v1/data", BING),
        ("https://virtualearth.net.example.com/data", BING),
        ("https://notvirtualearth.net/data", BING),
        ("https://spatial.virtualearth.net@example.com/data", BING),
        ("https://user@spatial.virtualearth.net/data", BING),
        ("https://spatial.virtualearth.net:8443/data", BING),
        ("https://example.com\\@spatial.virtualearth.net/data", BING),
        ("ftp://spatial.virtualearth.net/data", BING),
        ("file:///etc/passwd", OURS),
        ("//127.0.0.1:8000/data", OURS),
        ("http://[::1/data", OURS),
        ("http://127.0.0.1:99999/data", OURS),
        ("", OURS),
    ],
)
def test_links_elsewhere_are_refused_before_anything_is_sent(link: str, base: str) -> None:
    with pytest.raises(BadAnswer, match="key is not sent there") as caught:
        followable(link, base)
    assert caught.value.code == "foreign-link"
    assert not caught.value.sent


@pytest.mark.parametrize("base", ["", "spatial.virtualearth.net", "ftp://x/", "http://x/?key=1"])
def test_an_address_that_is_none_is_refused(base: str) -> None:
    with pytest.raises(ServiceError, match="not a web address"):
        Client(base, "master")
