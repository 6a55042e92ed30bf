"""The catalogue is a mirror: what the service holds, whoever made it, and what it no longer holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from datasources import jobs
from datasources.jobs import mirror
from datasources.models import Account, Job, JobKind, JobState, Key, Service, VersionState
from tests.faulty import refused_base_url
from tests.jobs.fixtures import CITIES, MORE_CITIES, Bench, drain
from tests.live import LiveAccount

pytestmark = pytest.mark.usefixtures("quick")


def refreshed(bench: Bench) -> None:
    """Asks for a refresh, and does it."""
    before = bench.account.refreshed_at
    jobs.ask_refresh(bench.account)

    def is_over() -> bool:
        bench.account.refresh_from_db()
        return bench.account.refreshed_at != before or bool(bench.account.refresh_error)

    drain(is_over)


def test_what_others_made_appears_with_its_schema_count_and_jobs(
    bench: Bench, remote: LiveAccount
) -> None:
    made = remote.loaded("Cities", CITIES)

    refreshed(bench)

    source = bench.source()
    assert [(one["name"], one["type"]) for one in source.properties][-1] == ("People", "Edm.Int64")
    version = bench.version(VersionState.PUBLISHED)
    assert (version.remote_job_id, version.entity_count) == (made["id"], 3)
    assert version.made_by is None
    seen = Job.objects.get()
    assert (seen.made_here, seen.kind, seen.operation) == (False, JobKind.LOAD, "complete")
    assert seen.state == JobState.DONE
    assert seen.user is None


def test_what_others_changed_and_deleted_follows(bench: Bench, remote: LiveAccount) -> None:
    remote.loaded("Cities", CITIES)
    remote.loaded("Rivers", CITIES)
    refreshed(bench)
    remote.loaded("Cities", MORE_CITIES)
    remote.loaded("Cities", CITIES, operation="completeStaging")
    path = bench.source("Rivers").access_id
    assert remote.delete(f"/data/{path}/Rivers").status_code == 202
    remote.idle()

    refreshed(bench)

    states = {version.state: version.entity_count for version in bench.source().versions.all()}
    assert states == {
        VersionState.PUBLISHED: 4,
        VersionState.EARLIER: 3,
        VersionState.STAGED: 3,
    }
    gone = bench.account.data_sources.get(name="Rivers")
    assert gone.gone_at is not None
    assert gone.versions.get().state == VersionState.RETIRED


def test_the_refresh_uses_shared_keys_alone_and_says_so(bench: Bench, remote: LiveAccount) -> None:
    Key.objects.update(is_shared=False)
    refreshed(bench)
    assert bench.account.refresh_error.startswith("No shared key")
    assert Key.objects.filter(used_at=None).count() == 2


def test_a_persons_own_job_is_followed_and_shown_with_its_own_key(bench: Bench) -> None:
    Key.objects.update(is_shared=False)
    job = bench.load()
    assert job.state == JobState.DONE
    assert bench.version(VersionState.PUBLISHED).entity_count == 3


def test_an_outage_leaves_the_mirror_as_it_was_and_says_why(bench: Bench) -> None:
    bench.load()
    Service.objects.update(base_url=refused_base_url())

    bench.account.refreshed_at = None
    bench.account.save()
    refreshed(bench)

    assert bench.account.refresh_error
    assert bench.source().gone_at is None
    assert bench.version(VersionState.PUBLISHED)


def test_asking_again_and_again_asks_the_service_once(bench: Bench) -> None:
    for _ in range(20):
        jobs.ask_refresh(bench.account)
    from django_tasks_db.models import DBTaskResult

    assert DBTaskResult.objects.filter(task_path__endswith="refresh_account").count() == 1


def test_looking_at_an_account_keeps_its_mirror_fresh(bench: Bench, settings: object) -> None:
    refreshed(bench)
    settings.REFRESH_MINUTES = 0  # type: ignore[attr-defined]
    before = bench.account.refreshed_at

    jobs.note_view(bench.account)

    def is_newer() -> bool:
        bench.account.refresh_from_db()
        return bench.account.refreshed_at != before

    drain(is_newer)


def test_what_did_not_change_costs_one_statement_however_much_there_is(
    bench: Bench, remote: LiveAccount
) -> None:
    for name in ("Cities", "Rivers", "Lakes"):
        remote.loaded(name, CITIES)
    refreshed(bench)
    seen = bench.source("Lakes").seen_at
    # As if the jobs lay well before the refresh.
    Account.objects.update(refreshed_at=timezone.now() + timedelta(minutes=5))

    with CaptureQueriesContext(connection) as asked:
        mirror.refresh(bench.account.pk)

    written = [q["sql"] for q in asked if q["sql"].startswith('UPDATE "datasources_datasource"')]
    assert len(written) == 1
    assert bench.source("Lakes").seen_at != seen
