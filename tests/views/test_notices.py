"""Notices: the end of a person's work, told on every page until they have read it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dashboard.people.models import Membership, User
from datasources.jobs.leases import take
from datasources.jobs.steps import fail, finish
from datasources.jobs.telling import KEPT, tell_of_job
from datasources.models import Account, Job, JobKind, JobState, Notice, UploadState
from datasources.phrases import Phrase
from tests.people_fixtures import refusals
from tests.views.fixtures import MakeJob, MakeUpload

pytestmark = pytest.mark.django_db
URL = "/notices/"
READ = "/notices/read/"
MAX_QUERIES = 15


def poll(account: Account, client: Client, after: int | str = 0) -> tuple[str, dict[str, str]]:
    answer = client.get(reverse("notices", args=[account.pk]), {"after": after})
    assert answer.status_code == 200
    return answer.content.decode(), dict(answer.headers)


def ended(make_job: MakeJob, *, well: bool = True, **values: object) -> Job:
    """A job of the publisher that a worker has just ended."""
    job = make_job(state=JobState.RUNNING, ended_at=None, **values)
    with take(job) as lease:
        assert lease is not None
        if well:
            finish(lease, job, "")
        else:
            fail(lease, job, "refused", Phrase("The key is not known to the service."))
    return job


def test_the_end_of_a_job_is_told_to_whoever_made_it(
    account: Account, clients: dict[str, Client], make_job: MakeJob
) -> None:
    job = ended(make_job, kind=JobKind.PUBLISH, operation="")
    make_job(state=JobState.RUNNING, ended_at=None)
    said, headers = poll(account, clients["publisher"])
    assert "StoresEU: Publish (Done)" in said
    assert reverse("job", args=[account.pk, job.pk]) in said
    told = {name: headers[f"X-{name}"] for name in ("Unread", "Open-Jobs", "Working")}
    assert told == {"Unread": "1", "Open-Jobs": "1", "Working": "1"}
    again, headers = poll(account, clients["publisher"], headers["X-Last-Notice"])
    assert not again.strip()
    assert "X-Last-Notice" not in headers
    for other in ("viewer", "admin"):
        said, headers = poll(account, clients[other])
        assert "StoresEU" not in said
        assert (headers["X-Unread"], headers["X-Working"]) == ("0", "0")


def test_a_failed_job_says_why(
    account: Account, clients: dict[str, Client], make_job: MakeJob
) -> None:
    ended(make_job, well=False)
    said, _headers = poll(account, clients["publisher"])
    assert "toast-failed" in said
    assert "The key is not known to the service." in said


def test_the_check_of_a_file_is_told_once(
    account: Account, clients: dict[str, Client], make_upload: MakeUpload
) -> None:
    upload = make_upload(by="editor")
    waiting = make_upload("no file of entities", by="editor", checked=False)
    said, headers = poll(account, clients["editor"])
    assert "stores.txt: Ready to send" in said
    assert reverse("upload_review", args=[account.pk, upload.pk]) in said
    assert headers["X-Working"] == "1"
    page = clients["editor"].get(URL).content.decode()
    assert "Under way" in page
    assert reverse("upload_review", args=[account.pk, waiting.pk]) in page
    assert "Waiting to be checked" in page


def test_a_job_that_was_only_seen_is_told_to_nobody(
    account: Account, make_job: MakeJob, people: dict[str, User]
) -> None:
    tell_of_job(make_job(made_here=False, user=None))
    assert not Notice.objects.exists()


def test_the_page_shows_work_and_ends_of_all_accounts(
    account: Account, clients: dict[str, Client], make_job: MakeJob
) -> None:
    ended(make_job, well=False)
    make_job(
        state=JobState.RUNNING, ended_at=None, total_entities=41_208, processed_entities=10_302
    )
    page = clients["publisher"].get(URL).content.decode()
    assert "10,302 of 41,208 entities" in page
    assert "1 unread notice" in page
    assert "The key is not known to the service." in page
    assert 'hx-trigger="every 3s"' in page
    part = clients["publisher"].get(URL, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "No notice yet" in clients["viewer"].get(URL).content.decode()


def test_one_is_read_or_all_are(
    account: Account, clients: dict[str, Client], make_job: MakeJob
) -> None:
    for _number in range(3):
        ended(make_job)
    first, second, third = Notice.objects.order_by("pk")
    browser = clients["publisher"]
    assert browser.post(READ, {"notice": first.pk, "quiet": "1"}).status_code == 200
    assert poll(account, browser)[1]["X-Unread"] == "2"
    assert clients["viewer"].post(READ, {"until": third.pk}).status_code == 302
    assert poll(account, browser)[1]["X-Unread"] == "2", "somebody else's stay as they are"
    browser.post(READ, {"until": second.pk})
    said, headers = poll(account, browser)
    assert headers["X-Unread"] == "1", "what ended since the page was made is not read"
    assert said.count("data-notice=") == 1
    for nonsense in ("", "x", "-1", "9" * 40):
        browser.post(READ, {"notice": nonsense, "until": nonsense})
    assert poll(account, browser)[1]["X-Unread"] == "1"


def test_who_left_the_team_is_told_nothing_of_it(
    account: Account, clients: dict[str, Client], make_job: MakeJob, people: dict[str, User]
) -> None:
    ended(make_job)
    Membership.objects.filter(user=people["publisher"]).delete()
    page = clients["publisher"].get(URL).content.decode()
    assert "StoresEU" not in page
    assert "No notice yet" in page


def test_every_page_says_how_many_are_unread(
    account: Account, clients: dict[str, Client], make_job: MakeJob
) -> None:
    ended(make_job)
    last = Notice.objects.get().pk
    page = clients["publisher"].get(reverse("catalogue", args=[account.pk])).content.decode()
    assert "<span data-count>1</span>" in page
    assert f'data-last="{last}"' in page


def test_only_the_latest_are_kept(account: Account, make_job: MakeJob) -> None:
    job = make_job()
    for _number in range(KEPT + 5):
        tell_of_job(job)
    assert Notice.objects.count() == KEPT


def test_strangers_and_visitors_are_refused(account: Account, clients: dict[str, Client]) -> None:
    refusals(clients, URL, strangers=())
    refusals(clients, READ, strangers=(), post={})
    refusals(clients, reverse("notices", args=[account.pk]))
    assert clients["viewer"].get(READ).status_code == 405
    for nonsense in ("", "yesterday", "²", "-1", "9" * 40):
        poll(account, clients["viewer"], nonsense)


def test_few_queries_however_much_there_is(
    account: Account,
    clients: dict[str, Client],
    make_job: MakeJob,
    make_upload: MakeUpload,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(40):
        tell_of_job(make_job())
        at = timezone.now() - timedelta(minutes=number)
        make_job(state=JobState.RUNNING, ended_at=None, created_at=at)
    upload = make_upload(checked=False)
    assert upload.state == UploadState.WAITING
    with django_assert_max_num_queries(MAX_QUERIES):
        assert clients["publisher"].get(URL).status_code == 200
    with django_assert_max_num_queries(MAX_QUERIES):
        poll(account, clients["publisher"])
