"""Marked strings in Python: gettext and its kin, and the phrases of the rooms without Django."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from dashboard.translation.found import Found, Unreadable

#: Name of the function -> what its first arguments are.
MARKS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop", "Phrase"], ("text",)),
    **dict.fromkeys(["ngettext", "ngettext_lazy", "counted"], ("text", "many")),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ("context", "text")),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ("context", "text", "many")),
}
_PERCENT = re.compile(r"%\(\w+\)[sd]")
_BRACE = re.compile(r"\{\w*(?::[^{}]*)?\}")


def in_python(path: Path, shown: str) -> Iterator[Found]:
    """The marked strings of a module. `shown` is its path as translators see it.

    Raises:
        Unreadable: something that is no literal is marked.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and (wanted := MARKS.get(_name(node.func))):
            yield _found(node, wanted, f"{shown}:{node.lineno}")


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    # Of methods only `Phrase.counted`: others of these names are not ours.
    is_ours = isinstance(function, ast.Attribute) and ast.unparse(function.value) == "Phrase"
    return function.attr if is_ours and isinstance(function, ast.Attribute) else ""


def _found(call: ast.Call, wanted: tuple[str, ...], place: str) -> Found:
    parts: dict[str, str] = {}
    for name, argument in zip(wanted, call.args, strict=False):
        if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
            raise Unreadable(place, f"{ast.unparse(argument)[:60]} is no literal")
        parts[name] = argument.value
    if "text" not in parts:
        raise Unreadable(place, "nothing is marked")
    return Found(
        parts["text"], place, parts.get("many", ""), parts.get("context"), form_of(parts["text"])
    )


def form_of(text: str) -> str:
    """What the placeholders of a text look like."""
    if _PERCENT.search(text):
        return "percent"
    return "brace" if _BRACE.search(text) else ""
