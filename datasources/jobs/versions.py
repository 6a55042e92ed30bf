"""The versions of one data source in the mirror, and what our own jobs know of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from datasources.api.client import Client
from datasources.api.errors import NotFound, ServiceError
from datasources.api.types import RemoteSchema, RemoteVersion
from datasources.jobs.bases import note_bases, staged_of
from datasources.jobs.keep import extend
from datasources.jobs.kinds import RELOAD
from datasources.jobs.stack import fill_stack
from datasources.models import DataSource, Job, JobKind, Version, VersionState
from datasources.schema import Property

#: "Staged data sources … that are not published are dropped" after 30 days.
STAGED_DAYS = 30


def mirror_versions(client: Client, source: DataSource) -> bool:
    """Brings the versions of a data source up to date; False if the service has none of them.

    A refresh and a job's end may ask at the same time: the answer that was asked for later stands.
    """
    asked_at = timezone.now()
    try:
        remote = client.versions(source.access_id, source.name)
    except NotFound:
        return False
    if not remote:
        return False
    schemas = _schemas(client, source)
    with transaction.atomic():
        DataSource.objects.select_for_update().get(pk=source.pk)
        if source.versions.filter(seen_at__gt=asked_at).exists():
            return True
        staged = staged_of(source)
        rows = [_write(source, one, schemas, asked_at) for one in remote]
        _add_what_jobs_know(source, rows)
        _retire_others(source, {row.pk for row in rows})
        note_bases(source, rows, staged)
        _describe(source, remote, rows)
    for row, one in zip(rows, remote, strict=True):
        _count(client, row, one)
    fill_stack(source.pk)
    return True


def mark_gone(source: DataSource) -> None:
    """The service no longer has it: its rows stay, with whatever files we hold."""
    with transaction.atomic():
        _retire_others(source, set())
        DataSource.objects.filter(pk=source.pk, gone_at=None).update(gone_at=timezone.now())


def _schemas(client: Client, source: DataSource) -> dict[str, RemoteSchema]:
    """Schemas by the job that made the version; "" is the published version's."""
    found: dict[str, RemoteSchema] = {}
    try:
        for schema in client.metadata(source.access_id, source.name, all_versions=True):
            found.setdefault(schema.job_id, schema)
            found.setdefault("", schema)
    except ServiceError:  # versions are worth showing without their properties
        return found
    return found


def _state_of(one: RemoteVersion) -> VersionState:
    if one.is_staging:
        return VersionState.STAGED
    return VersionState.PUBLISHED if one.is_active else VersionState.EARLIER


def _write(
    source: DataSource, one: RemoteVersion, schemas: dict[str, RemoteSchema], asked_at: datetime
) -> Version:
    state = _state_of(one)
    row = Version.objects.filter(data_source=source, remote_job_id=one.job_id).first()
    if row is None:
        row = Version(data_source=source, remote_job_id=one.job_id)
    row.state = state
    row.made_at = one.changed_at or row.made_at or asked_at
    row.seen_at = asked_at
    row.expires_at = row.made_at + timedelta(days=STAGED_DAYS) if one.is_staging else None
    schema = schemas.get(one.job_id) or (schemas.get("") if one.is_active else None)
    if schema is not None:
        row.properties = as_json(schema.properties)
    row.save()
    return row


def as_json(properties: Iterable[Property]) -> list[dict[str, Any]]:
    return [{"name": one.name, "type": str(one.type), "is_key": one.is_key} for one in properties]


def _add_what_jobs_know(source: DataSource, rows: list[Version]) -> None:
    """Who made a version, how many entities it has and which file it came from."""
    unknown = {row.remote_job_id: row for row in rows if row.made_by_id is None}
    jobs = Job.objects.filter(
        account=source.account_id, remote_id__in=unknown, made_here=True
    ).select_related("upload__file", "version__content")
    for job in jobs:
        row = unknown[job.remote_id]
        row.made_by_id = job.user_id
        if job.kind == JobKind.LOAD or job.operation == RELOAD:
            _from_load(row, job)
        elif job.version is not None and job.version.pk != row.pk:  # published or rolled back to
            row.content = row.content or job.version.content
            row.entity_count = row.entity_count or job.version.entity_count
            row.properties = row.properties or job.version.properties
        row.save()


def _from_load(row: Version, job: Job) -> None:
    """A complete load's version is its file; an incremental one's is not known until downloaded."""
    if not job.operation.startswith("complete"):
        return
    if job.total_entities:
        row.entity_count = job.total_entities - (job.failed_entities or 0)
    if job.operation == RELOAD and job.kind == JobKind.ROLLBACK:
        row.content = job.version.content if job.version else None
    elif job.upload is not None:
        row.content = job.upload.sent_file
        row.properties = row.properties or job.upload.report.get("properties", [])


def _retire_others(source: DataSource, listed: set[int]) -> None:
    others = source.versions.exclude(pk__in=listed).exclude(state=VersionState.RETIRED)
    for row in others.select_related("content", "archive", "map_index"):
        row.state = VersionState.RETIRED
        row.expires_at = None
        row.save(update_fields=["state", "expires_at"])
        for kept in (
            row.content,
            row.archive,
            row.map_index,
        ):  # retention begins when it goes out of use
            if kept is not None:
                extend(kept)


def _describe(source: DataSource, remote: list[RemoteVersion], rows: list[Version]) -> None:
    """The data source shows the schema of its published version, or of the staged one."""
    by_state = {row.state: (row, one) for row, one in zip(rows, remote, strict=True)}
    shown = by_state.get(VersionState.PUBLISHED) or by_state.get(VersionState.STAGED)
    if shown is None:
        return
    row, one = shown
    source.properties = row.properties
    source.entity_type = one.entity_type or source.entity_type
    source.query_url = one.query_url or source.query_url
    source.gone_at = None
    source.save(update_fields=["properties", "entity_type", "query_url", "gone_at"])


def _count(client: Client, row: Version, one: RemoteVersion) -> None:
    """Asks the service how many entities a version has that was not made here."""
    askable = row.state in (VersionState.PUBLISHED, VersionState.STAGED) and one.query_url
    if row.entity_count is not None or not askable:
        return
    try:
        answer = client.query(one.query_url, top=1, inlinecount=True, staged=one.is_staging)
    except ServiceError:  # not every key may query: the count stays unknown
        return
    if answer.total is not None:
        Version.objects.filter(pk=row.pk).update(entity_count=answer.total)
        row.entity_count = answer.total
