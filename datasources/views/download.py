"""Downloading a version: in which format, from where, and what that format cannot hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard.people.access import AuthedRequest
from dashboard.people.reading import exact
from datasources import jobs
from datasources.formats.output import OutputFormat, losses
from datasources.forms.actions import FROM_HERE, FROM_SERVICE, NO_KEY, DownloadForm
from datasources.jobs.kinds import FROM_QUERY
from datasources.models import Account, DataSource, Job, JobKind, Version, VersionState
from datasources.phrases.counts import entities
from datasources.schema import EdmType, Property, Schema
from datasources.views.actions import METHODS, back
from datasources.views.downloads import is_kept, safe_name, stored_download
from datasources.views.render import render_page
from datasources.views.upload import go

_GROUPS = (
    (
        _("As the service has it"),
        (OutputFormat.XML, OutputFormat.CSV, OutputFormat.TAB, OutputFormat.PIPE),
    ),
    (
        _("For a GIS"),
        (
            OutputFormat.GEOPACKAGE,
            OutputFormat.GEOJSON,
            OutputFormat.FLATGEOBUF,
            OutputFormat.PARQUET,
            OutputFormat.KML,
            OutputFormat.SHP,
        ),
    ),
    (_("For a spreadsheet"), (OutputFormat.XLSX,)),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A format as it is offered; `losses` is None where the entity type is not known."""

    format: OutputFormat
    losses: list[str] | None

    @property
    def summary(self) -> str:
        """What is kept, in few words."""
        if self.losses is None:
            return ""
        if not self.losses:
            return gettext("keeps everything")
        count = len(self.losses)
        return ngettext("{count} limit", "{count} limits", count).format(count=count)


@dataclass(frozen=True, slots=True)
class OfferGroup:
    """Formats for one purpose."""

    title: str | Promise
    offers: list[Offer]


def offers(version: Version) -> list[OfferGroup]:
    """Every format, with what it cannot hold of this version."""
    schema = _schema(version)
    return [
        OfferGroup(
            title, [Offer(one, None if schema is None else losses(one, schema)) for one in formats]
        )
        for title, formats in _GROUPS
    ]


def _schema(version: Version) -> Schema | None:
    """The entity type of a version, as last seen; None where it is not known."""
    source = version.data_source
    rows: list[dict[str, Any]] = version.properties or source.properties
    properties = tuple(
        Property(row["name"], EdmType(row["type"]), bool(row.get("is_key"))) for row in rows
    )
    if not any(prop.is_key for prop in properties):
        return None
    return Schema(source.entity_type or source.name, properties)


@require_http_methods(METHODS)
def download(
    request: AuthedRequest, account: Account, source_id: int, version_id: int
) -> HttpResponse:
    """The dialog; posted and in order, starts the job and goes back to the page."""
    source = get_object_or_404(DataSource.objects.filter(account=account), pk=source_id)
    version = get_object_or_404(
        source.versions.select_related("content", "archive", "data_source"), pk=version_id
    )
    origins = _origins(version, source)
    data = request.POST if request.method == "POST" else None
    form = DownloadForm(
        data, account=account, user=request.user, source=source, origins=origins,
        initial={"output": request.GET.get("output") or OutputFormat.XML.value},
    )  # fmt: skip
    if data is not None and form.is_valid():
        given = form.cleaned_data
        key = given["key"] if given["origin"] == FROM_SERVICE else None
        try:
            jobs.start_download(request.user, version, key, output=given["output"])
        except jobs.JobRefused as refused:
            form.add_error(None, str(refused))
        else:
            return back(request, account, source)
    context = {
        "account": account,
        "nav_section": "sources",
        "source": source,
        "title": gettext("Download {source}").format(source=source.name),
        "says": _says(version),
        "form": form,
        "groups": offers(version),
        "chosen": form["output"].value() or OutputFormat.XML.value,
        "origins": origins,
        "no_key": NO_KEY if origins == [FROM_SERVICE] and not form.has_keys else "",
    }
    return render_page(
        request,
        "datasources/source/download_page.html",
        context,
        fragment="datasources/source/download.html",
        status=422 if data is not None else 200,
    )


def _says(version: Version) -> str:
    """Which version it is."""
    said = [version.get_state_display(), exact(version.made_at)]
    if version.entity_count is not None:
        said.append(entities(version.entity_count))
    return gettext("The version: {details}.").format(details=", ".join(map(str, said)))


def _origins(version: Version, source: DataSource) -> list[str]:
    """Where the version can come from, the better first."""
    if version.state == VersionState.RETIRED or source.gone_at is not None:
        return [FROM_HERE]
    return [FROM_HERE, FROM_SERVICE] if jobs.kept_copy(version) else [FROM_SERVICE]


# --- on the job's page ---


def result_context(job: Job) -> dict[str, Any]:
    """What the page of a download says of its file, and the formats it offers beside."""
    if job.kind != JobKind.DOWNLOAD or not job.result:
        return {}
    format = jobs.output_of(job)
    version = job.version if job.operation != FROM_QUERY else None
    groups = offers(version) if version is not None and jobs.kept_copy(version) else []
    others = [one for group in groups for one in group.offers if one.format is not format]
    return {
        "output": format,
        "result_name": result_name(job),
        "also": [one for one in others if not _is_at_hand(format, one.format)],
    }


def _is_at_hand(written: OutputFormat, other: OutputFormat) -> bool:
    """CSV is made from XML as it is taken."""
    return written is OutputFormat.XML and other is OutputFormat.CSV


def result_name(job: Job) -> str:
    """The name under which a download is saved: `StoresEU 2026-11-24.gpkg`."""
    day = job.version.made_at if job.version else job.created_at
    what = " query" if job.operation == FROM_QUERY else ""
    return safe_name(
        f"{job.data_source_name or 'job'}{what} {day:%Y-%m-%d}", jobs.output_of(job).ending
    )


@require_safe
def job_result(request: AuthedRequest, account: Account, job_id: UUID) -> HttpResponseBase:
    """What a download made, in its own format."""
    together = Job.objects.select_related("result", "version")
    job = get_object_or_404(together, account=account, pk=job_id, kind=JobKind.DOWNLOAD)
    if job.result is None or not is_kept(job.result):
        raise Http404
    return stored_download(job.result, result_name(job), jobs.output_of(job).content_type)


@require_POST
def job_also(request: AuthedRequest, account: Account, job_id: UUID) -> HttpResponse:
    """The same version in another format, from the copy kept here, as a job of its own."""
    from datasources.views.job import refuse

    together = Job.objects.select_related("version__data_source")
    job = get_object_or_404(together, account=account, pk=job_id, kind=JobKind.DOWNLOAD)
    if job.version is None or job.operation == FROM_QUERY:
        raise Http404
    try:
        made = jobs.start_download(request.user, job.version, output=request.POST.get("output", ""))
    except jobs.JobRefused as refused:
        return refuse(request, account, job_id, str(refused))
    return go(request, reverse("job", args=[account.pk, made.pk]))
