"""Merging a draft with the version that took its base's place: what comes together, what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.people.access import AuthedRequest
from datasources import jobs
from datasources.checks.merge import Clash, Side
from datasources.drafts.faults import DraftFault
from datasources.drafts.merging import Choices, Plan, Question, plan_merge
from datasources.drafts.step import Author
from datasources.models import Account, Draft, Version, VersionState
from datasources.views.drafts.found import find_draft, may_edit
from datasources.views.drafts.pages import base_words
from datasources.views.render import render_page
from datasources.views.upload import go

ASKED = 200  # conflicts on the page; more are decided together
CUT = 120  # characters of a value
_NAME = "take:"  # of a decision's field, then the column, then the entity ID


@dataclass(frozen=True, slots=True)
class Shown:
    """A conflict on the page: the name of its field, and the three values in words."""

    field: str
    key: str
    property: str
    before: str
    theirs: str
    mine: str
    taken: str


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: AuthedRequest, account: Account, draft_id: UUID) -> HttpResponse:
    """What a merge comes to, and the questions it asks; posted and decided, it is made."""
    draft = find_draft(account, draft_id)
    targets = jobs.merge_targets(draft) if may_edit(request, draft) else []
    version = _chosen(request, targets)
    if version is None:
        return go(request, _address(draft))
    given = request.POST if request.method == "POST" else QueryDict()
    choices, rest = _choices(given), _side(given.get("rest", ""))
    fault = ""
    if request.method == "POST":
        try:
            author = Author(request.user, _revision(given))
            jobs.merge_draft(author, draft, version, choices, rest)
            return go(request, _address(draft))
        except DraftFault as refused:
            fault = str(refused)
            draft.refresh_from_db()
    context: dict[str, Any] = {
        "account": account,
        "nav_section": "drafts",
        "draft": draft,
        "source": draft.data_source,
        "version": version,
        "from_words": base_words(draft.base),
        "to_words": base_words(version),
        "others": [(one, base_words(one)) for one in targets if one != version],
        "fault": fault,
        "is_here": version.archive_id is not None,
        "is_coming": "coming" in request.GET,
        "rest": rest,
    }
    if context["is_here"]:
        try:
            context |= _plan_context(draft, plan_merge(draft, version), choices)
        except DraftFault as refused:
            context["lost"] = str(refused)
    return render_page(
        request,
        "datasources/draft/merge_page.html",
        context,
        fragment="datasources/draft/merge.html",
        status=422 if fault else 200,
    )


@require_POST
def fetch(request: AuthedRequest, account: Account, draft_id: UUID) -> HttpResponse:
    """Has the copy of the other version brought here; the page waits for it."""
    draft = find_draft(account, draft_id)
    version = get_object_or_404(
        draft.data_source.versions.select_related("data_source__account"),
        pk=request.GET.get("with", "0") if request.GET.get("with", "0").isdigit() else 0,
    )
    context = {"account": account, "draft": draft, "version": version, "is_coming": True}
    try:
        jobs.fetch_for_merge(request.user, version)
    except jobs.JobRefused as refused:
        context |= {"fault": str(refused), "is_coming": False}
    context |= {
        "nav_section": "drafts",
        "to_words": base_words(version),
        "source": draft.data_source,
    }
    return render_page(
        request,
        "datasources/draft/merge_page.html",
        context,
        fragment="datasources/draft/merge.html",
    )


def _chosen(request: AuthedRequest, targets: list[Version]) -> Version | None:
    """The version that is asked for, else the published one."""
    asked = request.GET.get("with", "")
    if asked:
        return next((one for one in targets if str(one.pk) == asked), None)
    published = (one for one in targets if one.state == VersionState.PUBLISHED)
    return next(published, targets[0] if targets else None)


def _plan_context(draft: Draft, plan: Plan, choices: Choices) -> dict[str, Any]:
    names = {column.id: column.name for column in plan.columns.columns}
    shown = plan.questions[:ASKED]
    return {
        "plan": plan,
        "columns": plan.columns,
        "question_count": len(plan.questions),
        "further": len(plan.questions) - len(shown),
        "questions": [_shown(one, names, choices) for one in shown],
    }


def _shown(question: Question, names: dict[str, str], choices: Choices) -> Shown:
    conflict, key = question.conflict, question.key
    values = {
        Clash.CELL: (_cut(conflict.base), _cut(conflict.theirs), _cut(conflict.mine)),
        Clash.DELETED_HERE: ("–", _("Changed"), _("Deleted")),
        Clash.DELETED_THERE: ("–", _("Deleted"), _("Changed")),
    }[conflict.clash]
    return Shown(
        f"{_NAME}{conflict.column}:{key}",
        key,
        names.get(conflict.column, ""),
        *values,
        choices.get((key, conflict.column), ""),
    )


def _cut(text: str | None) -> str:
    if text is None:
        return _("empty")
    return text if len(text) <= CUT else f"{text[:CUT]}…"


def _choices(given: QueryDict) -> dict[tuple[str, str], Side]:
    found: dict[tuple[str, str], Side] = {}
    for name, value in given.items():
        side = _side(str(value))
        if name.startswith(_NAME) and side is not None:
            column, _colon, key = name.removeprefix(_NAME).partition(":")
            found[key, column] = side
    return found


def _side(text: str) -> Side | None:
    return Side(text) if text in set(Side) else None


def _revision(given: QueryDict) -> int | None:
    text = given.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _address(draft: Draft) -> str:
    return reverse("draft", args=[draft.account_id, draft.pk])
