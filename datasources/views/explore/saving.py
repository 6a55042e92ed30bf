"""Queries that people keep by name: listed, opened, changed, shared, deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard.audit.record import record
from dashboard.people.access import AuthedRequest
from dashboard.people.models import Role
from datasources.forms.explore.saving import SaveForm
from datasources.models import Account, SavedQuery
from datasources.views.explore.question import Question, question_of
from datasources.views.render import render_page
from datasources.views.upload import go

PAGE = 50
LONGEST = 100_000  # characters of an address
DIALOG = "datasources/explore/save.html"


@require_safe
def saved(request: AuthedRequest, account: Account) -> HttpResponse:
    """The list: one's own and those of the team, searched by `q`."""
    search = request.GET.get("q", "").strip()[:80]
    found = account.saved_queries.visible_to(request.user).select_related("owner", "data_source")
    if search:
        found = found.filter(Q(name__icontains=search) | Q(target_name__icontains=search))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "account": account,
        "nav_section": "explore",
        "page": page,
        "rows": [(one, may_change(request, account, one)) for one in page],
        "q": search,
    }
    return render_page(
        request,
        "datasources/explore/saved.html",
        context,
        fragment="datasources/explore/saved_table.html",
    )


@require_safe
def saved_open(request: AuthedRequest, account: Account, query_id: int) -> HttpResponse:
    """The lasting address of a saved query: leads to the explorer as it was saved."""
    return redirect(link_of(_find(request, account, query_id)))


def link_of(one: SavedQuery) -> str:
    """The explorer's address of a saved query."""
    return f"{reverse('explore', args=[one.account_id])}?{one.address}&saved={one.pk}"


@require_POST
def save(request: AuthedRequest, account: Account) -> HttpResponse:
    """The dialog that asks for a name; with `save_name`, keeps the query of the form.

    `save_as` is the ID of the query to change, or empty for a new one.
    """
    question = question_of(request, account, request.POST)
    opened = saved_of(request, account, request.POST.get("saved", ""))
    changed = None
    if opened is not None and may_change(request, account, opened):
        changed = opened if request.POST.get("save_as", str(opened.pk)) == str(opened.pk) else None
    is_answer = "save_name" in request.POST
    form = SaveForm(
        request.POST if is_answer else None, account=account, user=request.user, saved=changed
    )
    fault = _in_the_way(question)
    if is_answer and not fault and form.is_valid():
        kept = _keep(request, question, form)
        if kept is not None:
            return go(request, link_of(kept))
    context = {
        "account": account,
        "nav_section": "explore",
        "form": form,
        "opened": opened if opened and may_change(request, account, opened) else None,
        "changed": changed,
        "fault": fault,
    }
    status = 422 if is_answer else 200
    page = "datasources/explore/save_page.html"
    return render_page(request, page, context, fragment=DIALOG, status=status)


def _in_the_way(question: Question) -> str:
    if question.target is None:
        return question.fault or _("Choose a data source first: a query is of one.")
    if len(question.address) > LONGEST:
        return _("This query is too long to be saved: simplify its shape, or its list of IDs.")
    return ""


def _keep(request: AuthedRequest, question: Question, form: SaveForm) -> SavedQuery | None:
    """The query as it is kept now; None, with a fault, where another of its name came first."""
    target, given = question.target, form.cleaned_data
    one = form.saved or SavedQuery(account=question.account, owner=request.user)
    was_new, was_shared, before = one.pk is None, one.is_shared, one.name
    one.name, one.is_shared = given["save_name"], given["save_shared"]
    one.address = question.address
    one.data_source = target.source if target else None
    one.target_name = (target.name if target else "")[:50]
    try:
        with transaction.atomic():
            one.save()
            _write_down(request, one, "query.save" if was_new else "query.change", before=before)
            if one.is_shared != was_shared:
                _write_down(request, one, "query.share" if one.is_shared else "query.unshare")
    except IntegrityError:
        form.add_error("save_name", _("A query of this name is being saved. Look in the list."))
        return None
    messages.success(request, _("“%(name)s” is saved.") % {"name": one.name})
    return one


@require_http_methods(["GET", "HEAD", "POST"])
def saved_change(request: AuthedRequest, account: Account, query_id: int) -> HttpResponse:
    """Renames a saved query, and shares it or stops sharing it."""
    one = _changeable(request, account, query_id)
    data = request.POST if request.method == "POST" else None
    form = SaveForm(data, account=account, user=request.user, saved=one)
    if data is not None and form.is_valid():
        before, was_shared = one.name, one.is_shared
        one.name, one.is_shared = form.cleaned_data["save_name"], form.cleaned_data["save_shared"]
        one.save(update_fields=["name", "is_shared", "changed_at"])
        if one.name != before:
            _write_down(request, one, "query.rename", before=before)
        if one.is_shared != was_shared:
            _write_down(request, one, "query.share" if one.is_shared else "query.unshare")
        messages.success(request, _("“%(name)s” is changed.") % {"name": one.name})
        return go(request, reverse("explore_saved", args=[account.pk]))
    context = {"account": account, "nav_section": "explore", "form": form, "one": one}
    return render_page(
        request,
        "datasources/explore/change_page.html",
        context,
        fragment="datasources/explore/change.html",
        status=200 if data is None else 422,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def saved_delete(request: AuthedRequest, account: Account, query_id: int) -> HttpResponse:
    """Asks, then deletes a saved query."""
    one = _changeable(request, account, query_id)
    if request.method == "POST":
        _write_down(request, one, "query.delete")
        one.delete()
        messages.success(request, _("“%(name)s” is deleted.") % {"name": one.name})
        return go(request, reverse("explore_saved", args=[account.pk]))
    context = {"account": account, "nav_section": "explore", "one": one}
    return render_page(
        request,
        "datasources/explore/delete_page.html",
        context,
        fragment="datasources/explore/delete.html",
    )


# --- whose they are ---


def saved_of(request: AuthedRequest, account: Account, given: str) -> SavedQuery | None:
    """The saved query that an address names, if the person may see it."""
    if not given.isascii() or not given.isdecimal() or len(given) > 18:
        return None
    visible = account.saved_queries.visible_to(request.user).select_related("owner")
    return visible.filter(pk=int(given)).first()


def may_change(request: AuthedRequest, account: Account, one: SavedQuery) -> bool:
    """Its owner may; a team admin may too where it is the team's."""
    return one.owner_id == request.user.pk or (one.is_shared and account.role == Role.ADMIN)


def _find(request: AuthedRequest, account: Account, query_id: int) -> SavedQuery:
    visible = account.saved_queries.visible_to(request.user).select_related("owner")
    return get_object_or_404(visible, pk=query_id)


def _changeable(request: AuthedRequest, account: Account, query_id: int) -> SavedQuery:
    one = _find(request, account, query_id)
    if not may_change(request, account, one):
        raise Http404
    return one


def _write_down(request: AuthedRequest, one: SavedQuery, action: str, before: str = "") -> None:
    detail: dict[str, Any] = {"account": one.account.name, "shared": one.is_shared}
    if before and before != one.name:
        detail["before"] = before
    record(
        action,
        actor=request.user,
        team=one.account.team,
        data_source=one.target_name,
        target=one.name,
        detail=detail,
        request=request,
    )
