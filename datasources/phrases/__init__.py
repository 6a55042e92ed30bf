"""Sentences that remember what they are made of, so that a page can say them in another language.

The rooms without Django say everything in English and as text: logs, exports and the server's
answers take it as it is. A `Phrase` is such a text, a str like any other, that also carries its
template and its values. `datasources.phrases.told` looks the template up in the reader's language
and puts the values in; `stored` keeps phrases in JSON and in the database.

    Phrase("The name has {count} characters; {most} is the most.", count=51, most=50)
    Phrase.counted("{count:,} entity", "{count:,} entities", count=41208)

Templates are literals, for `manage.py messages` finds them by reading the source. Values are text,
numbers or other phrases. A figure with the format `,` or `.1f` is written with the reader's separators; a
value of the data stands as it is. A time is ISO text with the format `moment` or `day`, and is
written in the reader's zone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

MOMENTS = ("moment", "day")  # formats of times, whose values are ISO text with their zone


def _in_english(template: str, values: dict[str, Any]) -> str:
    if ":moment}" in template or ":day}" in template:
        values = {
            name: _Moment(value) if isinstance(value, str) else value
            for name, value in values.items()
        }
    return template.format(**values)


class _Moment(str):
    """Text that may be a time in ISO 8601, and is written in words where a template asks for it."""

    def __format__(self, format_spec: str) -> str:
        if format_spec not in MOMENTS:
            return super().__format__(format_spec)
        moment = datetime.fromisoformat(self)
        return (
            f"{moment:%d %B %Y, %H:%M}" if format_spec == "moment" else f"{moment:%d %B %Y}"
        ).lstrip("0")


class Phrase(str):
    """English text, with the template and the values that it was made of."""

    template: str
    many: str  # the template for other numbers than one; "" where nothing is counted
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Self:
        return cls.made(template, "", values)

    @classmethod
    def counted(cls, one: str, many: str, /, *, count: int, **values: Any) -> Self:
        """A phrase that says how many: `one` where `count` is 1, else `many`."""
        return cls.made(one, many, {"count": count, **values})

    @classmethod
    def sentences(cls, first: str, second: str) -> Self:
        """Two texts, phrases or not, one after the other; the second may be empty."""
        if not second:
            return first if isinstance(first, cls) else cls.made("{text}", "", {"text": first})
        return cls.made("{first} {second}", "", {"first": first, "second": second})

    @classmethod
    def made(cls, template: str, many: str, values: dict[str, Any]) -> Self:
        """A phrase from its parts. A template without values is text, braces and all."""
        chosen = many if many and values.get("count") != 1 else template
        self = super().__new__(cls, _in_english(chosen, values) if values else chosen)
        self.template, self.many, self.values = template, many, values
        return self

    def __str__(self) -> Self:
        """Itself, so that the text of an exception made with a phrase is still one."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Phrase.made, (self.template, self.many, self.values)
