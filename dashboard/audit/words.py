"""The detail of an event in words, for the page."""

from __future__ import annotations

import re
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.audit.record import ACTIONS
from dashboard.people.reading import number

HASH = re.compile(r"[0-9a-f]{40,}")
HASH_SHOWN = 12
#: What a detail is called; of those by names that are not listed, the name is shown.
LABELS: dict[str, str | Promise] = {
    "account": _("account"),
    "base_url": _("base URL"),
    "before": _("before"),
    "changed": _("changed"),
    "code": _("fault"),
    "derived_from": _("derived from"),
    "filter": _("filter"),
    "format": _("format"),
    "from": _("from"),
    "invited by": _("invited by"),
    "key": _("key"),
    "name": _("name"),
    "operation": _("load operation"),
    "owner": _("owner"),
    "passed": _("passed"),
    "plan": _("plan"),
    "repairs": _("repairs"),
    "role": _("role"),
    "service": _("service"),
    "sha256": "SHA-256",
    "shared": _("shared"),
    "team": _("team"),
    "to": _("to"),
}
#: Values of details that are words of ours: roles, plans and outcomes as they are kept, in English.
VALUES: dict[str, str | Promise] = {
    "Viewer": _("Viewer"),
    "Editor": _("Editor"),
    "Publisher": _("Publisher"),
    "Team admin": _("Team admin"),
    "done": _("done"),
    "failed": _("failed"),
    **ACTIONS,
}
#: What serves to tie events together, in the export, and says nothing to a reader.
UNSAID = frozenset({"job"})


def detail_words(detail: dict[str, Any]) -> list[tuple[str, str]]:
    """Names and values, without those that are empty; one inside another is named "outer inner".

    What a job was and how it ended are one: ("Published a staged version", "done").
    """
    words: list[tuple[str, str]] = []
    rest = {name: value for name, value in detail.items() if name not in UNSAID}
    if "act" in rest and "outcome" in rest:
        words.append((_value(rest.pop("act")), _value(rest.pop("outcome"))))
    for name, value in rest.items():
        shown = str(LABELS.get(name, name.replace("_", " ")))
        if isinstance(value, dict):
            words += [(f"{shown} {inner}", text) for inner, text in detail_words(value)]
        elif value not in (None, "", []):
            words.append((shown, _value(value.replace("_", " ") if name == "code" else value)))
    return words


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, int):
        return number(value)
    if isinstance(value, list):
        return ", ".join(_value(item) for item in value)
    text = str(value)
    return f"{text[:HASH_SHOWN]}…" if HASH.fullmatch(text) else str(VALUES.get(text, text))
