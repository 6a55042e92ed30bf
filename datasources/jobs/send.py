"""The request of each kind of job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from datasources import archive
from datasources.api.client import Client
from datasources.api.types import RemoteJob
from datasources.archive.content import format_of
from datasources.formats import InputFormat
from datasources.jobs.kinds import RELOAD, is_staging
from datasources.models import Job, JobKind, Key, StoredFile, Version, VersionState
from datasources.phrases import Phrase


class NothingToSend(Exception):  # noqa: N818  named as people read it
    """What the job needs is gone. Its text is for people."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What the service answered: its job's ID, self link and status word; empty for deletions."""

    id: str = ""
    link: str = ""
    word: str = ""


Send = Callable[[Client], Arrived]


@contextmanager
def prepare(job: Job, key: Key) -> Iterator[Send]:
    """Gets everything ready, the file open, so that nothing but the sending is left to fail."""
    if job.kind == JobKind.LOAD and job.upload is not None and job.upload.location:
        # The service fetches it: nothing of it is read here.
        yield partial(_load, job, None, InputFormat(job.upload.format))
        return
    if job.kind == JobKind.LOAD or job.operation == RELOAD:
        stored, input_format = _file_of(job)
        try:
            with archive.proven_file(stored.path) as opened:
                found = InputFormat(input_format) if input_format else format_of(opened)
                yield partial(_load, job, opened, found)
        except FileNotFoundError:
            raise NothingToSend(
                Phrase("The file is no longer kept here as it was: upload it again.")
            ) from None
        except archive.WrongFile as error:
            raise NothingToSend(str(error)) from None
        return
    yield partial(_ask, job)


def _file_of(job: Job) -> tuple[StoredFile, str]:
    """The file to load, and its format where it is known."""
    if job.kind == JobKind.LOAD:
        if job.upload is not None and job.upload.sent_file is not None:
            return job.upload.sent_file, job.upload.sent_format
    elif job.version is not None and job.version.content is not None:
        return job.version.content, ""
    raise NothingToSend(Phrase("The file is no longer kept here: upload it again."))


def _load(job: Job, opened: BinaryIO | None, input_format: InputFormat, client: Client) -> Arrived:
    source = job.data_source
    return _arrived(
        client.load(
            job.data_source_name,
            job.operation,
            opened,
            input_format,
            query_key=job.query_key.secret if job.query_key else None,
            set_public=True if _is_to_be_public(job) else None,
            access_id=source.access_id if source else "",
            description=job.description,
            data_location=job.upload.location if job.upload and opened is None else "",
        )
    )


def _is_to_be_public(job: Job) -> bool:
    """Whether a load says setPublic=1.

    To the service a load without it makes a data source private, so what is public has to be
    loaded as public again ("Create a Load Data Source Job and Input Entity Data"), unless somebody
    is making it private. What is private is left to the service: nothing is ever made private by
    a load that was not asked to.
    """
    if is_staging(job.operation):
        return False
    source = job.data_source
    if job.set_public or source is None or not source.is_public:
        return bool(job.set_public)
    return not source.jobs.filter(
        kind=JobKind.ACCESS, set_public=False, state__in=Job.OPEN
    ).exists()


def _ask(job: Job, client: Client) -> Arrived:
    source = job.data_source
    if source is None:
        raise NothingToSend(Phrase("The data source is no longer known here."))
    access_id, name = source.access_id, source.name
    match JobKind(job.kind):
        case JobKind.PUBLISH:
            return _arrived(client.publish(access_id, name))
        case JobKind.ACCESS:
            return _arrived(client.set_public(access_id, name, bool(job.set_public)))
        case JobKind.ROLLBACK:
            return _arrived(client.rollback(_version(job).remote_job_id, name))
        case JobKind.DOWNLOAD:
            version = _version(job)
            if version.state == VersionState.RETIRED:
                raise NothingToSend(Phrase("The service has dropped this version meanwhile."))
            return _arrived(client.start_download(access_id, name, job_id=version.remote_job_id))
        case JobKind.DELETE | JobKind.DISCARD as kind:
            client.delete(access_id, name, staged=kind == JobKind.DISCARD)
            return Arrived(word="Accepted")
    raise NothingToSend(Phrase("Jobs of this kind are not made here."))


def _version(job: Job) -> Version:
    if job.version is None:
        raise NothingToSend(Phrase("The version is no longer known here."))
    return job.version


def _arrived(remote: RemoteJob) -> Arrived:
    return Arrived(id=remote.id, link=without_query(remote.self_url), word=remote.status_word)


def without_query(link: str) -> str:
    """A link as it is kept in a job's row: nothing of a query string, where keys travel."""
    return link.partition("?")[0]
