"""The mapping of an imported file: its layer, its coordinate system, and what its columns become."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from dashboard.people.access import AuthedRequest
from datasources import jobs
from datasources.formats import ImportFormat, Layer, Mapping, Survey
from datasources.forms.mapping import MappingForm
from datasources.models import Account, DataSource, Upload, UploadState
from datasources.views.render import render_page
from datasources.views.upload import go

#: Uploads whose mapping can (still) be changed: those that were not sent.
CHANGEABLE = (UploadState.MAPPING, UploadState.GOOD, UploadState.BAD)


@require_http_methods(["GET", "HEAD", "POST"])
def upload_mapping(request: AuthedRequest, account: Account, upload_id: UUID) -> HttpResponse:
    """The page; a POST has the file looked at anew (`look`), or checked with the mapping."""
    found = get_object_or_404(
        Upload.objects.select_related("file", "user"), account=account, pk=upload_id
    )
    found.account = account
    review = reverse("upload_review", args=[account.pk, found.pk])
    if found.format not in set(ImportFormat) or found.state not in CHANGEABLE:
        return go(request, review)
    if found.state != UploadState.MAPPING and found.jobs.exists():
        return go(request, review)
    if request.method == "POST" and "look" in request.POST:
        jobs.start_look(
            found,
            layer=request.POST.get("layer", ""),
            crs=request.POST.get("crs", "").strip(),
        )
        return go(request, review)
    form = _form(request, found)
    if request.method == "POST" and form is not None:
        if form.is_valid():
            jobs.start_mapped(found, form.mapping)
            return go(request, review)
        return _page(request, account, found, form, status=422)
    return _page(request, account, found, form)


def _form(request: AuthedRequest, found: Upload) -> MappingForm | None:
    """None while a layer, or its coordinate system, has to be stated first."""
    layer = _layer(found)
    if layer is None or not found.mapping:
        return None
    mapping = Mapping.from_json(found.mapping)
    return MappingForm(layer, mapping, request.POST if request.method == "POST" else None)


def _survey(found: Upload) -> Survey | None:
    kept = {name: value for name, value in found.survey.items() if name != "asked"}
    return Survey.from_json(kept) if kept.get("layers") else None


def _layer(found: Upload) -> Layer | None:
    seen = _survey(found)
    return seen.layer if seen else None


def _page(
    request: AuthedRequest,
    account: Account,
    found: Upload,
    form: MappingForm | None,
    status: int = 200,
) -> HttpResponse:
    seen = _survey(found)
    layer = form.layer if form else None
    source = DataSource.objects.filter(
        account=account, name=found.data_source_name, gone_at=None
    ).first()
    context: dict[str, Any] = {
        "account": account,
        "nav_section": "sources",
        "upload": found,
        "form": form,
        "layer": layer,
        "layers": seen.layers if seen else (),
        "notes": [note for note in seen.notes if note.warning] if seen else (),
        "fault": found.survey.get("fault"),
        "asked": found.survey.get("asked", {}),
        "format_words": ImportFormat(found.format).words,
        "source": source,
        "is_remembered": bool(source and source.mapping),
        # A plane position without a system cannot be placed: it has to be stated.
        "needs_crs": bool(layer and layer.needs_crs) or bool(found.survey.get("fault")),
    }
    return render_page(
        request,
        "datasources/upload/mapping.html",
        context,
        fragment="datasources/upload/mapping_body.html",
        status=status,
    )
