"""A server alone, all of its logs on: what a whole life of data sources leaves in logs and metrics."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.live import LiveAccount, LiveServer, eventually, service_path
from tests.sds.endpoints.sample import SHOPS, pipe

TOKEN = "the-token-of-the-operators"
NAME = "NameThatNobodyShallSee"


@pytest.fixture(scope="module")
def alone() -> Iterator[LiveServer]:
    with tempfile.TemporaryDirectory(prefix="cairn-alone-") as folder:
        server = LiveServer(Path(folder))
        server.env |= {
            "API_ONLY": "1", "ACCESS_LOG": "1", "LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG",
            "METRICS_TOKEN": TOKEN,
        }  # fmt: skip
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="module")
def account(alone: LiveServer) -> LiveAccount:
    """An account that has done everything once, rightly and wrongly."""
    made = alone.account()
    job = made.loaded(NAME, pipe(SHOPS), queryKey=made.query_key)
    query = f"{service_path(job)}/CoffeeShops"
    made.get(query, key=made.query_key, spatialFilter="nearby(47.6,-122.3,10)")
    made.get(query, key=made.query_key, **{"$filter": f"Name eq '{made.master_key}'"})
    made.finish(made.load(NAME, "no data\n"))
    made.finish(made.get(service_path(job).replace("/data/", "/Dataflows/DataSourceDownload/")))
    _keys_in_wrong_places(made, query)
    assert made.delete(service_path(job)).status_code == 202
    made.idle()
    return made


def _keys_in_wrong_places(account: LiveAccount, query: str) -> None:
    key = account.master_key
    base = account.base_url
    for headers in ({"Authorization": f"Bearer {key}"}, {"X-Request-ID": key}, {"Referer": f"{base}?key={key}"}, {"User-Agent": key}, {"Cookie": f"key={key}"}):  # fmt: skip
        requests.get(query, headers=headers, timeout=60)
    for path in (f"{base}/data/{key}", f"{base}/{key}", f"{query}('{key}')", f"{base}/data;key={key}"):  # fmt: skip
        assert requests.get(path, timeout=60).status_code in (401, 404)
    posted = requests.post(f"{base}/Dataflows/LoadDataSource", data={"key": key}, timeout=60)
    assert posted.status_code == 401
    for params in ({"jsonp": key}, {"$filter": key}, {"KEY": "x", "key": key}, {"output": key}):
        requests.get(query, params=params, timeout=60)


def lines(server: LiveServer) -> list[dict[str, Any]]:
    """Everything that web and worker said, each line of it JSON."""
    return [json.loads(line) for line in server.log_text().splitlines() if line]


def test_every_line_is_json_and_none_has_a_key(alone: LiveServer, account: LiveAccount) -> None:
    assert len(lines(alone)) > 20
    text = alone.log_text()
    assert not [key for key in (*alone.keys, TOKEN) if key in text]
    assert NAME not in "".join(json.dumps(one) for one in _access(alone))


def test_requests_are_told_with_their_operation(alone: LiveServer, account: LiveAccount) -> None:
    own_id = "trace-0123456789"
    answer = requests.get(f"{account.base_url}/data", params={"key": account.master_key}, headers={"X-Request-ID": own_id, "Accept-Encoding": "identity"}, timeout=60)  # fmt: skip
    assert answer.headers["X-Request-ID"] == own_id
    (told,) = [line for line in _access(alone) if line["request_id"] == own_id]
    assert told["operation"] == "listDataSources"
    assert told["account"] == account.name
    assert told["method"] == "GET"
    assert told["status"] == 200
    assert told["milliseconds"] > 0
    assert told["bytes"] == len(answer.content)
    assert "?" not in json.dumps(told)
    operations = {line["operation"] for line in _access(alone)}
    assert {"loadDataSource", "getLoadStatus", "queryEntities", "getEntity", "deleteDataSource"} <= operations  # fmt: skip


def test_a_refusal_has_the_id_of_its_lines(alone: LiveServer, account: LiveAccount) -> None:
    refused = account.get("/data", key="unknown", output="json")
    trace = refused.json()["traceId"]
    assert refused.headers["X-Request-ID"] == trace
    (told,) = [line for line in _access(alone) if line["request_id"] == trace]
    assert told["status"] == 401
    assert "account" not in told


def test_jobs_are_told_with_their_kind(alone: LiveServer, account: LiveAccount) -> None:
    of_jobs = [line for line in lines(alone) if line.get("operation") == "DataSourceComplete"]
    assert of_jobs
    assert all(len(line["request_id"]) == 32 for line in of_jobs)
    assert {line["account"] for line in of_jobs} == {account.name}


def _access(server: LiveServer) -> list[dict[str, Any]]:
    return [line for line in lines(server) if line["logger"] == "cairn.access"]


def _metrics(server: LiveServer) -> tuple[str, dict[tuple[str, ...], float]]:
    """The text, and the values by name and label values."""
    url = server.base_url.replace("/REST/v1", "/metrics")
    answer = requests.get(url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60)
    assert answer.status_code == 200
    values = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    return answer.text, values


def test_metrics_count_what_was_done(alone: LiveServer, account: LiveAccount) -> None:
    ended = ("cairn_jobs_ended_total", "DataSourceDelete", "completed")
    eventually(lambda: ended in _metrics(alone)[1])  # counted once the job's end is written
    _text, values = _metrics(alone)
    assert values["cairn_request_duration_seconds_count", "loadDataSource", "201"] == 2
    assert values["cairn_request_duration_seconds_count", "queryEntities", "200"] >= 2
    assert values["cairn_query_duration_seconds_count", "nearby"] == 1
    assert values["cairn_query_duration_seconds_count", "filter"] == 1
    assert values["cairn_jobs_ended_total", "DataSourceComplete", "completed"] == 1
    assert values["cairn_jobs_ended_total", "DataSourceComplete", "aborted"] == 1
    assert values["cairn_jobs_ended_total", "DataSourceDownload", "completed"] == 1
    assert values["cairn_entities_loaded_total", "DataSourceComplete"] == len(SHOPS)
    assert values["cairn_jobs", "DataSourceDelete", "completed"] == 1
    assert values["cairn_data_sources",] == 0
    assert values["cairn_workers_alive",] == 1
    assert values["cairn_disk_free_bytes",] > 0


def test_metrics_name_nobody_and_nothing(alone: LiveServer, account: LiveAccount) -> None:
    text, values = _metrics(alone)
    for secret in (*alone.keys, TOKEN, account.name, NAME, "CoffeeShops"):
        assert secret not in text
    before = len(values)
    for word in ("a", "b", "c"):  # labels are bounded, whatever callers ask for
        requests.request(word.upper() * 5, f"{account.base_url}/{word}", timeout=60)
        requests.get(f"{account.base_url}/data/{word}{word}/{word}?{word}={word}", timeout=60)
    assert len(_metrics(alone)[1]) - before <= 60


def test_its_front_page_tells_how_it_is_doing(alone: LiveServer, account: LiveAccount) -> None:
    page = requests.get(alone.base_url.replace("/REST/v1", "/"), timeout=60)
    assert page.status_code == 200
    assert "The service is ready." in page.text
    assert "Set-Cookie" not in page.headers
    for secret in (*alone.keys, TOKEN, account.name, NAME):
        assert secret not in page.text
    sheet = requests.get(alone.base_url.replace("/REST/v1", "/status.css"), timeout=60)
    assert sheet.headers["Content-Type"].startswith("text/css")
    assert requests.get(f"{alone.base_url}/openapi.json", timeout=60).status_code == 200


def test_a_worker_that_stops_takes_its_sign_away(alone: LiveServer, account: LiveAccount) -> None:
    with alone.without_worker():
        _text, values = _metrics(alone)
        assert values["cairn_workers_alive",] == 0
