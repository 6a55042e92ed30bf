"""Data sources that somebody staged elsewhere, and that are not there any more."""

from __future__ import annotations

import pytest

from tests.jobs.fixtures import CITIES, Bench
from tests.jobs.test_mirror import refreshed
from tests.live import LiveAccount

pytestmark = pytest.mark.usefixtures("quick")


def test_one_that_was_discarded_does_not_stop_the_refresh(
    bench: Bench, remote: LiveAccount
) -> None:
    made = remote.loaded("Rivers", CITIES, operation="completeStaging")
    link = next(link for link in made["links"] if link["role"].lower() == "datasource")
    path = link["url"].partition("/REST/v1")[2]
    assert remote.delete(f"{path}?isStaging=1").status_code == 202
    remote.idle()
    remote.loaded("Cities", CITIES)

    refreshed(bench)

    assert bench.account.refresh_error == ""
    assert [source.name for source in bench.account.data_sources.all()] == ["Cities"]
