"""What is wrong in a draft: a list to go through, and the next one from where somebody is."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import numpy as np
from django.db.models import Q

from datasources.archive.sheet import Numbers
from datasources.drafts.rows import placed
from datasources.drafts.state import columns_of_draft
from datasources.models import Draft, DraftRow, RowKind
from datasources.schema.columns import Column

PAGE = 100  # rows
_CHUNK = 5000


def faulty_rows(draft: Draft) -> Any:
    """Rows that a load would leave out, or that the service refused; those to delete not among them."""
    found = DraftRow.objects.filter(draft=draft, kind__in=(RowKind.ADDED, RowKind.CHANGED))
    return found.filter(Q(faults__gt=0) | ~Q(refused=""))


def problems_page(draft: Draft, page: int) -> dict[str, Any]:
    """Rows with their problems, and how often each rule is broken in all of them."""
    columns = columns_of_draft(draft)
    rows = faulty_rows(draft).order_by("number")
    shown = rows[page * PAGE : (page + 1) * PAGE]
    return {
        "rows": [_listed(row, columns) for row in shown],
        "total": rows.count(),
        "page": page,
        "pages": -(-rows.count() // PAGE),
    }


def _listed(row: DraftRow, columns: list[Column]) -> dict[str, Any]:
    return {
        "number": row.number,
        "key": row.key,
        "refused": row.refused,
        "problems": [
            {"place": place, "column": columns[place].name, "message": message, "advice": advice}
            for place, _rule, message, advice, warning in placed(row.problems, columns)
            if not warning
        ],
    }


def rules_broken(draft: Draft) -> Counter[str]:
    """How many cells break each rule."""
    found: Counter[str] = Counter()
    for text in faulty_rows(draft).values_list("problems", flat=True).iterator(_CHUNK):
        found.update(one[1] for one in json.loads(text or "[]") if not one[4])
    return found


def next_problem(draft: Draft, numbers: Numbers, start: int, *, forward: bool) -> dict[str, Any]:
    """The nearest row with a problem behind (or before) a place of an order, going round at its end:
    {"place", "number", "column"} (the column's place), or {} if there is none."""
    faulty = np.array(list(faulty_rows(draft).values_list("number", flat=True)), dtype=np.int32)
    places = np.flatnonzero(np.isin(numbers, faulty))
    if not len(places):
        return {}
    if forward:
        later = places[places > start]
        place = int(later[0]) if len(later) else int(places[0])
    else:
        earlier = places[places < start]
        place = int(earlier[-1]) if len(earlier) else int(places[-1])
    number = int(numbers[place])
    row = DraftRow.objects.get(draft=draft, number=number)
    listed = [one for one in placed(row.problems, columns_of_draft(draft)) if not one[4]]
    return {"place": place, "number": number, "column": listed[0][0] if listed else 0}
