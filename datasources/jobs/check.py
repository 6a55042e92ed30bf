"""Checking an upload's file in the background, with its progress in the row."""

from __future__ import annotations

import logging
import tempfile
import time
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from datasources import archive
from datasources.checks import Progress, Report, check_file
from datasources.formats import InputFormat
from datasources.jobs.compare import after_check
from datasources.jobs.keep import keep_file
from datasources.jobs.leases import Lease, LeaseLostError, take
from datasources.jobs.orders import current_schema, current_source, empty_shares, order_of
from datasources.jobs.steps import in_seconds
from datasources.jobs.telling import tell_of_upload
from datasources.models import DataSource, StoredFile, Upload, UploadState, VersionState
from datasources.phrases import Phrase
from datasources.schema import Problem

log = logging.getLogger("cairn.jobs")
TRIES = 3
EVERY = 0.25  # seconds between two notes of progress


def check(upload_id: str) -> None:
    """Checks an upload's file, unless somebody else is at it or it is done."""
    upload = Upload.objects.select_related("account", "file").filter(pk=upload_id).first()
    if upload is None:
        return
    with take(upload) as lease:
        if lease is None or upload.state not in (UploadState.WAITING, UploadState.CHECKING):
            return
        try:
            _check(lease, upload)
        except LeaseLostError:
            log.warning("Upload %s was taken over by another worker", upload.pk)


def _check(lease: Lease, upload: Upload) -> None:
    lease.update(
        state=UploadState.CHECKING,
        tries=upload.tries + 1,
        rows_checked=0,
        bytes_checked=0,
        next_look_at=in_seconds(settings.LEASE_SECONDS),
    )
    if upload.file is None:
        _end(
            lease,
            upload,
            _fault(
                "file-gone", Phrase("The file is no longer kept here."), Phrase("Upload it again.")
            ),
        )
        return
    if upload.tries > TRIES:  # whoever checked it was killed, more than once
        _end(
            lease,
            upload,
            _fault(
                "check-interrupted",
                Phrase("The check of this file was interrupted several times."),
                Phrase("Upload it again; if that does not help, split the file."),
            ),
        )
        return
    try:
        with (
            archive.local_file(upload.file.path) as path,
            tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as copy,
        ):
            order = order_of(upload, path)
            can_differ = _is_converted(upload) or upload.format == InputFormat.SHP
            report = check_file(
                path,
                order.format,
                limits=order.limits,
                incremental=order.incremental,
                current_schema=current_schema(upload),
                current_empty=_current_empty(upload),
                progress=_Noting(lease),
                mapping=order.mapping,
                repairs=order.repairs,
                prepared=copy if can_differ else None,
            )
            prepared = None
            if report.can_send and (_is_converted(upload) or report.has("crs-transformed")):
                prepared = keep_file(upload.account, copy)
    except FileNotFoundError:
        _end(
            lease,
            upload,
            _fault(
                "file-gone", Phrase("The file is no longer kept here."), Phrase("Upload it again.")
            ),
        )
        return
    if report.can_send and upload.mapping:
        _remember_mapping(upload)
    _end(lease, upload, report.as_json(), good=report.can_send, prepared=prepared)


def _is_converted(upload: Upload) -> bool:
    """Whether a copy is sent in the file's place for sure: an import, or a file to repair."""
    return bool(upload.mapping or upload.repairs)


def _remember_mapping(upload: Upload) -> None:
    """Kept with the data source, the mapping is offered when the next file comes."""
    source = current_source(upload)
    if source is not None and source.mapping != upload.mapping:
        DataSource.objects.filter(pk=source.pk).update(mapping=upload.mapping)


def _current_empty(upload: Upload) -> dict[str, float] | None:
    """Shares of empty values in the published version, where its entities are kept here."""
    source = current_source(upload)
    if source is None:
        return None
    published = source.versions.filter(state=VersionState.PUBLISHED, archive__isnull=False)
    version = published.select_related("archive").first()
    if version is None or version.archive is None:
        return None
    try:
        with archive.local_file(version.archive.path) as path:
            return empty_shares(path)
    except FileNotFoundError:
        return None


def _end(
    lease: Lease,
    upload: Upload,
    report: dict[str, Any],
    *,
    good: bool = False,
    prepared: StoredFile | None = None,
) -> None:
    """Together with what follows from it, since nobody comes back to what has ended."""
    with transaction.atomic():
        lease.update(
            state=UploadState.GOOD if good else UploadState.BAD,
            report=report,
            prepared=prepared,
            prepared_format=InputFormat.PIPE.value if prepared else "",
            checked_at=timezone.now(),
            next_look_at=None,
        )
        tell_of_upload(upload)
        after_check(upload)


def _fault(rule: str, message: str, advice: str) -> dict[str, Any]:
    """A report of a file that could not be looked at."""
    report = Report()
    report.add([Problem(rule=rule, message=message, advice=advice, fatal=True)])
    return report.as_json()


class _Noting:
    """Writes the progress into the row, some times a second."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.noted = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self.noted < EVERY:
            return
        self.noted = now
        self.lease.update(rows_checked=progress.rows, bytes_checked=progress.bytes_done)
