"""A kept file read back as batches, whatever format it was sent in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from datasources.archive.keep import open_file
from datasources.formats import (
    EntityReader,
    InputFormat,
    detect_format,
    open_entities,
    write_entities,
)
from datasources.phrases import Phrase
from datasources.schema import Batch, check_batch
from datasources.schema.types import MAX_UNCOMPRESSED_OWN

HEAD = 64 * 1024  # bytes looked at to tell the format


class WrongFile(Exception):  # noqa: N818  named as people read it
    """A kept file that is not entity data. Its text is for people."""


@contextmanager
def open_version(path: str, file_name: str = "", type_name: str = "") -> Iterator[EntityReader]:
    """Opens a kept file as raw batches of entities; raises FileNotFoundError or WrongFile.

    `type_name` is the entity type of formats that name none. What was kept was let in under its
    plan's limits, so that of our own server, the widest, holds here.
    """
    with (
        open_file(path) as stored,
        open_entities(
            stored,
            format_of(stored, file_name),
            max_uncompressed=MAX_UNCOMPRESSED_OWN,
            type_name=type_name,
        ) as reader,
    ):
        yield reader


def format_of(stored: BinaryIO, file_name: str = "") -> InputFormat:
    """Tells a kept file's format by its content; it is left at its start."""
    stored.seek(0)
    found = detect_format(stored.read(HEAD), file_name)
    stored.seek(0)
    if found is None:
        raise WrongFile(Phrase("The kept file is in none of the formats of the service."))
    return found


def write_as_xml(path: str, to: BinaryIO, data_source_name: str, file_name: str = "") -> int:
    """Writes a kept file in the XML form of the service's downloads; gives the entity count.

    Entities that the service would have skipped are left out, as they were when it was loaded.
    """
    with open_version(path, file_name) as reader:
        return write_entities(
            to,
            InputFormat.XML,
            reader.schema.without_deletes(),
            good_entities(reader),
            data_source_name=data_source_name,
        )


def good_entities(reader: EntityReader) -> Iterator[Batch]:
    """Typed batches of the entities that the service would load; the faults of others are dropped."""
    for raw in reader:
        reader.problems.clear()
        yield check_batch(reader.schema, raw).batch
