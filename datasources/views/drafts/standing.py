"""How a draft stands, as the grid is told after every step."""

from __future__ import annotations

import json
import zlib
from typing import Any

from django.utils import timezone

from dashboard.people.access import AuthedRequest
from datasources.drafts import log
from datasources.models import Draft
from datasources.views.drafts.found import may_edit


def state_json(request: AuthedRequest, draft: Draft) -> dict[str, Any]:
    """Revision, counts, what undo and redo would do, and whether the person may edit."""
    return {
        "revision": draft.revision,
        "state": draft.state,
        "mayEdit": may_edit(request, draft),
        "counts": {
            "added": draft.added,
            "changed": draft.changed,
            "deleted": draft.deleted,
            "faulty": draft.faulty,
        },
        "undo": log.words_of(log.last_applied(draft)),
        "redo": log.words_of(log.first_undone(draft)),
        "columns": columns_mark(draft),
        "busy": draft.busy_until is not None and draft.busy_until > timezone.now(),
    }


def columns_mark(draft: Draft) -> str:
    """Another text once the properties change, so that a grid knows that its columns are old."""
    return f"{zlib.crc32(json.dumps(draft.columns).encode()):08x}"
