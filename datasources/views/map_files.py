"""A version as its map needs it: found through what the person may see, with its files."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from dashboard.people.access import AuthedRequest
from datasources.archive.tiles import DamagedArrays, VersionFiles
from datasources.formats.geopackage import GeoPackageFault
from datasources.models import Account, Version

View = Callable[..., HttpResponse]

PRIVATE = "private, no-store"


def find_version(account: Account, source_id: int, version_id: int) -> Version:
    """A version of a data source of the account, with its files."""
    together = Version.objects.select_related("archive", "map_index", "data_source")
    version = get_object_or_404(
        together, pk=version_id, data_source_id=source_id, data_source__account=account
    )
    version.data_source.account = account
    return version


def files_of(version: Version) -> VersionFiles | None:
    """Where its archive and its map index lie; None where it has no map."""
    if version.archive is None or version.map_index is None:
        return None
    return VersionFiles(version.archive.path, version.map_index.path)


def gone() -> JsonResponse:
    """What is said of a version whose files are no longer kept."""
    words = _("The entities of this version are no longer kept here.")
    answer = JsonResponse({"state": "gone", "words": words}, status=410)
    answer["Cache-Control"] = PRIVATE
    return answer


def of_map(view: View) -> View:
    """Calls `view(request, account, version, files, …)` for a version that has a map.

    Where it has none, or its files went meanwhile, the answer is a plain 410 in JSON.
    """

    @wraps(view)
    def found(
        request: AuthedRequest, account: Account, source_id: int, version_id: int, **rest: Any
    ) -> HttpResponse:
        try:
            version = find_version(account, source_id, version_id)
        except Http404:
            return _missing()
        files = files_of(version)
        if files is None:
            return gone()
        try:
            return view(request, account, version, files, **rest)
        except (FileNotFoundError, GeoPackageFault, DamagedArrays):
            return gone()

    return found


def _missing() -> JsonResponse:
    words = _("There is no such version: it may have been deleted.")
    answer = JsonResponse({"state": "gone", "words": words}, status=404)
    answer["Cache-Control"] = PRIVATE
    return answer
