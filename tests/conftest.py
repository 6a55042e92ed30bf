"""What every room's tests share."""

import os

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
