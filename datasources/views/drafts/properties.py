"""The properties of a draft: what a change does to the data is shown before it is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from dashboard.people.access import AuthedRequest
from dashboard.people.reading import number
from datasources import jobs
from datasources.drafts.columns import Effect, Example, broken_rules, effects
from datasources.drafts.faults import DraftFault
from datasources.drafts.state import columns_of_draft
from datasources.drafts.step import Author
from datasources.forms.draft_columns import columns_of_lines, lines_of
from datasources.models import Account, Draft
from datasources.schema import EdmType
from datasources.views.drafts.found import find_draft, may_edit
from datasources.views.drafts.grid_words import type_words
from datasources.views.render import render_page
from datasources.views.upload import go


@dataclass(slots=True)
class Told:
    """An effect in words, with examples."""

    title: str
    sentences: list[str]
    is_loss: bool = False
    lost: list[Example] = field(default_factory=list)
    respelt: list[Example] = field(default_factory=list)


@require_http_methods(["GET", "HEAD", "POST"])
def properties(request: AuthedRequest, account: Account, draft_id: UUID) -> HttpResponse:
    """The form; sent, it shows what the change does, and with `apply` makes it."""
    draft = find_draft(account, draft_id)
    if not may_edit(request, draft):
        return go(request, _address(draft))
    columns = columns_of_draft(draft)
    given = request.POST if request.method == "POST" else {}
    lines = lines_of(given, columns, blank=True)
    asked = columns_of_lines(lines)
    context: dict[str, Any] = {
        "account": account,
        "nav_section": "drafts",
        "draft": draft,
        "source": draft.data_source,
        "lines": lines,
        "types": [(one.value, type_words()[one.value]) for one in EdmType],
    }
    if request.method == "POST" and asked != columns:
        problems = broken_rules(draft, asked)
        context["problems"] = problems
        try:
            if "apply" in given and not problems:
                author = Author(request.user, _revision(given.get("revision", "")))
                jobs.change_draft_columns(author, draft, asked)
                return go(request, _address(draft))
            context["effects"] = [] if problems else [_told(one) for one in effects(draft, asked)]
        except DraftFault as refused:
            context["fault"] = str(refused)
            draft.refresh_from_db(fields=["revision"])
    elif "look" in given or "apply" in given:
        context["nothing"] = _("Nothing is changed yet.")
    return render_page(
        request,
        "datasources/draft/properties_page.html",
        context,
        fragment="datasources/draft/properties.html",
        status=422 if context.get("problems") or context.get("fault") else 200,
    )


def _revision(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _address(draft: Draft) -> str:
    return reverse("draft", args=[draft.account_id, draft.pk])


def _told(effect: Effect) -> Told:
    tell = {"add": _added, "rename": _renamed, "retype": _retyped, "drop": _dropped}[effect.kind]
    return tell(effect)


def _added(effect: Effect) -> Told:
    column = effect.after
    words = (
        ngettext(
            "%(n)s entity gets the value “%(fill)s”.",
            "%(n)s entities get the value “%(fill)s”.",
            effect.kept,
        )
        % {"n": number(effect.kept), "fill": column.fill}
        if column and column.fill
        else _("It is empty everywhere until you fill it in.")
    )
    return Told(_("%(name)s is added") % {"name": effect.name}, [words])


def _renamed(effect: Effect) -> Told:
    name = effect.after.name if effect.after else ""
    return Told(
        _("%(old)s becomes %(new)s") % {"old": effect.name, "new": name},
        [
            _("No value changes."),
            _(
                "Applications that ask for %(old)s, filter or sort by it get an error until they "
                "ask for %(new)s."
            )
            % {"old": effect.name, "new": name},
        ],
    )


def _dropped(effect: Effect) -> Told:
    lost = ngettext("%(n)s value goes.", "%(n)s values go.", effect.lost) % {
        "n": number(effect.lost)
    }
    return Told(
        _("%(name)s is dropped") % {"name": effect.name},
        [
            lost if effect.lost else _("It is empty everywhere: no value goes."),
            _("Applications that ask for %(name)s get an error.") % {"name": effect.name},
        ],
        is_loss=bool(effect.lost),
        lost=effect.lost_examples,
    )


def _retyped(effect: Effect) -> Told:
    types = type_words()
    old = types[effect.before.type.value] if effect.before else ""
    new = types[effect.after.type.value] if effect.after else ""
    counted = (
        (effect.kept, ngettext("%(n)s value stays.", "%(n)s values stay.", effect.kept)),
        (
            effect.respelt,
            ngettext(
                "%(n)s value is written otherwise.",
                "%(n)s values are written otherwise.",
                effect.respelt,
            ),
        ),
        (
            effect.lost,
            ngettext(
                "%(n)s value does not fit and becomes empty.",
                "%(n)s values do not fit and become empty.",
                effect.lost,
            ),
        ),
        (
            effect.marked,
            ngettext(
                "%(n)s value that you typed does not fit: it stays, marked as a problem.",
                "%(n)s values that you typed do not fit: they stay, marked as problems.",
                effect.marked,
            ),
        ),
    )
    said = [words % {"n": number(count)} for count, words in counted if count]
    return Told(
        _("%(name)s: %(old)s becomes %(new)s") % {"name": effect.name, "old": old, "new": new},
        said or [_("It is empty everywhere: no value changes.")],
        is_loss=bool(effect.lost),
        lost=effect.lost_examples,
        respelt=effect.respelt_examples,
    )
