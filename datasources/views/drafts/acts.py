"""Starting a draft, naming it, handing it over, letting it go and taking it back: each a dialog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.people.access import AuthedRequest
from dashboard.people.models import User
from dashboard.people.reading import number
from datasources import jobs
from datasources.forms.drafts import HandOverForm, NameForm
from datasources.models import Account, DataSource, Draft, DraftState
from datasources.views.drafts.found import find_draft
from datasources.views.drafts.pages import base_words, drafts_of
from datasources.views.render import render_page
from datasources.views.upload import go

METHODS = ["GET", "HEAD", "POST"]


@dataclass(frozen=True, slots=True)
class Dialog:
    """A dialog: what it is called, what it says, its form, and what the button does.

    `act` gives the address to go on to. `others` are drafts that there are already.
    """

    title: str
    button: str
    form: forms.Form
    act: Callable[[], str]
    says: tuple[str, ...] = ()
    back: str = ""
    is_dangerous: bool = False
    is_closed: str = ""  # why it cannot be done
    others: list[Draft] = field(default_factory=list)


@require_http_methods(METHODS)
def start(
    request: AuthedRequest, account: Account, source_id: int, version_id: int
) -> HttpResponse:
    """A new draft of a version."""
    sources = DataSource.objects.filter(account=account)
    source = get_object_or_404(sources, pk=source_id)
    source.account = account
    version = get_object_or_404(source.versions.select_related("archive"), pk=version_id)
    version.data_source = source
    form = NameForm(request.POST or None)

    def act() -> str:
        name = form.cleaned_data["name"]
        return _address(jobs.start_draft(request.user, version, name))

    says = (
        _("Your changes are kept as a draft, checked as you make them, and sent when you say so.")
        + " "
        + _("Based on: %(version)s.") % {"version": base_words(version)},
    )
    own = [one for one in drafts_of(source) if one.owner_id == request.user.pk]
    title = _("Edit the entities of %(name)s") % {"name": source.name}
    back = reverse("source", args=[account.pk, source.pk])
    dialog = Dialog(title, _("Start a draft"), form, act, says, back, others=own)
    return _answer(request, account, dialog)


@require_http_methods(METHODS)
def rename(request: AuthedRequest, account: Account, draft_id: UUID) -> HttpResponse:
    """Another name."""
    draft = _own(request, find_draft(account, draft_id))
    form = NameForm(
        request.POST if request.method == "POST" else None, initial={"name": draft.name}
    )

    def act() -> str:
        Draft.objects.filter(pk=draft.pk).update(name=form.cleaned_data["name"].strip())
        return _address(draft)

    dialog = Dialog(_("Name this draft"), _("Save"), form, act, back=_address(draft))
    return _answer(request, account, dialog)


@require_http_methods(METHODS)
def hand_over(request: AuthedRequest, account: Account, draft_id: UUID) -> HttpResponse:
    """Gives the draft to a teammate."""
    draft = find_draft(account, draft_id)
    form = HandOverForm(request.POST if request.method == "POST" else None, draft=draft)

    def act() -> str:
        to: User = form.cleaned_data["to"]
        jobs.hand_over_draft(request.user, draft, to)
        return _address(draft)

    says = (
        _(
            "The draft, with everything in it, is then theirs to edit and to send. You can still "
            "look at it."
        ),
    )
    closed = "" if form.has_mates else _("Nobody else in the team may edit.")
    dialog = Dialog(
        _("Hand the draft over"), _("Hand over"), form, act, says, _address(draft), is_closed=closed
    )
    return _answer(request, account, dialog)


@require_http_methods(METHODS)
def discard(request: AuthedRequest, account: Account, draft_id: UUID) -> HttpResponse:
    """Lets the draft go."""
    draft = find_draft(account, draft_id)

    def act() -> str:
        jobs.discard_draft(request.user, draft)
        return reverse("drafts", args=[account.pk])

    rows = draft.added + draft.changed + draft.deleted
    says = (
        ngettext("Its %(n)s changed row is not sent.", "Its %(n)s changed rows are not sent.", rows)
        % {"n": number(rows)}
        if rows
        else _("It holds no changed row."),
        _("%(name)s stays as it is.") % {"name": draft.data_source.name},
        _("For 14 days you can take the draft back; then it is deleted."),
    )
    form = forms.Form(request.POST if request.method == "POST" else None)
    dialog = Dialog(
        _("Discard the draft"), _("Discard the draft"), form, act, says, _address(draft),
        is_dangerous=True,
    )  # fmt: skip
    return _answer(request, account, dialog)


@require_POST
def take_back(request: AuthedRequest, account: Account, draft_id: UUID) -> HttpResponse:
    """Opens a discarded draft again."""
    draft = find_draft(account, draft_id)
    if draft.state == DraftState.DISCARDED:
        try:
            jobs.take_back_draft(request.user, draft)
        except jobs.JobRefused:  # the page says why
            return go(request, _address(draft))
    return go(request, _address(draft))


def _address(draft: Draft) -> str:
    return reverse("draft", args=[draft.account_id, draft.pk])


def _own(request: AuthedRequest, draft: Draft) -> Draft:
    if draft.owner_id != request.user.pk:
        raise PermissionDenied(f"This draft belongs to {draft.owner.display_name}.")
    return draft


def _answer(request: AuthedRequest, account: Account, dialog: Dialog) -> HttpResponse:
    """Shows the dialog; posted and in order, acts and goes on."""
    is_posted = request.method == "POST"
    if is_posted and dialog.form.is_valid():
        try:
            return go(request, dialog.act())
        except jobs.JobRefused as refused:
            dialog.form.add_error(None, str(refused))
    context: dict[str, Any] = {"account": account, "nav_section": "drafts", "dialog": dialog}
    return render_page(
        request,
        "datasources/draft/dialog_page.html",
        context,
        fragment="datasources/draft/dialog.html",
        status=422 if is_posted else 200,
    )
