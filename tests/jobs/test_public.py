"""A load leaves the public status as it is, unless somebody asked to make the data source public."""

from __future__ import annotations

import pytest
from django.utils import timezone

from dashboard.people.models import User
from datasources import jobs
from datasources.models import Job, JobKind, JobState
from tests.faulty import FaultyService, answer
from tests.jobs.fixtures import Bench, done, ended, make_bench
from tests.live import LiveAccount


@pytest.mark.parametrize("operation", ["complete", "incremental"])
def test_an_update_leaves_a_public_data_source_public(
    bench: Bench, remote: LiveAccount, operation: str
) -> None:
    done(bench.load(public=True))
    assert bench.source().is_public

    done(bench.load(operation=operation))
    assert bench.source().is_public
    assert "Cities" in remote.get("/data/$GetPublicDataSourceList").text

    done(bench.load(operation="completeStaging"))
    done(jobs.start_publish(bench.publisher, bench.source(), bench.key))
    assert bench.source().is_public


def test_an_update_leaves_a_private_data_source_private(bench: Bench) -> None:
    done(bench.load())
    done(bench.load(operation="incremental"))
    assert not bench.source().is_public


@pytest.fixture
def watched(
    transactional_db: None, people: dict[str, User], faulty: FaultyService, quick: None
) -> Bench:
    """A service that refuses everything, and remembers what it was asked."""
    faulty.will(answer(401))
    return make_bench(people, faulty.base_url, "master-key-1234", "query-key-5678", "enterprise")


@pytest.mark.parametrize(
    ("is_public", "ticked", "operation", "said"),
    [
        (False, False, "complete", None),
        (False, True, "complete", "1"),
        (True, False, "complete", "1"),
        (True, False, "incremental", "1"),
        (True, False, "incrementalStaging", None),
    ],
)
def test_a_load_says_that_it_is_public_or_nothing(
    watched: Bench,
    faulty: FaultyService,
    is_public: bool,
    ticked: bool,
    operation: str,
    said: str | None,
) -> None:
    watched.account.data_sources.create(name="Cities", is_public=is_public)
    upload = watched.upload(operation=operation, public=ticked)
    ended(jobs.start_load(watched.publisher, upload, watched.key))
    (sent,) = [one for one in faulty.seen if one.method == "POST"]
    assert sent.query.get("setPublic") == said


def test_a_load_does_not_undo_that_somebody_makes_it_private(
    watched: Bench, faulty: FaultyService
) -> None:
    source = watched.account.data_sources.create(name="Cities", is_public=True)
    Job.objects.create(
        account=watched.account,
        kind=JobKind.ACCESS,
        set_public=False,
        state=JobState.RUNNING,
        data_source=source,
        data_source_name="Cities",
        created_at=timezone.now(),
    )
    ended(jobs.start_load(watched.publisher, watched.upload(), watched.key))
    (sent,) = [one for one in faulty.seen if one.method == "POST"]
    assert "setPublic" not in sent.query
