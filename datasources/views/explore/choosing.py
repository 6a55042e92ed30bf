"""Choosing what to ask: a data source of the account, a public one, or any by its query URL."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.people.access import AuthedRequest
from datasources.api import RemoteVersion, ServiceError
from datasources.forms.actions import NO_KEY
from datasources.models import Account
from datasources.views.explore.asking import directory_of
from datasources.views.explore.paste import address_in
from datasources.views.explore.question import Question, question_of
from datasources.views.render import render_page
from datasources.views.upload import go

MOST = 50  # data sources in the dialog
REMEMBERED = 60  # seconds that the public directory is, while somebody searches it
TABS = ("own", "public", "url")
DIALOG = "datasources/explore/choose.html"


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: AuthedRequest, account: Account) -> HttpResponse:
    """The dialog: data sources whose name or entity type holds `q`, of the kind `tab`.

    What is typed in the explorer comes along, and goes with the chosen one.
    """
    given = request.POST if request.method == "POST" else request.GET
    question = question_of(request, account, given)
    tab = given.get("tab", "")
    tab = tab if tab in TABS else "own"
    search = given.get("q", "").strip()[:50]
    context = _context(account, tab, search)
    rest = question.form.address()
    try:
        if tab == "own":
            context["found"] = _own(account, search, rest)
        elif tab == "public":
            context["found"] = _public(request, question, search, rest)
    except ServiceError as error:
        context["fault"] = error.message
    return _dialog(request, context)


@require_POST
def paste(request: AuthedRequest, account: Account) -> HttpResponse:
    """Opens the explorer with the query of a URL (`url`); a key in it is left out."""
    given = request.POST.get("url", "").strip()
    try:
        address = address_in(account, given)
    except ServiceError as error:
        context = {**_context(account, "url", ""), "fault": error.message, "pasted": given}
        return _dialog(request, context, status=422)
    return go(request, f"{reverse('explore', args=[account.pk])}?{address}")


def _context(account: Account, tab: str, search: str) -> dict[str, Any]:
    tabs = (("own", _("Of this account")), ("public", _("Public")), ("url", _("By query URL")))
    return {
        "account": account,
        "nav_section": "explore",
        "tab": tab,
        "tabs": tabs,
        "q": search,
        "most": MOST,
    }


def _dialog(request: AuthedRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    page = "datasources/explore/choose_page.html"
    return render_page(request, page, context, fragment=DIALOG, status=status)


def _own(account: Account, search: str, rest: str) -> Any:
    sources = account.data_sources.filter(gone_at=None)
    if search:
        sources = sources.filter(name__icontains=search) | sources.filter(
            entity_type__icontains=search
        )
    rows = sources.order_by("name").values_list("pk", "name", "entity_type")
    page = Paginator(rows, MOST).get_page(1)
    return {
        "total": page.paginator.count,
        "rows": [(name, kind, _with(f"source={pk}", rest)) for pk, name, kind in page],
    }


def _public(request: AuthedRequest, question: Question, search: str, rest: str) -> Any:
    account = question.account
    if question.key is None:
        raise ServiceError(NO_KEY, code="no-key", sent=False)
    remembered = f"explore-directory-{account.pk}"
    entries: list[RemoteVersion] | None = cache.get(remembered)
    if entries is None:
        entries = directory_of(request.user, account.service.base_url, question.key.secret)
        cache.set(remembered, entries, REMEMBERED)
    wanted = search.lower()
    found = [
        one for one in entries if wanted in one.name.lower() or wanted in one.entity_type.lower()
    ]
    found.sort(key=lambda one: one.name.lower())
    rows = [
        (one.name, one.entity_type, _with(urlencode({"at": one.query_url}), rest))
        for one in found[:MOST]
        if one.query_url
    ]
    return {"total": len(found), "rows": rows}


def _with(target: str, rest: str) -> str:
    return f"{target}&{rest}" if rest else target
