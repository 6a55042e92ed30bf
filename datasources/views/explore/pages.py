"""The explorer's page, and what it says while a query is built."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dashboard.people.access import AuthedRequest
from datasources.api import ServiceError
from datasources.models import Account
from datasources.query.filter import MAX_LIST
from datasources.query.snippets import LANGUAGES
from datasources.query.tree import OPERATORS, filterable
from datasources.schema import EdmType
from datasources.views.explore.asking import properties_of
from datasources.views.explore.question import Question, code_of, question_of, sent_url
from datasources.views.explore.saving import saved_of
from datasources.views.explore.target import remember
from datasources.views.explore.words import builder_words, page_words
from datasources.views.render import render_page

#: What makes an address a question, so that the page asks it when it is opened.
ASKED_BY = ("source", "at")


@never_cache
@require_safe
def page(request: AuthedRequest, account: Account) -> HttpResponse:
    """The page, filled with the query of its address."""
    question = question_of(request, account, request.GET)
    if _learn(request, question):
        question = question_of(request, account, request.GET)
    context = {
        **page_context(question),
        "account": account,
        "nav_section": "explore",
        "opened": saved_of(request, account, request.GET.get("saved", "")),
        "saved_count": account.saved_queries.visible_to(request.user).count(),
        "asks": question.is_ready and any(request.GET.get(name) for name in ASKED_BY),
    }
    return render_page(request, "datasources/explore/page.html", context)


@require_POST
def compose(request: AuthedRequest, account: Account) -> JsonResponse:
    """What the form says so far: the URL as it will be sent, what is wrong, code, an address."""
    answer = JsonResponse(composed(question_of(request, account, request.POST)))
    answer["Cache-Control"] = "no-store"
    return answer


def page_context(question: Question) -> dict[str, Any]:
    """What the page's own parts show."""
    target = question.target
    schema = target.schema if target else None
    return {
        "question": question,
        "target": target,
        "form": question.form,
        "keys": question.keys,
        "key": question.key,
        "composed": composed(question),
        "builder": {
            "properties": [
                {"name": prop.name, "type": prop.type.value} for prop in filterable(schema)
            ]
            if schema
            else [],
            "operators": {kind.value: operators for kind, operators in OPERATORS.items()},
            "mostValues": MAX_LIST,
            "words": builder_words(),
        },
        "properties": list(schema.without_deletes().properties) if schema else [],
        "orderable": [prop for prop in filterable(schema) if prop.type is not EdmType.GEOGRAPHY]
        if schema
        else [],
        "languages": LANGUAGES,
        "words": page_words(),
    }


def composed(question: Question) -> dict[str, Any]:
    """All that follows from the form, for the page's scripts."""
    form = question.form
    ready = question.is_ready
    target = question.target
    shown: dict[str, Any] = {"urls": [], "code": [], "warnings": []}
    if ready and target is not None:
        sent = [side for side in target.sides if side.archived is None]
        shown["urls"] = [sent_url(*question.request_for(side)) for side in sent]
        shown["code"] = [
            {"name": one.name, "language": one.language, "code": one.code}
            for one in (code_of(question, sent[0]) if sent else ())
        ]
    if ready:
        shown["warnings"] = question.warnings()
    return {
        **shown,
        "ready": ready,
        "address": question.address,
        "errors": {name: list(words) for name, words in form.errors.items()},
        "filter": form.filter_state.as_json(),
        "ids": {
            "count": len(form.all_ids) if form.found_by == "ids" else 0,
            "part": form.asked_part,
            "parts": form.parts,
        },
    }


def _learn(request: AuthedRequest, question: Question) -> bool:
    """Asks for the properties of a data source that is not the account's; whether they came."""
    target = question.target
    if target is None or target.place is None or target.schema is not None or question.key is None:
        return False
    try:
        told = properties_of(
            request.user, question.account.service.base_url, question.key.secret, target.place
        )
    except ServiceError:
        return False  # the text does without, and the query itself tells what is wrong
    return remember(question.account, target.place, told) is not None
