"""What goes wrong with a GeoPackage of ours."""

from __future__ import annotations


class GeoPackageFault(Exception):  # noqa: N818  # "fault" is the word of this product
    """Entities that can't be written, or a file that can't be read; the message is for people."""
