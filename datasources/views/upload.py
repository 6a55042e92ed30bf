"""Bringing a file and saying what it is for; the review follows (`views.review`)."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from dashboard.audit.record import record
from dashboard.people.access import AuthedRequest
from datasources import archive, jobs
from datasources.formats import detect_any
from datasources.forms.file_formats import format_words, is_import
from datasources.forms.location import MAX_LENGTH, shown
from datasources.forms.operations import role_for
from datasources.forms.upload import HEAD_BYTES, UploadForm
from datasources.models import Account, DataSource, StoredFile, Upload, UploadState
from datasources.views.render import render_page

RECENT = 10  # uploads a page
SUGGESTED = 20  # data sources offered while typing


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: AuthedRequest, account: Account) -> HttpResponse:
    """The form; a good file is stored, its check starts, and its review follows."""
    if request.method != "POST":
        form = UploadForm(account=account, user=request.user, initial=_initial(request, account))
        return _form_page(request, account, form)
    form = UploadForm(request.POST, request.FILES, account=account, user=request.user)
    file = request.FILES.get("file")
    form.detect(_head(file, form.stored), file.name or "" if file else form.file_name)
    good = form.is_valid()
    if file is not None and "file" not in form.errors:
        form.keep(jobs.keep_file(account, cast(BinaryIO, file)), _tidy(file.name or "file"))
    if not good or (form.stored is None and not form.url):
        return _form_page(request, account, form, status=422)
    made = _make(form)
    record(
        "upload.create",
        actor=request.user,
        team=account.team,
        data_source=made.data_source_name,
        target=made.file_name,
        detail={"account": account.name, "operation": made.operation, **_where(form)},
        request=request,
    )
    _begin(made)
    return go(request, reverse("upload_review", args=[account.pk, made.pk]))


def _initial(request: HttpRequest, account: Account) -> dict[str, object]:
    """What a link brings along: a data source (`?source=`), or an upload to mend (`?instead_of=`)."""
    if source := request.GET.get("source"):
        return {"purpose": UploadForm.UPDATE, "source": source}
    try:
        earlier = account.uploads.filter(pk=UUID(request.GET.get("instead_of", ""))).first()
    except ValueError:
        return {}
    if earlier is None:
        return {}
    name = earlier.data_source_name
    there = DataSource.objects.filter(account=account, gone_at=None, name=name).exists()
    return {
        "purpose": UploadForm.UPDATE if there else UploadForm.CREATE,
        "source" if there else "new_name": name,
        "operation": earlier.operation,
        "set_public": earlier.set_public,
    }


def _head(file: UploadedFile[Any] | None, stored: StoredFile | None) -> bytes:
    """The first bytes of the file that came with the form, or of the one that came before."""
    if file is not None:
        head = file.read(HEAD_BYTES)
        file.seek(0)
        return bytes(head)
    if stored is None:
        return b""
    with archive.open_file(stored.path) as kept:
        return bytes(kept.read(HEAD_BYTES))


def _tidy(file_name: str) -> str:
    """A file name that fits the column, its ending kept."""
    path = PurePath(file_name)
    return file_name if len(file_name) <= 200 else path.stem[: 200 - len(path.suffix)] + path.suffix


def _where(form: UploadForm) -> dict[str, str]:
    """What the audit record keeps of the file: never a location's query string."""
    if form.url:
        return {"location": shown(form.url)}
    return {"sha256": form.stored.sha256} if form.stored else {}


def _begin(made: Upload) -> None:
    """The first step: an import is looked at, the API's own formats are checked at once; what the
    service loads from a URL cannot be checked here."""
    if made.location:
        Upload.objects.filter(pk=made.pk).update(state=UploadState.GOOD)
    elif is_import(made.format):
        jobs.start_look(made)
    else:
        jobs.start_check(made)


def _make(form: UploadForm) -> Upload:
    return Upload.objects.create(
        account=form.account,
        user=form.user,
        file=None if form.url else form.stored,
        location=form.url,
        file_name=_tidy(form.file_name),
        format=form.chosen_format,
        data_source_name=form.data_source_name,
        operation=form.cleaned_data["operation"],
        set_public=form.cleaned_data["set_public"],
    )


def go(request: AuthedRequest, url: str) -> HttpResponse:
    """On to `url`: by a header where htmx asked, by a redirect otherwise."""
    if request.htmx:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    return redirect(url)


def _form_page(
    request: AuthedRequest, account: Account, form: UploadForm, status: int = 200
) -> HttpResponse:
    uploads = account.uploads.filter(user=request.user).prefetch_related("jobs")
    context = {
        "account": account,
        "nav_section": "sources",
        "form": form,
        "limit": settings.UPLOAD_LIMIT_BYTES,
        "location_limit": MAX_LENGTH,
        "detected_words": format_words(form.detected) if form.detected else "",
        "detected_import": is_import(form.detected or ""),
        "recent": Paginator(uploads, RECENT).get_page(request.GET.get("page")),
        "can_publish": form.role.covers(role_for("complete")),
        "has_sources": DataSource.objects.filter(account=account, gone_at=None).exists(),
    }
    return render_page(
        request,
        "datasources/upload/page.html",
        context,
        fragment="datasources/upload/form.html",
        status=status,
    )


@require_http_methods(["POST"])
def upload_format(request: AuthedRequest, account: Account) -> HttpResponse:
    """What the first bytes of a chosen file look like, before all of it is sent."""
    head = request.FILES.get("head")
    name = request.POST.get("name", "")
    found = detect_any(head.read(HEAD_BYTES), name) if head else None
    context = {
        "found": found,
        "words": format_words(found) if found else "",
        "is_import": is_import(found or ""),
        "name": name,
    }
    return render_page(request, "datasources/upload/detected.html", context)


@require_GET
def upload_sources(request: AuthedRequest, account: Account) -> HttpResponse:
    """The data sources whose names hold what was typed, as options of the field."""
    typed = request.GET.get("source", "").strip()
    sources = DataSource.objects.filter(account=account, gone_at=None, name__icontains=typed)
    return render_page(request, "datasources/upload/sources.html", {"sources": sources[:SUGGESTED]})
