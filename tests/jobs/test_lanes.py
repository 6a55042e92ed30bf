"""Short work never waits behind long work, and trouble of the database costs seconds."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dashboard.people.models import User
from datasources import jobs
from datasources.jobs import runners, tasks
from datasources.jobs.lanes import LANES, PROMPT, SMALL, TRANSFER, WORK, lane_of
from datasources.jobs.queue import AGAIN, again_soon
from datasources.models import Job, JobState, StoredFile
from tests.jobs.fixtures import CITIES, Bench, done, drain
from tests.jobs.installation import Installation
from tests.live import LiveAccount, eventually


@pytest.fixture(params=["database", "redis"])
def site(request: pytest.FixtureRequest, remote: LiveAccount) -> Iterator[Installation]:
    """A site whose tasks wait in the database, and one whose tasks wait in Redis."""
    queue = {"TASKS_URL": request.getfixturevalue("redis_url")} if request.param == "redis" else {}
    with tempfile.TemporaryDirectory(prefix="cairn-lanes-") as folder:
        site = Installation(Path(folder), **queue)
        site.do("set_up", remote.base_url, remote.master_key, remote.query_key)
        yield site
        site.stop()


@contextmanager
def long_work(site: Installation) -> Iterator[list[str]]:
    """Uploads whose files are pipes that nobody writes to, one for each thread of the lane, whose
    checks wait in mid-reading; and one more that waits behind them."""
    made = [site.do("upload_of_a_pipe", f"Slow{number}") for number in range(LANES[WORK])]
    slow = [upload for upload, _ in made]
    eventually(lambda: all(site.do("upload_state", one) == "checking" for one in slow))
    behind = str(site.do("upload", "Behind", CITIES))
    try:
        yield [*slow, behind]
    finally:
        for _, pipe in made:
            os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
    eventually(lambda: site.do("upload_state", behind) == "good")


def test_a_load_is_sent_followed_and_published_while_long_work_fills_its_lane(
    site: Installation, remote: LiveAccount
) -> None:
    site.start_worker()
    ready = str(site.do("upload", "Cities", CITIES, "completeStaging"))
    eventually(lambda: site.do("upload_state", ready) == "good")
    with long_work(site) as waiting:
        load = site.do("load", ready)
        eventually(lambda: site.do("job", load)["state"] == "done")
        publish = site.do("publish", "Cities")
        eventually(lambda: site.do("job", publish)["state"] == "done")
        states = [site.do("upload_state", one) for one in waiting]
    assert states == ["checking"] * LANES[WORK] + ["waiting"]
    assert [job["status"] for job in remote.jobs()] == ["Completed"] * 2


def test_every_lane_has_a_queue() -> None:
    assert settings.TASKS["default"]["QUEUES"] == list(LANES)


def test_all_lanes_share_one_look_at_the_queue(
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
    people: dict[str, User],
) -> None:
    now = 100.0
    monkeypatch.setattr(runners.time, "monotonic", lambda: now)
    glance = runners.Glance()
    with django_assert_num_queries(1):
        assert [lane for lane in LANES if glance.sees([lane])] == []
    tasks.follow_account.enqueue(1)
    assert not glance.sees([PROMPT]), "the last look is young"
    now += runners.POLL / 2
    with django_assert_num_queries(1):
        assert [lane for lane in LANES if glance.sees([lane])] == [PROMPT]
    tasks.refresh_account.enqueue(1)
    assert not glance.sees([TRANSFER])
    glance.forget()
    assert glance.sees([TRANSFER])


def test_a_jobs_next_step_tells_its_lane(bench: Bench) -> None:
    load = jobs.start_load(bench.publisher, bench.upload(), bench.key)
    assert lane_of(load) == PROMPT
    StoredFile.objects.update(size=SMALL + 1)
    assert lane_of(Job.objects.get(pk=load.pk)) == TRANSFER
    StoredFile.objects.update(size=len(CITIES.encode()))
    assert lane_of(done(load)) == PROMPT
    version = bench.source().versions.get()
    download = jobs.start_download(bench.publisher, version, bench.key)
    assert lane_of(download) == PROMPT
    drain(lambda: Job.objects.get(pk=download.pk).state == JobState.DONE)
    assert "loading" in download.steps.values_list("name", flat=True)
    from_here = jobs.start_download(bench.publisher, version, output="geojson")
    assert lane_of(from_here) == WORK
    done(from_here)


def test_a_task_that_met_a_locked_database_is_due_again_in_seconds(bench: Bench) -> None:
    load = jobs.start_load(bench.publisher, bench.upload(), bench.key)
    rows = Job.objects.filter(pk=load.pk)
    rows.update(next_look_at=timezone.now() + timedelta(seconds=60))
    with pytest.raises(OperationalError), again_soon(rows):
        raise OperationalError("database is locked")
    due = rows.get().next_look_at
    assert due is not None
    assert (due - timezone.now()).total_seconds() <= AGAIN
    done(load)
