"""Exports: all that a query finds, as CSV or GeoJSON, in the background.

`Job.query` holds what is asked, without a key:

    url          the query URL of the data source
    params       the reference's parameters, without those of a page
    filters      the $filter of each query where a list of IDs takes several, else of `params`
    geographies  the properties that hold geographies, where they are known
    address      the explorer's address, for people

A service is asked page by page, with a rest in between; an archived version (`Job.version`) is read
at once. What is found is put aside entity by entity before the file is written, so that memory
stays small, and so that a page which fails can be asked for again.
"""

# ruff: noqa: N818  the names say what happened

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from datasources import archive
from datasources.api import Client, QueryAnswer, ServiceError
from datasources.api.query import QueryOptions, options_of
from datasources.formats.geopackage import GeoPackageFault
from datasources.jobs.exported import write_rows
from datasources.jobs.keep import keep_file
from datasources.jobs.keys import client_for, usable_key
from datasources.jobs.leases import Lease
from datasources.jobs.steps import add_step, fail, fail_with, finish, in_seconds, note_wait
from datasources.jobs.written import GONE
from datasources.models import Job, JobState
from datasources.phrases import Phrase
from datasources.query import QueryFault
from datasources.query.model import MAX_TOP

TRIES = 3
MOST = 200_000  # entities, as many as a data source of the plan Enterprise holds
REST = 0.1  # seconds between two pages of a service
WAITS = (1.0, 4.0, 15.0)  # seconds before a page that failed is asked for again
LONGEST_WAIT = 60.0  # seconds, where the service asks for more
ARCHIVE_PAGE = 5_000  # entities
ARCHIVE_SECONDS = 120.0
_SAY_EVERY = 1.0  # seconds
KEY_GONE = Phrase(
    "The key of this export was removed or is no longer shared: run it again with another."
)


class _Refused(Exception):
    """Why the export can't be made: a code, and words for people."""

    def __init__(self, code: str, words: Phrase) -> None:
        super().__init__(words)
        self.code, self.words = code, words


def export(lease: Lease, job: Job) -> None:
    """Writes what the job's query finds, and ends the job; begun anew where it was interrupted."""
    if job.tries >= TRIES:
        words = Phrase("The export was interrupted too often: run it again.")
        fail(lease, job, "interrupted", words)
        return
    if not job.tries:
        add_step(job, "writing")
    lease.update(
        state=JobState.RUNNING,
        tries=job.tries + 1,
        processed_entities=0,
        next_look_at=in_seconds(settings.LEASE_SECONDS),
    )
    try:
        with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
            _write(lease, job, Path(folder))
    except ServiceError as error:
        fail_with(lease, job, error)
    except _Refused as refused:
        fail(lease, job, refused.code, refused.words)


def _write(lease: Lease, job: Job, folder: Path) -> None:
    with (folder / "found").open("w+b") as aside:
        found = _Found(lease, job, aside)
        pages = _of_archive(job) if job.version_id is not None else _of_service(job, found)
        for page in pages:
            found.take(page)
        path = folder / "export"
        with path.open("wb") as file:
            write_rows(
                file,
                job.output_format,
                tuple(found.columns),
                found.rows(),
                job.query.get("geographies"),
            )
    with path.open("rb") as written:
        result = keep_file(job.account, written)
    finish(
        lease,
        job,
        Phrase.counted("{count:,} entity", "{count:,} entities", count=found.count),
        result=result,
        total_entities=found.count,
        processed_entities=found.count,
    )


@dataclass(slots=True)
class _Found:
    """Entities put aside, a line of JSON each: their ID and their properties."""

    lease: Lease
    job: Job
    aside: BinaryIO
    count: int = 0
    columns: dict[str, None] = field(default_factory=dict)
    said: float = field(default_factory=time.monotonic)

    def take(self, page: QueryAnswer) -> None:
        ids = page.ids or ("",) * len(page.entities)
        for entity_id, entity in zip(ids, page.entities, strict=True):
            line = json.dumps([entity_id, entity], ensure_ascii=False)
            self.aside.write(line.encode("utf-8", "surrogatepass") + b"\n")
        self.columns |= dict.fromkeys(page.columns)
        self.count += len(page.entities)
        if self.count > MOST:
            raise _Refused(
                "too-many",
                Phrase(
                    "The query finds more than {most:,} entities, which is more than an export "
                    "takes. Ask for less, or download the whole version on the data source's page.",
                    most=MOST,
                ),
            )
        if time.monotonic() - self.said >= _SAY_EVERY:
            self.say(self.count)

    def say(self, count: int, total: int | None = None) -> None:
        """Tells the job's row how far it is; raises LeaseLostError where somebody else took over."""
        self.said = time.monotonic()
        more = {} if total is None else {"total_entities": total}
        self.lease.update(processed_entities=count, **more)

    def forget(self) -> None:
        """Begins anew."""
        self.aside.seek(0)
        self.aside.truncate()
        self.count = 0
        self.columns.clear()

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        self.aside.seek(0)
        for line in self.aside:
            entity_id, entity = json.loads(line.decode("utf-8", "surrogatepass"))
            yield entity_id, entity


# --- of the service ---


def _of_service(job: Job, found: _Found) -> Iterator[QueryAnswer]:
    """Page by page; from the first again where the data source is changed meanwhile."""
    key = usable_key(job)
    if key is None:
        raise _Refused("key-removed", KEY_GONE)
    with client_for(key) as client:
        for attempt in range(TRIES):
            try:
                yield from _pages(client, job, found)
            except _Changed:
                if attempt + 1 == TRIES:
                    raise _Refused(
                        "changed",
                        Phrase(
                            "The data source was changed again and again while it was exported. "
                            "Export it once nobody loads it."
                        ),
                    ) from None
                found.forget()
            else:
                return


class _Changed(Exception):
    """Between two pages another version was published: what was read does not fit together."""


def _pages(client: Client, job: Job, found: _Found) -> Iterator[QueryAnswer]:
    base = options_of(job.query["params"])
    filters: list[str] = job.query.get("filters") or [base.filter]
    totals = 0
    for text in filters:
        total, skip = None, 0
        while total is None or skip < total:
            asked = replace(base, filter=text, top=MAX_TOP, skip=skip or None, inlinecount=True)
            page = _patiently(client, job, asked)
            if total is not None and page.total != total:
                raise _Changed
            if total is None:
                total = page.total if page.total is not None else 0
                totals += total
                found.say(found.count, totals)
            yield page
            if not page.entities:
                break
            skip += len(page.entities)
            time.sleep(REST)


def _patiently(client: Client, job: Job, asked: QueryOptions) -> QueryAnswer:
    """A page, asked for again after a while where the service is in trouble or has had enough."""
    for wait in (*WAITS, None):
        try:
            return client.find(str(job.query["url"]), asked)
        except ServiceError as error:
            longest = error.retry_after or 0.0
            if wait is None or not error.can_retry or longest > LONGEST_WAIT:
                raise
            seconds = max(wait, longest)
            again = Phrase("It is asked again in {seconds:,.0f} s.", seconds=seconds)
            note_wait(job, Phrase.sentences(error.message, again))
            time.sleep(seconds)
    raise AssertionError("the last try returns or raises")


# --- of the archive ---


def _of_archive(job: Job) -> Iterator[QueryAnswer]:
    version = job.version
    if version is None or version.archive is None:
        raise _Refused("file-gone", GONE)
    filters: list[str] = job.query.get("filters") or [job.query["params"].get("$filter", "")]
    for text in filters:
        skip, total = 0, None
        while total is None or skip < total:
            params = {
                **job.query["params"], "$filter": text, "$skip": str(skip), "$inlinecount": "allpages",
            }  # fmt: skip
            answer = _answered(version.archive.path, params)
            total = answer.total or 0
            rows: tuple[dict[str, object], ...] = tuple({**row} for row in answer.rows)
            yield QueryAnswer(
                entities=rows, total=total, url="", seconds=0, status=200,
                columns=answer.columns, ids=tuple(answer.ids),
            )  # fmt: skip
            if not rows:
                break
            skip += len(rows)


def _answered(path: str, params: dict[str, str]) -> archive.Answer:
    try:
        return archive.answer_query(path, params, seconds=ARCHIVE_SECONDS, top=ARCHIVE_PAGE)
    except QueryFault as fault:
        raise _Refused("bad-request", fault.words) from None
    except archive.TooSlow:
        raise _Refused(
            "too-slow", Phrase("The archive takes too long to answer this query: ask for less.")
        ) from None
    except (FileNotFoundError, GeoPackageFault):
        raise _Refused(
            "file-gone", Phrase("The copy of this version is no longer kept here, or damaged.")
        ) from None
