"""The public directory: all public data sources of the account's service, asked for live."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from dashboard.people.access import AuthedRequest
from datasources.api import Client, RemoteVersion, ServiceError
from datasources.forms.actions import NO_KEY
from datasources.models import Account, Key
from datasources.views.render import render_page

TIMEOUT = (3.0, 8.0)  # seconds to connect and to answer, while the page waits
PAGE = 50
SORTS = ("name", "type", "changed")


@require_safe
def directory(request: AuthedRequest, account: Account) -> HttpResponse:
    """The list, searched by `q`, sorted by `sort`; in words why there is none."""
    search = request.GET.get("q", "").strip()[:50]
    asked = request.GET.get("sort", "")
    sort = asked if asked.removeprefix("-") in SORTS else "name"
    context: dict[str, Any] = {
        "account": account,
        "nav_section": "directory",
        "q": search,
        "sort": sort,
        "sort_target": "#table",
    }
    key = _key(request, account)
    try:
        context["page"] = (
            _page(account, key, search, sort, request.GET.get("page")) if key else None
        )
        context["fault"] = "" if key else NO_KEY
    except ServiceError as error:
        context["fault"] = error.message
    return render_page(
        request,
        "datasources/directory/page.html",
        context,
        fragment="datasources/directory/table.html",
    )


def _key(request: AuthedRequest, account: Account) -> Key | None:
    """Any key will do; one that is known to work first."""
    keys = account.keys.usable_by(request.user)
    return min(
        keys, key=lambda key: (key.check_passed is False, not key.is_shared, key.pk), default=None
    )


def _page(account: Account, key: Key, search: str, sort: str, number: str | None) -> Any:
    with Client(account.service.base_url, key.secret, timeout=TIMEOUT, attempts=1) as client:
        entries = client.public_directory()
    wanted = search.lower()
    found = [e for e in entries if wanted in e.name.lower() or wanted in e.entity_type.lower()]
    by = sort.removeprefix("-")
    found.sort(
        key=lambda entry: (_rank(entry, by), entry.name.lower()), reverse=sort.startswith("-")
    )
    page = Paginator(found, PAGE).get_page(number)
    mine = dict(
        account.data_sources.filter(
            gone_at=None, access_id__in=[entry.access_id for entry in page.object_list]
        ).values_list("access_id", "pk")
    )
    rows = [(entry, mine.get(entry.access_id)) for entry in page.object_list]
    return Page(rows, page.number, page.paginator)


def _rank(entry: RemoteVersion, by: str) -> str:
    if by == "changed":
        return entry.changed_at.isoformat() if entry.changed_at else ""
    return (entry.entity_type if by == "type" else entry.name).lower()
