"""What follows from a report: repairs of a copy, and the good rows, bad rows and problems as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from dashboard.audit.record import record
from dashboard.people.access import AuthedRequest
from datasources import archive, jobs
from datasources.checks import REPAIRS
from datasources.checks.check import Check
from datasources.checks.mending import Order
from datasources.checks.rows import (
    HEAD,
    UNHELD,
    all_problems,
    bad_rows,
    good_rows,
    problem_cells,
    text_format,
)
from datasources.jobs.orders import current_schema, order_of
from datasources.models import Account, JobState, Upload, UploadState
from datasources.phrases.told import told
from datasources.views.downloads import as_attachment, csv_download, is_kept, safe_name
from datasources.views.upload import go

CHECKED = (UploadState.GOOD, UploadState.BAD)
TEXT_TYPE = "text/plain; charset=utf-8"


def report_context(found: Upload, *, is_sent: bool) -> dict[str, object]:
    """The repairs of a checked upload, chosen and offered, and whether its rows can be had."""
    chosen = {one["name"]: one for one in found.report.get("repaired", [])}
    offered = {one["name"]: one for one in found.report.get("offers", [])}
    repairs = [
        {**(chosen.get(name) or offered[name]), "is_chosen": name in chosen}
        for name in REPAIRS
        if name in chosen or name in offered
    ]
    kept = is_kept(found.file)
    may_change = kept and not is_sent
    return {
        "repairs": repairs,
        "may_repair": may_change,
        # An offer that mends what is at fault comes before sending the rest.
        "repairs_first": may_change
        and bool(offered)
        and any(one["severity"] == "error" for one in found.report.get("problems", [])),
        **_rows_context(found),
    }


def _rows_context(found: Upload) -> dict[str, object]:
    """Which rows can be had as files, what the files cannot hold, how many problems have a place."""
    rules = [problem["rule"] for problem in found.report.get("problems", [])]
    return {
        "has_rows": is_kept(found.file) and bool(found.report.get("entities")),
        "placed": len(found.report.get("places", [])),
        "unplaced": found.report.get("unplaced", 0),
        "has_bad_rows": bool(found.report.get("bad")) or "duplicate-id" in rules,
        "unheld": sorted(UNHELD.intersection(rules)),
    }


def _is_sent(found: Upload) -> bool:
    return found.jobs.exclude(state=JobState.FAILED).exists()


@require_POST
def upload_repairs(request: AuthedRequest, account: Account, upload_id: UUID) -> HttpResponse:
    """Choose the repairs, all of them at once, and check again; the file itself stays as it is."""
    chosen = [name for name in REPAIRS if name in request.POST.getlist("repair")]
    with transaction.atomic():
        found = get_object_or_404(
            Upload.objects.select_for_update(), account=account, pk=upload_id, state__in=CHECKED
        )
        if is_kept(found.file) and not _is_sent(found) and chosen != found.repairs:
            Upload.objects.filter(pk=found.pk).update(repairs=chosen, tries=0)
            found.repairs = chosen
            record(
                "upload.repair",
                actor=request.user,
                team=account.team,
                data_source=found.data_source_name,
                target=found.file_name,
                detail={"account": account.name, "repairs": [REPAIRS[n].title for n in chosen]},
                request=request,
            )
            jobs.start_check(found)
    return go(request, reverse("upload_review", args=[account.pk, upload_id]))


@require_safe
def upload_good(request: AuthedRequest, account: Account, upload_id: UUID) -> StreamingHttpResponse:
    """The rows that can be loaded, as a file."""
    return _rows(_find(account, upload_id), "good rows", good_rows)


@require_safe
def upload_bad(request: AuthedRequest, account: Account, upload_id: UUID) -> StreamingHttpResponse:
    """The rows with faults, as a file to mend."""
    return _rows(_find(account, upload_id), "bad rows", bad_rows)


@require_safe
def upload_problems(
    request: AuthedRequest, account: Account, upload_id: UUID
) -> StreamingHttpResponse:
    """Every problem as CSV for a spreadsheet."""
    found = _find(account, upload_id)
    current = current_schema(found)

    def lines() -> Iterator[tuple[object, ...]]:
        with archive.local_file(_path(found)) as path:
            order = order_of(found, path)
            yield from map(problem_cells, all_problems(order, Check(order, current)))

    return csv_download(f"{PurePath(found.file_name).stem} problems", HEAD, lines())


@require_safe
def upload_places(request: AuthedRequest, account: Account, upload_id: UUID) -> JsonResponse:
    """The problems that have a place, as GeoJSON for the map: `key` is the row in the file."""
    found = get_object_or_404(Upload, account=account, pk=upload_id, state__in=CHECKED)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": worst["place"]},
            "properties": {
                "kind": worst["severity"],
                "key": str(worst["row"]),
                "problems": [
                    {
                        "column": one["column"],
                        "value": one["value"],
                        "message": told(one["message"]),
                    }
                    for one in together
                ],
            },
        }
        for worst, together in _by_row(found.report.get("places", []))
    ]
    answer = JsonResponse({"type": "FeatureCollection", "features": features})
    answer["Cache-Control"] = "private, no-store"
    return answer


def _by_row(places: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The worst problem of each row, and all of that row."""
    rows: dict[int, list[dict[str, Any]]] = {}
    for one in places:
        rows.setdefault(one["row"], []).append(one)
    for together in rows.values():
        yield min(together, key=lambda one: one["severity"]), together  # "error" before "warning"


def _find(account: Account, upload_id: UUID) -> Upload:
    """A checked upload whose file is kept."""
    found = get_object_or_404(
        Upload.objects.select_related("file"), account=account, pk=upload_id, state__in=CHECKED
    )
    if not is_kept(found.file):
        raise Http404(gettext("The file is no longer kept."))
    found.account = account
    return found


def _path(found: Upload) -> str:
    return found.file.path if found.file else ""


def _rows(
    found: Upload, what: str, read: Callable[[Order], Iterator[bytes]]
) -> StreamingHttpResponse:
    def chunks() -> Iterator[bytes]:
        with archive.local_file(_path(found)) as path:
            yield from filter(None, read(order_of(found, path)))

    ending = {"csv": ".csv", "tab": ".tab"}.get(text_format(order_of(found, "")).value, ".txt")
    name = safe_name(f"{PurePath(found.file_name).stem} {what}", ending)
    return as_attachment(StreamingHttpResponse(chunks(), content_type=TEXT_TYPE), name)
