"""The detail of an event in words, for the page."""

from __future__ import annotations

import re
from typing import Any

from dashboard.audit.record import ACTIONS

HASH = re.compile(r"[0-9a-f]{40,}")
HASH_SHOWN = 12
LABELS = {
    "sha256": "SHA-256",
    "operation": "load operation",
    "code": "fault",
    "base_url": "base URL",
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
        shown = LABELS.get(name, name.replace("_", " "))
        if isinstance(value, dict):
            words += [(f"{shown} {inner}", text) for inner, text in detail_words(value)]
        elif value not in (None, "", []):
            words.append((shown, _value(value.replace("_", " ") if name == "code" else value)))
    return words


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(_value(item) for item in value)
    text = str(value)
    return f"{text[:HASH_SHOWN]}…" if HASH.fullmatch(text) else ACTIONS.get(text, text)
