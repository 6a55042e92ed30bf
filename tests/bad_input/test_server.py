"""What the API server answers to a bad file or key, over plain HTTP: nothing is half-done."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest
import requests

from tests.bad_input.files import BAD_FILES, GOOD, BadFile
from tests.live import LiveAccount, LiveServer, service_path

FILES = [name for name, bad in BAD_FILES.items() if bad.costs == "file"]
ENTITIES = [name for name, bad in BAD_FILES.items() if bad.costs == "entity"]


@lru_cache(maxsize=1)
def content_of(name: str) -> bytes:
    return BAD_FILES[name].make()


def entities(account: LiveAccount, job: dict[str, Any]) -> dict[str, str]:
    """Entity names by ID, as the published version has them."""
    answer = account.get(f"{service_path(job)}/Shops", **{"$format": "json", "$top": "250"})
    assert answer.status_code == 200, answer.text
    return {row["ID"]: row["Name"] for row in answer.json()["d"]["results"]}


def log_of(account: LiveAccount, job: dict[str, Any]) -> list[dict[str, str]]:
    """The job's log of what failed, a row a problem."""
    url = next(link["url"] for link in job["links"] if link.get("name") == "failed")
    lines = [line for line in account.get(url).text.splitlines() if not line.startswith("#")]
    head, *rows = [line.split("\t") for line in lines]
    return [dict(zip(head, row, strict=True)) for row in rows]


def assert_logged(rows: list[dict[str, str]], bad: BadFile) -> None:
    (row,) = [row for row in rows if row["rule"] == bad.rule]
    assert bad.what in row["problem"]
    assert bad.advice in row["advice"]
    assert row["row"] == ("" if bad.row is None else str(bad.row))
    if bad.line is not None:
        assert row["line"] == str(bad.line)
    assert row["property"] == bad.column


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_loaded_aborts_its_job_and_changes_nothing(
    live_sds: LiveServer, name: str
) -> None:
    bad = BAD_FILES[name]
    account = live_sds.account(bad.plan)
    before = account.loaded("Shops", GOOD)

    started = account.load("Shops", content_of(name), input=bad.format)
    job = account.finish(started)

    assert job["status"] == "Aborted"
    status = account.get(started.headers["Location"]).json()
    assert status["errorDetails"][0] == job["errorMessage"]
    if name == "more entities than the plan allows":
        assert "2,500" in job["errorMessage"]
        assert "Divide the entities among several data sources" in job["errorMessage"]
    else:
        assert bad.what in job["errorMessage"]
        assert bad.advice in job["errorMessage"]
        assert_logged(log_of(account, job), bad)
    assert entities(account, before) == {"1": "Oslo", "2": "Bergen"}
    assert account.loaded("Shops", GOOD)["processedEntityCount"] == 2


def test_a_first_load_that_aborts_leaves_no_data_source_behind(live_sds: LiveServer) -> None:
    account = live_sds.account()
    names = [name for name in FILES if BAD_FILES[name].plan == "enterprise"][:10]
    started = [
        account.load(f"Shops{number}", content_of(name), input=BAD_FILES[name].format)
        for number, name in enumerate(names)
    ]
    assert [account.finish(answer)["status"] for answer in started] == ["Aborted"] * 10
    listed = account.get("/data", **{"$format": "json"}).json()
    assert "Shops" not in str(listed)


@pytest.mark.parametrize("name", ENTITIES)
def test_an_entity_that_cannot_be_loaded_is_left_out_counted_and_logged(
    live_sds: LiveServer, name: str
) -> None:
    bad = BAD_FILES[name]
    account = live_sds.account()
    job = account.loaded("Shops", content_of(name), input=bad.format)
    good = {"1": "Oslo"} if bad.row == 2 else {"1": "Oslo", "2": "Bergen"}
    assert (job["totalEntityCount"], job["failedEntityCount"]) == (len(good) + 1, 1)
    assert_logged(log_of(account, job), bad)
    assert entities(account, job) == good


def test_a_load_without_a_byte_is_refused_at_once(live_sds: LiveServer) -> None:
    account = live_sds.account()
    answer = account.load("Shops", b"")
    assert answer.status_code == 400
    assert "the request holds no data to load" in answer.json()["errorDetails"][0]
    assert account.jobs() == []


def refusal(answer: requests.Response) -> tuple[int, str, str]:
    body = answer.json()
    return answer.status_code, body["authenticationResultCode"], body["errorDetails"][0]


def test_wrong_expired_and_query_keys_change_nothing(live_sds: LiveServer) -> None:
    account = live_sds.account()
    job = account.loaded("Shops", GOOD, queryKey=account.query_key)
    added = live_sds.command("sds_account", "add-key", account.name, "--expires", "2020-01-01")
    keys = {
        "CredentialsExpired": added.split('"')[-2],
        "NotAuthorized": account.query_key,
        "NoCredentials": "",
    }
    for code, key in keys.items():
        answer = account.load("Shops", GOOD.replace("Oslo", "Elsewhere"), key=key)
        status, said, words = refusal(answer)
        assert (status, said) == (401, code)
        assert "key" in words
        assert not key or key not in answer.text
    assert "not the master key of the data source" in refusal(
        account.load("Shops", GOOD, key=account.query_key)
    )[2]  # fmt: skip
    assert len(account.jobs()) == 1
    assert entities(account, job) == {"1": "Oslo", "2": "Bergen"}
