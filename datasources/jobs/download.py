"""Downloads from the service: polled by their own link (the job list leaves them out), fetched,
and kept."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from typing import BinaryIO

from django.conf import settings
from django.utils import timezone

from datasources.api.errors import ServiceError
from datasources.api.types import JobStatus, RemoteJob
from datasources.formats.output import OutputFormat
from datasources.jobs.duties import poll_seconds
from datasources.jobs.keep import keep_file
from datasources.jobs.keys import client_for, usable_key
from datasources.jobs.leases import Lease
from datasources.jobs.seen import aborted_words
from datasources.jobs.steps import add_step, fail, fail_with, finish, in_seconds, note_wait
from datasources.jobs.written import finish_as, output_of
from datasources.models import Job, JobState, Version
from datasources.phrases import Phrase

GIVE_UP = timedelta(days=1)
FETCH_TRIES = 5


def poll(lease: Lease, job: Job) -> None:
    """Asks how the download stands; once it is ready, has it fetched, which may take a while."""
    remote = _ask(lease, job)
    if remote is None:
        return
    if remote.status == JobStatus.IN_PROCESS:
        lease.update(
            remote_status=remote.status_word[:30],
            next_look_at=in_seconds(poll_seconds(job.sent_at)),
        )
    elif remote.status == JobStatus.ABORTED:
        said = "\n".join(filter(None, (remote.error_message, *remote.error_details)))
        fail(lease, job, "aborted", aborted_words(remote), said, remote_status="Aborted")
    else:
        lease.update(
            state=JobState.FETCHING,
            remote_status=remote.status_word[:30],
            lookups=0,
            next_look_at=in_seconds(0),
        )
        add_step(job, "loading", Phrase("The service has the file ready: it is being fetched."))


def fetch(lease: Lease, job: Job) -> None:
    """Fetches a download that is ready, be it again where its fetching was broken off."""
    lease.update(next_look_at=in_seconds(settings.LEASE_SECONDS))
    remote = _ask(lease, job)
    if remote is not None:
        _fetch(lease, job, remote)


def _ask(lease: Lease, job: Job) -> RemoteJob | None:
    key = usable_key(job)
    if key is None:
        fail(
            lease,
            job,
            "key-removed",
            Phrase("The key of this job was removed or is no longer shared."),
        )
        return None
    try:
        with client_for(key) as client:
            return client.job(job.remote_link)
    except ServiceError as error:
        _in_the_way(lease, job, error)
        return None


def _in_the_way(lease: Lease, job: Job, error: ServiceError) -> None:
    waited = timezone.now() - (job.sent_at or job.created_at)
    if not error.can_retry or waited > GIVE_UP:
        fail_with(lease, job, error)
        return
    lease.update(next_look_at=in_seconds(poll_seconds(job.sent_at)))
    note_wait(job, error.message)


def _fetch(lease: Lease, job: Job, remote: RemoteJob) -> None:
    key = usable_key(job)
    if key is None or not remote.output_url:
        fail(
            lease, job, "no-output", Phrase("The service says that it is done, but gives no file.")
        )
        return
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as fetched:
        try:
            with client_for(key) as client:
                client.fetch(remote.output_url, fetched)
        except ServiceError as error:
            _fetch_failed(lease, job, error)
            return
        _keep(lease, job, fetched)


def _fetch_failed(lease: Lease, job: Job, error: ServiceError) -> None:
    refused = error.status is not None and 400 <= error.status < 500
    if refused or job.lookups >= FETCH_TRIES:
        fail_with(lease, job, error)
        return
    seconds = 2.0 ** (job.lookups + 1)
    lease.update(lookups=job.lookups + 1, next_look_at=in_seconds(seconds))
    note_wait(
        job,
        Phrase(
            "{message} It is fetched again in {seconds:.0f} s.",
            message=error.message,
            seconds=seconds,
        ),
    )


def _keep(lease: Lease, job: Job, file: BinaryIO) -> None:
    """Keeps the XML as the version's file; the job gets it, or what is made of it."""
    stored = keep_file(job.account, file)
    version = job.version
    if version is not None and version.content_id is None:
        Version.objects.filter(pk=version.pk, content=None).update(content=stored)
    if output_of(job) is OutputFormat.XML:
        finish(lease, job, "", result=stored, file_sha256=stored.sha256)
        return
    lease.update(file_sha256=stored.sha256)
    finish_as(lease, job, stored)
