"""See `datasources.query.model`."""

from datasources.query.model import *  # noqa: F403
