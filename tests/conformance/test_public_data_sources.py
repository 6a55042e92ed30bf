"""Page "Get All Public Data Sources"."""

from __future__ import annotations

import pytest

from tests.conformance.forms import RFC_DATE, is_type, workspaces, xml_error
from tests.conformance.history import ENTITY_TYPE, History
from tests.conformance.service import Service

pytestmark = pytest.mark.xdist_group("conformance")


def test_the_directory_in_atom(opened: History) -> None:
    """Examples: XML response, with a disclaimer and both dates."""
    directory = workspaces(opened.answers["directory when public"])
    (mine,) = [one for one in directory if one["title"] == opened.name]
    assert mine["href"] == opened.query_url
    assert mine["isPublic"] == "true"
    assert mine["disclaimer"]
    assert {"uploaded", "updated"} <= set(mine)
    assert "jobId" not in mine


def test_the_directory_in_json(opened: History) -> None:
    """Examples: JSON response; IsPublic is a Boolean here."""
    answer = opened.answers["directory in JSON when public"]
    is_type(answer, "application/json")
    body = answer.json()["d"]
    assert list(body) == ["Copyright", "DataSources"]
    (mine,) = [one for one in body["DataSources"] if one["Name"] == opened.name]
    assert list(mine) == ["Name", "Disclaimer", "IsPublic", "Uploaded", "Updated", "EntitySets"]
    assert mine["IsPublic"] is True
    assert RFC_DATE.fullmatch(mine["Uploaded"])
    assert RFC_DATE.fullmatch(mine["Updated"])
    assert mine["EntitySets"] == [ENTITY_TYPE]


def test_a_private_data_source_is_not_in_it(opened: History) -> None:
    """URL Templates: a list of all public data sources, and no other."""
    assert opened.name not in opened.answers["directory when private"].text
    assert opened.name not in opened.answers["directory in JSON when private"].text


@pytest.mark.parametrize("query", ["$format=atom", "$FORMAT=Atom", "$format=", ""])
def test_atom_is_the_default(sds: Service, query: str) -> None:
    """Template Parameters: format, atom or json."""
    for name in ("$GetPublicDataSourceList", "$getpublicdatasourcelist"):
        workspaces(sds.get(f"/data/{name}", query, key=sds.query_key))


def test_any_valid_key_and_no_other(sds: Service) -> None:
    """URL Templates: key=anyBingMapsKey."""
    xml_error(sds.get("/data/$GetPublicDataSourceList", key=""), status=401, auth="NoCredentials")
    answer = sds.get("/data/$GetPublicDataSourceList", key="nobodys")
    xml_error(answer, status=401, auth="InvalidCredentials")
