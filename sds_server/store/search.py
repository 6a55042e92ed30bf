"""See `datasources.query.search`."""

from datasources.query.search import *  # noqa: F403
