"""Page "Create a Load Data Source Job and Input Entity Data"."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

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
from tests.conformance.history import History
from tests.conformance.sample import pipe
from tests.conformance.service import Service

pytestmark = pytest.mark.xdist_group("conformance")

LOAD = "/Dataflows/LoadDataSource"
GOOD = {"dataSourceName": "CairnRefused", "loadOperation": "complete", "input": "pipe"}


def without(name: str, **values: str) -> str:
    """The query of a load, a parameter left out, others set."""
    params = {key: value for key, value in GOOD.items() if key != name} | values
    return "&".join(f"{key}={value}" for key, value in params.items())


def refused(sds: Service, query: str, *, key: str | None = None) -> str:
    answer = sds.send("POST", LOAD, query, key=key, data=pipe("a|1|1|x").encode())
    return json_error(answer, status=400)


def test_the_answer_in_json(coffee: Loaded) -> None:
    """Examples: JSON response to a load, 201 with one DataflowJob, pending, counts of zero."""
    job = json_job(coffee.started, status=201)
    assert job["__type"].startswith("DataflowJob:")
    assert job["status"] == "Pending"
    assert job["description"] == "Shops for the suite"
    assert [job[f"{word}EntityCount"] for word in ("total", "processed", "failed")] == [0, 0, 0]
    assert [link["role"] for link in job["links"]] == ["self"]
    assert "name" not in job["links"][0]
    assert "\\/REST\\/v1\\/" in coffee.started.text  # each solidus is escaped


def test_the_answer_in_xml(loaded_twice: History) -> None:
    """Examples: XML response to a load; `O=XML` is its parameter, in any case."""
    job = xml_job(loaded_twice.answers["second"], status=201)
    assert job.tag.endswith("}DataflowJob")
    assert text_of(job, "Status") == "Pending"
    assert text_of(job, "TotalEntityCount") == "0"
    assert list(xml_links(job)) == [("self", "")]


def test_without_a_description_the_member_is_left_out(loaded_twice: History) -> None:
    """Examples: XML response, which has no Description."""
    assert "description" not in json_job(loaded_twice.answers["first"], status=201)


def test_the_location_is_the_status_url(coffee: Loaded, loaded_twice: History) -> None:
    """Response: a link to get the status with; real clients take it from `Location`."""
    for answer in (coffee.started, loaded_twice.answers["second"]):
        location = answer.headers["Location"]
        assert "?" not in location
        assert "/dataflows/loaddatasource/" in location.casefold()
    job = json_job(coffee.started, status=201)
    assert json_links(job)["self", ""] == coffee.started.headers["Location"]
    assert job["id"] in coffee.started.headers["Location"]


def test_a_compressed_body_is_taken_as_octet_stream(coffee: Loaded) -> None:
    """Input: Binary (application/octet-stream) [for compressed data]."""
    assert coffee.job["status"] == "Completed"
    assert coffee.job["totalEntityCount"] == 15
    assert coffee.job["failedEntityCount"] == 0


def test_complete_overwrites_what_there_was(loaded_twice: History) -> None:
    """Template Parameters: loadOperation=complete creates, and overwrites."""
    assert loaded_twice.found["first"] == {"a": "first", "b": "first"}
    assert loaded_twice.found["second"] == {"a": "second", "b": "second"}


def test_incremental_edits_adds_and_deletes(changed: History) -> None:
    """Template Parameters: loadOperation=incremental with __deleteEntity of 1 or true."""
    assert changed.found["committed"] == {"a": "staged", "c": "staged"}
    assert changed.found["changed"] == {"a": "changed", "d": "changed"}
    assert changed.jobs["changed"]["totalEntityCount"] == 3


def test_staging_leaves_the_published_version_alone(staged: History) -> None:
    """Template Parameters: loadOperation=completeStaging, asked with isStaging=1."""
    assert staged.found["staged"] == {"a": "second", "b": "second"}
    assert staged.found_staged["staged"] == {"a": "staged", "c": "staged"}


def test_incremental_staging_edits_a_copy(committed_again: History) -> None:
    """Template Parameters: loadOperation=incrementalStaging, its value in any case."""
    assert committed_again.found["staged again"] == {"a": "changed", "d": "changed"}
    assert committed_again.found_staged["staged again"] == {
        "a": "changed", "d": "changed", "e": "staged again",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["dataSourceName", "loadOperation", "input"])
@pytest.mark.parametrize("how", ["missing", "empty"])
def test_required_parameters(sds: Service, name: str, how: str) -> None:
    """Template Parameters: those that are Required; the error names the one that is not given."""
    query = without(name, **({} if how == "missing" else {name: ""}))
    assert name in refused(sds, query)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("loadOperation", "replace"),
        ("input", "docx"),
        ("dataSourceName", "a%2Fb"),
        ("dataSourceName", "x" * 51),
        ("dataSourceName", "semi;colon"),
        ("setPublic", "maybe"),
        ("output", "yaml"),
    ],
)
def test_values_that_are_not_offered(sds: Service, name: str, value: str) -> None:
    """Template Parameters: Values; the error names the parameter."""
    assert name in refused(sds, without(name, **{name: value}))


@pytest.mark.parametrize("operation", ["completeStaging", "incrementalStaging", "completeStaged"])
def test_set_public_is_not_for_staging(sds: Service, operation: str) -> None:
    """Template Parameters: setPublic is not valid for staged data sources."""
    assert "setPublic" in refused(sds, without("", loadOperation=operation, setPublic="1"))


def test_the_query_key_differs_from_the_master_key(sds: Service) -> None:
    """URL template: the master key and the query key must be different keys of one account."""
    assert "queryKey" in refused(sds, without("", queryKey=sds.master_key))
    words = refused(sds, without("", queryKey="nobodys"))
    assert "queryKey" in words
    assert "nobodys" not in words


def test_a_load_has_data(sds: Service) -> None:
    """Template Parameters: the data are in the body or at dataLocation."""
    answer = sds.send("POST", LOAD, without(""), data=b"")
    assert "data" in json_error(answer, status=400)


def test_data_come_in_one_way_only(sds: Service) -> None:
    """Template Parameters: a body and a dataLocation together are an error."""
    location = "https%3A%2F%2Faccount.blob.core.windows.net%2Fshops"
    assert "dataLocation" in refused(sds, without("", dataLocation=location))


def test_an_update_needs_a_data_source(sds: Service) -> None:
    """Template Parameters: incremental edits an existing data source."""
    words = refused(sds, without("", loadOperation="incremental", dataSourceName="CairnNone"))
    assert "CairnNone" in words


def test_an_update_names_its_access_id_right(coffee: Loaded, sds: Service) -> None:
    """Template Parameters: accessId identifies the data source."""
    query = without("", dataSourceName=coffee.name, loadOperation="incremental", accessId="0a1b")
    assert "accessId" in refused(sds, query)


@pytest.mark.parametrize("key", ["", "nobodys"])
def test_a_load_needs_a_key(sds: Service, key: str) -> None:
    """Template Parameters: key is Required."""
    auth = "InvalidCredentials" if key else "NoCredentials"
    answer = sds.send("POST", LOAD, without(""), key=key, data=b"x")
    words = json_error(answer, status=401, auth=auth)
    assert "key" in words
    assert "nobodys" not in words


def test_only_the_master_key_changes_a_data_source(coffee: Loaded, sds: Service) -> None:
    """Template Parameters: to update, the key must be the data source's master key."""
    query = without("", dataSourceName=coffee.name)
    answer = sds.send("POST", LOAD, query, key=sds.query_key, data=pipe("a|1|1|x").encode())
    assert "master key" in json_error(answer, status=401)


def test_an_error_comes_in_the_form_asked_for(sds: Service) -> None:
    """Response: XML where output=xml asks for it, of an error too; `o` is its alias."""
    for output in ("output=xml", "o=xml", "OUTPUT=Xml", "output=xml&output=json"):
        answer = sds.send("POST", LOAD, f"{without('input')}&{output}", data=b"x")
        assert "input" in xml_error(answer, status=400)
    empty = sds.send("POST", LOAD, f"{without('input')}&output=", data=b"x")
    assert "input" in json_error(empty, status=400)


def test_the_method_is_post(sds: Service) -> None:
    """Supported HTTP Methods: POST."""
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        answer = sds.send(method, LOAD, without(""))
        assert answer.status_code == 405
        assert "POST" in answer.headers["Allow"]


@pytest.mark.own_server
def test_a_body_in_chunks_that_waits_to_be_asked_for(sds: Service) -> None:
    """Input: as .NET sends it, with `Expect: 100-continue` and in chunks, no length said."""
    parts = urlsplit(sds.base_url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    name = sds.new_name("Chunks")
    query = without("", dataSourceName=name) + f"&output=json&key={sds.master_key}&clientApi=x"
    sds.jobs += 1
    text = pipe("a|1|1|x").encode()
    connection.request(
        "POST",
        f"{parts.path}{LOAD}?{query}",
        body=iter([text[:20], text[20:]]),
        headers={"Content-Type": "application/octet-stream", "Expect": "100-continue"},
        encode_chunked=True,
    )
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 201, body
    location = answer.headers["Location"]
    connection.close()
    sds.idle()
    job = json_job(sds.get(location))
    assert (job["status"], job["totalEntityCount"]) == ("Completed", 1)
