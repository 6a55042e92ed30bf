"""Files kept by their SHA-256 in the site's storage, and reading them back as entities.

This room knows bytes and paths; which rows need them is the business of the rooms above.
"""

from datasources.archive.content import WrongFile, good_entities, open_version, write_as_xml
from datasources.archive.keep import Kept, drop, is_held, keep, local_file, open_file

__all__ = [
    "Kept",
    "WrongFile",
    "drop",
    "good_entities",
    "is_held",
    "keep",
    "local_file",
    "open_file",
    "open_version",
    "write_as_xml",
]
