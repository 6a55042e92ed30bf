"""Following: one job-list call brings all open jobs of an account up to date.

What the list no longer shows (it goes back 15 days) is asked for by its own link. A job whose
answer was lost is looked for in the list, and adopted, or sent again once it is certain enough
that it never arrived. Jobs that others made are written down as seen, not made, here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from datasources.api.client import Client
from datasources.api.errors import BadAnswer, NotFound, ServiceError
from datasources.api.types import JobStatus, RemoteJob
from datasources.jobs import ending
from datasources.jobs.advance import own
from datasources.jobs.duties import duty_of, poll_seconds
from datasources.jobs.keys import client_for, keys_to_follow
from datasources.jobs.kinds import what, word_of
from datasources.jobs.leases import Lease, LeaseLostError, take
from datasources.jobs.seen import record_unknown
from datasources.jobs.send import without_query
from datasources.jobs.steps import add_step, fail, in_seconds, note_wait
from datasources.models import Account, Duty, DutyName, Job, JobKind, JobState
from datasources.phrases import Phrase

#: The service's list goes back 15 days; what cannot be asked about any more has ended somehow.
LIST_DAYS = 15
#: A job that is neither in the list nor known by its link has so long to turn up.
MISSING_GRACE = timedelta(minutes=10)
REMOVALS = (JobKind.DELETE, JobKind.DISCARD)


def follow(account_id: int) -> None:
    """Brings the open jobs of an account up to date, unless somebody else is at it."""
    account = Account.objects.select_related("service", "team").filter(pk=account_id).first()
    if account is None:
        return
    with take(duty_of(account, DutyName.FOLLOW)) as lease:
        if lease is None:
            return
        jobs = _followed(account)
        if jobs:
            _follow(account, jobs)
        left = _followed(account)
        _set_next(lease, left)


def _followed(account: Account) -> list[Job]:
    jobs = account.jobs.filter(state__in=[JobState.UNSURE, JobState.RUNNING])
    return list(
        jobs.exclude(kind=JobKind.DOWNLOAD).select_related("account__service", "account__team")
    )


def _set_next(lease: Lease, left: list[Job]) -> None:
    """Looks again soon while a job is young; not at all when none is open.

    A job that was accepted since has set an earlier time itself: that one stands.
    """
    assert isinstance(lease.row, Duty)  # noqa: S101  for the type checker
    mine = Duty.objects.filter(pk=lease.row.pk, due_at=lease.row.due_at)
    waits = [poll_seconds(job.unsure_at or job.sent_at) for job in left]
    mine.update(due_at=in_seconds(min(waits)) if waits else None)


def _follow(account: Account, jobs: list[Job]) -> None:
    keys = keys_to_follow(account, jobs)
    error: ServiceError | None = None
    for key in keys[:5]:
        try:
            with client_for(key) as client:
                listed = client.jobs()
                _bring_up_to_date(account, jobs, listed, client)
                return
        except ServiceError as refused:
            error = refused
            if refused.can_retry:
                break
    words = (
        error.message
        if error
        else Phrase("No key to follow it with: share one with the team under Keys.")
    )
    for job in jobs:
        _could_not_ask(job, words)


def _bring_up_to_date(
    account: Account, jobs: list[Job], listed: Sequence[RemoteJob], client: Client
) -> None:
    by_id = {remote.id: remote for remote in listed if remote.id}
    # First: a job that ends looks at what others have done to its data source.
    record_unknown(account, listed)
    for job in jobs:
        with take(job) as lease:
            if lease is None or job.state not in (JobState.UNSURE, JobState.RUNNING):
                continue
            try:
                _look_at(lease, job, by_id, client)
            except LeaseLostError:
                continue
            except ServiceError as error:
                note_wait(job, error.message)


def _look_at(lease: Lease, job: Job, listed: dict[str, RemoteJob], client: Client) -> None:
    remote = listed.get(job.remote_id) if job.remote_id else _adopt(lease, job, listed)
    if remote is not None:
        _apply(lease, job, remote, client)
    elif job.kind in REMOVALS and _is_removed(job, client):
        ending.done(lease, job, None, client)
    elif job.state == JobState.UNSURE:
        _not_found(lease, job)
    elif job.remote_id:
        _ask_by_link(lease, job, client)
    elif _is_older_than(job, MISSING_GRACE):
        _gone(lease, job)


def _adopt(lease: Lease, job: Job, listed: dict[str, RemoteJob]) -> RemoteJob | None:
    """Finds our job in the list by word, data source and time, and writes down that it is ours."""
    found = _match(job, listed)
    if found is None:
        return None
    was_unsure = job.state == JobState.UNSURE
    with transaction.atomic():
        own(job, found.id)
        lease.update(
            state=JobState.RUNNING,
            remote_id=found.id,
            remote_link=without_query(found.self_url),
            remote_status=found.status_word[:30],
            unsure_at=None,
            error_code="",
            error_words="",
            error_remote="",
        )
        if was_unsure:
            add_step(
                job, "accepted", Phrase("Its answer was lost; found in the service's job list.")
            )
    return found


def _match(job: Job, listed: dict[str, RemoteJob]) -> RemoteJob | None:
    if job.sent_at is None:
        return None
    sent_at = job.sent_at
    since = sent_at - timedelta(seconds=settings.CLOCK_SKEW_SECONDS)
    word = word_of(job).lower()
    same = {
        remote.id: remote
        for remote in listed.values()
        if remote.word.lower() == word
        and remote.name == job.data_source_name
        and remote.created_at is not None
        and remote.created_at >= since
    }
    # Seen rows do not count as taken: one may be ours, seen before we knew.
    taken = Job.objects.filter(
        account=job.account_id, remote_id__in=same, made_here=True
    ).values_list("remote_id", flat=True)
    for remote_id in taken:
        del same[remote_id]
    seen_before = Job.objects.filter(
        account=job.account_id, remote_id__in=same, made_here=False, created_at__lt=since
    ).values_list("remote_id", flat=True)
    for remote_id in seen_before:
        del same[remote_id]
    return min(
        same.values(),
        key=lambda remote: abs((remote.created_at or sent_at) - sent_at),
        default=None,
    )


def _apply(lease: Lease, job: Job, remote: RemoteJob, client: Client) -> None:
    """Writes down what the service says of a job, and ends it when the service has."""
    values = {
        "remote_status": remote.status_word[:30],
        "total_entities": remote.total,
        "processed_entities": remote.processed,
        "failed_entities": remote.failed,
    }
    if not job.remote_link and (link := without_query(remote.self_url)):
        values["remote_link"] = link
    changed = {
        name: value
        for name, value in values.items()
        if value is not None and getattr(job, name) != value
    }
    if changed:
        lease.update(**changed)
    if remote.status == JobStatus.IN_PROCESS:
        if job.made_here and not job.steps.filter(name="loading").exists():
            add_step(job, "loading")
        return
    remote = _with_links(job, remote, client)
    if remote.status == JobStatus.COMPLETED:
        ending.done(lease, job, remote, client)
    else:
        ending.aborted(lease, job, remote, client)


def _with_links(job: Job, remote: RemoteJob, client: Client) -> RemoteJob:
    """The job as its own link shows it: with counts, errors and the log, which lists may lack."""
    if not job.made_here or not job.remote_link:
        return remote
    try:
        full = client.job(job.remote_link)
    except ServiceError:
        return remote
    return full if full.status == remote.status else remote


def _is_removed(job: Job, client: Client) -> bool:
    """Whether what a deletion was to remove is no longer there."""
    source = job.data_source
    if source is None:
        return False
    try:
        versions = client.versions(source.access_id, source.name)
    except NotFound:
        return True
    if job.kind == JobKind.DISCARD:
        return not any(version.is_staging for version in versions)
    return not versions


def _not_found(lease: Lease, job: Job) -> None:
    """Its answer was lost, and the list does not show it: after a time it is sent again."""
    lookups = job.lookups + 1
    lease.update(lookups=lookups)
    since = job.unsure_at or timezone.now()
    waited = (timezone.now() - since).total_seconds()
    if lookups < 2 or waited < settings.LOST_ANSWER_SECONDS:
        return
    if job.tries > len(settings.SEND_RETRY_SECONDS):
        words = job.error_words or Phrase("The service did not take it.")
        fail(lease, job, job.error_code or "answer-lost", words, job.error_remote)
        return
    lease.update(state=JobState.WAITING, next_look_at=in_seconds(0))
    note_wait(
        job, Phrase("It did not arrive: the service's job list does not show it. It is sent again.")
    )


def _ask_by_link(lease: Lease, job: Job, client: Client) -> None:
    """The list no longer shows it, or not yet."""
    if job.remote_link:
        try:
            _apply(lease, job, client.job(job.remote_link), client)
        except (NotFound, BadAnswer) as error:
            if _is_older_than(job, MISSING_GRACE):
                _gone(lease, job)
            else:
                note_wait(job, error.message)
    elif job.kind == JobKind.ACCESS and _has_access(job, client):
        ending.done(lease, job, None, client)
    elif _is_older_than(job, MISSING_GRACE):
        _gone(lease, job)


def _has_access(job: Job, client: Client) -> bool:
    """Whether the data source is as public, or as private, as was asked."""
    listed = client.data_sources()
    return any(
        source.name == job.data_source_name and source.is_public == bool(job.set_public)
        for source in listed
    )


def _is_older_than(job: Job, age: timedelta) -> bool:
    return timezone.now() - (job.sent_at or job.created_at) > age


def _gone(lease: Lease, job: Job) -> None:
    fail(
        lease,
        job,
        "lost-sight",
        Phrase(
            "The service no longer shows {what}, so how it ended is not known. Look at the data source before you run it again.",
            what=what(job),
        ),
    )


def _could_not_ask(job: Job, words: str) -> None:
    """The list cannot be read: said on the job, and after a long while the job is given up."""
    with take(job) as lease:
        if lease is None or not job.is_open:
            return
        since = job.unsure_at or job.sent_at or job.created_at
        waited = timezone.now() - since
        unsure = job.state == JobState.UNSURE
        if unsure and waited.total_seconds() > settings.LOST_ANSWER_GIVE_UP_SECONDS:
            fail(
                lease,
                job,
                job.error_code or "answer-lost",
                Phrase.sentences(
                    Phrase(
                        "Whether the service received {what} could not be found out. Look at the "
                        "data source before you run it again.",
                        what=what(job),
                    ),
                    words,
                ),
                job.error_remote,
            )
        elif waited > timedelta(days=LIST_DAYS):
            _gone(lease, job)
        else:
            note_wait(job, words)
