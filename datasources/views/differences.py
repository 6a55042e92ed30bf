"""The differences of a comparison as pages of a table, and for the map."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from dashboard.people.access import AuthedRequest
from datasources import archive
from datasources.checks.differences import KINDS, Differences, in_words
from datasources.formats.geopackage import GeoPackageFault
from datasources.models import Comparison

PAGE = 50  # differences
KIND_WORDS = {"added": _("Added"), "changed": _("Changed"), "removed": _("Removed")}
MAP_MOST = 5000  # differences that the map shows


def is_there(found: Comparison) -> bool:
    """Whether the differences are still kept, entity by entity."""
    return found.file is not None and archive.is_held(found.file.path, found.file.size)


def collection(found: Comparison, most: int) -> dict[str, Any]:
    """The first differences as a GeoJSON feature collection; Http404 where they are gone."""
    with _open(found) as differences:
        return differences.features(most)


def table_context(request: AuthedRequest, found: Comparison) -> dict[str, Any]:
    """One page of the table, narrowed by `kind` and `q` of the address."""
    kind, search = request.GET.get("kind", ""), request.GET.get("q", "").strip()[:50]
    kind = kind if kind in KINDS else ""
    with _open(found) as differences:
        count = differences.count(kind, search)
        pages = max(1, -(-count // PAGE))
        number = min(_number(request.GET.get("page", "")), pages)
        rows = differences.page(kind, search, offset=(number - 1) * PAGE, limit=PAGE)
    query = urlencode({name: value for name, value in (("kind", kind), ("q", search)) if value})
    return {
        "rows": [
            {
                "kind": row.kind,
                "kind_words": KIND_WORDS[row.kind],
                "key": row.key,
                "changes": [
                    (name, in_words(old), in_words(new)) for name, (old, new) in row.changes.items()
                ],
            }
            for row in rows
        ],
        "shown_kind": kind,
        "shown_search": search,
        "found_count": count,
        "page_number": number,
        "page_count": pages,
        "page_before": number - 1 if number > 1 else None,
        "page_after": number + 1 if number < pages else None,
        "table_query": query,
    }


def _number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


@contextmanager
def _open(found: Comparison) -> Iterator[Differences]:
    if found.file is None:
        raise Http404
    try:
        with archive.local_file(found.file.path) as there, Differences(Path(there)) as opened:
            yield opened
    except (FileNotFoundError, GeoPackageFault):
        raise Http404 from None
