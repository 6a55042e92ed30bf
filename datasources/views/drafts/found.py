"""Finding a draft through what the person may see, and answers in JSON for the grid."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from dashboard.people.access import AuthedRequest
from datasources.archive.selection import SelectionFault
from datasources.drafts.faults import DraftBusy, DraftClash, DraftClosed, DraftFault, DraftMoved
from datasources.drafts.operations import OperationFault
from datasources.models import Account, Draft, DraftState

MOST_BYTES = 16 * 1024 * 1024  # of one request: a paste of ten thousand rows takes some two
_STATUS = {DraftClosed: 403, DraftBusy: 409, DraftClash: 409, DraftMoved: 409}


def find_draft(account: Account, draft_id: UUID) -> Draft:
    """A draft of the account, with what its pages show; Http404 where there is none."""
    found = Draft.objects.select_related(
        "data_source__master_key", "owner", "base", "base_file", "job", "upload"
    )
    draft = get_object_or_404(found, account=account, pk=draft_id)
    draft.account = draft.data_source.account = account
    return draft


def may_edit(request: AuthedRequest, draft: Draft) -> bool:
    """Whether the person may change the draft just now."""
    return draft.owner_id == request.user.pk and draft.state == DraftState.OPEN


def answers_json(
    view: Callable[..., dict[str, Any]],
) -> Callable[..., JsonResponse]:
    """Calls `view(request, account, draft, …)` and answers with the JSON it gives, or with what is
    wrong in words: {"error", "code"}."""

    @wraps(view)
    def answering(
        request: AuthedRequest, account: Account, draft_id: UUID, **kwargs: Any
    ) -> JsonResponse:
        draft = find_draft(account, draft_id)
        try:
            return _answer(view(request, account, draft, **kwargs))
        except DraftFault as fault:
            return _refusal(fault)
        except SelectionFault as fault:
            return _answer({"error": str(fault), "code": "selection"}, 422)
        except OperationFault:
            words = _("The page asked for something that is none. Load it anew.")
            return _answer({"error": words, "code": "nonsense"}, 400)

    return answering


def _refusal(fault: DraftFault) -> JsonResponse:
    status = next((code for kind, code in _STATUS.items() if isinstance(fault, kind)), 422)
    answer: dict[str, Any] = {"error": str(fault), "code": type(fault).__name__}
    if isinstance(fault, DraftClash):
        answer["clashes"] = [[one.number, one.column, one.now] for one in fault.clashes]
    return _answer(answer, status)


def _answer(content: dict[str, Any], status: int = 200) -> JsonResponse:
    answer = JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})
    answer["Cache-Control"] = "private, no-store"
    return answer


def read_json(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that a request brings. Raises OperationFault.

    It is read from the stream, as a paste may be larger than Django takes for a form.
    """
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise DraftFault(
            _("This is too much at once: paste at most %(most)s MB.")
            % {"most": MOST_BYTES // 1024**2}
        )
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise OperationFault("no JSON") from None
    if not isinstance(given, dict):
        raise OperationFault("no object")
    return given


def whole_number(text: str | None, most: int) -> int:
    """A number of an address, 0 to `most`. Raises OperationFault."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 12:
        raise OperationFault("no number")
    return min(int(text), most)
