"""Every operation of the client, there and back, against the real API server on a real port."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from datasources.api import (
    BadRequest,
    Client,
    JobStatus,
    KeyRefused,
    LimitReached,
    NotFound,
    RemoteJob,
    RemoteVersion,
)
from datasources.api.query import bbox, nearby
from datasources.schema import EdmType, Property
from tests.live import LiveAccount, LiveServer, eventually

HEAD = (
    "Bing Spatial Data Services, 1.0, Shop\n"
    "ID(Edm.String,primaryKey)|Name(Edm.String)|Latitude(Edm.Double)|Longitude(Edm.Double)"
    "|Seats(Edm.Int64)|IsOpen(Edm.Boolean)|Since(Edm.DateTime)\n"
)
SHOPS = HEAD + (
    "-22067|Løven|57.003766|9.874434|12|true|2010-08-23T00:40:40\n"
    "-7891|O'Neil & Sons|40.781604|-74.181775||false|\n"
    "-715|Clearwater|27.894007|-82.670776|40|true|2010-11-03T23:31:37\n"
)
MORE = SHOPS + "-661|Largo|27.9|-82.78|8|true|\n"
# A line that fails is skipped and counted; the others are loaded.
WITH_FAULTS = SHOPS + "north|Too far north|91|0|1|true|\n"


@dataclass
class Held:
    """A client of a fresh account, and what it waits for."""

    client: Client
    account: LiveAccount

    def ended(self, job: RemoteJob) -> RemoteJob:
        """The job once it has ended, by its own link."""

        def look() -> RemoteJob | None:
            found = self.client.job(job)
            return None if found.status is JobStatus.IN_PROCESS else found

        found = eventually(look)
        assert found is not None
        return found

    def load(self, text: str = SHOPS, operation: str = "complete", **options: str) -> RemoteJob:
        started = self.client.load("Shops", operation, io.BytesIO(text.encode()), "pipe", **options)
        assert started.status is JobStatus.IN_PROCESS
        return self.ended(started)

    def source(self) -> RemoteVersion:
        (found,) = self.client.data_sources()
        return found

    def versions(self) -> list[RemoteVersion]:
        return self.client.versions(self.source().access_id, "Shops")


@pytest.fixture
def held(live_sds: LiveServer) -> Iterator[Held]:
    account = live_sds.account()
    with Client(account.base_url, account.master_key, query_key=account.query_key) as client:
        yield Held(client, account)


def test_a_load_makes_a_data_source_that_can_be_looked_up(held: Held, tmp_path: Path) -> None:
    file = tmp_path / "shops.txt"
    file.write_text(SHOPS, encoding="utf-8")
    started = held.client.load("Shops", "complete", file, "pipe", description="Coffee & tea")
    job = held.ended(started)
    assert (job.status, job.total, job.failed) == (JobStatus.COMPLETED, 3, 0)
    assert job.description == "Coffee & tea"
    assert job.created_at is not None
    assert job.completed_at is not None
    assert held.client.load_status(started.id).status is JobStatus.COMPLETED

    source = held.source()
    assert (source.name, source.entity_type) == ("Shops", "Shop")
    assert source.access_id == job.access_id
    assert not source.is_public
    assert source.changed_at is not None
    assert held.client.check_key() == 1

    (version,) = held.versions()
    assert (version.is_active, version.is_staging, version.job_id) == (True, False, job.id)


def test_metadata_gives_the_schema_as_it_was_loaded(held: Held) -> None:
    held.load()
    expected = {
        Property("ID", EdmType.STRING, True),
        Property("Name", EdmType.STRING),
        Property("Latitude", EdmType.DOUBLE),
        Property("Longitude", EdmType.DOUBLE),
        Property("Seats", EdmType.INT64),
        Property("IsOpen", EdmType.BOOLEAN),
        Property("Since", EdmType.DATETIME),
    }
    source = held.source()
    for schemas in (held.client.metadata(source.access_id, "Shops"), held.client.metadata()):
        (schema,) = schemas
        assert (schema.data_source, schema.entity_type) == ("Shops", "Shop")
        assert set(schema.properties) == expected


def test_compressed_data_is_sent_as_it_is(held: Held) -> None:
    body = io.BytesIO(gzip.compress(SHOPS.encode()))
    job = held.ended(held.client.load("Shops", "complete", body, "pipe"))
    assert (job.status, job.total) == (JobStatus.COMPLETED, 3)


def test_the_job_list_names_what_was_done(held: Held) -> None:
    job = held.load()
    (listed,) = held.client.jobs()
    assert (listed.id, listed.word, listed.name) == (job.id, "DataSourceComplete", "Shops")
    assert listed.status is JobStatus.COMPLETED


def test_entities_are_found_by_each_kind_of_query(held: Held) -> None:
    held.load()
    url = held.source().query_url

    one = held.client.query(url, entity_id="-22067")
    assert one.entities[0]["Name"] == "Løven"
    assert one.entities[0]["Since"] == "2010-08-23T00:40:40Z"

    near = held.client.query(
        url, spatial_filter=nearby(27.9, -82.67, 50), select="ID,Name,__Distance"
    )
    assert [row["ID"] for row in near.entities] == ["-715"]
    assert near.columns == ("ID", "Name", "__Distance")

    box = held.client.query(
        url,
        spatial_filter=bbox(20, -90, 60, 20),
        filter="Name Eq 'O''Neil & Sons' Or Seats Gt 30",
        orderby="Name desc",
        inlinecount=True,
    )
    assert [row["ID"] for row in box.entities] == ["-7891", "-715"]
    assert box.total == 2
    assert box.entities[0]["Seats"] is None

    page = held.client.query(url, top=1, skip=1, inlinecount=True)
    assert (len(page.entities), page.total) == (1, 3)
    assert held.account.query_key not in page.url


def test_a_query_that_is_wrong_is_explained(held: Held) -> None:
    held.load()
    url = held.source().query_url
    with pytest.raises(BadRequest) as wrong:
        held.client.query(url, filter="Nmae Eq 'x'")
    assert "Nmae" in wrong.value.message
    with pytest.raises(NotFound):
        held.client.query(url, entity_id="no such shop")


def test_a_staged_version_is_seen_queried_and_published(held: Held) -> None:
    held.load()
    staged_job = held.load(MORE, "completeStaging")
    source = held.source()

    staged = next(one for one in held.versions() if one.is_staging)
    assert (staged.is_active, staged.job_id) == (False, staged_job.id)
    count = held.client.query(staged.query_url, staged=True, top=1, inlinecount=True)
    assert count.total == 4
    assert held.client.query(source.query_url, top=1, inlinecount=True).total == 3

    job = held.client.publish(source.access_id, "Shops")
    assert job.word == "DataSourcePublishFromStaged"
    assert held.ended(job).status is JobStatus.COMPLETED
    assert held.client.publish_status(job.id).status is JobStatus.COMPLETED
    assert held.client.query(source.query_url, top=1, inlinecount=True).total == 4


def test_a_staged_version_is_deleted_alone(held: Held) -> None:
    held.load()
    held.load(MORE, "completeStaging")
    held.client.delete(held.source().access_id, "Shops", staged=True)
    eventually(lambda: not any(one.is_staging for one in held.versions()))
    assert held.source().name == "Shops"


def test_an_incremental_load_adds_changes_and_deletes(held: Held) -> None:
    held.load()
    head = HEAD.rstrip("\n") + "|__deleteEntity(Edm.Boolean)\n"
    change = head + "-715|Clearwater Beach|27.9|-82.8|41|true||\n-7891|||||||1\n"
    job = held.load(change, "incremental", access_id=held.source().access_id)
    assert job.status is JobStatus.COMPLETED, job
    found = held.client.query(held.source().query_url, select="ID,Name")
    assert {row["ID"]: row["Name"] for row in found.entities} == {
        "-22067": "Løven",
        "-715": "Clearwater Beach",
    }


def test_an_earlier_version_is_rolled_back_to(held: Held) -> None:
    first = held.load()
    held.load(MORE)
    job = held.client.rollback(first.id, "Shops")
    assert held.ended(job).status is JobStatus.COMPLETED
    assert held.client.rollback_status(job.id).status is JobStatus.COMPLETED
    url = held.source().query_url
    assert held.client.query(url, top=1, inlinecount=True).total == 3


def test_the_public_status_is_changed_there_and_back(held: Held) -> None:
    held.load()
    access_id = held.source().access_id
    for public in (True, False):
        assert held.client.set_public(access_id, "Shops", public).id
        eventually(lambda wanted=public: held.source().is_public is wanted)
        listed = {one.access_id for one in held.client.public_directory()}
        assert (access_id in listed) is public


def test_published_staged_and_earlier_versions_are_downloaded(held: Held) -> None:
    first = held.load()
    held.load(MORE)
    staged = held.load(MORE + "-1|New|1|1|1|true|\n", "completeStaging")
    access_id = held.source().access_id
    for job_id, count in (("", 4), (first.id, 3), (staged.id, 5)):
        done = held.ended(held.client.start_download(access_id, "Shops", job_id=job_id))
        assert done.status is JobStatus.COMPLETED
        file = io.BytesIO()
        size = held.client.fetch(done.output_url, file)
        assert size == len(file.getvalue())
        assert file.getvalue().count(b"<Shop>") == count


def test_a_data_source_is_deleted(held: Held) -> None:
    held.load()
    held.client.delete(held.source().access_id, "Shops")
    eventually(lambda: held.client.data_sources() == [])
    assert held.client.check_key() == 0


def test_entities_that_failed_are_told_in_a_log(held: Held) -> None:
    job = held.load(WITH_FAULTS)
    assert (job.status, job.total, job.failed) == (JobStatus.COMPLETED, 4, 1)
    log = io.BytesIO()
    assert held.client.fetch(job.failed_url, log) > 0
    assert b"Latitude 91" in log.getvalue()


def test_an_aborted_load_says_why(held: Held) -> None:
    job = held.load("Bing Spatial Data Services, 1.0, Shop\nName(Edm.String)\nx\n")
    assert job.status is JobStatus.ABORTED
    assert job.error_message
    assert job.error_details


def test_wrong_keys_are_refused(held: Held) -> None:
    held.load()
    access_id = held.source().access_id
    with Client(held.client.base_url, "not-a-key-of-any-account") as stranger:
        with pytest.raises(KeyRefused):
            stranger.check_key()
        with pytest.raises(KeyRefused):
            stranger.load("Shops", "complete", io.BytesIO(SHOPS.encode()), "pipe")
    with Client(held.client.base_url, held.account.query_key) as reader:
        assert reader.check_key() == 1
        with pytest.raises(KeyRefused):
            reader.delete(access_id, "Shops")


def test_what_is_not_there_is_not_found(held: Held) -> None:
    with pytest.raises(NotFound):
        held.client.versions("0" * 32, "Nothing")
    with pytest.raises(NotFound):
        held.client.load_status("0" * 32)


def test_a_bad_name_is_explained(held: Held) -> None:
    with pytest.raises(BadRequest) as caught:
        held.client.load("Two words", "complete", io.BytesIO(SHOPS.encode()), "pipe")
    assert caught.value.remote_words


def test_a_limit_of_the_plan_is_named(live_sds: LiveServer) -> None:
    account = live_sds.account("basic")
    with (
        live_sds.without_worker(),
        Client(account.base_url, account.master_key) as client,
    ):
        for name in ("First", "Second"):
            client.load(name, "complete", io.BytesIO(SHOPS.encode()), "pipe")
        with pytest.raises(LimitReached) as caught:
            client.load("Third", "complete", io.BytesIO(SHOPS.encode()), "pipe")
    assert caught.value.remote_words
    assert caught.value.remote_words in caught.value.message
