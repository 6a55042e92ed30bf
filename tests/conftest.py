"""What every room's tests share."""

pytest_plugins = [
    "tests.people_fixtures",
    "tests.faulty",
    "tests.live",
    "tests.jobs.fixtures",
    "tests.views.fixtures",
]
