"""Page "Get Data Source Information"."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.conformance.fixtures import Loaded
from tests.conformance.forms import (
    EDM,
    EDMX,
    META,
    RFC_DATE,
    is_type,
    json_error,
    local_names,
    workspaces,
    xml_error,
)
from tests.conformance.history import History
from tests.conformance.sample import ENTITY_TYPE, PROPERTIES
from tests.conformance.service import Service

pytestmark = pytest.mark.xdist_group("conformance")


def test_all_data_sources_in_atom(coffee: Loaded, sds: Service) -> None:
    """Examples: all data sources, a service document with a workspace each."""
    found = {one["title"]: one for one in workspaces(sds.get("/data"))}
    mine = found[coffee.name]
    assert mine["href"] == coffee.query_url
    assert mine["entity_type"] == ENTITY_TYPE
    assert mine["isPublic"] == "false"
    assert set(mine) == {"updated", "isPublic", "title", "href", "entity_type"}


def test_all_data_sources_in_json(coffee: Loaded, sds: Service) -> None:
    """Examples: all data sources in JSON; IsPublic is text there."""
    answer = sds.get("/data", "$format=json")
    assert answer.status_code == 200
    is_type(answer, "application/json")
    body = answer.json()["d"]
    assert list(body) == ["Copyright", "DataSources"]
    (mine,) = [one for one in body["DataSources"] if one["Name"] == coffee.name]
    assert list(mine) == ["Name", "IsPublic", "Updated", "EntitySets"]
    assert mine["IsPublic"] == "false"
    assert RFC_DATE.fullmatch(mine["Updated"])
    assert mine["EntitySets"] == [ENTITY_TYPE]


def test_one_data_source_in_atom_and_json(coffee: Loaded, sds: Service) -> None:
    """Examples: general information about a specific data source."""
    (one,) = workspaces(sds.get(coffee.url))
    assert one["href"] == coffee.query_url
    body = sds.get(coffee.url, "$format=JSON").json()["d"]
    assert list(body) == ["Copyright", "Name", "IsPublic", "Updated", "EntitySets"]
    assert (body["Name"], body["IsPublic"]) == (coffee.name, "false")


def test_all_versions(staged: History) -> None:
    """Examples: showAllVersions gives the published, the staged and the earlier versions."""
    published, waiting, earlier = staged.versions["staged"]
    ids = {word: job["id"] for word, job in staged.jobs.items()}
    assert published["jobId"] == ids["second"]
    assert (published["isActive"], published["isStagingDataSource"]) == ("true", "false")
    assert "updated" in published
    assert waiting["jobId"] == ids["staged"]
    assert (waiting["isActive"], waiting["isStagingDataSource"]) == ("false", "true")
    assert (waiting["isPublic"], "updated" in waiting) == ("false", False)
    assert "uploaded" in waiting
    assert earlier["jobId"] == ids["first"]
    assert (earlier["isActive"], earlier["isStagingDataSource"]) == ("false", "false")
    assert {one["href"] for one in staged.versions["staged"]} == {staged.query_url}


def test_two_earlier_versions_are_kept(committed_again: History) -> None:
    """Template Parameters: showAllVersions, the current data source and up to two previous ones."""
    versions = committed_again.versions["committed again"]
    ids = {word: job["id"] for word, job in committed_again.jobs.items()}
    assert [one["jobId"] for one in versions] == [
        ids["staged again"], ids["changed"], ids["staged"],
    ]  # fmt: skip


@pytest.mark.parametrize("value", ["3", "true", "TRUE", "1"])
def test_show_all_versions_as_its_example_writes_it(
    coffee: Loaded, sds: Service, value: str
) -> None:
    """Examples: showAllVersions=3, though the parameter's values are true and false."""
    (one,) = workspaces(sds.get(coffee.url, f"SHOWALLVERSIONS={value}"))
    assert one["jobId"] == coffee.job["id"]


@pytest.mark.parametrize("query", ["showAllVersions=false", "showAllVersions=", "$format="])
def test_the_published_version_alone_by_default(coffee: Loaded, sds: Service, query: str) -> None:
    """Template Parameters: showAllVersions, false [default]."""
    (one,) = workspaces(sds.get(coffee.url, query))
    assert "jobId" not in one


def test_metadata_of_one_data_source(coffee: Loaded, sds: Service) -> None:
    """Examples: metadata for a specific data source, entity type then container."""
    answer = sds.get(f"{coffee.url}/$metadata")
    assert answer.status_code == 200
    is_type(answer, "application/xml")
    root = etree.fromstring(answer.content)
    assert root.tag == f"{{{EDMX}}}Edmx"
    assert root.get("Version") == "1.0"
    (services,) = root
    assert services.get("DataServiceVersion") == "1.0"
    types, container = services
    assert types.tag == container.tag == f"{{{EDM}}}Schema"
    assert types.get("Namespace") == f"{coffee.name}DataSource"
    (entity,) = types
    assert entity.get("Name") == ENTITY_TYPE
    assert entity[0][0].attrib == {"Name": "EntityID"}
    described = {one.get("Name"): one for one in entity[1:]}
    assert {name: one.get("Type") for name, one in described.items()} == PROPERTIES
    text = {"Nullable": "true", "MaxLength": "2560", "Unicode": "true", "FixedLength": "false"}
    assert dict(described["PrimaryCity"].attrib) == {
        "Name": "PrimaryCity", "Type": "Edm.String", **text,
    }  # fmt: skip
    assert described["EntityID"].get("Nullable") == "false"
    assert list(described["Latitude"].attrib) == ["Name", "Type"]
    assert list(described["Open"].attrib) == ["Name", "Type", "Nullable"]
    (context,) = container
    assert context.get("Name") == f"{coffee.name}Context"
    assert context.get(f"{{{META}}}IsDefaultEntityContainer") == "true"
    assert context.get("IsPublic") == "false"
    assert context.get("JobID") == coffee.job["id"]
    assert dict(context[0].attrib) == {
        "Name": ENTITY_TYPE, "EntityType": f"{coffee.name}DataSource.{ENTITY_TYPE}",
    }  # fmt: skip


def test_metadata_of_all_data_sources(coffee: Loaded, sds: Service) -> None:
    """URL templates: the metadata for all data sources of an account."""
    root = etree.fromstring(sds.get("/data/$metadata").content)
    spaces = [one.get("Namespace") for one in root[0]]
    assert f"{coffee.name}DataSource" in spaces
    assert coffee.name in spaces
    assert set(local_names(root[0])) == {"Schema"}


def test_metadata_has_one_form(coffee: Loaded, sds: Service) -> None:
    """Response: JSON cannot be asked for; metadata stays XML."""
    is_type(sds.get(f"{coffee.url}/$metadata", "$format=json"), "application/xml")


def test_a_format_that_is_not_offered(coffee: Loaded, sds: Service) -> None:
    """Template Parameters: $format is atom or json."""
    for url in ("/data", coffee.url):
        assert "$format" in xml_error(sds.get(url, "$format=yaml"), status=400)


def test_the_key_is_any_of_the_account(coffee: Loaded, sds: Service) -> None:
    """Template Parameters: key, any of the account; without one 401, in the form asked for."""
    for path in ("/data", coffee.url, "/data/$metadata", f"{coffee.url}/$metadata"):
        assert sds.get(path, key=sds.query_key).status_code == 200
        xml_error(sds.get(path, key=""), status=401, auth="NoCredentials")
        xml_error(sds.get(path, key="nobodys"), status=401, auth="InvalidCredentials")
    json_error(sds.get("/data", "$format=json", key="nobodys"), status=401)


def test_the_method_is_get(coffee: Loaded, sds: Service) -> None:
    """Supported HTTP Methods: GET; HEAD answers as it, without the body."""
    for path in ("/data", coffee.url, f"{coffee.url}/$metadata"):
        head = sds.send("HEAD", path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Length"] == str(len(sds.get(path).content))
    assert sds.send("POST", "/data").status_code == 405


def test_jsonp(sds: Service) -> None:
    """Response: JSON; a page of another host takes it by a callback."""
    answer = sds.get("/data", "$format=json&jsonp=show")
    is_type(answer, "application/javascript")
    assert answer.text.startswith('show({"d":{')
