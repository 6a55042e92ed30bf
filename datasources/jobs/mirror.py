"""The mirror: data sources, versions and schemas as the service shows them, kept in our rows.

A refresh asks for the list of data sources and of jobs, then only for what may have changed:
versions and metadata of new or changed data sources. Shared keys alone are used. After a job ends,
its own client brings the one data source up to date that the job worked on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from datasources.api.client import Client
from datasources.api.errors import NotFound, ServiceError
from datasources.api.types import RemoteJob, RemoteVersion
from datasources.jobs.duties import duty_of, next_refresh
from datasources.jobs.keys import client_for, keys_to_refresh
from datasources.jobs.leases import take
from datasources.jobs.seen import record_unknown
from datasources.jobs.steps import in_seconds
from datasources.jobs.versions import mark_gone, mirror_versions
from datasources.models import (
    Account,
    DataSource,
    DutyName,
    Job,
    JobKind,
    Version,
    VersionState,
)
from datasources.phrases import Phrase

#: Versions are looked at again at least this often, whether or not anything seems to have changed.
LOOK_AGAIN = timedelta(hours=1)
RETRY_SECONDS = 60
NO_SHARED_KEY = Phrase(
    "No shared key: the catalogue is brought up to date in the background with shared keys alone. Share a key with the team under Keys."
)


def refresh(account_id: int) -> None:
    """Refreshes the mirror of an account, unless somebody else is at it."""
    account = Account.objects.select_related("service", "team").filter(pk=account_id).first()
    if account is None:
        return
    with take(duty_of(account, DutyName.REFRESH)) as lease:
        if lease is None:
            return
        error = _refresh_with_any_key(account)
        account.refresh_from_db(fields=["refresh_asked_at", "viewed_at"])
        account.refresh_error = error
        if not error:
            account.refreshed_at = timezone.now()
        account.save(update_fields=["refreshed_at", "refresh_error"])
        failed = error and error != NO_SHARED_KEY
        lease.update(due_at=in_seconds(RETRY_SECONDS) if failed else next_refresh(account))


def _refresh_with_any_key(account: Account) -> str:
    """Refreshes with the first key that works; gives what went wrong in words, or nothing."""
    words: str = NO_SHARED_KEY
    for key in keys_to_refresh(account)[:5]:
        try:
            with client_for(key) as client:
                _mirror_all(account, client)
                return ""
        except ServiceError as error:
            words = error.message
            if error.can_retry:
                break
    return words


def _mirror_all(account: Account, client: Client) -> None:
    listed = client.data_sources()
    jobs = client.jobs()
    record_unknown(account, jobs)
    touched = _touched(account, jobs)
    here = {source.name: source for source in _sources(account)}
    looks, as_before = _last_looks(account), []
    for entry in listed:
        source = here.get(entry.name)
        if source is None or source.access_id != entry.access_id:
            source = new_source(account, entry)
            mirror_source(client, source, entry)
        elif entry.name in touched or _may_have_changed(source, entry, looks.get(source.pk)):
            mirror_source(client, source, entry)
        else:
            as_before.append(source)
    _note_seen(as_before)
    names = {entry.name for entry in listed}
    for source in here.values():
        if source.name not in names:  # deleted, or never published
            mirror_source(client, source, None)
    _find_staged_only(account, client, jobs, names | set(here))


def _sources(account: Account) -> list[DataSource]:
    sources = account.data_sources.filter(gone_at=None).select_related("account")
    return list(sources.defer("properties"))


def _last_looks(account: Account) -> dict[int, datetime]:
    """When the versions of each data source were last asked for, by its row's ID."""
    standing = Version.objects.filter(data_source__account=account, data_source__gone_at=None)
    looks = standing.exclude(state=VersionState.RETIRED).order_by().values("data_source")
    return dict(looks.annotate(at=Max("seen_at")).values_list("data_source", "at"))


def _note_seen(sources: list[DataSource]) -> None:
    """Notes in few statements that the service shows them as before."""
    for first in range(0, len(sources), 1000):
        seen = [source.pk for source in sources[first : first + 1000]]
        DataSource.objects.filter(pk__in=seen).update(seen_at=timezone.now())


def _touched(account: Account, jobs: Sequence[RemoteJob]) -> set[str]:
    """Data sources that a job has worked on since the last refresh."""
    if account.refreshed_at is None:
        return {job.name for job in jobs}
    since = account.refreshed_at - timedelta(minutes=2)
    return {job.name for job in jobs if (job.completed_at or job.created_at or since) >= since}


def _may_have_changed(source: DataSource, entry: RemoteVersion, looked_at: datetime | None) -> bool:
    return (
        source.changed_at != entry.changed_at
        or source.is_public != entry.is_public
        or entry.query_url not in ("", source.query_url)
        or looked_at is None
        or looked_at < timezone.now() - LOOK_AGAIN
    )


def new_source(account: Account, entry: RemoteVersion) -> DataSource:
    """The row of a data source that a caller saw for the first time.

    One of the same name and another access ID was there before it and is gone. A refresh and a
    job's end may see it at the same time: rows are added one after the other, so both get the same.
    """
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        standing = account.data_sources.filter(name=entry.name, gone_at=None).first()
        if standing is not None and standing.access_id == entry.access_id:
            return standing
        if standing is not None and standing.access_id:
            mark_gone(standing)
            standing = None
        source = standing or DataSource(account=account, name=entry.name)
        source.access_id = entry.access_id
        source.save()
    return source


def _find_staged_only(
    account: Account, client: Client, jobs: Sequence[RemoteJob], known: set[str]
) -> None:
    """Data sources that were staged elsewhere and never published: the list leaves them out."""
    for job in jobs:
        if job.name and job.name not in known and job.access_id:
            known.add(job.name)
            entry = RemoteVersion(
                name=job.name,
                entity_type="",
                query_url="",
                access_id=job.access_id,
                is_public=False,
            )
            if "Staging" in job.word and _is_there(client, entry):
                mirror_source(client, new_source(account, entry), None)


def _is_there(client: Client, entry: RemoteVersion) -> bool:
    """Whether the service still has a version of it: it may have been discarded since."""
    try:
        return bool(client.versions(entry.access_id, entry.name))
    except NotFound:
        return False


def mirror_source(client: Client, source: DataSource, entry: RemoteVersion | None) -> None:
    """Brings one data source up to date; `entry` is its line in the list, if it has one."""
    if not mirror_versions(client, source):
        if entry is None:
            mark_gone(source)
        return
    if entry is not None:
        _write(source, entry)
    else:
        DataSource.objects.filter(pk=source.pk).update(seen_at=timezone.now())


def _write(source: DataSource, entry: RemoteVersion) -> None:
    source.is_public = entry.is_public
    source.query_url = entry.query_url or source.query_url
    source.entity_type = entry.entity_type or source.entity_type
    source.changed_at = entry.changed_at or source.changed_at
    source.seen_at = timezone.now()
    source.save(update_fields=["is_public", "query_url", "entity_type", "changed_at", "seen_at"])


def show_result(job: Job, remote: RemoteJob | None, client: Client) -> None:
    """Brings the data source of a job that has just been completed up to date."""
    source = job.data_source or _source_of(job)
    if job.kind == JobKind.DELETE:
        if source is not None and not _is_made_again(source, client):
            mark_gone(source)
        return
    listed = {entry.name: entry for entry in client.data_sources()}
    entry = listed.get(job.data_source_name)
    access_id = entry.access_id if entry else (remote.access_id if remote else "")
    if source is None or (access_id and source.access_id != access_id):
        if not access_id:
            return
        found = entry or RemoteVersion(
            name=job.data_source_name,
            entity_type="",
            query_url="",
            access_id=access_id,
            is_public=False,
        )
        source = new_source(job.account, found)
    mirror_source(client, source, entry)
    _remember(job, source)


def _source_of(job: Job) -> DataSource | None:
    return job.account.data_sources.filter(name=job.data_source_name, gone_at=None).first()


def _is_made_again(source: DataSource, client: Client) -> bool:
    """Whether the service still lists it: then somebody has made it again since the deletion."""
    return any(entry.access_id == source.access_id for entry in client.data_sources())


def _remember(job: Job, source: DataSource) -> None:
    """Ties the job to its data source; the key that changed it is its master key."""
    if job.data_source_id != source.pk:
        Job.objects.filter(pk=job.pk).update(data_source=source)
        job.data_source = source
    if job.made_here and job.key_id is not None and source.master_key_id != job.key_id:
        DataSource.objects.filter(pk=source.pk).update(master_key=job.key_id)
