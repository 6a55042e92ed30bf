"""Somebody who may no longer sign in: what they shared stays the team's, what was theirs rests."""

from __future__ import annotations

import pytest

from dashboard.people.models import User
from datasources import jobs
from datasources.jobs.keys import keys_to_follow, keys_to_refresh
from datasources.models import Job, JobState, Key
from tests.faulty import FaultyService, answer
from tests.jobs.fixtures import Bench, ended, make_bench


@pytest.fixture
def desk(
    transactional_db: None, people: dict[str, User], faulty: FaultyService, quick: None
) -> Bench:
    faulty.will(answer(401))
    return make_bench(people, faulty.base_url, "master-key-1234", "query-key-5678", "enterprise")


def deactivate(person: User) -> None:
    person.is_active = False
    person.save()


def test_a_private_key_is_used_for_nothing_once_its_owner_is_deactivated(
    desk: Bench, faulty: FaultyService
) -> None:
    Key.objects.update(is_shared=False)
    job = jobs.start_load(desk.publisher, desk.upload(), desk.key)
    deactivate(desk.publisher)

    assert keys_to_follow(desk.account, [Job.objects.get(pk=job.pk)]) == []
    assert keys_to_refresh(desk.account) == []
    assert not Key.objects.usable_by(desk.publisher).exists()
    job = ended(job)

    assert (job.state, job.error_code) == (JobState.FAILED, "key-removed")
    assert "run it again with another" in job.error_words
    assert faulty.seen == []


def test_a_shared_key_stays_the_teams(desk: Bench, faulty: FaultyService) -> None:
    upload = desk.upload()
    deactivate(desk.publisher)
    assert keys_to_refresh(desk.account) == [desk.key, desk.query_key]
    ended(jobs.start_load(desk.people["owner"], upload, desk.key))
    assert [one.method for one in faulty.seen] == ["POST"]


def test_a_query_key_that_is_no_longer_shared_is_not_sent(
    desk: Bench, faulty: FaultyService
) -> None:
    upload = desk.upload()
    job = jobs.start_load(desk.people["owner"], upload, desk.key, query_key=desk.query_key)
    Key.objects.filter(pk=desk.query_key.pk).update(is_shared=False)

    job = ended(job)

    assert (job.state, job.error_code) == (JobState.FAILED, "query-key-removed")
    assert faulty.seen == []
    with pytest.raises(jobs.JobRefused, match="query key"):
        jobs.run_again(desk.people["owner"], job)
