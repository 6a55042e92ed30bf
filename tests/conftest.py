"""What every room's tests share."""

pytest_plugins = [
    "tests.people_fixtures",
    "tests.faulty",
    "tests.live",
    "tests.conformance.fixtures",
    "tests.conformance.downloads",
    "tests.conformance.history",
    "tests.jobs.fixtures",
    "tests.views.fixtures",
]
