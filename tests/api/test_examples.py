"""The client reads the reference's own example answers; each test names the page.

The files in `examples/` hold the facts of those answers (names, structure, values).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from datasources.api import Client, JobStatus, RemoteJob
from datasources.schema import EdmType, Property

EXAMPLES = Path(__file__).parent / "examples"
ACCESS_ID = "20181f26d9e94c81acdf9496133d4f23"
BING = "https://spatial.virtualearth.net/REST/v1"
TYPES = {".json": "application/json", ".xml": "application/xml", ".atom": "application/atomsvc+xml"}

Serve = Callable[..., None]


@pytest.fixture
def client(httpserver: HTTPServer) -> Iterator[Client]:
    with Client(httpserver.url_for("/REST/v1"), "any-key", attempts=1) as client:
        yield client


@pytest.fixture
def serve(httpserver: HTTPServer) -> Serve:
    """Answer requests for one path under /REST/v1 with an example."""

    def at(path: str, example: str, status: int = 200, method: str = "GET") -> None:
        httpserver.expect_request(f"/REST/v1/{path}", method=method).respond_with_data(
            (EXAMPLES / example).read_bytes(),
            status=status,
            content_type=TYPES.get(Path(example).suffix, "application/xml"),
        )

    return at


def load(client: Client, tmp_path: Path) -> RemoteJob:
    file = tmp_path / "entities.csv"
    file.write_text("Bing Spatial Data Services, 1.0, Shops\n")
    return client.load("FourthCoffeeSample", "complete", file, "csv")


@pytest.mark.parametrize("example", ["load_created.json", "load_created.xml"])
def test_a_created_load_is_in_process(
    client: Client, serve: Serve, tmp_path: Path, example: str
) -> None:
    """Create a Load Data Source Job and Input Entity Data."""
    serve("Dataflows/LoadDataSource", example, 201, "POST")
    job = load(client, tmp_path)
    assert job.id == "f8293dc72ac04942b7cb003c9608c547"
    assert (job.status, job.status_word) == (JobStatus.IN_PROCESS, "Pending")
    assert job.self_url == f"{BING}/dataflows/LoadDataSource/{job.id}"
    assert (job.total, job.processed, job.failed) == (0, 0, 0)
    assert job.word == ""
    assert job.completed_at is None


def test_times_of_json_and_xml_are_in_utc(client: Client, serve: Serve, tmp_path: Path) -> None:
    """Create a Load Data Source Job: the XML example says 20:03 at -08:00, the JSON 20:03 GMT."""
    serve("Dataflows/LoadDataSource/a", "load_created.json")
    serve("Dataflows/LoadDataSource/b", "load_created.xml")
    assert client.load_status("a").created_at == datetime(2010, 11, 12, 20, 3, 56, tzinfo=UTC)
    assert client.load_status("b").created_at == datetime(2010, 11, 13, 4, 3, 56, 315788, UTC)


@pytest.mark.parametrize("example", ["load_completed.json", "load_completed.xml"])
def test_a_completed_load_links_to_the_data_source(
    client: Client, serve: Serve, example: str
) -> None:
    """Load Data Source Dataflow Response Description."""
    serve("Dataflows/LoadDataSource/5bf10c37df011183b1879fbb0556e67e", example)
    job = client.load_status("5bf10c37df011183b1879fbb0556e67e")
    assert job.status is JobStatus.COMPLETED
    assert job.data_source_url.endswith(f"/REST/v1/data/{ACCESS_ID}/FourthCoffeeSample")
    assert job.access_id == ACCESS_ID
    assert (job.total, job.processed, job.failed) == (12, 12, 0)
    assert job.completed_at is not None
    assert job.completed_at.replace(microsecond=0) == datetime(2010, 5, 10, 20, 23, 49, tzinfo=UTC)
    assert job.description == "Xml"


@pytest.mark.parametrize("example", ["job_list.json", "job_list.xml"])
def test_the_job_list_names_each_job_by_its_word(
    client: Client, serve: Serve, example: str
) -> None:
    """Get Job List."""
    serve("dataflows/ListJobs", example)
    jobs = {job.word: job for job in client.jobs()}
    assert list(jobs)[:3] == ["DataSourceDelete", "DataSourceComplete", "Geocode"]
    assert jobs["DataSourceDelete"].status is JobStatus.IN_PROCESS
    assert jobs["DataSourceDelete"].total is None
    assert jobs["DataSourceDelete"].name == "DeleteADataSource"
    complete = jobs["DataSourceComplete"]
    assert (complete.status, complete.total) == (JobStatus.COMPLETED, 3)
    assert complete.completed_at is not None
    assert complete.completed_at.replace(microsecond=0) == datetime(
        2013, 1, 3, 23, 22, 15, tzinfo=UTC
    )
    access = jobs["DataSourceAccess"]
    assert access.name == "SetDataSourcePublicOrPrivate"
    assert access.data_source_url.endswith("/SetDataSourcePublicOrPrivate")
    assert jobs["Geocode"].output_url.endswith("/output/succeeded")


def test_publishing_is_accepted_and_followed_to_its_end(client: Client, serve: Serve) -> None:
    """Publish a Staged Data Source."""
    serve(f"data/{ACCESS_ID}/MyDataSourceName/$commit", "publish_accepted.json", 202)
    serve("data/jobs/3627f4ab4882498074e79cda29f3a/$getstatus", "publish_completed.xml")
    started = client.publish(ACCESS_ID, "MyDataSourceName")
    assert (started.status, started.status_word) == (JobStatus.IN_PROCESS, "Accepted")
    assert started.word == "DataSourcePublishFromStaged"
    assert started.self_url.endswith("/$getstatus")
    assert client.publish_status(started.id).status is JobStatus.COMPLETED


@pytest.mark.parametrize("example", ["public_created.json", "public_created.xml"])
def test_making_public_starts_a_job_without_a_link(
    client: Client, serve: Serve, example: str
) -> None:
    """Make a Data Source Public."""
    serve(f"data/{ACCESS_ID}/FourthCoffeeSample/$updateDataSource", example, 201)
    job = client.set_public(ACCESS_ID, "FourthCoffeeSample", True)
    assert (job.status, job.status_word) == (JobStatus.IN_PROCESS, "Created")
    assert job.description == 'Data source "FourthCoffeeSample" set public'
    assert job.word == ""
    assert job.self_url == ""


def test_a_rollback_is_created_and_completes(client: Client, serve: Serve) -> None:
    """Roll Back a Data Source; its completed JSON has a doubled slash in a link."""
    version = "e60b410fdbe845f3a1337f4f54f16e97"
    serve(f"Dataflows/DataSourceRollback/{version}/FourthCoffeeShop", "rollback_created.xml", 201)
    serve(
        "Dataflows/DataSourceRollback/741dedf051d14cbb8d84df9661bc27dd", "rollback_completed.json"
    )
    started = client.rollback(version, "FourthCoffeeShop")
    assert (started.word, started.status) == ("DataSourceRollback", JobStatus.IN_PROCESS)
    done = client.rollback_status("741dedf051d14cbb8d84df9661bc27dd")
    assert done.status is JobStatus.COMPLETED
    assert done.created_at == datetime(2013, 2, 25, 19, 17, 4, tzinfo=UTC)
    assert done.access_id == "0edf86ad7e7042345323cb25af67916aa"


@pytest.mark.parametrize("example", ["download_completed.json", "download_completed.xml"])
def test_a_completed_download_links_to_its_file(
    client: Client, serve: Serve, httpserver: HTTPServer, example: str
) -> None:
    """Get Download Data Source Job Status; its JSON says "output" where others say "name"."""
    serve("Dataflows/DataSourceDownload/MyDataSourceName", example, 201)
    job = client.job(httpserver.url_for("/REST/v1/Dataflows/DataSourceDownload/MyDataSourceName"))
    assert job.status is JobStatus.COMPLETED
    assert job.output_url.startswith(f"{BING}/dataflows/DataSourceDownload/MyDataSourceName/")
    assert (job.total, job.failed) == (300, 0)


def test_data_sources_come_with_access_ids_and_query_urls(client: Client, serve: Serve) -> None:
    """Get Data Source Information, all data sources, Atom."""
    serve("data", "data_sources.atom")
    first, second = client.data_sources()
    assert (first.name, first.entity_type) == ("FourthCoffeeSample", "FourthCoffeeStores")
    assert first.access_id == ACCESS_ID
    assert first.query_url == f"{BING}/data/{ACCESS_ID}/FourthCoffeeSample/FourthCoffeeStores"
    assert first.is_public
    assert first.is_active
    assert not first.is_staging
    assert first.changed_at == datetime(2008, 4, 10, 13, 30, tzinfo=UTC)
    assert (second.name, second.access_id) == ("Transit", "123abc456deffed654cbc32131213411")
    assert client.check_key() == 2


def test_a_service_that_answers_json_is_read_without_access_ids(
    client: Client, serve: Serve
) -> None:
    """Get Data Source Information, JSON: IsPublic is the text "true"."""
    serve("data", "data_sources.json")
    first, second = client.data_sources()
    assert (first.name, first.entity_type) == ("FourthCoffeeSample", "FourthCoffeeShops")
    assert first.is_public
    assert (first.access_id, second.access_id) == ("", "")
    assert first.changed_at == datetime(2008, 4, 10, 13, 30, tzinfo=UTC)


def test_versions_are_told_apart(client: Client, serve: Serve) -> None:
    """Get Data Source Information, one data source with showAllVersions."""
    serve(f"data/{ACCESS_ID}/FourthCoffeeSample", "versions.atom")
    published, staged, *earlier = client.versions(ACCESS_ID, "FourthCoffeeSample")
    assert (published.is_active, published.is_staging) == (True, False)
    assert published.job_id == "9cdf8b21033c474db7274ffe113f1f27"
    assert (staged.is_active, staged.is_staging, staged.is_public) == (False, True, False)
    assert staged.changed_at == datetime(2013, 2, 22, 19, 51, 58, tzinfo=UTC)
    assert [one.job_id for one in earlier] == [
        "60754ccac0cf40d391f1895e3652c1ba",
        "2c12f577f09f46b595d492ff9f80d4cc",
    ]
    assert not any(one.is_active or one.is_staging for one in earlier)


@pytest.mark.parametrize("example", ["public_directory.atom", "public_directory.json"])
def test_the_public_directory_says_who_owns_a_data_source(
    client: Client, serve: Serve, example: str
) -> None:
    """Get All Public Data Sources; its Atom has blanks in an address, its JSON Booleans."""
    serve("data/$GetPublicDataSourceList", example)
    first, second = client.public_directory()
    assert first.disclaimer.startswith("This data source is not owned by Microsoft.")
    assert (second.name, second.entity_type) == ("NavteqNA", "NavteqPOIs")
    assert second.is_public
    assert first.changed_at == datetime(2012, 7, 16, 7, 46, 5, tzinfo=UTC)
    assert first.uploaded_at == datetime(2012, 7, 16, 7, 42, 30, tzinfo=UTC)
    if example.endswith("atom"):
        assert first.query_url.startswith("https://spatial.virtualearth.net/REST/v1/data/")
        assert first.access_id == "20181f26d9e94987cdf9496133d4f23"


def test_metadata_gives_the_schema_with_its_key(client: Client, serve: Serve) -> None:
    """Get Data Source Information, metadata (EDMX)."""
    serve(f"data/{ACCESS_ID}/FourthCoffeeSample/$metadata", "metadata.edmx")
    (schema,) = client.metadata(ACCESS_ID, "FourthCoffeeSample")
    assert (schema.data_source, schema.entity_type) == ("FourthCoffeeSample", "FourthCoffeeShops")
    assert schema.is_public is True
    assert schema.job_id == "20181f26d9e94c81acdf9496133d4fabc"
    assert schema.properties == (
        Property("EntityID", EdmType.STRING, True),
        Property("Latitude", EdmType.DOUBLE),
        Property("Longitude", EdmType.DOUBLE),
        Property("AddressLine", EdmType.STRING),
        Property("SeatingCapacity", EdmType.INT64),
        Property("IsWiFiHotSpot", EdmType.BOOLEAN),
        Property("CreatedDate", EdmType.DATETIME),
    )


def test_a_single_entity_is_an_answer_of_one(
    client: Client, serve: Serve, httpserver: HTTPServer
) -> None:
    """Query by ID, JSON: dates in the page are .NET ticks; its Atom says 2010-08-23T00:40:40.32."""
    serve("data/a/FourthCoffeeSample/FourthCoffeeShops('-22067')", "query_by_id.json")
    url = httpserver.url_for("/REST/v1/data/a/FourthCoffeeSample/FourthCoffeeShops")
    answer = client.query(url, entity_id="-22067")
    (entity,) = answer.entities
    assert entity["AddressLine"] == "Løven"
    assert entity["SeatingCapacity"] is None
    assert (entity["Open"], entity["IsWiFiHotSpot"]) == (700, False)
    assert str(entity["CreatedDate"]).startswith("2010-08-23T")
    assert str(entity["CreatedDate"]).endswith("Z")
    assert answer.columns[:3] == ("EntityID", "Latitude", "Longitude")
    assert not any(name.startswith("__") for name in answer.columns)
    assert answer.total is None


def test_a_list_of_entities_keeps_its_order(
    client: Client, serve: Serve, httpserver: HTTPServer
) -> None:
    """Query by ID, two entity IDs."""
    serve("data/a/FourthCoffeeSample/FourthCoffeeShops", "query_by_id_list.json")
    url = httpserver.url_for("/REST/v1/data/a/FourthCoffeeSample/FourthCoffeeShops")
    answer = client.query(url, filter="entityId in('-22067','-7891')")
    assert [one["PostalCode"] for one in answer.entities] == ["9200", "07109"]
    assert answer.columns == ("Latitude", "Longitude", "AddressLine", "PrimaryCity", "PostalCode")
    assert answer.status == 200
    assert "key={key}" in answer.url
