"""The archive: every version whose entities are known gets an indexed GeoPackage, once.

A version's file is what it is made from. An incremental load, published or staged, sends only its
differences; its archive is made from that of the version it built on, where that is certain
(`jobs.bases`), and is then written out as text as well, so that the version can be loaded again.
Otherwise it waits for a download.
"""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from datasources import archive
from datasources.formats import FileFault, InputFormat, write_entities
from datasources.formats.geopackage import GeoPackageFault, GeoPackageFile, Written
from datasources.jobs.keep import keep_file
from datasources.jobs.leases import Lease, LeaseLostError, take
from datasources.jobs.stack import fill_stack
from datasources.jobs.steps import in_seconds
from datasources.models import Job, JobKind, JobState, StoredFile, Upload, Version

log = logging.getLogger("cairn.jobs")
TRIES = 3
_KNOWN = Q(content__isnull=False) | Q(base__archive__isnull=False)


def wanted() -> QuerySet[Version]:
    """Versions that can be archived and were not tried yet."""
    return Version.objects.filter(_KNOWN, archive=None, next_look_at=None, tries=0)


def note_wanted() -> None:
    """Makes due what can be archived; nothing is written where there is nothing."""
    note_due(wanted())


def note_due(versions: QuerySet[Version]) -> None:
    """Makes versions due at once, some hundreds at a time."""
    found = list(versions.values_list("pk", flat=True)[:200])
    if found:
        versions.filter(pk__in=found).update(next_look_at=timezone.now())


def can_archive(version: Version) -> bool:
    """Whether what it takes is kept here, and did not prove to be unreadable."""
    return version.tries <= TRIES and Version.objects.filter(_KNOWN, pk=version.pk).exists()


def archive_version(version_id: int) -> None:
    """Archives a version, unless somebody else is at it or it is done."""
    version = Version.objects.filter(pk=version_id).first()
    if version is None:
        return
    with take(version) as lease:
        if lease is None or version.archive_id is not None:
            return
        try:
            _archive(lease, version)
        except LeaseLostError:
            log.warning("Version %s was taken over by another worker", version.pk)
    fill_stack(version.data_source_id)


def _archive(lease: Lease, version: Version) -> None:
    lease.update(tries=version.tries + 1, next_look_at=in_seconds(settings.LEASE_SECONDS))
    if version.tries > TRIES:  # whoever archived it was killed, more than once
        _give_up(lease, "it was interrupted several times")
        return
    stored = _same_content(version)
    if stored is not None:
        lease.update(archive=stored, next_look_at=timezone.now(), tries=1)
        return
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        made = Path(folder) / "version.gpkg"
        try:
            written = _write(version, made)
        except (FileFault, GeoPackageFault, archive.WrongFile, FileNotFoundError) as error:
            _give_up(lease, str(error))
            return
        if written is None:
            _give_up(lease, "what it was made from is not certain")
            return
        _keep(lease, version, made, written)


def _give_up(lease: Lease, why: str) -> None:
    log.warning("Version %s is not archived: %s", lease.row.pk, why)
    lease.update(tries=TRIES + 1, next_look_at=None)


def _same_content(version: Version) -> StoredFile | None:
    """The archive of another version of the data source that came from the same file."""
    if version.content_id is None:
        return None
    others = Version.objects.filter(
        data_source=version.data_source_id, content=version.content_id, archive__isnull=False
    ).select_related("archive")
    other = others.first()
    stored = other.archive if other else None
    return stored if stored is not None and archive.is_held(stored.path, stored.size) else None


def _write(version: Version, to: Path) -> Written | None:
    """Writes the GeoPackage; None where an incremental load's version is not certain."""
    kind = version.data_source.entity_type
    if version.content is not None:
        return archive.write_geopackage(version.content.path, to, type_name=kind)
    upload = _incremental_upload(version)
    below = version.base.archive if version.base else None
    if upload is None or upload.sent_file is None or below is None:
        return None
    made = archive.derive_geopackage(below.path, upload.sent_file.path, to, type_name=kind)
    is_it = version.entity_count in (None, made.entity_count)
    return made if is_it else None


def _incremental_upload(version: Version) -> Upload | None:
    """The file of the incremental load that made a version, if every entity of it was loaded."""
    job = (
        Job.objects.filter(
            account=version.data_source.account_id,
            remote_id=version.remote_job_id,
            kind=JobKind.LOAD,
            operation__startswith="incremental",
            state=JobState.DONE,
        )
        .select_related("upload__file", "upload__prepared")
        .first()
    )
    return None if job is None or job.failed_entities else job.upload


def _keep(lease: Lease, version: Version, made: Path, written: Written) -> None:
    account = version.data_source.account
    with made.open("rb") as opened:
        stored = keep_file(account, opened)
    # Its map index is made next (`jobs.indexing`).
    values: dict[str, Any] = {"archive": stored, "next_look_at": timezone.now(), "tries": 1}
    if version.content_id is None:
        values["content"] = _as_text(version, made)
    if version.entity_count is None:
        values["entity_count"] = written.entity_count
    lease.update(**values)


def _as_text(version: Version, made: Path) -> StoredFile:
    """The entities in a form that can be sent again, as a rollback to a dropped version does."""
    with (
        tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as text,
        GeoPackageFile(made) as opened,
    ):
        write_entities(text, InputFormat.PIPE, opened.schema, opened.batches())
        return keep_file(version.data_source.account, text)
