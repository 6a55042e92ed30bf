"""See `datasources.query.answering`."""

from datasources.query.answering import *  # noqa: F403
