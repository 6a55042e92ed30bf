"""Who may start what, with which key, and what makes no sense."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from dashboard.audit.models import Event
from dashboard.people.models import User
from datasources import jobs
from datasources.models import (
    Account,
    DataSource,
    Job,
    JobKind,
    JobState,
    Key,
    UploadState,
    Version,
    VersionState,
)
from tests.jobs.fixtures import Bench, make_bench

NOWHERE = "http://127.0.0.1:9/REST/v1"


@pytest.fixture
def desk(db: None, people: dict[str, User]) -> Bench:
    """An account whose service is never asked: nothing here leaves the machine."""
    return make_bench(people, NOWHERE, "master-key-1234", "query-key-5678", "basic")


@pytest.fixture
def source(desk: Bench) -> DataSource:
    source = DataSource.objects.create(account=desk.account, name="Cities", access_id="abc")
    now = timezone.now()
    for state in (VersionState.PUBLISHED, VersionState.STAGED, VersionState.EARLIER):
        Version.objects.create(
            data_source=source, remote_job_id=state, state=state, made_at=now, seen_at=now
        )
    return source


def good_upload(desk: Bench, **options: str) -> object:
    upload = desk.unchecked(**options)
    upload.state = UploadState.GOOD
    upload.save()
    return upload


def starts(desk: Bench, source: DataSource) -> dict[str, Callable[[User], Job]]:
    earlier = source.versions.get(state=VersionState.EARLIER)
    published = source.versions.get(state=VersionState.PUBLISHED)
    key = desk.key

    def load(operation: str) -> Callable[[User], Job]:
        return lambda user: jobs.start_load(user, good_upload(desk, operation=operation), key)  # type: ignore[arg-type]

    return {
        "complete": load("complete"),
        "incremental": load("incremental"),
        "stage": load("completeStaging"),
        "publish": lambda user: jobs.start_publish(user, source, key),
        "discard": lambda user: jobs.start_discard(user, source, key),
        "rollback": lambda user: jobs.start_rollback(user, earlier, key),
        "access": lambda user: jobs.start_access(user, source, key, public=True),
        "delete": lambda user: jobs.start_delete(user, source, key),
        "download": lambda user: jobs.start_download(user, published, key),
    }


ALL = [
    "complete", "incremental", "stage", "publish", "discard", "rollback", "access", "delete",
    "download",
]  # fmt: skip
MAY = {
    "owner": ALL,
    "publisher": ALL,
    "site_admin": ALL,
    "editor": ["stage", "download"],
    "viewer": ["download"],
    "outsider": [],
}


@pytest.mark.parametrize("act", ALL)
@pytest.mark.parametrize("who", MAY)
def test_each_role_may_do_what_it_may_and_no_more(
    desk: Bench, source: DataSource, who: str, act: str
) -> None:
    start = starts(desk, source)[act]
    if act in MAY[who]:
        assert start(desk.people[who]).state == JobState.WAITING
    else:
        with pytest.raises(PermissionDenied):
            start(desk.people[who])
        assert not Job.objects.exists()
        assert not Event.objects.filter(action__startswith="data_source").exists()


def test_the_private_key_of_another_person_is_refused(desk: Bench, source: DataSource) -> None:
    Key.objects.update(is_shared=False)
    with pytest.raises(PermissionDenied):
        jobs.start_delete(desk.people["owner"], source, desk.key)
    assert jobs.start_delete(desk.publisher, source, desk.key)


def test_a_key_of_another_account_is_refused(desk: Bench, source: DataSource) -> None:
    account = Account.objects.create(
        team=desk.account.team, service=desk.account.service, name="Other"
    )
    Key.objects.update(account=account)
    with pytest.raises(PermissionDenied):
        jobs.start_publish(desk.publisher, source, desk.key)


def test_the_master_key_cannot_be_the_query_key(desk: Bench) -> None:
    with pytest.raises(jobs.JobRefused, match="two different keys"):
        jobs.start_load(desk.publisher, good_upload(desk), desk.key, query_key=desk.key)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", [UploadState.WAITING, UploadState.CHECKING, UploadState.BAD])
def test_only_a_file_that_passed_its_check_is_sent(desk: Bench, state: UploadState) -> None:
    upload = desk.unchecked()
    upload.state = state
    upload.save()
    with pytest.raises(jobs.JobRefused, match="check"):
        jobs.start_load(desk.publisher, upload, desk.key)


def test_a_name_the_service_would_refuse_is_refused_here(desk: Bench) -> None:
    with pytest.raises(jobs.JobRefused):
        jobs.start_load(desk.publisher, good_upload(desk, name="My Cities"), desk.key)  # type: ignore[arg-type]


def test_an_update_of_what_is_not_there_is_refused(desk: Bench) -> None:
    upload = good_upload(desk, name="Rivers", operation="incremental")
    with pytest.raises(jobs.JobRefused, match="no data source Rivers"):
        jobs.start_load(desk.publisher, upload, desk.key)  # type: ignore[arg-type]


def test_a_second_job_of_the_same_kind_waits_for_the_first_to_end(
    desk: Bench, source: DataSource
) -> None:
    jobs.start_publish(desk.publisher, source, desk.key)
    with pytest.raises(jobs.JobRefused, match="paula"):
        jobs.start_publish(desk.people["owner"], source, desk.key)


def test_nothing_is_started_on_what_is_being_deleted(desk: Bench, source: DataSource) -> None:
    jobs.start_delete(desk.publisher, source, desk.key)
    with pytest.raises(jobs.JobRefused, match="deletion of Cities"):
        jobs.start_access(desk.publisher, source, desk.key, public=True)


def test_a_published_version_is_nothing_to_roll_back_to(desk: Bench, source: DataSource) -> None:
    published = source.versions.get(state=VersionState.PUBLISHED)
    with pytest.raises(jobs.JobRefused, match="published"):
        jobs.start_rollback(desk.publisher, published, desk.key)


def test_only_an_ended_job_is_run_again(desk: Bench, source: DataSource) -> None:
    job = jobs.start_publish(desk.publisher, source, desk.key)
    with pytest.raises(jobs.JobRefused, match="has ended"):
        jobs.run_again(desk.publisher, job)


def test_the_quota_counts_what_counts(desk: Bench, source: DataSource) -> None:
    now = timezone.now()

    def job(kind: JobKind, state: JobState, hours: float, **values: object) -> None:
        Job.objects.create(
            account=desk.account,
            kind=kind,
            state=state,
            created_at=now - timedelta(hours=hours),
            **values,
        )

    job(JobKind.LOAD, JobState.RUNNING, 30)
    job(JobKind.LOAD, JobState.DONE, 1, sent_at=now)
    job(JobKind.GEOCODE, JobState.DONE, 2, made_here=False)
    job(JobKind.DOWNLOAD, JobState.RUNNING, 1)
    job(JobKind.LOAD, JobState.FAILED, 1)

    meters = jobs.quota(desk.account)

    assert (meters.in_process.used, meters.in_process.limit) == (1, 2)
    assert (meters.in_day.used, meters.in_day.limit) == (2, 50)
    assert (meters.data_sources.used, meters.data_sources.limit) == (1, 5)
