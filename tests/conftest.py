"""What every room's tests share."""

import os

import pytest
from hypothesis import settings

# The same examples on every run: a test that fails does so for what was changed. Others are tried
# with HYPOTHESIS_PROFILE=wide, and by `make fuzz`.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("wide", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

pytest_plugins = [
    "tests.people_fixtures",
    "tests.faulty",
    "tests.postgres",
    "tests.live",
    "tests.redis_server",
    "tests.buckets",
    "tests.conformance.fixtures",
    "tests.conformance.downloads",
    "tests.conformance.history",
    "tests.jobs.fixtures",
    "tests.sds.inside",
    "tests.views.fixtures",
    "tests.drafts.fixtures",
]


@pytest.hookimpl(trylast=True)  # after xdist has read the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Stop if a test that shares one site with its group would be sent to any process."""
    if not getattr(config.option, "loadgroup", False):  # set by xdist, in its workers only
        return
    for item in items:
        group = item.get_closest_marker("xdist_group")
        if group and not item.nodeid.endswith(f"@{group.args[0]}"):
            raise pytest.UsageError(
                f"{item.nodeid} is not in its group {group.args[0]}: "
                "this pytest-xdist does not know this pytest."
            )
