"""The differences of a complete load as the file of an incremental one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from datasources.checks.differences import ADDED, CHANGED, REMOVED, Differences
from datasources.formats import InputFormat, write_entities
from datasources.formats.geopackage import GeoPackageFile
from datasources.schema import DELETE_PROPERTY, Batch, EdmType, Property, Schema, Value


@dataclass(slots=True)
class Sent:
    """What an incremental file holds."""

    entities: int = 0  # added or changed, whole
    deletes: int = 0


def write_difference(differences: Path, newer: Path, stream: BinaryIO) -> Sent:
    """Writes pipe text: added and changed entities whole, removed ones with `__deleteEntity`.

    `newer` is the GeoPackage that `differences` were taken from against another.
    """
    sent = Sent()
    with Differences(differences) as found, GeoPackageFile(newer) as entities:
        schema = entities.schema
        if found.count(REMOVED):
            flag = Property(DELETE_PROPERTY, EdmType.BOOLEAN)
            schema = Schema(schema.entity_type, (*schema.properties, flag))
        batches = _batches(found, entities, sent)
        write_entities(stream, InputFormat.PIPE, schema, batches)
    return sent


def _batches(found: Differences, entities: GeoPackageFile, sent: Sent) -> Iterator[Batch]:
    for kind in (ADDED, CHANGED):
        for keys in found.keys(kind):
            sent.entities += len(keys)
            yield entities.named(keys)
    for keys in found.keys(REMOVED):
        sent.deletes += len(keys)
        yield _deletes(entities.schema, keys)


def _deletes(schema: Schema, keys: list[str]) -> Batch:
    nothing: list[Value] = [None] * len(keys)
    columns = [keys if prop.is_key else nothing for prop in schema.properties]
    rows = range(1, len(keys) + 1)
    return Batch(list(columns), rows, [0] * len(keys), frozenset(range(len(keys))))
