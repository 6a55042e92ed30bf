"""A refresh and the end of a job may bring the same news at the same time: both must come through."""

from __future__ import annotations

import pytest

from datasources.api.types import RemoteVersion
from datasources.jobs import mirror
from datasources.jobs.keys import client_for
from datasources.jobs.versions import mirror_versions
from datasources.models import DataSource, Version, VersionState
from tests.jobs.fixtures import MORE_CITIES, Bench
from tests.live import LiveAccount

pytestmark = pytest.mark.usefixtures("quick")


def entry(name: str, access_id: str) -> RemoteVersion:
    return RemoteVersion(
        name=name, entity_type="", query_url="", access_id=access_id, is_public=False
    )


def test_two_who_see_a_data_source_first_get_the_same_row(bench: Bench) -> None:
    first = mirror.new_source(bench.account, entry("Rivers", "a1"))
    second = mirror.new_source(bench.account, entry("Rivers", "a1"))
    assert first == second
    assert DataSource.objects.filter(name="Rivers", gone_at=None).count() == 1


def test_one_that_was_made_anew_takes_the_place_of_the_one_before(bench: Bench) -> None:
    before = mirror.new_source(bench.account, entry("Rivers", "a1"))
    after = mirror.new_source(bench.account, entry("Rivers", "a2"))
    before.refresh_from_db()
    assert before.gone_at is not None
    assert DataSource.objects.get(name="Rivers", gone_at=None) == after


def test_an_answer_that_was_asked_for_earlier_does_not_undo_a_later_one(
    bench: Bench, remote: LiveAccount
) -> None:
    bench.load()
    source = bench.source()
    with client_for(bench.key) as client:
        ask = client.versions

        def overtaken(access_id: str, name: str) -> object:
            answer = ask(access_id, name)
            client.versions = ask  # type: ignore[method-assign]
            remote.loaded("Cities", MORE_CITIES)
            assert mirror_versions(client, source)
            return answer

        client.versions = overtaken  # type: ignore[method-assign, assignment]
        assert mirror_versions(client, source)

    assert bench.version(VersionState.PUBLISHED).entity_count == 4
    assert not Version.objects.filter(state=VersionState.RETIRED).exists()
