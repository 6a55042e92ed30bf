"""What the service, or the archive, answered: asked in the request, for a person waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dashboard.people.access import AuthedRequest
from datasources.api import QueryAnswer, ServiceError, Told
from datasources.forms.actions import NO_KEY
from datasources.models import Account, Key
from datasources.views.explore.asking import ask_service, cancel
from datasources.views.explore.question import Question, question_of, remember_key
from datasources.views.explore.result import Raw, Table, features_of, raw_of, table_of
from datasources.views.render import render_page

FRAGMENT = "datasources/explore/answer.html"
TOKEN = 40  # characters at most


@dataclass(frozen=True, slots=True)
class Page:
    """Which entities of all that match are shown: from `first` (1), `shown` of them."""

    first: int
    shown: int
    total: int | None
    before: int | None  # what to skip for the page before, and for the one after
    after: int | None

    @property
    def last(self) -> int:
        return self.first + self.shown - 1

    @classmethod
    def of(cls, answer: QueryAnswer, skip: int, top: int) -> Page:
        shown = len(answer.entities)
        more = shown >= top if answer.total is None else skip + shown < answer.total
        return cls(
            first=skip + 1,
            shown=shown,
            total=answer.total,
            before=max(0, skip - top) if skip else None,
            after=skip + shown if more and shown else None,
        )


@require_POST
def ask(request: AuthedRequest, account: Account) -> HttpResponse:
    """Asks the question and answers with the result, or with what is in the way, in words.

    `token` names the wait, so that it can be cancelled.
    """
    question = question_of(request, account, request.POST)
    context: dict[str, Any] = {"account": account, "question": question}
    words = _in_the_way(question)
    if words:
        context["fault"] = words
    elif question.key is not None:
        context |= _asked(request, question, question.key)
    response = render_page(request, FRAGMENT, context, status=422 if words else 200)
    address = reverse("explore", args=[account.pk])
    response["HX-Push-Url"] = f"{address}?{question.address}" if question.address else address
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def give_up(request: AuthedRequest, account: Account) -> HttpResponse:
    """Ends the wait for the answer that `token` names."""
    cancel(request.user, request.POST.get("token", "")[:TOKEN])
    return HttpResponse(status=204)


def _in_the_way(question: Question) -> str:
    """Why it cannot be asked; "" if it can."""
    if question.fault:
        return question.fault
    if question.target is None:
        return _("Choose a data source first.")
    if not question.form.is_valid():
        return _("Nothing was sent: the fields that are marked are not complete.")
    if question.target.is_gone:
        return _(
            "%(name)s is no longer on the service. Versions that are kept here can still be asked: "
            "choose one."
        ) % {"name": question.target.name}
    if question.key is None:
        if question.keys:
            return _("That key is not one you may use here any more. Choose another.")
        return NO_KEY
    return ""


def _asked(request: AuthedRequest, question: Question, key: Key) -> dict[str, Any]:
    target = question.target
    if target is None:
        return {}
    remember_key(request, question.account, key)
    try:
        (told,) = ask_service(
            request.user,
            question.account.service.base_url,
            key.secret,
            target.query_url,
            [question.options],
            request.POST.get("token", "")[:TOKEN],
        )
    except ServiceError as error:
        return {"error": error}
    return answer_context(question, told)


def answer_context(question: Question, told: Told) -> dict[str, Any]:
    """An answer for the template."""
    schema = question.target.schema if question.target else None
    raw: Raw | None = raw_of(told.body) if told.body else None
    context: dict[str, Any] = {"told": told, "raw": raw, "error": told.error}
    if told.answer is None:
        return context
    features = features_of(told.answer.entities, told.answer.ids, schema)
    placed = {one["properties"]["key"] for one in features["features"]}
    table: Table = table_of(told.answer.entities, told.answer.columns, told.answer.ids, placed)
    data = question.form.cleaned_data
    is_single = question.form.found_by == "id"
    return {
        **context,
        "table": table,
        "features": features,
        "page": None if is_single else Page.of(told.answer, data["skip"] or 0, data["top"] or 25),
        "unplaced": len(table.lines) - len(placed),
    }
