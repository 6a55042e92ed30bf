"""The map of a data source: a page with the map, its legend, a search and a table beside it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from dashboard.people.access import AuthedRequest
from datasources.models import Account, DataSource, Version, VersionState
from datasources.views.render import render_page

MOST = 200  # versions to choose from
_FIRST = (VersionState.PUBLISHED, VersionState.STAGED, VersionState.EARLIER, VersionState.RETIRED)


@require_safe
def source_map(request: AuthedRequest, account: Account, source_id: int) -> HttpResponse:
    """The map of one version (`version`), or of the one that people mean when they name none."""
    source = get_object_or_404(DataSource, account=account, pk=source_id)
    source.account = account
    versions = list(source.versions.select_related("made_by", "archive", "map_index")[:MOST])
    shown = shown_version(versions, request.GET.get("version", ""))
    context: dict[str, Any] = {
        "account": account,
        "nav_section": "sources",
        "source": source,
        "versions": versions,
        "version": shown,
    }
    return render_page(request, "datasources/map/page.html", context)


@require_safe
def source_map_panel(request: AuthedRequest, account: Account, source_id: int) -> HttpResponse:
    """The small map on the page of a data source; the page keeps its own if it shows the same."""
    source = get_object_or_404(DataSource, account=account, pk=source_id)
    shown = shown_version(list(source.versions.all()[:MOST]))
    context = {"account": account, "source": source, "map_version": shown}
    answer = render(request, "datasources/map/panel.html", context)
    answer["X-Same"] = str(shown.pk) if shown else ""
    return answer


def shown_version(versions: list[Version], wanted: str = "") -> Version | None:
    """The version of an address; else the published one, or what comes next to it, with a map if
    one has."""
    for version in versions:
        if str(version.pk) == wanted:
            return version
    ordered = sorted(
        versions,
        key=lambda one: (one.map_index_id is None, _FIRST.index(VersionState(one.state))),
    )
    published = [one for one in ordered if one.state == VersionState.PUBLISHED]
    return next(iter(published or ordered), None)
