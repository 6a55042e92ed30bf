"""Page "Delete a Data Source"."""

from __future__ import annotations

import pytest

from tests.conformance.fixtures import Loaded
from tests.conformance.forms import json_error
from tests.conformance.history import History
from tests.conformance.service import Service
from tests.live import LiveServer

pytestmark = pytest.mark.xdist_group("conformance")


def test_the_answer_has_no_content(deleted: History) -> None:
    """Response: 202, and no content."""
    for word in ("unstaged", "deleted"):
        answer = deleted.answers[word]
        assert (answer.status_code, answer.content) == (202, b"")
        assert answer.headers.get("Content-Length", "0") == "0"


def test_the_staged_version_alone(unstaged: History) -> None:
    """Template Parameters: isStaging=1 deletes the staged version, the published one stays."""
    assert unstaged.found_staged["staged to go"] == {"z": "to go"}
    assert unstaged.found_staged["unstaged"] == {}
    assert unstaged.found["unstaged"] == unstaged.found["private"]


def test_the_data_source_is_gone(deleted: History, sds: Service) -> None:
    """HTTP Status Codes: 404 where the data source does not exist."""
    assert "data source" in json_error(sds.send("DELETE", deleted.url), status=404)
    assert sds.get(deleted.query_url).status_code == 404
    assert deleted.name not in sds.get("/data").text


def test_the_key_is_the_master_key(coffee: Loaded, sds: Service) -> None:
    """HTTP Status Codes: 401 without a key, with one that is none, with another than the master's."""
    json_error(sds.send("DELETE", coffee.url, key=""), status=401, auth="NoCredentials")
    json_error(sds.send("DELETE", coffee.url, key="nobodys"), status=401, auth="InvalidCredentials")
    assert "master key" in json_error(sds.send("DELETE", coffee.url, key=sds.query_key), status=401)


def test_is_staging_has_two_values(coffee: Loaded, sds: Service) -> None:
    """Template Parameters: isStaging is a Boolean; with another value nothing may be deleted."""
    answer = sds.send("DELETE", coffee.url, "isStaging=perhaps")
    assert "isStaging" in json_error(answer, status=400)
    assert coffee.query().status_code == 200


def test_a_staged_version_that_there_is_not(coffee: Loaded, sds: Service) -> None:
    """Template Parameters: isStaging; the page and others spell it isStaged too."""
    for query in ("isStaging=1", "ISSTAGED=True"):
        assert "staged" in json_error(sds.send("DELETE", coffee.url, query), status=404)


def test_get_does_not_delete(coffee: Loaded, sds: Service) -> None:
    """URL Template: the method is DELETE, so that no address bar can delete."""
    assert sds.get(coffee.url).status_code == 200
    assert sds.send("POST", coffee.url).status_code == 405


@pytest.mark.own_server
def test_its_name_is_free_when_the_job_is_done(live_sds: LiveServer) -> None:
    """URL Template: until the delete job is completed, no data source of that name (400)."""
    account = live_sds.account()
    text = "Bing Spatial Data Services, 1.0, T\nI(Edm.String,primaryKey)|Latitude(Edm.Double)|"
    text += "Longitude(Edm.Double)\na|1|1\n"
    job = account.loaded("Again", text)
    url = next(link["url"] for link in job["links"] if link["role"] == "datasource")
    with live_sds.without_worker():
        assert account.delete(url).status_code == 202
        words = json_error(account.load("Again", text), status=400)
        assert "being deleted" in words
    account.idle()
    assert account.loaded("Again", text)["status"] == "Completed"
