"""Elements that are all alike, taken from the text at once instead of tag by tag.

Most markup files are one element after the other, each with the same plain tags. A pattern that
such an element fits wholly, and so is well-formed by itself, spares the parser nine tenths of the
work. The parser stays the judge of all else: an element that does not fit is left to it, and so is
a block that has comments, CDATA or instructions in it, where text might look like tags.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from datasources.schema import has_controls

#: White space of XML, as much as there is, never given back: no pattern can take long to fail.
SPACE = r"[ \t\n]*+"
#: Text without references, likewise.
TEXT = r"([^<&]*+)"
#: More than this in one element is left to the parser, in characters.
MAX_ELEMENT = 1024 * 1024
#: Properties beyond which no pattern is made.
MAX_FIELDS = 400


@dataclass(frozen=True, slots=True)
class Skim:
    """`pattern`, whose first group is empty and stands where the element begins; `closing` its end
    tag; `take` gets each match and the element's line; `ended_at` says where the parser
    saw the last end tag of such an element, in bytes of what it was given."""

    pattern: re.Pattern[str]
    closing: str
    take: Callable[[re.Match[str], int], None]
    ended_at: Callable[[], int]


def plain_text(data: bytes) -> str | None:
    """The text of whole elements, with line feeds alone, if patterns may be held against it."""
    if b"<!" in data or b"<?" in data or b"]]>" in data:
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None  # the parser finds where
    if has_controls(text) or "\ufffe" in text or "\uffff" in text:
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def optional(tag: str) -> str:
    """A pattern for an element of plain text that may be absent."""
    name = re.escape(tag)
    return rf"(?:<{name}(?:>{TEXT}</{name}>|\ ?/>){SPACE})?+"
