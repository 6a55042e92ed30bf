"""What load balancers and Prometheus ask."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from prometheus_client.parser import text_string_to_metric_families

from tests.live import free_port
from tests.sds.observing.places import files_lie_in

FROM_ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}
TOKEN = "a token of the operators"


def test_alive_asks_nothing_of_anybody() -> None:
    # No database mark: a query would fail this test.
    answer = Client().get("/healthz", headers={"host": "10.1.2.3"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.django_db
def test_probes_are_read_alone(path: str) -> None:
    assert Client().post(path).status_code == 405
    head = Client().head(path)
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.django_db
def test_ready_says_what_it_looked_at(tmp_path: Path) -> None:
    with files_lie_in(tmp_path):
        answer = Client().get("/readyz", headers={"host": "10.1.2.3"})
    assert (answer.status_code, answer.json()) == (
        200, {"status": "ok", "parts": {"database": "ok", "store": "ok", "queue": "ok"}},
    )  # fmt: skip
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_a_folder_that_is_away_is_said(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    with files_lie_in(in_the_way):
        answer = Client().get("/readyz")
    assert answer.status_code == 503
    parts = answer.json()["parts"]
    assert parts["database"] == "ok"
    assert parts["store"] == "cannot be reached (NotADirectoryError)"


@pytest.mark.django_db
def test_a_redis_that_is_away_is_said() -> None:
    away = f"redis://:secret@127.0.0.1:{free_port()}/0"
    with override_settings(TASKS_URL=away):
        answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["queue"] == "cannot be reached (ConnectionError)"
    assert "secret" not in answer.content.decode()


@pytest.mark.django_db
def test_a_database_without_our_tables_is_said() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sds_account RENAME TO sds_account_away")
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["database"].startswith("cannot be reached")


def get_metrics(**more: Any) -> Any:
    return Client(**FROM_ELSEWHERE).get("/metrics", **more)


@pytest.mark.django_db
def test_metrics_are_off_unless_set() -> None:
    assert get_metrics().status_code == 404


@pytest.mark.django_db
def test_metrics_are_read_with_the_token() -> None:
    with override_settings(METRICS_TOKEN=TOKEN):
        refused = get_metrics()
        assert refused.status_code == 401
        assert refused["WWW-Authenticate"] == 'Bearer realm="metrics"'
        for wrong in ("", "Bearer", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ï"):
            assert get_metrics(headers={"authorization": wrong}).status_code == 401
        read = get_metrics(headers={"authorization": f"bearer {TOKEN}", "host": "10.1.2.3"})
    assert read.status_code == 200
    assert read["Content-Type"].startswith("text/plain")
    names = {one.name for one in text_string_to_metric_families(read.content.decode())}
    assert {
        "cairn_build_info", "cairn_request_duration_seconds", "cairn_query_duration_seconds",
        "cairn_jobs", "cairn_jobs_oldest_waiting_seconds", "cairn_workers_alive",
        "cairn_data_sources", "cairn_store_bytes", "cairn_disk_free_bytes",
        "process_resident_memory_bytes",
    } <= names  # fmt: skip


@pytest.mark.django_db
def test_metrics_are_read_from_addresses_that_are_allowed() -> None:
    with override_settings(METRICS_ALLOW=[ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")]):
        for address in ("10.1.2.3", "::ffff:10.1.2.3", "2001:db8::1"):
            assert Client(REMOTE_ADDR=address).get("/metrics").status_code == 200
        for address in ("192.0.2.1", "2001:db9::1", "", "unix:"):
            assert Client(REMOTE_ADDR=address).get("/metrics").status_code == 403
