"""The job history: every job, newest first, narrowed, paged and exported."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dashboard.people.models import User
from datasources.models import Account, Job, JobKind, JobState
from tests.views.fixtures import MakeJob

ADDED = datetime(2026, 1, 1, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def url(account: Account) -> str:
    return reverse("jobs", args=[account.pk])


@pytest.fixture
def ten_thousand(account: Account, people: dict[str, User]) -> None:
    person = people["publisher"]
    Job.objects.bulk_create(
        Job(
            account=account, kind=JobKind.LOAD, operation="complete", state=JobState.DONE,
            user=person, user_name=person.display_name, data_source_name=f"Source{number}",
            created_at=ADDED + timedelta(minutes=number // 3),  # several at one moment
        )
        for number in range(10_000)
    )  # fmt: skip


def said(response: Any) -> str:
    return str(response.content.decode())


def names(response: Any) -> list[str]:
    return [line.job.data_source_name for line in response.context["lines"]]


@pytest.mark.parametrize(
    ("who", "status"),
    {
        "viewer": 200, "editor": 200, "publisher": 200, "admin": 200, "site_admin": 200,
        "outsider": 404, "visitor": 302,
    }.items(),
)  # fmt: skip
def test_the_team_sees_its_jobs_and_nobody_else_does(
    clients: dict[str, Client], account: Account, who: str, status: int
) -> None:
    for name in ("jobs", "jobs_csv"):
        assert clients[who].get(reverse(name, args=[account.pk])).status_code == status


def test_jobs_of_another_account_are_not_in_the_list(
    clients: dict[str, Client], url: str, account: Account, make_job: MakeJob
) -> None:
    other = Account.objects.create(team=account.team, service=account.service, name="Other")
    make_job(data_source_name="Ours")
    theirs = make_job(data_source_name="Theirs")
    Job.objects.filter(pk=theirs.pk).update(account=other)
    assert names(clients["viewer"].get(url)) == ["Ours"]


def test_without_jobs_the_page_says_what_to_do_first(clients: dict[str, Client], url: str) -> None:
    assert "Upload a file" in said(clients["publisher"].get(url))
    assert "Upload a file" not in said(clients["viewer"].get(url))


def test_jobs_made_elsewhere_are_said_to_be(
    clients: dict[str, Client], url: str, make_job: MakeJob
) -> None:
    make_job(made_here=False, user=None, user_name="")
    assert "seen, not made, here" in said(clients["viewer"].get(url))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "open"}, {"Opening"}),
        ({"state": "failed"}, {"Failing"}),
        ({"kind": "rollback"}, {"Rolling"}),
        ({"source": "roll"}, {"Rolling"}),
        ({"person": "emil"}, {"Failing"}),
        ({"since": "2026-03-02"}, {"Opening", "Failing"}),
        ({"until": "2026-03-01"}, {"Rolling"}),
        ({"since": "2026-03-01", "until": "2026-03-01"}, {"Rolling"}),
        ({"state": "nonsense", "kind": "nonsense"}, {"Opening", "Failing", "Rolling"}),
    ],
)
def test_the_list_is_narrowed(
    clients: dict[str, Client],
    people: dict[str, User],
    url: str,
    make_job: MakeJob,
    query: dict[str, str],
    found: set[str],
) -> None:
    early = datetime(2026, 3, 1, 23, 59, tzinfo=timezone.get_default_timezone())
    make_job(data_source_name="Opening", state=JobState.RUNNING, ended_at=None)
    make_job(
        data_source_name="Failing", state=JobState.FAILED, user=people["editor"], user_name="emil"
    )
    make_job(data_source_name="Rolling", kind=JobKind.ROLLBACK, operation="", created_at=early)
    assert set(names(clients["viewer"].get(url, query))) == found


def test_a_date_that_is_none_is_said_and_left_out(
    clients: dict[str, Client], url: str, make_job: MakeJob
) -> None:
    make_job()
    page = clients["viewer"].get(url, {"since": "yesterday", "until": "9999-12-31"})
    assert page.status_code == 200
    assert "“yesterday” is no date" in said(page)


def test_only_a_list_with_an_open_job_asks_again(
    clients: dict[str, Client], url: str, make_job: MakeJob
) -> None:
    job = make_job(state=JobState.RUNNING, ended_at=None)
    assert 'hx-trigger="every 3s"' in said(clients["viewer"].get(url))
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
    assert "every 3s" not in said(clients["viewer"].get(url))


def test_the_script_gets_the_rows_alone(
    clients: dict[str, Client], url: str, make_job: MakeJob
) -> None:
    make_job()
    part = said(clients["viewer"].get(url, headers={"HX-Request": "true"}))
    assert "StoresEU" in part
    assert "<html" not in part


def test_ten_thousand_jobs_are_read_page_by_page_none_twice_none_left_out(
    clients: dict[str, Client],
    url: str,
    ten_thousand: None,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    clients["viewer"].get(url)
    with django_assert_max_num_queries(15):
        page = clients["viewer"].get(url)
    assert "10,000 jobs" in said(page)
    seen = names(page)
    for _ in range(3):
        page = clients["viewer"].get(url, {"before": page.context["page"].older})
        seen += names(page)
    newest_first = Job.objects.order_by("-created_at", "-pk").values_list(
        "data_source_name", flat=True
    )
    assert seen == list(newest_first[:200])
    back = clients["viewer"].get(url, {"after": page.context["page"].newer})
    assert names(back) == seen[100:150]


def test_the_last_page_has_nothing_older_and_the_first_nothing_newer(
    clients: dict[str, Client], url: str, ten_thousand: None
) -> None:
    first = clients["viewer"].get(url, {"source": "Source99"}).context["page"]
    assert first.newer == ""
    last = clients["viewer"].get(url, {"source": "Source99", "before": first.older}).context["page"]
    third = clients["viewer"].get(url, {"source": "Source99", "before": last.older}).context["page"]
    assert third.older == ""
    assert len(first.jobs) + len(last.jobs) + len(third.jobs) == 111


@pytest.mark.parametrize("place", ["x", "%00", "MTIz", "YSBi", "9" * 300])
def test_a_place_that_is_none_gives_the_first_page(
    clients: dict[str, Client], url: str, make_job: MakeJob, place: str
) -> None:
    make_job()
    assert names(clients["viewer"].get(url, {"before": place})) == ["StoresEU"]
    assert names(clients["viewer"].get(url, {"after": place})) == ["StoresEU"]


def test_the_export_holds_what_the_filter_shows_and_no_formulas(
    clients: dict[str, Client], account: Account, make_job: MakeJob
) -> None:
    make_job(data_source_name="Kept", error_words='=HYPERLINK("http://example.org")')
    make_job(data_source_name="Other")
    answer = clients["viewer"].get(reverse("jobs_csv", args=[account.pk]), {"source": "kept"})
    text = answer.getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["Data source"] for row in rows] == ["Kept"]
    assert rows[0]["What"] == "Replace everything and publish"
    assert rows[0]["Outcome"].startswith("'=")
    assert answer["Content-Disposition"].startswith("attachment; filename=")


def test_a_load_is_called_by_what_it_does_to_the_data_source(
    clients: dict[str, Client], url: str, make_job: MakeJob
) -> None:
    make_job(operation="complete", makes_source=True)
    make_job(operation="completeStaging", makes_source=True)
    make_job(operation="incrementalStaging")
    page = said(clients["viewer"].get(url))
    for words in ("Create and publish", "Create, staged", "Change some entities, staged"):
        assert words in page


def test_the_export_of_ten_thousand_jobs_is_streamed(
    clients: dict[str, Client],
    account: Account,
    ten_thousand: None,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(15):
        answer = clients["viewer"].get(reverse("jobs_csv", args=[account.pk]))
        assert answer.streaming
        lines = sum(part.count(b"\n") for part in answer.streaming_content)
    assert lines == 10_001
