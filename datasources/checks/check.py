"""Reading a file once, from end to end, with every rule held against it."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import BinaryIO

from datasources import formats
from datasources.checks.advice import Advice
from datasources.checks.mending import Order, mended
from datasources.checks.offers import Suspicions, try_out
from datasources.checks.repairs import BOM, Tally
from datasources.checks.report import Report
from datasources.checks.schemas import as_change, compare_schemas
from datasources.formats import FileFault, ImportFormat, InputFormat
from datasources.formats.text_writer import text_head, text_lines
from datasources.phrases import Phrase
from datasources.schema import (
    DELETE_PROPERTY,
    Batch,
    Checked,
    Limits,
    Problem,
    Schema,
    SeenIds,
    check_batch,
    check_schema,
)

_ROUNDS = 3  # of repairs that make others of use


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a check is: entities read, and bytes of the file (compressed, if it is)."""

    rows: int
    bytes_done: int
    bytes_total: int


def check_file(
    file: str | os.PathLike[str] | BinaryIO,
    format: InputFormat | ImportFormat,
    *,
    limits: Limits,
    incremental: bool = False,
    current_schema: Schema | None = None,
    current_empty: Mapping[str, float] | None = None,
    progress: Callable[[Progress], None] | None = None,
    mapping: formats.Mapping | None = None,
    repairs: Collection[str] = (),
    prepared: BinaryIO | None = None,
) -> Report:
    """Check a path, or a seekable binary file, against the reference's rules and a plan's limits.

    `current_schema` is that of the data source that an incremental load changes: the file's has to
    be the same; `current_empty` the share of empty values, by property, in the version that the
    file replaces. `mapping` says what becomes of the columns of an import. `repairs`, names of
    `REPAIRS`, are applied on the way, the file stays as it is; the report offers those that would
    help. `progress` is called after every batch. The good entities are written to `prepared` as
    pipe-separated text, to be sent in the file's place.
    Whatever the file holds, a report comes back; memory does not grow with the file.
    """
    order = Order(
        file,
        format,
        limits,
        type_name=current_schema.entity_type if current_schema else "",
        mapping=mapping,
        repairs=frozenset(repairs),
        incremental=incremental,
    )
    report = Report()
    report.chosen = order.repairs
    check = Check(order, current_schema, current_empty, progress, report)
    suspicions = check.suspicions
    try:
        for step in check.steps():
            report.add(step.problems)
            report.where.take(check.schema, step.raw, step.problems)
            suspicions.of_problems(step.problems)
            if prepared is not None and step.checked is not None:
                _prepare(prepared, check, step.checked)
            step.raw = step.checked = None  # their memory serves the next batch
    except FileFault as fault:
        report.is_cut_short = True
        report.add([fault.problem])
        suspicions.of_problems([fault.problem])
    report.offers = suspicions.found
    if suspicions.names - order.repairs:
        names, found = _all_that_help(order, suspicions.names, check.note_progress)
        offers, doubts = try_out(order, names, check.note_progress)
        report.offers.include(offers)
        report.offers.complete(found)
        report.add(doubts)
    return report


def _all_that_help(
    order: Order, names: set[str], note_progress: Callable[[], None]
) -> tuple[set[str], Tally]:
    """The repairs `names`, and those that would help once they are made: an ID may stand twice only
    when both rows are good, and a file that cannot be read shows nothing else of itself. Also what
    these others would change, as far as it was counted on the way."""
    wanted, found = set(names), Tally()
    for _ in range(_ROUNDS):
        trial = Check(replace(order, repairs=order.repairs | wanted))
        with suppress(FileFault):
            for step in trial.steps():
                trial.suspicions.of_problems(step.problems)
                note_progress()
        found.complete(trial.suspicions.found)
        more = trial.suspicions.names - order.repairs - wanted
        if not more:
            break
        wanted |= more
    return wanted, found


def _prepare(stream: BinaryIO, check: Check, checked: Checked) -> None:
    schema = check.sent_schema
    if not check.has_prepared:
        check.has_prepared = True
        stream.write(text_head(InputFormat.PIPE, schema))
    stream.write(text_lines(InputFormat.PIPE, schema, checked.batch))


@dataclass(slots=True)
class Step:
    """A batch of the file, or a part of the check without one, and all that was found in it.

    `repeated` holds the row numbers of entities whose ID an earlier one has.
    """

    problems: list[Problem]
    raw: Batch | None = None
    checked: Checked | None = None
    repeated: frozenset[int] = frozenset()


class Check:
    """A check on its way: `steps` reads the file once. Raises FileFault where it is at fault."""

    def __init__(
        self,
        order: Order,
        current_schema: Schema | None = None,
        current_empty: Mapping[str, float] | None = None,
        progress: Callable[[Progress], None] | None = None,
        report: Report | None = None,
    ) -> None:
        self._order = order
        self._current = current_schema
        self._current_empty = current_empty
        self._progress = progress
        self._report = report or Report()
        self._limits = order.limits
        self._incremental = order.incremental
        self._seen = SeenIds()
        self._rows = 0
        self._reached = Progress(0, 0, 0)
        self.suspicions = Suspicions(order)
        self.has_prepared = False
        self.schema = self.sent_schema = Schema("", ())

    def note_progress(self) -> None:
        """Say again how far it is, where work goes on that reads no further."""
        if self._progress is not None:
            self._progress(self._reached)

    def _note_look(self, done: int, total: int) -> None:
        self._reached = Progress(0, done, total)
        self.note_progress()

    def steps(self) -> Iterator[Step]:
        report = self._report
        order = replace(self._order, looking=self._note_look)
        with mended(order, report.repaired, self.note_progress) as reader:
            self._reader = reader
            report.schema = reader.schema
            report.data_source_name = reader.data_source_name
            report.bom = reader.bom and BOM.name not in self._order.repairs
            self.suspicions.of_file(reader)
            problems = self._schema_problems()
            yield Step(problems)
            if any(problem.fatal for problem in problems):
                report.bytes = reader.bytes_total
                yield Step(reader.notes)
                return
            self.schema = schema = reader.schema
            self.sent_schema = schema if self._incremental else schema.without_deletes()
            try:
                yield from self._read_entities()
            finally:
                report.bytes = reader.bytes_read
                report.entities = self._rows
            yield Step([*reader.notes, *reader.doubts()])
        yield Step(list(self._whole_file_problems()))

    def _schema_problems(self) -> list[Problem]:
        schema = self._reader.schema
        problems = check_schema(schema)
        if schema.deletes_index is not None and not self._incremental:
            problems.append(
                Problem(
                    "delete-unused",
                    Phrase(
                        "The column {property} has no effect in a complete load.",
                        property=DELETE_PROPERTY,
                    ),
                    Phrase("Choose an incremental load to delete entities, or remove the column."),
                    column=DELETE_PROPERTY,
                    warning=True,
                )
            )
        if self._current is not None and not problems:
            differences = compare_schemas(self._current, schema)
            problems.extend(differences if self._incremental else map(as_change, differences))
        return problems

    def _read_entities(self) -> Iterator[Step]:
        reader = self._reader
        schema = reader.schema
        advice = Advice(schema, None if self._incremental else self._current_empty)
        for raw in reader:
            problems = list(reader.problems)
            # Past the limit the rest is counted, for the report says how many there are.
            is_past_limit = self._too_many()
            self._rows += len(raw) + len(problems)
            reader.problems.clear()
            step = Step(problems, raw)
            if not is_past_limit:
                self._check(schema, step, raw, advice)
            yield step
            self._reached = Progress(self._rows, reader.bytes_done, reader.bytes_total)
            self.note_progress()
        self._rows += len(reader.problems)
        yield Step([*reader.problems, *advice.of_whole_file()])

    def _check(self, schema: Schema, step: Step, raw: Batch, advice: Advice) -> None:
        checked = check_batch(schema, raw, incremental=self._incremental, advise=True)
        report, batch = self._report, checked.batch
        report.good += len(batch) - len(batch.deleted)
        report.deletes += len(batch.deleted)
        deletes = schema.deletes_index
        key = schema.key_index
        ids = batch.columns[key - (deletes is not None and deletes < key)]
        repeats = self._seen.add_batch(ids, batch.rows, batch.lines)  # type: ignore[arg-type]
        step.checked = checked
        step.repeated = frozenset(problem.row or 0 for problem in repeats)
        step.problems += checked.problems
        step.problems += repeats
        step.problems += advice.take(raw, checked)
        self.suspicions.of_batch(schema, raw, checked)

    def _too_many(self) -> bool:
        most = self._limits.max_entities
        return most is not None and self._rows - self._report.deletes > most

    def _whole_file_problems(self) -> Iterator[Problem]:
        if not self._rows:
            yield Problem(
                "no-entities",
                Phrase("The file has a schema and no entities."),
                Phrase("Write at least one entity."),
                fatal=True,
            )
        elif not (self._report.good or self._report.deletes):
            yield Problem(
                "no-good-entity",
                Phrase("Not one entity of the file can be loaded."),
                Phrase("Mend what is reported of the entities, and check the file again."),
                fatal=True,
            )
        if self._too_many():
            count = self._rows - self._report.deletes
            yield Problem(
                "too-many-entities",
                Phrase(
                    "The file has {count:,} entities; the plan allows {most:,} in a data source.",
                    count=count,
                    most=self._limits.max_entities,
                ),
                Phrase(
                    "Split the data over several data sources, or choose an account with a larger plan."
                ),
                fatal=True,
            )
