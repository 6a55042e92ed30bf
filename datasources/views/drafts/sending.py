"""Sending a draft: a dialog that says what will happen in numbers, and how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.people.access import AuthedRequest, require
from dashboard.people.models import Role
from dashboard.people.reading import number
from datasources import jobs
from datasources.drafts.faults import DraftFault
from datasources.drafts.files import Sent, changes_file, kept_rows, whole_file
from datasources.drafts.order import numbers_of
from datasources.formats import InputFormat
from datasources.forms.actions import NO_KEY
from datasources.forms.drafts import SendForm
from datasources.jobs.draft_sending import OPERATIONS, has_moved, has_new_schema
from datasources.jobs.kinds import role_for
from datasources.models import Account, Draft, DraftState, JobKind, VersionState
from datasources.views.drafts.found import find_draft
from datasources.views.render import render_page
from datasources.views.upload import go


@dataclass(frozen=True, slots=True)
class Way:
    """One way of sending a draft: what it is called, what it does, and why it is closed."""

    operation: str
    label: str
    words: str
    is_closed: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
def send(request: AuthedRequest, account: Account, draft_id: UUID) -> HttpResponse:
    """The dialog; posted and in order, the draft is on its way."""
    draft = find_draft(account, draft_id)
    ways = _ways(account, draft)
    is_posted = request.method == "POST"
    form = SendForm(
        request.POST if is_posted else None,
        account=account,
        user=request.user,
        draft=draft,
        ways=[way.operation for way in ways if not way.is_closed],
    )
    if is_posted and form.is_valid():
        operation = form.cleaned_data["operation"]
        require(request.user, account.team, role_for(JobKind.LOAD, operation), account.role)
        try:
            jobs.send_draft(
                request.user,
                draft,
                operation,
                form.cleaned_data["key"],
                leave_out=form.cleaned_data.get("leave_out", False),
            )
        except jobs.JobRefused as refused:
            form.add_error(None, str(refused))
        else:
            return go(request, reverse("draft", args=[account.pk, draft.pk]))
    context: dict[str, Any] = {
        "account": account,
        "nav_section": "drafts",
        "draft": draft,
        "form": form,
        "ways": ways,
        "says": _says(draft),
        "no_key": "" if form.has_keys else NO_KEY,
        "nothing": "" if any(not way.is_closed for way in ways) else _nothing(ways),
        "quota": jobs.quota(account),
        "chosen": form["operation"].value(),
    }
    return render_page(
        request,
        "datasources/draft/send_page.html",
        context,
        fragment="datasources/draft/send.html",
        status=422 if is_posted else 200,
    )


def _nothing(ways: list[Way]) -> str:
    return next((way.is_closed for way in ways), _("The draft cannot be sent."))


def _says(draft: Draft) -> str:
    """ "Adds 2 entities, changes 3 and deletes 1 of StoresEU." """
    counts = (
        (draft.added, ngettext("adds %(n)s entity", "adds %(n)s entities", draft.added)),
        (draft.changed, ngettext("changes %(n)s entity", "changes %(n)s entities", draft.changed)),
        (draft.deleted, ngettext("deletes %(n)s entity", "deletes %(n)s entities", draft.deleted)),
    )
    parts = [words % {"n": number(count)} for count, words in counts if count]
    if has_new_schema(draft):
        parts.append(_("changes properties"))
    if not parts:
        return _("The draft changes nothing yet.")
    listed = (
        parts[0] if len(parts) == 1 else _("%(first)s and %(last)s") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}
    )  # fmt: skip
    return _("The draft %(what)s in %(name)s.") % {"what": listed, "name": draft.data_source.name}


def _ways(account: Account, draft: Draft) -> list[Way]:
    name, after = draft.data_source.name, _count_after(draft)
    published = draft.data_source.versions.filter(state=VersionState.PUBLISHED).first()
    now = published.entity_count if published else None
    seen = _("Applications that query %(name)s see it within minutes.") % {"name": name}
    waits = _(
        "It waits as a staged version until somebody publishes it, for 30 days at most. Applications "
        "see no change yet."
    )
    then = ngettext(
        "%(name)s then has %(n)s entity.", "%(name)s then has %(n)s entities.", after
    ) % {"name": name, "n": number(after)}
    every = ngettext("%(n)s entity is loaded anew", "All %(n)s entities are loaded anew", after) % {
        "n": number(after)
    }
    instead = _("in place of the %(n)s that are published now") % {"n": number(now)} if now else ""
    lost = _("What was published since this draft was begun is replaced too.")
    lost = lost if has_moved(draft) else ""
    words = {
        "incremental": (_("Publish the changes"), f"{then} {seen}"),
        "incrementalStaging": (_("Stage the changes"), waits),
        "complete": (
            _("Replace everything and publish"),
            f"{', '.join(filter(None, (every, instead)))}. {lost} {seen}",
        ),
        "completeStaging": (_("Replace everything, staged"), f"{every}. {waits}"),
    }
    return [
        Way(
            operation,
            words[operation][0],
            " ".join(words[operation][1].split()),
            _closed(account, draft, operation),
        )
        for operation in OPERATIONS
    ]


def _closed(account: Account, draft: Draft, operation: str) -> str:
    needed = role_for(JobKind.LOAD, operation)
    if not account.role.covers(needed):
        return _("This needs the role %(role)s.") % {"role": needed.label}
    return jobs.why_not_send_draft(draft, operation)


def _count_after(draft: Draft) -> int:
    """Entities that the data source has once the draft was sent, rows with problems left out."""
    try:
        return max(0, len(numbers_of(draft)) - draft.deleted)
    except DraftFault:
        return 0


@require_safe
def sending(request: AuthedRequest, account: Account, draft_id: UUID) -> HttpResponse:
    """How far the sending is; asked for every second, and the page is loaded anew once it is over."""
    draft = find_draft(account, draft_id)
    answer = render_page(
        request, "datasources/draft/sending.html", {"account": account, "draft": draft}
    )
    if draft.state != DraftState.SENDING:
        answer["HX-Refresh"] = "true"
    return answer


@require_safe
def export(request: AuthedRequest, account: Account, draft_id: UUID, what: str) -> HttpResponse:
    """The draft as a file: what it changes, or all its rows, as comma-separated text of the API."""
    draft = find_draft(account, draft_id)
    require(request.user, account.team, Role.VIEWER, account.role)
    lines: Iterator[bytes]
    if draft.base_file is None:
        lines = kept_rows(draft)
    elif what == "changes":
        lines = changes_file(draft, Sent(), InputFormat.CSV, leave_out=False)
    else:
        lines = whole_file(draft, Sent(), InputFormat.CSV, leave_out=False)
    name = f"{draft.data_source.name}-{'changes' if what == 'changes' else 'draft'}.csv"
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = (
        f'attachment; filename="{name.encode("ascii", "ignore").decode()}"'
    )
    answer["Cache-Control"] = "private, no-store"
    return answer  # type: ignore[return-value]
