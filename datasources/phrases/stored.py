"""Phrases in JSON: `{"phrase": template, "many": …, "values": {…}}` in the place of the text."""

from __future__ import annotations

import json
import re
from typing import Any

from datasources.phrases import Phrase

_PARTS = {"phrase", "many", "values"}
#: Templates hold names, some with a format of a figure: nothing else is ever put together.
_TEMPLATE = re.compile(r"(?:[^{}]|\{\{|\}\}|\{\w+(?::(?:moment|day|0\dX|[,]?(?:\.\d)?[fg]?))?\})*")


def as_json(value: Any) -> Any:
    """A value for `json.dumps`, with every phrase in it taken apart."""
    if isinstance(value, Phrase):
        parts: dict[str, Any] = {"phrase": value.template}
        if value.many:
            parts["many"] = value.many
        if value.values:
            parts["values"] = as_json(value.values)
        return parts
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return value


def put_together(parts: dict[str, Any]) -> Any:
    """For `json.loads(object_hook=…)`: a phrase that was taken apart, anything else as it is."""
    if "phrase" not in parts or not parts.keys() <= _PARTS:
        return parts
    template, many, values = parts["phrase"], parts.get("many", ""), parts.get("values", {})
    if not (isinstance(template, str) and isinstance(many, str) and isinstance(values, dict)):
        return parts
    if values and not (_TEMPLATE.fullmatch(template) and _TEMPLATE.fullmatch(many)):
        return parts
    return Phrase.made(template, many, values)


class Encoder(json.JSONEncoder):
    """For a JSONField: it would take a phrase for the text that it is."""

    def encode(self, o: Any) -> str:
        return super().encode(as_json(o))

    def iterencode(self, o: Any, _one_shot: bool = False) -> Any:
        return super().iterencode(as_json(o), _one_shot)


class Decoder(json.JSONDecoder):
    """The other way."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"object_hook": put_together})


def to_text(value: str) -> str:
    """A phrase, or a text, as one line of text for the database."""
    looks_like_one = value.startswith('{"phrase"')
    if isinstance(value, Phrase):
        return json.dumps(as_json(value), ensure_ascii=False)
    return to_text(Phrase("{text}", text=value)) if looks_like_one else value


def from_text(text: str) -> str:
    """What `to_text` wrote; text that was kept before there were phrases stays text."""
    if not text.startswith('{"phrase"'):
        return text
    try:
        found = json.loads(text, cls=Decoder)
    except (ValueError, KeyError, TypeError, IndexError):
        return text
    return found if isinstance(found, str) else text
