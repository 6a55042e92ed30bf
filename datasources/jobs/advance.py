"""One job, from waiting to sent; downloads to the end.

    state     | when                            | what is done                      | next
    ----------|---------------------------------|-----------------------------------|------------------
    WAITING   | nothing was sent, or certainly  | SENDING is committed, then the    | RUNNING
              | nothing arrived                 | request goes out                  |
    SENDING   | its request is out; the lease   | never arrived: try again later    | WAITING
              | is live                         | refused: the service's words      | FAILED
              |                                 | answer lost, 5xx                  | UNSURE
    SENDING   | without a live lease: whoever   | it may have arrived               | UNSURE
              | sent it was killed              |                                   |
    UNSURE    | the service may have it         | looked up in the job list         | RUNNING if there;
              |                                 | (`datasources.jobs.follow`)       | WAITING if, after
              |                                 |                                   | a time, it is not
    RUNNING   | the service has it              | followed by the job list, by its  | DONE, FAILED
              |                                 | own link once it has left that;   |
              |                                 | downloads by their link           | FETCHING
    FETCHING  | a download is ready             | its file is fetched, kept, and    | DONE
              |                                 | written in the format asked for   |

A download whose answer was lost is simply sent again: that changes nothing on the service, and its
job list does not show downloads. One from the copy kept here, or of what a query
finds, is RUNNING while it is written. Every write is made under the row's lease.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from datasources.api.errors import ServiceError
from datasources.jobs import download, exporting, written
from datasources.jobs.duties import follow_soon
from datasources.jobs.keys import client_for, lacks_query_key, usable_key
from datasources.jobs.kinds import FROM_ARCHIVE, FROM_QUERY
from datasources.jobs.leases import Lease, LeaseLostError, take
from datasources.jobs.send import Arrived, NothingToSend, prepare
from datasources.jobs.steps import add_step, fail, fail_with, in_seconds, note_wait
from datasources.models import Job, JobKind, JobState
from datasources.phrases import Phrase

log = logging.getLogger("cairn.jobs")


def open_job(job_id: str) -> Job | None:
    """The job with all that its next step takes; None if it has ended."""
    together = (
        "account__service",
        "account__team",
        "upload__file",
        "upload__prepared",
        "version__content",
    )
    job = Job.objects.select_related(*together).filter(pk=job_id).first()
    return job if job is not None and job.is_open else None


def advance(job: Job) -> None:
    """Takes the job one step on, unless somebody else is at it or it has ended."""
    with take(job) as lease:
        if lease is None or not job.is_open:
            return
        try:
            _ACTIONS[JobState(job.state)](lease, job)
        except LeaseLostError:
            log.warning("Job %s was taken over by another worker", job.pk)


def _send(lease: Lease, job: Job) -> None:
    if job.operation == FROM_ARCHIVE:
        written.from_archive(lease, job)
        return
    if job.operation == FROM_QUERY:
        exporting.export(lease, job)
        return
    key = usable_key(job)
    if key is None:
        fail(
            lease,
            job,
            "key-removed",
            Phrase(
                "The key of this job was removed or is no longer shared, or its owner may no longer sign in here: run it again with another."
            ),
        )
        return
    if lacks_query_key(job):
        fail(
            lease,
            job,
            "query-key-removed",
            Phrase(
                "The query key of this job was removed or is no longer shared, or its owner may no longer sign in here: send the file again from its upload, with another."
            ),
        )
        return
    try:
        with prepare(job, key) as send:
            _mark_sending(lease, job)
            with client_for(key, query_key=job.query_key) as client:
                arrived = send(client)
    except NothingToSend as error:
        fail(lease, job, "file-gone", str(error))
    except ServiceError as error:
        _not_accepted(lease, job, error)
    else:
        _accepted(lease, job, arrived)


def _mark_sending(lease: Lease, job: Job) -> None:
    """Committed before the request goes out: from here on it may have arrived."""
    now = timezone.now()
    with transaction.atomic():
        lease.update(
            state=JobState.SENDING,
            sent_at=job.sent_at or now,
            tries=job.tries + 1,
            next_look_at=in_seconds(settings.LEASE_SECONDS),
        )
        add_step(job, "sent", "" if job.tries == 1 else Phrase("Try {number}", number=job.tries))


def _accepted(lease: Lease, job: Job, arrived: Arrived) -> None:
    is_download = job.kind == JobKind.DOWNLOAD
    with transaction.atomic():
        own(job, arrived.id)
        lease.update(
            state=JobState.RUNNING,
            remote_id=arrived.id,
            remote_link=arrived.link,
            remote_status=arrived.word[:30],
            error_code="",
            error_words="",
            error_remote="",
            unsure_at=None,
            next_look_at=in_seconds(0.5) if is_download else None,
        )
        add_step(job, "accepted")
    if not is_download:
        follow_soon(job.account, 0.5)


def own(job: Job, remote_id: str) -> None:
    """Drops the row of a remote job that was taken for somebody else's before we knew better."""
    if remote_id:
        Job.objects.filter(account=job.account, remote_id=remote_id, made_here=False).delete()


def _not_accepted(lease: Lease, job: Job, error: ServiceError) -> None:
    refused = error.status is not None and 400 <= error.status < 500
    if not error.sent or (refused and error.can_retry):
        try_later(lease, job, error)
    elif refused:
        fail_with(lease, job, error)
    elif job.kind == JobKind.DOWNLOAD:
        try_later(lease, job, error)
    else:
        now_unsure(lease, job, error)


def try_later(lease: Lease, job: Job, error: ServiceError) -> None:
    """The request did no harm: it is sent again after a while, a few times."""
    # Unless an earlier try may have arrived, there is nothing to look for later.
    sent_at = None if job.unsure_at is None else job.sent_at
    waits = settings.SEND_RETRY_SECONDS
    if job.tries > len(waits):
        fail_with(lease, job, error, sent_at=sent_at)
        return
    seconds = max(waits[job.tries - 1], min(error.retry_after or 0, 60))
    lease.update(
        state=JobState.WAITING,
        sent_at=sent_at,
        next_look_at=in_seconds(seconds),
        error_code=error.code[:40],
        error_words=error.message,
        error_remote=error.remote_words,
    )
    note_wait(
        job,
        Phrase(
            "{message} It is tried again in {seconds:.0f} s.",
            message=error.message,
            seconds=seconds,
        ),
    )


def now_unsure(lease: Lease, job: Job, error: ServiceError | None) -> None:
    """The request may have been carried out: the remote job list is asked before anything else."""
    words = Phrase("Its answer was lost: the service's job list is asked whether it arrived.")
    said = (
        {
            "error_code": error.code[:40],
            "error_words": error.message,
            "error_remote": error.remote_words,
        }
        if error
        else {"error_code": "interrupted", "error_words": words}
    )
    lease.update(
        state=JobState.UNSURE, unsure_at=timezone.now(), lookups=0, next_look_at=None, **said
    )
    note_wait(job, words)
    follow_soon(job.account)


def _found_sending(lease: Lease, job: Job) -> None:
    """Whoever was sending it is gone."""
    if job.kind == JobKind.DOWNLOAD:
        if job.tries > len(settings.SEND_RETRY_SECONDS):
            fail(
                lease,
                job,
                "interrupted",
                Phrase("Its sending was interrupted too often: run it again."),
            )
            return
        lease.update(state=JobState.WAITING, next_look_at=in_seconds(0))
        _send(lease, job)
    else:
        now_unsure(lease, job, None)


def _followed_elsewhere(lease: Lease, job: Job) -> None:
    lease.update(next_look_at=None)
    follow_soon(job.account)


def _running(lease: Lease, job: Job) -> None:
    if job.operation == FROM_ARCHIVE:
        written.from_archive(lease, job)
    elif job.operation == FROM_QUERY:
        exporting.export(lease, job)
    elif job.kind == JobKind.DOWNLOAD:
        download.poll(lease, job)
    else:
        _followed_elsewhere(lease, job)


_ACTIONS: dict[JobState, Callable[[Lease, Job], None]] = {
    JobState.WAITING: _send,
    JobState.SENDING: _found_sending,
    JobState.UNSURE: _followed_elsewhere,
    JobState.RUNNING: _running,
    JobState.FETCHING: download.fetch,
}
