"""See `datasources.query.geopackage.where`."""

from datasources.query.geopackage.where import *  # noqa: F403
