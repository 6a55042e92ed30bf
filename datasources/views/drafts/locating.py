"""What the panel of missing locations asks for, in JSON: addresses looked up, or names of places."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dashboard.people.access import AuthedRequest
from datasources import jobs
from datasources.api.geocoding import GeocoderFault
from datasources.drafts.bases import open_sheet
from datasources.drafts.faults import DraftClosed, DraftFault
from datasources.drafts.locating import Batch, Looked, look_up
from datasources.drafts.operations import OperationFault
from datasources.models import Account, Draft, LookupKind
from datasources.phrases.told import told
from datasources.views.drafts.found import answers_json, may_edit, read_json


@require_POST
@answers_json
def locate(request: AuthedRequest, account: Account, draft: Draft) -> dict[str, Any]:
    """Looks up some rows: {"do": "find" or "name", "columns": [IDs], "after": a row or null}.

    Nothing is written; `last` is what the next request goes on after.
    """
    if not may_edit(request, draft):
        raise DraftClosed(_("Only the owner of an open draft can look up places."))
    given = read_json(request)
    columns, after = given.get("columns"), given.get("after")
    if not isinstance(columns, list) or not (after is None or isinstance(after, int)):
        raise OperationFault("columns")
    geocoder = jobs.geocoder()
    if geocoder is None:
        raise DraftFault(_("A site admin has turned the geocoder off."))
    names = [str(one) for one in columns]
    try:
        with open_sheet(draft) as sheet:
            kind = LookupKind.NAME if given.get("do") == "name" else LookupKind.FIND
            batch = look_up(draft, sheet, geocoder, kind, names, after)
    except GeocoderFault as fault:
        raise DraftFault(told(*fault.args)) from None
    return _answer(batch)


def _answer(batch: Batch) -> dict[str, Any]:
    return {
        "rows": [_row(one) for one in batch.rows],
        "total": batch.total,
        "left": batch.left,
        "last": batch.last,
    }


def _row(looked: Looked) -> dict[str, Any]:
    found = looked.found
    row: dict[str, Any] = {"row": looked.number, "id": looked.key, "asked": looked.asked}
    if found is not None:
        row |= {
            "latitude": found.latitude,
            "longitude": found.longitude,
            "words": told(found.words),
            "confidence": found.confidence.value,
        }
    return row
