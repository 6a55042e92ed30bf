"""See `datasources.query.filter`."""

from datasources.query.filter import *  # noqa: F403
