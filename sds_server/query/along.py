"""See `datasources.query.along`."""

from datasources.query.along import *  # noqa: F403
