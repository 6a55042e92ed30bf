"""Page "Make a Data Source Public"."""

from __future__ import annotations

import pytest

from tests.conformance.fixtures import Loaded
from tests.conformance.forms import XSI, json_error, json_job, text_of, xml_error, xml_job
from tests.conformance.history import History
from tests.conformance.service import Service
from tests.live import LiveServer

pytestmark = pytest.mark.xdist_group("conformance")


def test_the_answer_in_json(opened: History) -> None:
    """Examples: JSON response, 201 with a DataServiceJob whose status is Created."""
    job = json_job(opened.answers["public"], status=201)
    assert job["__type"].startswith("DataServiceJob:")
    assert job["status"] == "Created"
    assert job["description"] == f'Data source "{opened.name}" set public'


def test_the_answer_in_xml(opened: History) -> None:
    """Examples: XML response, a Resource with its type as an attribute."""
    job = xml_job(opened.answers["private"], status=201)
    assert job.tag.endswith("}Resource")
    assert job.get(f"{{{XSI}}}type") == "DataServiceJob"
    assert text_of(job, "Status") == "Created"
    assert text_of(job, "Description") == f'Data source "{opened.name}" set private'


def test_the_data_source_tells_that_it_is_public(opened: History) -> None:
    """Examples: bsi:isPublic, and IsPublic of the metadata, are true then, and false again."""
    assert opened.versions["rolled forth"][0]["isPublic"] == "false"
    assert opened.versions["public"][0]["isPublic"] == "true"
    assert opened.versions["private"][0]["isPublic"] == "false"
    assert 'IsPublic="true"' in opened.answers["metadata when public"].text
    assert 'IsPublic="false"' in opened.answers["metadata when private"].text


@pytest.mark.own_server
def test_a_public_data_source_answers_any_valid_key(live_sds: LiveServer) -> None:
    """Page: a public data source can be queried by anyone with a key; a private one cannot."""
    owner, stranger = live_sds.account(), live_sds.account()
    text = "Bing Spatial Data Services, 1.0, T\nI(Edm.String,primaryKey)|Latitude(Edm.Double)|"
    text += "Longitude(Edm.Double)\na|1|1\n"
    job = owner.loaded("Mine", text, queryKey=owner.query_key)
    url = next(link["url"] for link in job["links"] if link["role"] == "datasource")
    assert stranger.get(f"{url}/T").status_code == 401
    owner.finish(owner.get(f"{url}/$updateDataSource", setPublic="1"))
    assert stranger.get(f"{url}/T").status_code == 200
    assert stranger.get(f"{url}/$updateDataSource", setPublic="0").status_code == 401


@pytest.mark.parametrize("query", ["", "setPublic=", "setPublic=2", "setPublic=yes"])
def test_set_public_is_required(coffee: Loaded, sds: Service, query: str) -> None:
    """Template Parameters: setPublic is Required, its values are 1 and 0."""
    url = f"{coffee.url}/$updateDataSource"
    assert "setPublic" in json_error(sds.get(url, query), status=400)
    assert "setPublic" in xml_error(sds.get(url, f"{query}&o=xml"), status=400)


def test_the_key_is_the_master_key(coffee: Loaded, sds: Service) -> None:
    """URL templates: key=masterKey; HTTP Status Codes: 401."""
    url = f"{coffee.url}/$updatedatasource"
    json_error(sds.get(url, "setPublic=1", key=""), status=401, auth="NoCredentials")
    json_error(sds.get(url, "setPublic=1", key=sds.query_key), status=401)


def test_the_method_is_get(coffee: Loaded, sds: Service) -> None:
    """Supported HTTP Methods: GET; a HEAD must change nothing."""
    for method in ("HEAD", "POST", "DELETE"):
        answer = sds.send(method, f"{coffee.url}/$updateDataSource", "setPublic=1")
        assert answer.status_code == 405
