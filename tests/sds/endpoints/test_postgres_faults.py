"""PostgreSQL with PostGIS under the running server: workers killed in mid-load, the database away and
back, many callers at once.
"""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import requests

from tests.live import LiveAccount, LiveServer, eventually, resource, service_path
from tests.sds.endpoints.sample import many, pipe

BIG = 60_000  # entities: a load of several seconds
WEB_THREADS = 8  # requests served at once, by default
WITHIN = 120.0  # seconds, for a load that is begun anew


@pytest.fixture
def live(live_postgres: LiveServer) -> LiveServer:
    return live_postgres


@pytest.fixture
def account(live: LiveServer) -> LiveAccount:
    return live.account("unlimited")


@pytest.fixture(scope="module")
def big_file() -> bytes:
    return gzip.compress(many(BIG).encode(), 1)


def asked(live: LiveServer, question: str, *values: object) -> list[tuple[object, ...]]:
    with psycopg.connect(live.env["DATABASE_URL"], autocommit=True) as connection:
        return connection.execute(question, values).fetchall()  # type: ignore[call-overload, no-any-return]


def begun(account: LiveAccount, body: bytes) -> requests.Response:
    """The answer to a load that is being done."""
    answer = account.load("Coffee", body)

    def in_mid_load() -> bool:
        job = resource(account.get(answer.headers["Location"]))
        assert job["status"] == "Pending", "the load was over before it could be disturbed"
        return int(job["processedEntityCount"]) > 0

    eventually(in_mid_load)
    return answer


def count(account: LiveAccount, service: str) -> int:
    answer = account.get(
        f"{service}/CoffeeShops", **{"$format": "json", "$inlinecount": "allpages", "$top": "1"}
    )
    return int(answer.json()["d"]["__count"])


def test_a_load_that_is_killed_leaves_no_table(
    live: LiveServer, account: LiveAccount, big_file: bytes
) -> None:
    service = service_path(account.loaded("Coffee", pipe()))
    answer = begun(account, big_file)
    job_id = resource(answer)["id"]
    live.kill_workers()
    writing = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'COPY %%' AND query LIKE %s"
    eventually(lambda: not asked(live, writing, f"%{job_id[:20]}%"))
    assert asked(live, "SELECT relname FROM pg_class WHERE relname LIKE %s", f"%{job_id}%") == []
    assert asked(live, "SELECT gid FROM pg_prepared_xacts") == []
    assert count(account, service) == 3
    live.start_worker()
    assert account.finish(answer, within=WITHIN)["status"] == "Completed"
    assert count(account, service) == BIG
    tables = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname LIKE %s"
    assert asked(live, tables, f"%{job_id}%") == [(1,)]


def test_a_database_that_goes_away_is_said_and_all_goes_on_when_it_is_back(
    live: LiveServer, account: LiveAccount, big_file: bytes
) -> None:
    service = service_path(account.loaded("Coffee", pipe()))
    started = begun(account, big_file)
    with live.database_away():
        for path in (f"{service}/CoffeeShops", "/Dataflows/ListJobs", "/data"):
            answer = account.get(path, output="json", **{"$format": "json"})
            assert answer.status_code == 503, path
            assert answer.headers["Retry-After"]
            assert "Send the request again" in answer.json()["errorDetails"][0]
            assert live.env["DATABASE_URL"].split("@")[1] not in answer.text
        ready = requests.get(f"{live.base_url.removesuffix('/REST/v1')}/readyz", timeout=60)
        assert ready.status_code == 503
        assert ready.json()["parts"]["database"] != "ok"
    assert count(account, service) in (3, BIG), "the first question after it finds its way"
    assert account.finish(started, within=WITHIN)["status"] == "Completed"
    assert count(account, service) == BIG
    assert len(account.jobs()) == 2
    assert account.get(service, showAllVersions="true").text.count("<app:workspace") == 2


def test_many_callers_share_a_bounded_number_of_connections(
    live: LiveServer, account: LiveAccount
) -> None:
    service = service_path(account.loaded("Coffee", many(500)))

    def ask(number: int) -> int:
        near = f"nearby({number % 80},{number % 170},900)"
        return account.get(f"{service}/CoffeeShops", spatialFilter=near).status_code

    with ThreadPoolExecutor(48) as callers:
        assert set(callers.map(ask, range(400))) == {200}
    ((entities, own),) = asked(
        live,
        "SELECT count(*) FILTER (WHERE application_name = 'cairn'),"
        " count(*) FILTER (WHERE application_name <> 'cairn') FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    assert int(str(entities)) <= WEB_THREADS + 2, (
        "as docs/deploy.md counts: the web's and a worker's"
    )
    assert int(str(own)) <= (WEB_THREADS + 1) + 3 + 1, "and the helper of the tests"
