"""See `datasources.query.distance`."""

from datasources.query.distance import *  # noqa: F403
