"""The status page: at / of the API alone, and in the dashboard for site admins."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from sds_server.accounts import create_account
from sds_server.models import DataflowJob, JobKind, JobStatus, Plan, WorkerSign
from sds_server.observing.status import age, alone, sheet
from tests.sds.observing.places import files_lie_in

EVERYBODY_ELSE = {
    "owner": 403, "admin": 403, "publisher": 403, "editor": 403, "viewer": 403, "outsider": 403,
    "visitor": 302,
}  # fmt: skip


@pytest.fixture
def waiting_job(db: None) -> DataflowJob:
    account, _master, _query = create_account("Stores", Plan.BASIC)
    return DataflowJob.objects.create(
        account=account,
        key=account.keys.all()[0],
        kind=JobKind.COMPLETE,
        data_source_name="SecretName",
        created_at=timezone.now() - timedelta(minutes=5),
    )


def words(page: Any) -> str:
    assert page.status_code == 200
    return " ".join(page.content.decode().split())


@pytest.mark.parametrize(("who", "status"), EVERYBODY_ELSE.items())
def test_in_the_dashboard_it_is_for_site_admins(
    clients: dict[str, Client], who: str, status: int
) -> None:
    assert clients[who].get(reverse("server_status")).status_code == status


def test_a_site_admin_sees_jobs_workers_store_and_plans(
    clients: dict[str, Client],
    waiting_job: DataflowJob,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    WorkerSign.objects.create(name="host:1")
    with django_assert_max_num_queries(15):
        page = words(clients["site_admin"].get(reverse("server_status")))
    assert "the first for 5 minutes" in page
    assert "none gives a sign of life" not in page
    assert "GeoPackage files" in page
    assert "What it holds" in page
    assert "200,000" in page  # entities of Enterprise
    assert "no limit" in page
    assert "SecretName" not in page


def test_workers_that_went_silent_are_told(
    clients: dict[str, Client], waiting_job: DataflowJob
) -> None:
    WorkerSign.objects.create(name="host:1", seen_at=timezone.now() - timedelta(minutes=1))
    page = words(clients["site_admin"].get(reverse("server_status")))
    assert "none gives a sign of life" in page


@pytest.mark.parametrize(
    ("settings", "inside"),
    [
        ({"HOST": "127.0.0.1", "SITE_URL": "http://127.0.0.1:8000"}, True),
        ({"HOST": "127.0.0.1", "SITE_URL": "http://localhost:8000"}, True),
        ({"HOST": "127.0.0.1", "SITE_URL": "http://localhost:8000", "BEHIND_PROXY": True}, False),
        ({"HOST": "0.0.0.0", "SITE_URL": "http://127.0.0.1:8000"}, False),
        ({"HOST": "127.0.0.1", "SITE_URL": "https://spatial.example"}, False),
    ],
)
def test_alone_only_those_who_run_it_see_what_it_holds(
    waiting_job: DataflowJob, settings: dict[str, Any], inside: bool
) -> None:
    with override_settings(**settings):
        page = words(alone(RequestFactory().get("/")))
    assert ("What it holds" in page) is inside
    assert "the first for 5 minutes" in page
    assert "SecretName" not in page


@pytest.mark.django_db
def test_alone_it_is_not_ready_where_a_part_is_away(tmp_path: Any) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    with files_lie_in(in_the_way):
        page = alone(RequestFactory().get("/"))
    assert page.status_code == 503
    assert "The service is not ready" in page.content.decode()


def test_its_style_sheet_needs_no_static_files() -> None:
    answer = sheet(RequestFactory().get("/status.css"))
    assert answer["Content-Type"] == "text/css; charset=utf-8"
    for rule in (":root", ".status-page", ".panel", ".table-fold"):
        assert rule in answer.content.decode()


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.4, "0 seconds"), (1, "1 second"), (119, "119 seconds"), (120, "2 minutes"),
        (7199, "119 minutes"), (7200, "2 hours"), (172_799, "47 hours"), (172_800, "2 days"),
    ],
)  # fmt: skip
def test_ages_in_words(seconds: float, expected: str) -> None:
    assert age(seconds) == expected


def test_ended_jobs_are_counted_by_status(
    clients: dict[str, Client], waiting_job: DataflowJob
) -> None:
    waiting_job.status = JobStatus.COMPLETED
    waiting_job.save()
    page = words(clients["site_admin"].get(reverse("server_status")))
    assert "the first for" not in page
