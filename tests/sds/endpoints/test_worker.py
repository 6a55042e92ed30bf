"""The worker: what becomes of jobs when it is killed, stopped, or not alone."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest

from tests.live import LiveAccount, LiveServer, eventually, resource, service_path
from tests.sds.endpoints.sample import many, pipe

BIG = 60_000  # entities: a load of several seconds


@pytest.fixture
def account(live_sds: LiveServer) -> LiveAccount:
    return live_sds.account("unlimited")


@pytest.fixture
def big_file() -> bytes:
    return gzip.compress(many(BIG).encode(), 1)


@pytest.fixture(autouse=True)
def _one_worker_afterwards(live_sds: LiveServer) -> Iterator[None]:
    yield
    live_sds.stop_workers()
    live_sds.start_worker()


def in_mid_load(account: LiveAccount, status_url: str) -> bool:
    job = resource(account.get(status_url))
    assert job["status"] == "Pending", "the load was over before it could be interrupted"
    return int(job["processedEntityCount"]) > 0


def entity_count(account: LiveAccount, service: str) -> int:
    answer = account.get(
        f"{service}/CoffeeShops", **{"$format": "json", "$inlinecount": "allpages", "$top": "1"}
    )
    return int(answer.json()["d"]["__count"])


def test_a_load_whose_worker_was_killed_is_taken_up_again_and_ends_once(
    account: LiveAccount, live_sds: LiveServer, big_file: bytes
) -> None:
    service = service_path(account.loaded("Coffee", pipe()))
    answer = account.load("Coffee", big_file)
    eventually(lambda: in_mid_load(account, answer.headers["Location"]))
    live_sds.kill_workers()
    assert resource(account.get(answer.headers["Location"]))["status"] == "Pending"
    assert entity_count(account, service) == 3
    live_sds.start_worker()
    job = account.finish(answer)
    assert job["status"] == "Completed"
    assert job["processedEntityCount"] == BIG
    assert entity_count(account, service) == BIG
    assert [one["id"] for one in account.jobs()].count(job["id"]) == 1
    versions = account.get(service, showAllVersions="true").text
    assert versions.count("<app:workspace") == 2


def test_a_load_that_is_interrupted_again_and_again_is_aborted_with_the_reason(
    account: LiveAccount, live_sds: LiveServer, big_file: bytes
) -> None:
    service = service_path(account.loaded("Coffee", pipe()))
    answer = account.load("Coffee", big_file)
    for _ in range(3):
        eventually(lambda: in_mid_load(account, answer.headers["Location"]))
        live_sds.kill_workers()
        # A new try starts its counts where the last one left them: look for a fresh claim.
        before = live_sds.log_text().count("try")
        live_sds.start_worker()
        eventually(lambda before=before: live_sds.log_text().count("try") > before)
    job = account.finish(answer)
    assert job["status"] == "Aborted"
    assert "3 times" in job["errorMessage"]
    assert entity_count(account, service) == 3


def test_a_stopped_worker_gives_its_job_back_at_once(
    account: LiveAccount, live_sds: LiveServer, big_file: bytes
) -> None:
    answer = account.load("Coffee", big_file)
    eventually(lambda: in_mid_load(account, answer.headers["Location"]))
    assert live_sds.stop_workers() == [0]
    assert resource(account.get(answer.headers["Location"]))["status"] == "Pending"
    live_sds.start_worker()
    assert account.finish(answer)["status"] == "Completed"


def test_several_workers_do_each_job_once(account: LiveAccount, live_sds: LiveServer) -> None:
    for _ in range(2):
        live_sds.start_worker()
    answers = [account.load(f"Source{turn}", many(500)) for turn in range(12)]
    jobs = [account.finish(answer) for answer in answers]
    assert {job["status"] for job in jobs} == {"Completed"}
    logs = live_sds.log_text()
    assert [logs.count(f"{job['id']} of") for job in jobs] == [1] * 12
    assert account.get("/data").text.count("<app:workspace") == 12


def test_progress_is_told_while_a_load_runs(account: LiveAccount, big_file: bytes) -> None:
    answer = account.load("Coffee", big_file)
    eventually(lambda: in_mid_load(account, answer.headers["Location"]))
    assert account.finish(answer)["totalEntityCount"] == BIG
