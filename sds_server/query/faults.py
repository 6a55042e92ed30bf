"""See `datasources.query.faults`."""

from datasources.query.faults import *  # noqa: F403
