"""See `datasources.query.shapes`."""

from datasources.query.shapes import *  # noqa: F403
