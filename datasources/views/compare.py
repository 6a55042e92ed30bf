"""Comparing: any two versions of a data source, and an upload with what it would replace."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard.people.access import AuthedRequest, require
from dashboard.people.models import Role
from datasources import jobs
from datasources.models import Account, Comparison, DataSource, Version
from datasources.views.compare_words import panel_context
from datasources.views.differences import MAP_MOST, collection, table_context
from datasources.views.render import render_page
from datasources.views.upload import go

MOST = 200  # versions to choose from


@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: AuthedRequest, account: Account, source_id: int) -> HttpResponse:
    """Two versions (`base`, `other`) chosen from the stack; a POST has them compared."""
    source = get_object_or_404(DataSource, account=account, pk=source_id)
    source.account = account
    versions = list(source.versions.select_related("made_by")[:MOST])
    given = request.POST if request.method == "POST" else request.GET
    base, other = _chosen(versions, given.get("base", ""), given.get("other", ""))
    fault = ""
    if request.method == "POST":
        if base is None or other is None:
            fault = gettext("Choose two versions of this data source.")
        else:
            try:
                jobs.start_comparison(request.user, base, version=other)
                return go(request, _address(account, source, base, other))
            except jobs.JobRefused as refused:
                fault = str(refused)
    found = _comparison(base, other)
    context: dict[str, Any] = {
        "account": account,
        "nav_section": "sources",
        "source": source,
        "versions": versions,
        "base": base,
        "other": other,
        "fault": fault,
        "comparison": found,
    }
    if found is not None:
        context |= panel_context(request, account, found)
    status = 422 if fault else 200
    return render_page(request, "datasources/compare/page.html", context, status=status)


@require_safe
def panel(request: AuthedRequest, account: Account, comparison_id: int) -> HttpResponse:
    """The comparison as it stands; asked for every second while it is under way."""
    found = _find(account, comparison_id)
    return render_page(
        request, "datasources/compare/panel.html", panel_context(request, account, found)
    )


@require_safe
def table(request: AuthedRequest, account: Account, comparison_id: int) -> HttpResponse:
    """The differences in pages, by kind (`kind`) and by a part of the entity ID (`q`)."""
    found = _find(account, comparison_id)
    context = {"account": account, "comparison": found, **table_context(request, found)}
    return render_page(request, "datasources/compare/table.html", context)


@require_safe
def features(request: AuthedRequest, account: Account, comparison_id: int) -> JsonResponse:
    """The first differences as GeoJSON, for the map."""
    found = _find(account, comparison_id)
    answer = JsonResponse(collection(found, MAP_MOST))
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
def again(request: AuthedRequest, account: Account, comparison_id: int) -> HttpResponse:
    """Compares again what could not be compared, or whose differences are no longer kept."""
    found = _find(account, comparison_id)
    try:
        jobs.start_comparison(request.user, found.base, version=found.version, upload=found.upload)
    except jobs.JobRefused as refused:
        raise Http404 from refused
    return _back(request, account, found)


@require_POST
def difference(request: AuthedRequest, account: Account, comparison_id: int) -> HttpResponse:
    """Makes the incremental upload that holds just the differences; its review follows."""
    require(request.user, account.team, Role.EDITOR)
    found = _find(account, comparison_id)
    try:
        made = jobs.start_difference(request.user, found)
    except jobs.JobRefused as refused:
        context = panel_context(request, account, found) | {"fault": str(refused)}
        return render_page(request, "datasources/compare/refused.html", context, status=422)
    return go(request, reverse("upload_review", args=[account.pk, made.pk]))


def _find(account: Account, comparison_id: int) -> Comparison:
    found = Comparison.objects.select_related(
        "base__data_source", "version", "upload__file", "upload__prepared", "file"
    )
    comparison = get_object_or_404(found, account=account, pk=comparison_id)
    comparison.account = comparison.base.data_source.account = account
    return comparison


def _chosen(
    versions: list[Version], base: str, other: str
) -> tuple[Version | None, Version | None]:
    """The two versions that were named; the one below where one was, the newest where none was."""
    by_key = {str(version.pk): version for version in versions}
    if base:
        return by_key.get(base), by_key.get(other)
    if len(versions) < 2:
        return None, None
    place = versions.index(by_key[other]) if other in by_key else 0
    below = place + 1 if place + 1 < len(versions) else place - 1
    return versions[below], versions[place]


def _comparison(base: Version | None, other: Version | None) -> Comparison | None:
    if base is None or other is None:
        return None
    found = Comparison.objects.select_related("base__data_source", "version", "file")
    return found.filter(base=base, version=other).first()


def _address(account: Account, source: DataSource, base: Version, other: Version) -> str:
    page = reverse("compare", args=[account.pk, source.pk])
    return f"{page}?base={base.pk}&other={other.pk}"


def _back(request: AuthedRequest, account: Account, found: Comparison) -> HttpResponse:
    if found.upload is not None:
        return redirect(reverse("upload_review", args=[account.pk, found.upload.pk]))
    if found.version is None:
        raise Http404
    return go(request, _address(account, found.base.data_source, found.base, found.version))
