"""Requests and answers that get lost: nothing is lost with them, and nothing is done twice."""

from __future__ import annotations

import pytest

from datasources import jobs
from datasources.models import Job, JobState, VersionState
from tests.jobs.fixtures import MORE_CITIES, Bench, done, drain, ended, steps
from tests.jobs.lossy import LossyProxy
from tests.live import LiveAccount

pytestmark = pytest.mark.usefixtures("quick")


def loads(remote: LiveAccount) -> int:
    return sum(job["description"].startswith("DataSourceComplete") for job in remote.jobs())


def test_a_load_whose_answer_was_lost_is_found_in_the_job_list_and_not_sent_again(
    bench: Bench, lossy: LossyProxy, remote: LiveAccount
) -> None:
    lossy.lose_answer("POST", "LoadDataSource")

    job = done(jobs.start_load(bench.publisher, bench.upload(), bench.key))

    assert lossy.count("POST", "LoadDataSource") == loads(remote) == 1
    assert job.remote_id == remote.jobs()[0]["id"]
    assert "found in the service's job list" in job.steps.get(name="accepted").words
    assert bench.account.jobs.count() == 1


def test_half_an_answer_is_as_good_as_none(
    bench: Bench, lossy: LossyProxy, remote: LiveAccount
) -> None:
    lossy.halve_answer("POST", "LoadDataSource")
    done(jobs.start_load(bench.publisher, bench.upload(), bench.key))
    assert lossy.count("POST", "LoadDataSource") == loads(remote) == 1


def test_a_load_that_was_lost_on_its_way_is_sent_again(
    bench: Bench, lossy: LossyProxy, remote: LiveAccount
) -> None:
    lossy.lose_request("POST", "LoadDataSource")

    job = done(jobs.start_load(bench.publisher, bench.upload(), bench.key))

    assert job.tries == 2
    assert steps(job).count("sent") == 2
    assert lossy.count("POST", "LoadDataSource") == loads(remote) == 1


def test_a_load_answered_with_503_is_looked_up_before_it_is_sent_again(
    bench: Bench, lossy: LossyProxy, remote: LiveAccount
) -> None:
    lossy.answer_with(503, "POST", "LoadDataSource")
    job = done(jobs.start_load(bench.publisher, bench.upload(), bench.key))
    assert (job.tries, loads(remote)) == (2, 1)


def test_lost_answers_of_every_other_kind(
    bench: Bench, lossy: LossyProxy, remote: LiveAccount
) -> None:
    bench.load()
    bench.load(MORE_CITIES, operation="completeStaging")

    lossy.lose_answer("GET", "$commit")
    done(jobs.start_publish(bench.publisher, bench.source(), bench.key))
    assert bench.version(VersionState.PUBLISHED).entity_count == 4

    lossy.lose_answer("GET", "$updateDataSource")
    done(jobs.start_access(bench.publisher, bench.source(), bench.key, public=True))
    assert bench.source().is_public

    lossy.lose_answer("GET", "DataSourceRollback")
    earlier = bench.version(VersionState.EARLIER)
    done(jobs.start_rollback(bench.publisher, earlier, bench.key))
    assert bench.version(VersionState.PUBLISHED).entity_count == 3

    lossy.lose_answer("GET", "DataSourceDownload")
    version = bench.version(VersionState.PUBLISHED)
    assert done(jobs.start_download(bench.publisher, version, bench.key)).result is not None

    bench.load(MORE_CITIES, operation="completeStaging")
    lossy.lose_answer("DELETE", "Cities")
    done(jobs.start_discard(bench.publisher, bench.source(), bench.key))

    lossy.lose_answer("DELETE", "Cities")
    done(jobs.start_delete(bench.publisher, bench.source(), bench.key))
    assert not bench.account.data_sources.filter(gone_at=None).exists()

    assert not Job.objects.filter(made_here=False).exists()
    words = [job["description"] for job in remote.jobs()]
    assert words.count("DataSourcePublishFromStaged") == 1
    assert words.count("DataSourceAccess") == 1
    assert words.count("DataSourceRollback") == 1


def test_what_is_lost_on_its_way_every_time_ends_with_words(
    bench: Bench, lossy: LossyProxy, remote: LiveAccount
) -> None:
    lossy.lose_request("POST", "LoadDataSource", times=50)

    job = ended(jobs.start_load(bench.publisher, bench.upload(), bench.key))

    assert job.state == JobState.FAILED
    assert job.error_words
    assert job.tries == 3
    assert loads(remote) == 0


def test_a_job_is_followed_through_an_outage(bench: Bench, lossy: LossyProxy) -> None:
    lossy.answer_with(503, "GET", "ListJobs", times=4)
    job = jobs.start_load(bench.publisher, bench.upload(), bench.key)
    drain(lambda: job.steps.filter(name="waiting").exists())
    done(job)
    assert "waiting" not in steps(job)


def test_a_job_that_others_made_at_the_same_time_is_not_taken_for_ours(
    bench: Bench, lossy: LossyProxy, remote: LiveAccount
) -> None:
    other = remote.loaded("Rivers", MORE_CITIES)
    lossy.lose_answer("POST", "LoadDataSource")

    job = done(jobs.start_load(bench.publisher, bench.upload(), bench.key))

    assert job.remote_id != other["id"]
    seen = Job.objects.get(remote_id=other["id"])
    assert not seen.made_here
    assert seen.data_source_name == "Rivers"
