"""The download job: a version, written as the service's XML."""

from __future__ import annotations

from collections.abc import Iterator

from datasources.formats import InputFormat, write_entities
from datasources.schema import Batch
from sds_server import files
from sds_server.jobs import Hold, JobFault
from sds_server.models import DataflowJob, Version
from sds_server.store import store
from sds_server.store.interface import UnknownVersion, VersionReader


def run(job: DataflowJob, hold: Hold) -> None:
    """Write the named version aside and into its place."""
    version = Version.objects.filter(
        data_source=job.data_source_id, job_id=job.params["version"]
    ).first()
    if version is None or job.data_source_id is None:
        raise JobFault(f'This version of "{job.data_source_name}" does not exist any more.')
    try:
        with (
            store().open(version.job_id) as reader,
            files.written_aside(files.download_name(job.job_id)) as aside,
        ):
            count = write_entities(
                aside.file,
                InputFormat.XML,
                reader.schema,
                _watched(reader, hold),
                data_source_name=job.data_source_name,
            )
    except UnknownVersion:
        raise JobFault(f'This version of "{job.data_source_name}" was dropped meanwhile.') from None
    hold.complete(total=count, processed=count, params=job.params | {"sha256": aside.kept.sha256})


def _watched(reader: VersionReader, hold: Hold) -> Iterator[Batch]:
    done = 0
    for batch in reader.batches():
        yield batch
        done += len(batch)
        hold.progress(done, 0)
