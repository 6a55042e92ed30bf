"""Opening a file as it is checked: by its format or its mapping, with the chosen repairs applied."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from datasources.checks.repairs import (
    BOM,
    NAMES,
    WINDOWS_1252,
    Change,
    Numbers,
    Step,
    Tally,
    steps_for,
    with_legal_names,
)
from datasources.formats import (
    EntityReader,
    ImportFormat,
    InputFormat,
    Mapping,
    open_entities,
    open_import,
)
from datasources.schema import Batch, Limits, Problem, Schema, check_schema

#: Formats whose text may be Windows-1252 without saying so.
TEXTS = (InputFormat.CSV, InputFormat.TAB, InputFormat.PIPE)


@dataclass(frozen=True, slots=True)
class Order:
    """A file and how to read it, as often as it takes.

    `file` is a path, or a seekable binary file, which is left open. `mapping` says what becomes of
    the columns of an import; `repairs` are names of `REPAIRS`. `looking` is told how far a first
    reading is, before the schema stands: bytes done and bytes in all.
    """

    file: str | os.PathLike[str] | BinaryIO
    format: InputFormat | ImportFormat
    limits: Limits
    type_name: str = ""
    mapping: Mapping | None = None
    repairs: frozenset[str] = frozenset()
    incremental: bool = False
    looking: Callable[[int, int], None] | None = None

    def open(self) -> EntityReader:
        """The file without its repairs, but for the encoding. Raises FileFault."""
        if isinstance(self.format, ImportFormat):
            if self.mapping is None:
                raise ValueError("An import is read by its mapping.")
            return open_import(
                self.file,
                self.format,
                self.mapping,
                max_uncompressed=self.limits.max_uncompressed,
            )
        repaired = WINDOWS_1252.name in self.repairs and self.format in TEXTS
        return open_entities(
            self.file,
            self.format,
            max_uncompressed=self.limits.max_uncompressed,
            max_polygons=self.limits.max_polygons,
            max_polygon_points=self.limits.max_polygon_points,
            type_name=self.type_name,
            encoding="cp1252" if repaired else "utf-8",
            looking=self.looking,
        )


class MendedReader:
    """A reader whose schema and batches have the repairs applied; `tally` counts the changes."""

    def __init__(
        self, reader: EntityReader, schema: Schema, steps: list[Step], tally: Tally
    ) -> None:
        self._reader = reader
        self._steps = steps
        self._tally = tally
        self.schema = schema
        self.data_source_name = reader.data_source_name
        self.bom = reader.bom

    @property
    def problems(self) -> list[Problem]:
        return self._reader.problems

    @property
    def notes(self) -> list[Problem]:
        return self._reader.notes

    @property
    def bytes_read(self) -> int:
        return self._reader.bytes_read

    @property
    def bytes_total(self) -> int:
        return self._reader.bytes_total

    @property
    def bytes_done(self) -> int:
        return self._reader.bytes_done

    def doubts(self) -> list[Problem]:
        """Warnings of what the repairs could not decide."""
        return [
            doubt for step in self._steps if isinstance(step, Numbers) for doubt in step.doubts()
        ]

    def __iter__(self) -> Iterator[Batch]:
        for raw in self._reader:
            batch = raw
            for step in self._steps:
                batch = step.mend(batch, self._tally)
            yield batch


@contextmanager
def mended(
    order: Order, tally: Tally | None = None, surveying: Callable[[], None] | None = None
) -> Iterator[MendedReader]:
    """The file as an open reader. Raises FileFault, then or while batches are read.

    A repair that has to see all rows first reads the file once more, with those before it applied;
    `surveying` is called after each batch of that.
    """
    counted = tally or Tally()
    schema, steps = _prepared(order, counted, surveying) if order.repairs else (None, [])
    with order.open() as reader:
        yield MendedReader(reader, schema or reader.schema, steps, counted)


def _prepared(
    order: Order, tally: Tally, surveying: Callable[[], None] | None
) -> tuple[Schema, list[Step]]:
    """The schema with its repairs, and the repairs of rows, which have seen what they have to."""
    with order.open() as reader:
        schema, bom = reader.schema, reader.bom
    if NAMES.name in order.repairs:
        schema = with_legal_names(schema, tally)
    if BOM.name in order.repairs and bom:
        tally.add(BOM.name, Change(None, 1, "", "EF BB BF", ""))
    if check_schema(schema):
        return schema, []
    steps = steps_for(schema, order.repairs, incremental=order.incremental)
    for place, step in enumerate(steps):
        if step.surveys:
            _survey(order, steps[:place], step, surveying)
    return schema, steps


def _survey(
    order: Order, before: list[Step], step: Step, surveying: Callable[[], None] | None
) -> None:
    unheeded = Tally()
    with order.open() as reader:
        for raw in reader:
            reader.problems.clear()
            batch = raw
            for earlier in before:
                batch = earlier.mend(batch, unheeded)
            step.look(batch)
            if surveying is not None:
                surveying()
