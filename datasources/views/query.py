"""The first query box of a data source's page: asks the service within the web request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dashboard.people.access import AuthedRequest
from datasources.api import Client, QueryAnswer, ServiceError
from datasources.forms.query import QueryForm
from datasources.models import Account, DataSource, Key
from datasources.views.render import render_page

TIMEOUT = (3.0, 8.0)  # seconds to connect and to answer, while the page waits
TOP = 25
LONGEST = 120  # characters of a value in the table


@dataclass(frozen=True, slots=True)
class Result:
    """An answer as a table."""

    columns: tuple[str, ...]
    rows: list[list[tuple[str, str]]]  # (kind, text)
    total: int | None
    url: str
    seconds: float

    @classmethod
    def of(cls, answer: QueryAnswer) -> Result:
        columns = answer.columns or tuple(answer.entities[0] if answer.entities else ())
        rows = [[_cell(entity.get(name)) for name in columns] for entity in answer.entities]
        return cls(columns, rows, answer.total, answer.url, answer.seconds)


@never_cache
@require_safe
def query(request: AuthedRequest, account: Account, source_id: int) -> HttpResponse:
    """The box with what was asked and, if the question is in order, the service's answer."""
    source = get_object_or_404(DataSource, account=account, pk=source_id, gone_at=None)
    form = QueryForm(request.GET, account=account, user=request.user, source=source)
    context: dict[str, Any] = {
        "account": account,
        "nav_section": "sources",
        "source": source,
        "staged": source.versions.filter(state="staged").first(),
        "form": form,
    }
    if form.is_valid():
        try:
            context["result"] = Result.of(ask(account, source, form))
        except ServiceError as error:
            context["fault"] = error
    return render_page(
        request,
        "datasources/source/query_page.html",
        context,
        fragment="datasources/source/query.html",
    )


def ask(account: Account, source: DataSource, form: QueryForm) -> QueryAnswer:
    """Asks the service what a form in order says.

    Raises:
        ServiceError: with words for people.
    """
    data = form.cleaned_data
    key: Key = data["key"]
    by_id = data["mode"] == "id"
    with Client(account.service.base_url, key.secret, timeout=TIMEOUT, attempts=1) as client:
        return client.query(
            source.query_url,
            spatial_filter=form.spatial_filter,
            filter=data["filter"] if data["mode"] == "filter" else "",
            top=None if by_id else TOP,
            inlinecount=not by_id,
            staged=data["staged"],
            entity_id=data["entity_id"] if by_id else None,
        )


def _cell(value: object) -> tuple[str, str]:
    """A value as text, with how to set it: text, number or none."""
    if value is None:
        return "none", ""
    if isinstance(value, bool):
        return "text", "true" if value else "false"
    if isinstance(value, int | float):
        return "number", str(value)
    text = str(value)
    return "text", text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
