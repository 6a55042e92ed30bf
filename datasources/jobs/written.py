"""Downloads in the format asked for: written from what is kept here, in the background."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from datasources import archive
from datasources.formats import FileFault
from datasources.formats.geopackage import GeoPackageFault
from datasources.formats.output import OutputFormat, write_output
from datasources.jobs.keep import keep_file
from datasources.jobs.leases import Lease
from datasources.jobs.steps import add_step, fail, finish, in_seconds
from datasources.models import Job, JobState, StoredFile, Version
from datasources.phrases import Phrase
from datasources.schema import Batch, Schema

TRIES = 3
_SAY_EVERY = 1.0  # seconds
GONE = Phrase("The file of this version is no longer kept here.")


def output_of(job: Job) -> OutputFormat:
    """The format of a download."""
    return OutputFormat(job.output_format or OutputFormat.XML)


def kept_copy(version: Version | None) -> StoredFile | None:
    """What is kept here of a version's entities: the file they came in, else their archive."""
    if version is None:
        return None
    for stored in (version.content, version.archive):
        if stored is not None and archive.is_held(stored.path, stored.size):
            return stored
    return None


def from_archive(lease: Lease, job: Job) -> None:
    """Writes a version in the format asked for from the copy kept here; nothing is sent."""
    if job.tries >= TRIES:
        fail(
            lease,
            job,
            "interrupted",
            Phrase(
                "Writing the file was interrupted too often: choose another format, or run it again."
            ),
        )
        return
    if not job.tries:
        add_step(job, "writing")
    lease.update(
        state=JobState.RUNNING,
        tries=job.tries + 1,
        total_entities=job.version.entity_count if job.version else None,
        processed_entities=0,
        next_look_at=in_seconds(settings.LEASE_SECONDS),
    )
    kept = kept_copy(job.version)
    if kept is None:
        fail(lease, job, "file-gone", GONE)
        return
    finish_as(lease, job, kept, Phrase("From the copy kept here."))


def finish_as(lease: Lease, job: Job, kept: StoredFile, words: str = "") -> None:
    """Ends a download with a kept file of entities, written in the format asked for."""
    try:
        result = _written(lease, job, kept)
    except FileNotFoundError:
        fail(lease, job, "file-gone", GONE)
    except FileFault as fault:
        words = Phrase.sentences(fault.problem.message, fault.problem.advice)
        fail(lease, job, "wrong-file", words)
    except (archive.WrongFile, GeoPackageFault) as error:
        fail(lease, job, "wrong-file", str(error))
    else:
        count = job.processed_entities
        finish(lease, job, words, result=result, total_entities=count)


def _written(lease: Lease, job: Job, kept: StoredFile) -> StoredFile:
    format = output_of(job)
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        path = Path(folder) / f"download{format.ending}"
        with _opened(job, kept) as (schema, batches):
            count = write_output(
                path,
                format,
                schema,
                _watched(lease, batches),
                data_source_name=job.data_source_name,
            )
        lease.update(processed_entities=count)
        with path.open("rb") as written:
            return keep_file(job.account, written)


@contextmanager
def _opened(job: Job, kept: StoredFile) -> Iterator[tuple[Schema, Iterator[Batch]]]:
    version = job.version
    if version is not None and kept.pk != version.content_id and kept.pk == version.archive_id:
        with archive.open_geopackage(kept.path) as opened:
            yield opened.schema, opened.batches()
        return
    type_name = job.data_source.entity_type if job.data_source else ""
    with archive.open_version(kept.path, type_name=type_name) as reader:
        yield reader.schema.without_deletes(), archive.good_entities(reader)


def _watched(lease: Lease, batches: Iterator[Batch]) -> Iterator[Batch]:
    """The batches, the job's row saying now and then how far they are written."""
    done, said = 0, time.monotonic()
    for batch in batches:
        yield batch
        done += len(batch)
        if time.monotonic() - said >= _SAY_EVERY:
            lease.update(processed_entities=done)
            said = time.monotonic()
