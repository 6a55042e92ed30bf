"""The catalogue: an account's data sources as last seen, and the way to the account used last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import (
    Count,
    Expression,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce, Lower
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dashboard.people.access import AuthedRequest
from dashboard.people.models import Role
from datasources import jobs
from datasources.models import Account, DataSource, Version, VersionState
from datasources.models.accounts import DutyName
from datasources.views.access import last_account_id
from datasources.views.render import render_page

PAGE = 50
FOUND = 8
OLD = timedelta(minutes=1)  # a mirror older than this is refreshed when someone looks
WAIT_FOR_REFRESH = timedelta(seconds=60)
VERSIONS = Version.objects.filter(data_source=OuterRef("pk"))
KEPT = VERSIONS.exclude(state=VersionState.RETIRED).order_by().values("data_source")
#: What each column sorts by.
SORTS: dict[str, Expression | F | Subquery] = {
    "name": Lower("name"),
    "type": Lower("entity_type"),
    "entities": Subquery(
        VERSIONS.filter(state=VersionState.PUBLISHED).values("entity_count")[:1],
        output_field=IntegerField(),
    ),
    "public": F("is_public"),
    "versions": Coalesce(Subquery(KEPT.annotate(n=Count("pk")).values("n")), 0),
    "staged": Subquery(VERSIONS.filter(state=VersionState.STAGED).values("expires_at")[:1]),
    "changed": F("changed_at"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A data source as it stands in the table, with what its versions say."""

    source: DataSource
    versions: list[Version]  # without retired ones

    @property
    def published(self) -> Version | None:
        return self._in(VersionState.PUBLISHED)

    @property
    def entities(self) -> int | None:
        return self.published.entity_count if self.published else None

    @property
    def staged(self) -> Version | None:
        return self._in(VersionState.STAGED)

    def _in(self, state: VersionState) -> Version | None:
        return next((version for version in self.versions if version.state == state), None)


@require_safe
def home(request: AuthedRequest) -> HttpResponse:
    """Sends to the catalogue of the account used last; says what is missing if there is none."""
    visible = Account.objects.visible_to(request.user)
    last = visible.filter(pk=last_account_id(request)).first() or visible.first()
    if last is not None:
        return redirect("catalogue", account_id=last.pk)
    context = {
        "nav_section": "sources",
        "teams": list(request.user.memberships.select_related("team")),
    }
    return render(request, "datasources/catalogue/no_account.html", context)


@require_safe
def catalogue(request: AuthedRequest, account: Account) -> HttpResponse:
    """The list, searched by `q`, sorted by `sort`, in pages; its table alone for htmx."""
    search, sort = request.GET.get("q", "").strip()[:50], _sort(request.GET.get("sort", ""))
    page = _page(account, search, sort, request.GET.get("page"))
    context: dict[str, Any] = {
        "account": account,
        "nav_section": "sources",
        "page": page,
        "q": search,
        "sort": sort,
        "sort_target": "#table",
        **as_of_context(account),
    }
    fragment = "table"
    if not page.paginator.count and not search:
        context |= _first_steps(request, account)
        fragment = "first"
    return render_page(
        request,
        "datasources/catalogue/page.html",
        context,
        fragment=f"datasources/catalogue/{fragment}.html",
    )


def _is_old(account: Account) -> bool:
    return account.refreshed_at is None or timezone.now() - account.refreshed_at > OLD


def _sort(asked: str) -> str:
    return asked if asked.removeprefix("-") in SORTS else "name"


def _page(account: Account, search: str, sort: str, number: str | None) -> Page[Row]:
    found = DataSource.objects.filter(account=account, gone_at=None)
    if search:
        found = found.filter(Q(name__icontains=search) | Q(entity_type__icontains=search))
    stack = Version.objects.exclude(state=VersionState.RETIRED).only(
        "data_source", "state", "made_at", "expires_at", "entity_count"
    )
    listed = _sorted(found, sort).prefetch_related(Prefetch("versions", stack))
    page = Paginator(listed, PAGE).get_page(number)
    rows = [Row(source, list(source.versions.all())) for source in page.object_list]
    return Page(rows, page.number, cast("Paginator[Row]", page.paginator))


def _sorted(found: QuerySet[DataSource], sort: str) -> QuerySet[DataSource]:
    by = SORTS[sort.removeprefix("-")]
    order = by.desc(nulls_last=True) if sort.startswith("-") else by.asc(nulls_last=True)
    return found.order_by(order, Lower("name"), "pk")


def _first_steps(request: AuthedRequest, account: Account) -> dict[str, Any]:
    """What an account without data sources needs first: a key, then a file."""
    role: Role = account.role
    return {
        "has_key": account.keys.usable_by(request.user).exists(),
        "may_stage": role.covers(Role.EDITOR),
        "may_publish": role.covers(Role.PUBLISHER),
    }


@require_safe
def found(request: AuthedRequest, account: Account) -> HttpResponse:
    """Up to eight data sources whose name holds `q`, for the search in the top line."""
    search = request.GET.get("q", "").strip()[:50]
    sources = DataSource.objects.filter(account=account, gone_at=None, name__icontains=search)
    context = {"account": account, "q": search, "sources": sources[:FOUND] if search else []}
    return render(request, "datasources/catalogue/found.html", context)


@require_POST
def refresh(request: AuthedRequest, account: Account) -> HttpResponse:
    """Has the account's mirror refreshed in the background."""
    jobs.ask_refresh(account)
    if not request.htmx:
        return redirect("catalogue", account_id=account.pk)
    account.refresh_from_db(fields=["refreshed_at", "refresh_asked_at", "refresh_error"])
    return render(
        request,
        "datasources/catalogue/as_of.html",
        {"account": account, **as_of_context(account), "is_old": False},
    )


@require_safe
def as_of(request: AuthedRequest, account: Account) -> HttpResponse:
    """The line "as of …", asked for while a refresh is under way; says so when it has landed."""
    context = {"account": account, **as_of_context(account), "is_old": False}
    answer = render(request, "datasources/catalogue/as_of.html", context)
    if not context["is_refreshing"]:
        answer["HX-Trigger"] = "mirror-refreshed"
    return answer


def as_of_context(account: Account) -> dict[str, Any]:
    """What the line "as of …" needs; an old mirror is refreshed as soon as the page is there."""
    now, asked = timezone.now(), account.refresh_asked_at
    is_due = Q(leased_until__gt=now) | Q(due_at__lte=now + WAIT_FOR_REFRESH / 2)
    waits = account.duties.filter(is_due, name=DutyName.REFRESH).exists()
    landed = account.refreshed_at
    is_late = (
        asked is not None and now - asked > WAIT_FOR_REFRESH and (not landed or landed < asked)
    )
    return {
        "is_refreshing": waits and not is_late,
        "is_old": _is_old(account) and not waits,
        "is_late": waits and is_late,
        "refresh_url": reverse("refresh", kwargs={"account_id": account.pk}),
    }
