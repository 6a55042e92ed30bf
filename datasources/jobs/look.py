"""Looking at an imported file in the background: its layers, its columns, and a first mapping."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from datasources import archive
from datasources.formats import (
    FileFault,
    ImportFormat,
    Mapping,
    Survey,
    suggest_mapping,
    survey,
)
from datasources.jobs.leases import Lease, LeaseLostError, take
from datasources.jobs.queue import enqueue
from datasources.jobs.steps import in_seconds
from datasources.jobs.telling import tell_of_upload, untell
from datasources.models import DataSource, Upload, UploadState
from datasources.phrases import Phrase
from datasources.schema import PLAN_LIMITS, EdmType, Problem, Property, Schema

log = logging.getLogger("cairn.jobs")
TRIES = 3
SWEEP_AFTER = 2  # seconds, should the queue lose the task


def start_look(upload: Upload, *, layer: str = "", crs: str = "") -> None:
    """Has an import looked at: the layer of that name (its only one if ""), in that `crs`."""
    from datasources.jobs.tasks import look_at_upload

    values = {
        "state": UploadState.LOOKING,
        "survey": {"asked": {"layer": layer, "crs": crs}},
        "tries": 0,
        "next_look_at": in_seconds(SWEEP_AFTER),
    }
    Upload.objects.filter(pk=upload.pk).update(**values)
    untell(upload=upload)
    for name, value in values.items():
        setattr(upload, name, value)
    transaction.on_commit(lambda: enqueue(look_at_upload, str(upload.pk)))


def start_mapped(upload: Upload, mapping: Mapping) -> None:
    """Has an import checked, read as the mapping says."""
    from datasources.jobs.start import start_check

    Upload.objects.filter(pk=upload.pk).update(mapping=mapping.as_json(), repairs=[], tries=0)
    start_check(upload)


def look(upload_id: str) -> None:
    """Looks at an upload's file, unless somebody else is at it or it was done."""
    upload = Upload.objects.select_related("account", "file").filter(pk=upload_id).first()
    if upload is None:
        return
    with take(upload) as lease:
        if lease is None or upload.state != UploadState.LOOKING:
            return
        try:
            _look(lease, upload)
        except LeaseLostError:
            log.warning("Upload %s was taken over by another worker", upload.pk)


def _look(lease: Lease, upload: Upload) -> None:
    asked = upload.survey.get("asked", {"layer": "", "crs": ""})
    lease.update(tries=upload.tries + 1, next_look_at=in_seconds(settings.LEASE_SECONDS))
    if upload.tries > TRIES:
        _refuse(lease, upload, _INTERRUPTED)
        return
    if upload.file is None:
        _refuse(lease, upload, _GONE)
        return
    source = upload.account.data_sources.filter(name=upload.data_source_name, gone_at=None).first()
    remembered = _remembered(source)
    try:
        with archive.local_file(upload.file.path) as path:
            asked, found = _read(upload, path, asked, remembered)
    except FileNotFoundError:
        _refuse(lease, upload, _GONE)
        return
    except FileFault as fault:
        _refuse(lease, upload, fault.problem, asked)
        return
    _end(
        lease,
        upload,
        state=UploadState.MAPPING,
        survey={**found.as_json(), "asked": asked},
        mapping=_suggested(upload, found, asked["crs"], source, remembered),
        report={},
    )


def _read(
    upload: Upload, path: str, asked: dict[str, str], remembered: Mapping | None
) -> tuple[dict[str, str], Survey]:
    """The survey, and what was asked of it: where nobody said it, the layer and the coordinate
    system of the last file."""
    found = _survey(upload, path, asked)
    if remembered is None:
        return asked, found
    names = {layer.name for layer in found.layers}
    if found.layer is None and not asked["layer"] and remembered.layer in names:
        asked = {**asked, "layer": remembered.layer}
        found = _survey(upload, path, asked)
    needs_crs = found.layer is not None and found.layer.needs_crs
    if needs_crs and not asked["crs"] and remembered.crs:
        asked = {**asked, "crs": remembered.crs}
        found = _survey(upload, path, asked)
    return asked, found


def _survey(upload: Upload, path: str, asked: dict[str, str]) -> Survey:
    return survey(
        path,
        ImportFormat(upload.format),
        layer=asked["layer"],
        crs=asked["crs"],
        max_uncompressed=PLAN_LIMITS[upload.account.plan].max_uncompressed,
    )


def _suggested(
    upload: Upload, found: Survey, crs: str, source: DataSource | None, remembered: Mapping | None
) -> dict[str, Any]:
    """The mapping that the page shows first: what was remembered, else what the names say."""
    if found.layer is None:
        return {}
    mapping = suggest_mapping(
        found.layer,
        entity_type=upload.data_source_name,
        remembered=remembered,
        current=schema_of(source) if source else None,
    )
    return replace(mapping, crs=crs or mapping.crs).as_json()


def _remembered(source: DataSource | None) -> Mapping | None:
    if source is None or not source.mapping:
        return None
    try:
        return Mapping.from_json(source.mapping)
    except (KeyError, TypeError, ValueError):  # of an older release: it is made anew
        return None


def schema_of(source: DataSource) -> Schema | None:
    """The schema of a data source as the mirror shows it; None where it is not known."""
    if not source.properties:
        return None
    properties = tuple(
        Property(one["name"], EdmType(one["type"]), bool(one.get("is_key")))
        for one in source.properties
    )
    return Schema(source.entity_type, properties)


def _refuse(
    lease: Lease, upload: Upload, problem: Problem, asked: dict[str, str] | None = None
) -> None:
    """A file that cannot be looked at is a bad upload; one whose coordinate system is not known
    goes back to the mapping, where it can be stated."""
    from datasources.checks import Report

    if problem.rule in ("crs-missing", "crs-unknown") and asked is not None:
        _end(
            lease,
            upload,
            state=UploadState.MAPPING,
            survey={"asked": asked, "layers": [], "fault": [problem.message, problem.advice]},
            mapping={},
        )
        return
    report = Report()
    report.add([problem])
    _end(lease, upload, state=UploadState.BAD, report=report.as_json(), checked_at=timezone.now())


def _end(lease: Lease, upload: Upload, **values: Any) -> None:
    with transaction.atomic():
        lease.update(next_look_at=None, **values)
        tell_of_upload(upload)


_GONE = Problem(
    "file-gone", Phrase("The file is no longer kept here."), Phrase("Upload it again."), fatal=True
)
_INTERRUPTED = Problem(
    "check-interrupted",
    Phrase("The reading of this file was interrupted several times."),
    Phrase("Upload it again; if that does not help, split the file."),
    fatal=True,
)
