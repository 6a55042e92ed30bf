"""Exports: the page that is shown, at once; all that match, by a job where they are more."""

from __future__ import annotations

import io
from typing import Any

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dashboard.audit.record import record
from dashboard.people.access import AuthedRequest
from dashboard.spreadsheet import CSV_TYPE
from datasources import jobs
from datasources.api import QueryAnswer, ServiceError
from datasources.forms.explore.options import filter_of_ids
from datasources.jobs.exported import CSV, FORMATS, write_rows
from datasources.models import Account
from datasources.phrases.told import told
from datasources.query.filter import MAX_LIST
from datasources.query.places import geographies
from datasources.views.downloads import safe_name
from datasources.views.explore.answers import TOKEN, in_the_way
from datasources.views.explore.asking import ask_sides
from datasources.views.explore.question import Question, question_of, remember_key

TYPES = {CSV: CSV_TYPE, "geojson": "application/geo+json"}
PAGE, ALL = "page", "all"


@require_POST
def export(request: AuthedRequest, account: Account) -> HttpResponseBase:
    """What the query finds as a file (`as`: csv or geojson).

    `scope` is `page`, asked again and sent at once, or `all`: those are written by a job, whose
    address is answered, unless the page holds them all. What is in the way is told in words.
    """
    question = question_of(request, account, request.POST)
    format, scope = request.POST.get("as", ""), request.POST.get("scope", PAGE)
    words = in_the_way(question) or ("" if format in FORMATS else _("Choose CSV or GeoJSON."))
    if words:
        return _said(words)
    if question.key is not None:
        remember_key(request, account, question.key)
    if scope == ALL:
        return _start(request, question, format)
    try:
        answer = _asked(request, question)
    except ServiceError as error:
        return _said(f"{told(error.message)} {error.remote_words}".strip())
    return _file(request, question, answer, format)


def _said(words: str, status: int = 422) -> JsonResponse:
    return JsonResponse({"words": words}, status=status)


def _asked(request: AuthedRequest, question: Question) -> QueryAnswer:
    answers = ask_sides(request.user, question, question.key, request.POST.get("token", "")[:TOKEN])
    if answers[0].answer is None:
        raise answers[0].error or ServiceError(_("No answer came."))
    return answers[0].answer


def _file(
    request: AuthedRequest, question: Question, answer: QueryAnswer, format: str
) -> HttpResponse:
    made = io.BytesIO()
    schema = question.target.schema if question.target else None
    ids = answer.ids or ("",) * len(answer.entities)
    entities = zip(ids, answer.entities, strict=True)
    write_rows(made, format, answer.columns, entities, geographies(answer.entities, schema))
    _write_down(request, question, format, len(answer.entities))
    name = question.target.name if question.target else ""
    file_name = safe_name(f"{name} query {timezone.now():%Y-%m-%d}", f".{format}")
    response = HttpResponse(made.getvalue(), content_type=TYPES[format])
    response["Content-Disposition"] = content_disposition_header(True, file_name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def _start(request: AuthedRequest, question: Question, format: str) -> HttpResponse:
    target = question.target
    if target is None:
        return _said(_("Choose a data source first."))
    try:
        job = jobs.start_export(
            request.user,
            question.account,
            _query(question),
            name=target.name,
            output=format,
            key=question.key if target.archived is None else None,
            source=target.source,
            version=target.archived,
        )
    except jobs.JobRefused as refused:
        return _said(told(str(refused)))
    words = _("The export runs in the background; a notice tells when it is ready.")
    page = reverse("job", args=[question.account.pk, job.pk])
    return JsonResponse({"words": words, "job": page}, status=202)


def _query(question: Question) -> dict[str, Any]:
    """What the job asks, see `datasources.jobs.exporting`."""
    url, params = question.request
    schema = question.target.schema if question.target else None
    without = ("$top", "$skip", "$inlinecount", "$format")
    return {
        "url": url,
        "params": {name: value for name, value in params.items() if name not in without},
        "filters": _filters(question),
        "geographies": None if schema is None else geographies((), schema),
        "address": question.address,
    }


def _filters(question: Question) -> list[str]:
    """A list of more IDs than a query takes, in as many queries as it needs."""
    form = question.form
    if form.found_by != "ids" or form.parts < 2:
        return []
    ids = form.all_ids
    return [filter_of_ids(form, ids[at : at + MAX_LIST]) for at in range(0, len(ids), MAX_LIST)]


def _write_down(request: AuthedRequest, question: Question, format: str, count: int) -> None:
    record(
        "query.export",
        actor=request.user,
        team=question.account.team,
        data_source=question.target.name if question.target else "",
        detail={"account": question.account.name, "format": format, "entities": count},
        request=request,
    )
