"""Files kept by their SHA-256 in the site's storage, and reading them back as entities.

A version's entities are kept beside its file as an indexed GeoPackage. This room knows bytes and paths; which rows need them is the business of the rooms above.
"""

from datasources.archive.answer import Answer, TooSlow, answer_query
from datasources.archive.content import WrongFile, good_entities, open_version, write_as_xml
from datasources.archive.geopackage import derive_geopackage, open_geopackage, write_geopackage
from datasources.archive.keep import (
    Kept,
    drop,
    is_held,
    keep,
    local_file,
    open_file,
    proven_file,
)

__all__ = [
    "Answer",
    "Kept",
    "TooSlow",
    "WrongFile",
    "answer_query",
    "derive_geopackage",
    "drop",
    "good_entities",
    "is_held",
    "keep",
    "local_file",
    "open_file",
    "open_geopackage",
    "open_version",
    "proven_file",
    "write_as_xml",
    "write_geopackage",
]
