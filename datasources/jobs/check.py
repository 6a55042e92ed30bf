"""Checking an upload's file in the background, with its progress in the row."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.conf import settings
from django.utils import timezone

from datasources import archive
from datasources.checks import Progress, Report, check_file
from datasources.formats import InputFormat
from datasources.jobs.compare import after_check
from datasources.jobs.leases import Lease, LeaseLostError, take
from datasources.jobs.steps import in_seconds
from datasources.models import Upload, UploadState
from datasources.schema import PLAN_LIMITS, EdmType, Problem, Property, Schema

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
            return
    after_check(upload)


def _check(lease: Lease, upload: Upload) -> None:
    lease.update(
        state=UploadState.CHECKING,
        tries=upload.tries + 1,
        rows_checked=0,
        bytes_checked=0,
        next_look_at=in_seconds(settings.LEASE_SECONDS),
    )
    if upload.file is None:
        _end(lease, _fault("file-gone", "The file is no longer kept here.", "Upload it again."))
        return
    if upload.tries > TRIES:  # whoever checked it was killed, more than once
        _end(
            lease,
            _fault(
                "check-interrupted",
                "The check of this file was interrupted several times.",
                "Upload it again; if that does not help, split the file.",
            ),
        )
        return
    try:
        with archive.open_file(upload.file.path) as opened:
            report = check_file(
                opened,
                InputFormat(upload.format),
                limits=PLAN_LIMITS[upload.account.plan],
                incremental=upload.operation.startswith("incremental"),
                current_schema=_current_schema(upload),
                progress=_Noting(lease),
            )
    except FileNotFoundError:
        _end(lease, _fault("file-gone", "The file is no longer kept here.", "Upload it again."))
        return
    _end(lease, report.as_json(), good=report.can_send)


def _end(lease: Lease, report: dict[str, Any], *, good: bool = False) -> None:
    lease.update(
        state=UploadState.GOOD if good else UploadState.BAD,
        report=report,
        checked_at=timezone.now(),
        next_look_at=None,
    )


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


def _current_schema(upload: Upload) -> Schema | None:
    """The schema of the data source that the file is to change, if there is one."""
    source = upload.account.data_sources.filter(name=upload.data_source_name, gone_at=None).first()
    if source is None or not source.properties:
        return None
    properties = tuple(
        Property(one["name"], EdmType(one["type"]), bool(one.get("is_key")))
        for one in source.properties
    )
    return Schema(source.entity_type, properties)
