"""Reading a file once, from end to end, with every rule held against it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from datasources.checks.report import Report
from datasources.formats import EntityReader, FileFault, InputFormat, open_entities
from datasources.schema import (
    DELETE_PROPERTY,
    Checked,
    Limits,
    Problem,
    Schema,
    SeenIds,
    check_batch,
    check_schema,
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a check is: entities read, and bytes of the file (compressed, if it is)."""

    rows: int
    bytes_done: int
    bytes_total: int


def check_file(
    file: str | os.PathLike[str] | BinaryIO,
    format: InputFormat,
    *,
    limits: Limits,
    incremental: bool = False,
    current_schema: Schema | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Check a path, or a seekable binary file, against the reference's rules and a plan's limits.

    `current_schema` is that of the data source that an incremental load changes: the file's has to
    be the same. `progress` is called after every batch. Whatever the file holds, a report comes
    back; memory does not grow with the file.
    """
    report = Report()
    try:
        with open_entities(
            file,
            format,
            max_uncompressed=limits.max_uncompressed,
            max_polygons=limits.max_polygons,
            max_polygon_points=limits.max_polygon_points,
            type_name=current_schema.entity_type if current_schema else "",
        ) as reader:
            _Check(reader, report, limits, incremental, current_schema, progress).run()
    except FileFault as fault:
        report.add([fault.problem])
    return report


class _Check:
    def __init__(
        self,
        reader: EntityReader,
        report: Report,
        limits: Limits,
        incremental: bool,
        current_schema: Schema | None,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._reader = reader
        self._report = report
        self._limits = limits
        self._incremental = incremental
        self._current = current_schema
        self._progress = progress
        self._seen = SeenIds()
        self._rows = 0

    def run(self) -> None:
        report, reader = self._report, self._reader
        report.schema = reader.schema
        report.data_source_name = reader.data_source_name
        report.bom = reader.bom
        report.add(self._schema_problems())
        if report.has_fatal:
            report.bytes = reader.bytes_total
            report.add(reader.notes)
            return
        try:
            self._read_entities()
        finally:
            report.add(reader.notes)
            report.bytes = reader.bytes_read
            report.entities = self._rows
        report.add(self._whole_file_problems())

    def _schema_problems(self) -> list[Problem]:
        schema = self._reader.schema
        problems = check_schema(schema)
        if schema.deletes_index is not None and not self._incremental:
            problems.append(
                Problem(
                    "delete-unused",
                    f"The column {DELETE_PROPERTY} has no effect in a complete load.",
                    "Choose an incremental load to delete entities, or remove the column.",
                    column=DELETE_PROPERTY,
                    warning=True,
                )
            )
        if self._current is not None and not problems:
            differences = compare_schemas(self._current, schema)
            problems.extend(differences if self._incremental else map(_as_change, differences))
        return problems

    def _read_entities(self) -> None:
        schema, reader, report = self._reader.schema, self._reader, self._report
        key = schema.key_index
        for raw in reader:
            report.add(reader.problems)
            # Past the limit the rest is counted, for the report says how many there are.
            is_past_limit = self._too_many()
            self._rows += len(raw) + len(reader.problems)
            reader.problems.clear()
            if not is_past_limit:
                checked = check_batch(schema, raw, incremental=self._incremental, advise=True)
                self._take(checked, key)
            if self._progress is not None:
                self._progress(Progress(self._rows, reader.bytes_done, reader.bytes_total))
        report.add(reader.problems)
        self._rows += len(reader.problems)

    def _take(self, checked: Checked, key: int) -> None:
        report, batch = self._report, checked.batch
        report.add(checked.problems)
        report.good += len(batch) - len(batch.deleted)
        report.deletes += len(batch.deleted)
        deletes = self._reader.schema.deletes_index
        ids = batch.columns[key - (deletes is not None and deletes < key)]
        report.add(self._seen.add_batch(ids, batch.rows, batch.lines))  # type: ignore[arg-type]

    def _too_many(self) -> bool:
        most = self._limits.max_entities
        return most is not None and self._rows - self._report.deletes > most

    def _whole_file_problems(self) -> Iterator[Problem]:
        if not self._rows:
            yield Problem(
                "no-entities",
                "The file has a schema and no entities.",
                "Write at least one entity.",
                fatal=True,
            )
        elif not (self._report.good or self._report.deletes):
            yield Problem(
                "no-good-entity",
                "Not one entity of the file can be loaded.",
                "Mend what is reported of the entities, and check the file again.",
                fatal=True,
            )
        if self._too_many():
            count = self._rows - self._report.deletes
            yield Problem(
                "too-many-entities",
                f"The file has {count:,} entities; the plan allows {self._limits.max_entities:,} "
                "in a data source.",
                "Split the data over several data sources, or choose an account with a larger plan.",
                fatal=True,
            )


_LOCATION = frozenset({"latitude", "longitude"})


def compare_schemas(current: Schema, schema: Schema) -> Iterator[Problem]:
    """Where a file's schema is not that of the data source which an incremental load changes.

    Names are compared without case; the order is free. All differences are fatal: the reference
    wants the schema currently in use. A service tells of latitude and longitude in any case, so a
    file that gives a geography instead may leave them out.
    """
    there = {prop.name.lower(): prop for prop in current.without_deletes().properties}
    here = {prop.name.lower(): prop for prop in schema.without_deletes().properties}
    if schema.geography_index is not None:
        there = {n: p for n, p in there.items() if n in here or n not in _LOCATION}
    if current.entity_type.lower() != schema.entity_type.lower():
        yield _mismatch(
            "schema-entity-type",
            f"The entity type is {schema.entity_type}; the data source has {current.entity_type}.",
            f"Name it {current.entity_type}.",
        )
    for name in sorted(there.keys() - here.keys()):
        prop = there[name]
        yield _mismatch(
            "schema-missing",
            f"The data source has a property {prop.name} that the file has not.",
            f"Add {prop.name}({prop.type.value}). To remove a property, load the data complete.",
            prop.name,
        )
    for name in sorted(here.keys() - there.keys()):
        prop = here[name]
        yield _mismatch(
            "schema-unknown",
            f"The file has a property {prop.name} that the data source has not.",
            "Remove it. To add a property, load the data complete.",
            prop.name,
        )
    for name in sorted(there.keys() & here.keys()):
        old, new = there[name], here[name]
        if old.type is not new.type or old.is_key is not new.is_key:
            yield _mismatch(
                "schema-retyped",
                f"{new.name} is {_kind(new.type.value, new.is_key)} in the file and "
                f"{_kind(old.type.value, old.is_key)} in the data source.",
                f"Make it {_kind(old.type.value, old.is_key)}. To change a type, load complete.",
                new.name,
            )


def _kind(kind: str, is_key: bool) -> str:
    return f"{kind} and the primary key" if is_key else kind


def _as_change(difference: Problem) -> Problem:
    """The same difference where the file replaces everything: allowed, and worth knowing."""
    return replace(
        difference,
        fatal=False,
        warning=True,
        advice="The data source takes the file's schema; applications that use the old one may break.",
    )


def _mismatch(rule: str, message: str, advice: str, column: str = "") -> Problem:
    return Problem(rule, message, advice, column=column, fatal=True)
