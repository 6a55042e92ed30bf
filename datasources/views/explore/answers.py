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
from datasources.models import Account
from datasources.query.model import DEFAULT_TOP
from datasources.schema import Schema
from datasources.views.explore.asking import ask_sides, cancel
from datasources.views.explore.beside import pair_features, pair_up
from datasources.views.explore.question import Question, question_of, remember_key
from datasources.views.explore.result import Raw, features_of, raw_of, table_of
from datasources.views.explore.target import Side
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
    words = in_the_way(question)
    if words:
        context["fault"] = words
    else:
        context |= _asked(request, question)
    response = render_page(request, FRAGMENT, context, status=422 if words else 200)
    query = question.address
    if request.POST.get("saved", "").isdecimal():
        query = f"{query}&saved={request.POST['saved']}"
    address = reverse("explore", args=[account.pk])
    response["HX-Push-Url"] = f"{address}?{query}" if query else address
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def give_up(request: AuthedRequest, account: Account) -> HttpResponse:
    """Ends the wait for the answer that `token` names."""
    cancel(request.user, request.POST.get("token", "")[:TOKEN])
    return HttpResponse(status=204)


def in_the_way(question: Question) -> str:
    """Why it cannot be asked; "" if it can."""
    target = question.target
    if question.fault:
        return question.fault
    if target is None:
        return _("Choose a data source first.")
    if not question.form.is_valid():
        return _("Nothing was sent: the fields that are marked are not complete.")
    if not target.asks_service:
        return ""
    if target.is_gone:
        return _(
            "%(name)s is no longer on the service. Versions that are kept here can still be asked: "
            "choose one."
        ) % {"name": target.name}
    if question.key is None:
        if question.keys:
            return _("That key is not one you may use here any more. Choose another.")
        return NO_KEY
    return ""


def _asked(request: AuthedRequest, question: Question) -> dict[str, Any]:
    target = question.target
    if target is not None and target.asks_service and question.key is not None:
        remember_key(request, question.account, question.key)
    token = request.POST.get("token", "")[:TOKEN]
    try:
        told = ask_sides(request.user, question, question.key, token)
    except ServiceError as error:
        return {"error": error}
    return answer_context(question, told)


@dataclass(frozen=True, slots=True)
class Said:
    """What one version said."""

    side: Side
    told: Told
    raw: Raw | None
    page: Page | None


def answer_context(question: Question, told: list[Told]) -> dict[str, Any]:
    """Answers for the template: one as a table, two as a table of both."""
    sides = question.target.sides if question.target else []
    said = [
        Said(side, one, raw_of(one.body) if one.body else None, _page(question, one))
        for side, one in zip(sides, told, strict=True)
    ]
    context: dict[str, Any] = {"said": said, "target": question.target}
    answers = [one.answer for one in told if one.answer is not None]
    if len(answers) < len(told):
        return context
    return context | (_one(question, said[0]) if len(said) == 1 else _both(question, said))


def _one(question: Question, said: Said) -> dict[str, Any]:
    answer = said.told.answer
    if answer is None:
        return {}
    features = features_of(answer.entities, answer.ids, _schema(question))
    placed = {one["properties"]["key"] for one in features["features"]}
    table = table_of(answer.entities, answer.columns, answer.ids, placed)
    return {
        "table": table,
        "features": features,
        "page": said.page,
        "unplaced": len(table.lines) - len(placed),
    }


def _both(question: Question, said: list[Said]) -> dict[str, Any]:
    one, other = said[0].told.answer, said[1].told.answer
    if one is None or other is None:
        return {}
    pages = [each.page for each in said if each.page is not None]
    is_whole = all(page.before is None and page.after is None for page in pages)
    pairs = pair_up(one, other, is_whole=is_whole)
    schema = _schema(question)
    features = pair_features(
        pairs,
        features_of(one.entities, one.ids, schema),
        features_of(other.entities, other.ids, schema),
    )
    longest = max(pages, key=lambda page: page.after or 0, default=None)
    return {"pairs": pairs, "features": features, "page": longest}


def _schema(question: Question) -> Schema | None:
    return question.target.schema if question.target else None


def _page(question: Question, told: Told) -> Page | None:
    """Which entities are shown; None for one entity by its ID."""
    if told.answer is None or question.form.found_by == "id":
        return None
    options = question.form.options
    return Page.of(told.answer, options.skip or 0, options.top or DEFAULT_TOP)
