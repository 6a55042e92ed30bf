"""When work cannot be started."""

from __future__ import annotations


class JobRefused(Exception):  # noqa: N818  named as people read it
    """A job that makes no sense now. Its text says why, and what to do, to a person."""
