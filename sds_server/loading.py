"""The load job: a file becomes a version, or nothing.

Entities are read in batches, checked, and written aside; the new version becomes the published or
the staged one in the transaction that ends the job. A bad entity is left out, counted and logged;
a fault of the file, the schema or a limit, or a duplicate entity ID, aborts the job. A load can be
run again at any time: it starts from the body as received.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from io import TextIOWrapper
from types import TracebackType
from typing import Self

from django.db import transaction

from datasources.formats import EntityReader, FileFault, InputFormat, open_entities
from datasources.schema import (
    PLAN_LIMITS,
    Batch,
    Limits,
    Problem,
    Schema,
    SeenIds,
    check_batch,
    check_schema,
)
from sds_server import files, versions
from sds_server.fetching import bring_data
from sds_server.jobs import Hold, JobFault
from sds_server.models import (
    INCREMENTAL_LOADS,
    STAGING_LOADS,
    DataflowJob,
    JobKind,
    Version,
)
from sds_server.store import store
from sds_server.store.interface import SchemaMismatch, StoreFault, VersionStats, VersionWriter


def run(job: DataflowJob, hold: Hold) -> None:
    """Load the job's body. Raises JobFault, with the failed entities in the job's log."""
    store().delete(job.job_id)  # of a try before this one, whose worker died at the very end
    with FailureLog(job) as log:
        try:
            loaded = _load(job, hold, log)
        except FileFault as fault:
            raise log.abort([fault.problem]) from None
        except SchemaMismatch as fault:
            raise log.abort([_mismatch(fault)]) from None
        except StoreFault as fault:
            raise JobFault(str(fault)) from None
        except FileNotFoundError:
            raise JobFault(
                "The data sent with this job are not on the server any more as they were sent:"
                " load again."
            ) from None
    try:
        _prepare(job)
        _finish(job, hold, loaded)
    except JobFault:
        store().delete(job.job_id)
        raise


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load made."""

    schema: Schema
    stats: VersionStats
    rows: int
    failed: int


class FailureLog:
    """The text file of what was wrong: a line a problem, tab-separated; made on the first one.

    It is kept once the load is through or aborted; what an interrupted load wrote is dropped.
    """

    def __init__(self, job: DataflowJob) -> None:
        self._job = job
        self._name = files.log_name(job.job_id)
        files.delete(self._name)
        self._stack = ExitStack()
        self._file: TextIOWrapper | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, JobFault):
            for detail in error.details:
                self._write(f"# {' '.join(detail.split())}\n")
            kind = error = traceback = None
        if self._file is not None:
            self._file.detach()
        self._stack.__exit__(kind, error, traceback)

    def _write(self, line: str) -> None:
        if self._file is None:
            aside = self._stack.enter_context(files.written_aside(self._name))
            self._file = TextIOWrapper(aside.file, encoding="utf-8", newline="\n")
            self._file.write(f"# {self._job.data_source_name}, job {self._job.job_id}\n")
            self._file.write("row\tline\tproperty\tvalue\trule\tproblem\tadvice\n")
        self._file.write(line)

    def add(self, problem: Problem) -> None:
        cells = (
            problem.row,
            problem.line,
            problem.column,
            problem.value,
            problem.rule,
            problem.message,
            problem.advice,
        )
        texts = ("" if cell is None else " ".join(str(cell).split()) for cell in cells)
        self._write("\t".join(texts) + "\n")

    def abort(self, problems: list[Problem]) -> JobFault:
        """The fault to raise for problems that nothing can be loaded with."""
        for problem in problems:
            self.add(problem)
        return JobFault(*(in_words(problem) for problem in problems))


def in_words(problem: Problem) -> str:
    """`Row 7 (line 9), Latitude: …`, as far as the place is known."""
    place = ""
    if problem.row is not None:
        place = f"Row {problem.row}" + (f" (line {problem.line})" if problem.line else "")
    where = ", ".join(part for part in (place, problem.column) if part)
    return f"{where}: " * bool(where) + " ".join(filter(None, (problem.message, problem.advice)))


def _mismatch(fault: SchemaMismatch) -> Problem:
    return Problem(
        rule="schema-differs",
        message=f"The schema is not that of the data source: {fault}",
        advice="An incremental load has the data source's own entity type and properties;"
        " load the data with complete to change them.",
        fatal=True,
    )


def _load(job: DataflowJob, hold: Hold, log: FailureLog) -> Loaded:
    plan_limits = PLAN_LIMITS[job.account.plan]
    bring_data(job, hold, plan_limits.max_uncompressed)
    input_format = InputFormat(job.params["input"])
    is_incremental = job.kind in INCREMENTAL_LOADS
    with (
        files.opened(files.body_name(job.job_id), job.params.get("sha256", "")) as body,
        open_entities(
            body,
            input_format,
            max_uncompressed=plan_limits.max_uncompressed,
            max_polygons=plan_limits.max_polygons,
            max_polygon_points=plan_limits.max_polygon_points,
            # Formats that name no entity type change entities of the data source's own.
            type_name=_base(job).entity_type if is_incremental else "",
        ) as reader,
    ):
        problems = [item for item in check_schema(reader.schema) if not item.warning]
        if problems:
            raise log.abort(problems)
        with _writer(job, reader.schema.without_deletes()) as writer:
            counts = _Pump(reader, writer, log, hold, plan_limits, job.kind).run()
            stats = writer.commit()
    _check_entity_count(job, stats, plan_limits)
    return Loaded(reader.schema.without_deletes(), stats, counts.rows, counts.failed)


def _writer(job: DataflowJob, schema: Schema) -> VersionWriter:
    if job.kind not in INCREMENTAL_LOADS:
        return store().create(job.job_id, schema)
    base = _base(job)
    if base.entity_type.casefold() != schema.entity_type.casefold():
        raise SchemaMismatch(
            f"the file's entity type is \"{schema.entity_type}\", the data source's is"
            f' "{base.entity_type}".'
        )
    return store().derive(job.job_id, base.job_id, schema)


def _base(job: DataflowJob) -> Version:
    """What an incremental load builds on: the published version; for a staged load the staged
    one, if there is one, so that staged changes add up."""
    source = versions.find_source(job)
    base = None
    if source is not None:
        staging = job.kind == JobKind.INCREMENTAL_STAGING
        base = (source.staged if staging else None) or source.published
    if base is None:
        raise JobFault(
            f'The data source "{job.data_source_name}" has no version to update: load it with'
            " complete first."
        )
    return base


def _check_entity_count(job: DataflowJob, stats: VersionStats, plan_limits: Limits) -> None:
    most = plan_limits.max_entities
    if most is None or stats.entity_count <= most:
        return
    store().delete(job.job_id)
    raise JobFault(_too_many(most, f"would have {stats.entity_count:,}"))


def _too_many(most: int, words: str) -> str:
    return (
        f"Limit of entities exceeded: a data source of this account may have {most:,} entities and"
        f" this one {words}. Divide the entities among several data sources."
    )


_NO_ENTITIES = Problem(
    rule="no-entities",
    message="The file has a schema and no entities.",
    advice="Write at least one entity.",
    fatal=True,
)


class _Pump:
    """Moves the entities of one file from its reader to the writer, in batches."""

    def __init__(
        self,
        reader: EntityReader,
        writer: VersionWriter,
        log: FailureLog,
        hold: Hold,
        plan_limits: Limits,
        kind: str,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._log = log
        self._hold = hold
        self._limits = plan_limits
        self._incremental = kind in INCREMENTAL_LOADS
        self._seen = SeenIds()
        self.rows = 0
        self.failed = 0
        self._good = 0

    def run(self) -> Self:
        for raw in self._reader:
            self._take(raw)
            self._hold.progress(self.rows, self.failed)
        self._note_unread()
        if not self.rows:
            raise self._log.abort([_NO_ENTITIES])
        if not self._good:
            raise JobFault("No entity could be loaded: every entity has a fault, see the log.")
        return self

    def _take(self, raw: Batch) -> None:
        checked = check_batch(self._reader.schema, raw, incremental=self._incremental)
        self._note_unread()
        self._note(checked.problems)
        batch = checked.batch
        ids = [str(value) for value in batch.columns[checked.schema.key_index]]
        repeated = self._seen.add_batch(ids, batch.rows, batch.lines)
        if repeated:
            raise self._log.abort(repeated)
        self.rows += len(raw)
        self._good += len(batch)
        self._check_limit()
        if len(batch):
            self._writer.add(checked)

    def _note_unread(self) -> None:
        """Entities that the reader itself could not read, and that are in no batch."""
        self.rows += self._note(self._reader.problems)
        self._reader.problems.clear()

    def _note(self, problems: list[Problem]) -> int:
        """How many entities failed. One with several problems counts once; a warning costs none."""
        fatal = [problem for problem in problems if problem.fatal]
        if fatal:
            raise self._log.abort(fatal)
        for problem in problems:
            self._log.add(problem)
        failed = len({item.row for item in problems if not item.warning} - {None})
        self.failed += failed
        return failed

    def _check_limit(self) -> None:
        most = self._limits.max_entities
        if most is not None and not self._incremental and self._good > most:
            raise JobFault(_too_many(most, "has more"))


def _prepare(job: DataflowJob) -> None:
    """What queries of the published version made the store keep ready, made for the new one too."""
    source = versions.find_source(job)
    if source is not None and source.published is not None:
        store().prepare(job.job_id, source.published.job_id)


def _finish(job: DataflowJob, hold: Hold, loaded: Loaded) -> None:
    """The version, its pointer, the settings that came with the load, and the job's end: at once."""
    with transaction.atomic():
        source = versions.locked_source(job)
        version = Version.objects.create(
            data_source=source,
            job_id=job.job_id,
            entity_type=loaded.schema.entity_type,
            properties=[
                [item.name, item.type.value, item.is_key] for item in loaded.schema.properties
            ],
            entity_count=loaded.stats.entity_count,
            size_bytes=loaded.stats.size_bytes,
            sha256=loaded.stats.sha256,
        )
        if job.query_key is not None:
            source.query_key = job.query_key
        if job.params.get("set_public") is not None:
            source.is_public = job.params["set_public"]
        source.save(update_fields=["query_key", "is_public"])
        if job.kind in STAGING_LOADS:
            versions.stage(source, version)
        else:
            versions.publish(source, version)
        hold.complete(total=loaded.rows, processed=loaded.rows, failed=loaded.failed)
