"""Notices: what ended while one looked elsewhere, and what is under way."""

from datasources.views.notices.pages import listed, read
from datasources.views.notices.poll import notices

__all__ = ["listed", "notices", "read"]
