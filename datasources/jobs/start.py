"""Starting jobs: what pages call.

Each function checks that the person may do it with this key, that it makes sense now, and then
writes the job's row, its first step and the audit event in one transaction; the background takes
it from there. They raise `PermissionDenied` (a forged request) or `JobRefused` (words for people).
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dashboard.audit.record import record
from dashboard.people.models import User
from datasources import archive
from datasources.formats.output import OutputFormat, too_many_rows
from datasources.jobs.exported import FORMATS as EXPORTS
from datasources.jobs.kinds import (
    FROM_ARCHIVE,
    FROM_QUERY,
    RELOAD,
    action_of,
    needs_key,
    role_for,
    what,
)
from datasources.jobs.queue import enqueue
from datasources.jobs.refused import JobRefused
from datasources.jobs.stale import refuse_stale
from datasources.jobs.steps import add_step, in_seconds
from datasources.jobs.telling import untell
from datasources.jobs.written import kept_copy
from datasources.models import (
    Account,
    DataSource,
    Job,
    JobKind,
    Key,
    StoredFile,
    Upload,
    UploadState,
    Version,
    VersionState,
)
from datasources.phrases import Phrase
from datasources.schema import check_data_source_name

#: Should the queue lose a task, the sweep takes the row up after this many seconds.
SWEEP_AFTER = 2


def start_load(user: User, upload: Upload, key: Key, *, query_key: Key | None = None) -> Job:
    """Sends a checked file: creates, overwrites, updates or stages a data source."""
    account = upload.account
    name = upload.data_source_name
    _check_may(user, account, key, JobKind.LOAD, upload.operation)
    if query_key is not None:
        _check_key(user, account, query_key)
        if query_key.pk == key.pk or query_key.secret == key.secret:
            raise JobRefused(Phrase("The query key is the master key: choose two different keys."))
    if problem := check_data_source_name(name):
        raise JobRefused(Phrase.sentences(problem.message, problem.advice))
    refuse_stale(upload)
    if upload.state != UploadState.GOOD:
        raise JobRefused(
            Phrase("This file cannot be sent: its check found faults, or is not over yet.")
        )
    if not upload.location:
        _need_file(upload.sent_file)
    source = account.data_sources.filter(name=name, gone_at=None).first()
    if source is None and upload.operation.startswith("incremental"):
        raise JobRefused(
            Phrase(
                "There is no data source {name} to update: choose a complete load to create it.",
                name=name,
            )
        )
    return _start(
        user,
        account,
        key,
        JobKind.LOAD,
        operation=upload.operation,
        data_source=source,
        data_source_name=name,
        upload=upload,
        file_sha256=upload.sent_file.sha256 if upload.sent_file else "",
        set_public=upload.set_public or None,
        makes_source=source is None,
        description=upload.description,
        query_key=query_key,
    )


def start_publish(user: User, source: DataSource, key: Key) -> Job:
    """Publishes the staged version."""
    _check_may(user, source.account, key, JobKind.PUBLISH)
    staged = _staged(source)
    return _start_on(user, source, key, JobKind.PUBLISH, version=staged)


def start_discard(user: User, source: DataSource, key: Key) -> Job:
    """Deletes the staged version alone."""
    _check_may(user, source.account, key, JobKind.DISCARD)
    staged = _staged(source)
    return _start_on(user, source, key, JobKind.DISCARD, version=staged)


def start_rollback(user: User, version: Version, key: Key) -> Job:
    """Rolls back to an earlier version; to a retired one by loading the file we kept of it."""
    source = version.data_source
    _check_may(user, source.account, key, JobKind.ROLLBACK)
    if version.state in (VersionState.PUBLISHED, VersionState.STAGED):
        raise JobRefused(Phrase("Choose an earlier version: this one is published or staged."))
    if version.state == VersionState.EARLIER:
        return _start_on(user, source, key, JobKind.ROLLBACK, version=version)
    kept = _need_file(version.content)
    return _start_on(
        user,
        source,
        key,
        JobKind.ROLLBACK,
        version=version,
        operation=RELOAD,
        file_sha256=kept.sha256,
        first_words=Phrase(
            "The service no longer has this version: the file kept of it is loaded again."
        ),
    )


def start_access(user: User, source: DataSource, key: Key, *, public: bool) -> Job:
    """Makes a data source public or private."""
    _check_may(user, source.account, key, JobKind.ACCESS)
    return _start_on(user, source, key, JobKind.ACCESS, set_public=public)


def start_delete(user: User, source: DataSource, key: Key) -> Job:
    """Deletes a data source with all its versions."""
    _check_may(user, source.account, key, JobKind.DELETE)
    return _start_on(user, source, key, JobKind.DELETE)


def start_download(
    user: User, version: Version, key: Key | None = None, *, output: str = ""
) -> Job:
    """Has a version written in a format (an `OutputFormat`, "" is XML).

    With a key it comes from the service, as long as that has it; without one from the copy kept
    here.
    """
    source = version.data_source
    format = _format(version, output)
    if version.state == VersionState.RETIRED or source.gone_at is not None:
        words = Phrase("The service no longer has this version: it comes from the file kept here.")
    elif key is None:
        words = Phrase("It comes from the copy kept here: the service is not asked.")
    else:
        _check_may(user, source.account, key, JobKind.DOWNLOAD)
        return _start_on(user, source, key, JobKind.DOWNLOAD, version=version, output_format=format)
    _check_role(user, source.account, JobKind.DOWNLOAD)
    kept = kept_copy(version)
    if kept is None:
        raise JobRefused(
            Phrase(
                "No copy of this version is kept here. Choose the key to download it from the service with."
            )
            if source.gone_at is None and version.state != VersionState.RETIRED
            else Phrase(
                "The file of this version is no longer kept here, and the service no longer has it."
            )
        )
    return _start_on(
        user,
        source,
        None,
        JobKind.DOWNLOAD,
        version=version,
        operation=FROM_ARCHIVE,
        output_format=format,
        file_sha256=kept.sha256,
        first_words=words,
    )


def start_export(
    user: User,
    account: Account,
    query: dict[str, Any],
    *,
    name: str,
    output: str,
    key: Key | None = None,
    source: DataSource | None = None,
    version: Version | None = None,
) -> Job:
    """Has all that a query finds written as `csv` or `geojson`.

    query: see `datasources.jobs.exporting`. name: of the data source, which `source` is where it is
    one of the account's. It is asked of the service with a key, or of an archived version.
    """
    if output not in EXPORTS:
        raise JobRefused(Phrase("That is no format to export in: choose CSV or GeoJSON."))
    if version is None and key is None:
        raise JobRefused(Phrase("Choose the account key to ask the service with."))
    _check_role(user, account, JobKind.DOWNLOAD)
    if key is not None:
        _check_key(user, account, key)
    return _start(
        user,
        account,
        key,
        JobKind.DOWNLOAD,
        operation=FROM_QUERY,
        output_format=output,
        query=query,
        data_source=source,
        data_source_name=name[:50],
        version=version,
    )


def _format(version: Version, output: str) -> str:
    """The job's `output_format`; refuses what is none, or cannot hold so many entities."""
    if output in ("", OutputFormat.XML):
        return ""
    if output not in set(OutputFormat):
        raise JobRefused(Phrase("That is no format to download in: choose one of the list."))
    if output == OutputFormat.XLSX and (fault := too_many_rows(version.entity_count or 0)):
        raise JobRefused(Phrase.sentences(fault.problem.message, fault.problem.advice))
    return output


def run_again(user: User, job: Job, key: Key | None = None) -> Job:
    """A new job from one that failed, with the same file and, unless given, the same key."""
    if job.is_open or not job.made_here:
        raise JobRefused(Phrase("Only a job that was made here and has ended can be run again."))
    key = key or job.key
    if key is None and needs_key(job):
        raise JobRefused(Phrase("The key of that job is gone: choose another one."))
    again = _again(user, job, key)
    again.again_of = job
    again.save(update_fields=["again_of"])
    return again


def _again(user: User, job: Job, key: Key | None) -> Job:
    kind = JobKind(job.kind)
    if job.operation == FROM_QUERY:
        return start_export(
            user,
            job.account,
            job.query,
            name=job.data_source_name,
            output=job.output_format,
            key=key,
            source=job.data_source,
            version=job.version,
        )
    if kind == JobKind.DOWNLOAD and job.version is not None:
        from_here = job.operation == FROM_ARCHIVE
        return start_download(
            user, job.version, None if from_here else key, output=job.output_format
        )
    if key is None:
        raise JobRefused(Phrase("Choose a key."))
    if kind == JobKind.LOAD and job.upload is not None:
        if (
            job.query_key is not None
            and not job.account.keys.usable_by(user).filter(pk=job.query_key.pk).exists()
        ):
            raise JobRefused(
                Phrase(
                    "The query key of that job is not one you may use: send the file again from its upload, with another."
                )
            )
        return start_load(user, job.upload, key, query_key=job.query_key)
    if kind == JobKind.ROLLBACK and job.version is not None:
        return start_rollback(user, job.version, key)
    if job.data_source is None:
        raise JobRefused(Phrase("What this job worked on is gone: there is nothing to run again."))
    if kind == JobKind.ACCESS:
        return start_access(user, job.data_source, key, public=bool(job.set_public))
    starts = {
        JobKind.PUBLISH: start_publish,
        JobKind.DISCARD: start_discard,
        JobKind.DELETE: start_delete,
    }
    if kind not in starts:
        raise JobRefused(Phrase("What this job worked on is gone: there is nothing to run again."))
    return starts[kind](user, job.data_source, key)


def start_check(upload: Upload) -> None:
    """Has an upload's file checked in the background."""
    from datasources.jobs.tasks import check_upload

    Upload.objects.filter(pk=upload.pk).update(
        state=UploadState.WAITING, next_look_at=in_seconds(SWEEP_AFTER)
    )
    untell(upload=upload)
    upload.state = UploadState.WAITING
    transaction.on_commit(lambda: enqueue(check_upload, str(upload.pk)))


def _check_role(user: User, account: Account, kind: JobKind, operation: str = "") -> None:
    needed = role_for(kind, operation)
    role = account.role_of(user)
    if role is None or not role.covers(needed):
        raise PermissionDenied(
            Phrase("This needs the role {role} in {team}.", role=needed.label, team=account.team)
        )


def _check_key(user: User, account: Account, key: Key) -> None:
    if not account.keys.usable_by(user).filter(pk=key.pk).exists():
        raise PermissionDenied(Phrase("That key is not one you may use on this account."))


def _check_may(user: User, account: Account, key: Key, kind: JobKind, operation: str = "") -> None:
    _check_role(user, account, kind, operation)
    _check_key(user, account, key)


def _staged(source: DataSource) -> Version:
    staged = source.versions.filter(state=VersionState.STAGED).first()
    if staged is None:
        raise JobRefused(Phrase("{source} has no staged version.", source=source.name))
    return staged


def _need_file(stored: StoredFile | None) -> StoredFile:
    if stored is None or not archive.is_held(stored.path, stored.size):
        raise JobRefused(Phrase("The file is no longer kept here: upload it again."))
    return stored


def _start_on(user: User, source: DataSource, key: Key | None, kind: JobKind, **values: Any) -> Job:
    if source.gone_at is not None and values.get("operation") != FROM_ARCHIVE:
        raise JobRefused(Phrase("{source} is no longer on the service.", source=source.name))
    return _start(
        user,
        source.account,
        key,
        kind,
        data_source=source,
        data_source_name=source.name,
        **values,
    )


def _start(
    user: User,
    account: Account,
    key: Key | None,
    kind: JobKind,
    *,
    first_words: str = "",
    **values: Any,
) -> Job:
    """Writes the row, its first step and the audit event, and enqueues the work."""
    from datasources.jobs.tasks import step_of

    job = Job(
        account=account,
        kind=kind,
        user=user,
        user_name=user.display_name,
        key=key,
        key_name=str(key) if key else "",
        created_at=timezone.now(),
        next_look_at=in_seconds(SWEEP_AFTER),
        **values,
    )
    with transaction.atomic():
        # One at a time an account, so that two people's clicks cannot both pass the check.
        Account.objects.select_for_update().get(pk=account.pk)
        _refuse_a_second(job)
        job.save()
        add_step(job, "checked", first_words, at=job.created_at)
        record(
            action_of(job),
            actor=user,
            team=account.team,
            data_source=job.data_source_name,
            target=_target(job),
            detail=_detail(job),
        )
    transaction.on_commit(lambda: enqueue(step_of(job), str(job.pk)))
    return job


def _refuse_a_second(job: Job) -> None:
    """Refuses what would cross an open job on the same data source."""
    if job.kind == JobKind.DOWNLOAD:
        return
    others = job.account.jobs.filter(
        state__in=Job.OPEN, data_source_name=job.data_source_name
    ).exclude(kind=JobKind.DOWNLOAD)
    if job.kind != JobKind.DELETE:
        others = others.filter(Q(kind=job.kind) | Q(kind=JobKind.DELETE))
    other = others.first()
    if other is not None:
        raise JobRefused(_not_over(other))


def _not_over(other: Job) -> Phrase:
    if not other.user_name:
        return Phrase("Wait for {what} to end: it is not over yet.", what=what(other))
    return Phrase(
        "Wait for {what} ({person}) to end: it is not over yet.",
        what=what(other),
        person=other.user_name,
    )


def _target(job: Job) -> str:
    if job.upload is not None:
        return job.upload.file_name
    return str(job.version) if job.version is not None else ""


def _detail(job: Job) -> dict[str, str]:
    detail = {"job": str(job.pk), "account": job.account.name}
    if job.operation:
        detail["operation"] = job.operation
    if job.key_name:
        detail["key"] = job.key_name
    if job.kind == JobKind.DOWNLOAD:
        detail["format"] = job.output_format or OutputFormat.XML.value
    if job.file_sha256:
        detail["sha256"] = job.file_sha256
    return detail
