"""A service that refuses, fails or talks nonsense: each job ends with words that say what to do."""

from __future__ import annotations

import pytest

from dashboard.people.models import User
from datasources import jobs
from datasources.models import Job, JobState, Service
from tests.faulty import Behaviour, FaultyService, answer, half_json, html, refused_base_url, reset
from tests.jobs.fixtures import Bench, ended, make_bench

REFUSED = b'{"errorDetails":["Data source limit reached"],"statusCode":403}'


@pytest.fixture
def faulty_bench(
    transactional_db: None, people: dict[str, User], faulty: FaultyService, quick: None
) -> Bench:
    return make_bench(people, faulty.base_url, "master-key-1234", "query-key-5678", "enterprise")


def sent(bench: Bench) -> Job:
    return ended(jobs.start_load(bench.publisher, bench.upload(), bench.key))


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (answer(401, b'{"authenticationResultCode":"InvalidCredentials"}'), "key-refused"),
        (answer(403, REFUSED), "limit-reached"),
        (answer(400, b'{"errorDetails":["input is missing"]}'), "bad-request"),
    ],
)
def test_a_refusal_ends_the_job_at_once(
    faulty_bench: Bench, faulty: FaultyService, behaviour: Behaviour, code: str
) -> None:
    faulty.will(behaviour)

    job = sent(faulty_bench)

    assert job.state == JobState.FAILED
    assert job.error_code == code
    assert job.error_words
    assert [one.method for one in faulty.seen].count("POST") == 1


@pytest.mark.parametrize(
    "behaviour",
    [answer(500), answer(503), html(200), html(502), half_json(200), half_json(500), reset],
    ids=["500", "503", "html", "html-502", "half-json", "half-json-500", "reset"],
)
def test_a_failing_service_ends_the_job_with_words_without_sending_it_blindly_again(
    faulty_bench: Bench, faulty: FaultyService, behaviour: Behaviour, settings: object
) -> None:
    settings.LOST_ANSWER_GIVE_UP_SECONDS = 0.5  # type: ignore[attr-defined]
    faulty.will(behaviour)

    job = sent(faulty_bench)

    assert job.state == JobState.FAILED
    assert "Look at the data source before you run it again" in job.error_words
    assert [one.method for one in faulty.seen].count("POST") == 1
    assert faulty_bench.key.secret not in job.error_words + job.error_remote


def test_a_service_that_is_not_there_is_tried_a_few_times(faulty_bench: Bench) -> None:
    Service.objects.update(base_url=refused_base_url())

    job = sent(faulty_bench)

    assert job.state == JobState.FAILED
    assert (job.tries, job.sent_at) == (3, None)
    assert job.error_words


def test_a_key_check_says_what_the_service_said(faulty_bench: Bench, faulty: FaultyService) -> None:
    faulty.will(answer(401, b'{"authenticationResultCode":"CredentialsExpired"}'))
    jobs.check_key(faulty_bench.key)
    faulty_bench.key.refresh_from_db()
    assert faulty_bench.key.check_passed is False
    assert "expired" in faulty_bench.key.check_words


def test_a_removed_key_ends_the_job_that_waits_for_it(faulty_bench: Bench) -> None:
    upload = faulty_bench.upload()
    job = jobs.start_load(faulty_bench.publisher, upload, faulty_bench.key)
    jobs.remove_key(faulty_bench.key)

    job = ended(job)

    assert (job.state, job.error_code) == (JobState.FAILED, "key-removed")
    assert job.key_name.startswith("master")
