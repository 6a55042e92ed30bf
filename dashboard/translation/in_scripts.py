"""Marked strings in scripts: `_("…")` and `several("…", "…")` of static/js/language.js."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from dashboard.translation.found import Found, Unreadable
from dashboard.translation.in_python import form_of

_STRING = r'"(?:[^"\\\n]|\\.)*"'
_CALL = re.compile(r"(?<![\w$.])(_|several)\(\s*(?!\))")
_TEXT = re.compile(rf"({_STRING})\s*([,)])")


def in_script(path: Path, shown: str) -> Iterator[Found]:
    """The marked strings of a module, which stand in double quotes.

    Raises:
        Unreadable: something else is marked.
    """
    source = path.read_text(encoding="utf-8")
    for call in _CALL.finditer(source):
        before = source[source.rfind("\n", 0, call.start()) + 1 : call.start()]
        if before.rstrip().endswith("function") or before.lstrip().startswith(("*", "//", "/*")):
            continue
        place = f"{shown}:{source.count(chr(10), 0, call.start()) + 1}"
        text, at = _string(source, call.end(), place)
        many = _string(source, at, place)[0] if call[1] == "several" else ""
        yield Found(text, place, many, form=form_of(text))


def _string(source: str, at: int, place: str) -> tuple[str, int]:
    """The string that begins there, and where what follows its comma begins."""
    at += len(source[at:]) - len(source[at:].lstrip())
    match = _TEXT.match(source, at)
    if match is None:
        raise Unreadable(place, f"{source[at : at + 40]!r} is no string in double quotes")
    return json.loads(match[1]), match.end()
