"""Rows of text that need no parser: cut at every separator, with their quotation marks taken off first.

What can be cut so is told from the bytes, all at once: every quotation mark opens a value right
behind a separator or a line break, or closes it right before one; no value has a line break or a
quotation mark inside, and none that stands bare begins with a space, which is dropped there. Of
anything else csv is the judge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from datasources.schema.values import CONTROL_BYTES

_LF, _CR, _SPACE, _QUOTE = 10, 13, 32, 34
#: Stands for a separator inside a value while the row is cut: a character that the text has not.
_HELD = "\x1f"


@dataclass(frozen=True, slots=True)
class Cut:
    """The rows in columns; no value is longer than `longest` characters."""

    columns: Sequence[list[str]]
    longest: int


def has_markup(data: bytes) -> bool:
    """Whether a `<` or a control character stands in a text."""
    return b"<" in data or len(data.translate(None, CONTROL_BYTES)) != len(data)


def cut(data: bytes, mark: str, width: int, decode: Callable[[bytes], str]) -> Cut | None:
    """Whole lines of `width` values each, separated by `mark`; None if they are not plain.

    `decode` gives the text of bytes, and raises where they are none.
    """
    found = _bare(data, mark)
    if found is None:
        return None
    plain, held = found
    text = decode(plain)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.removesuffix("\n").split("\n")
    # The breaks stay: every line has its width if they stand at the start of each row.
    cells = f"{mark}\n".join(lines).split(mark)
    firsts = "".join(cells[::width])
    if len(cells) != len(lines) * width or firsts.count("\n") != len(lines) - 1:
        return None
    columns = [firsts.split("\n"), *[cells[place::width] for place in range(1, width)]]
    if held:
        columns = [_released(column, mark) for column in columns]
    return Cut(columns, max(map(len, lines)))


def _bare(data: bytes, mark: str) -> tuple[bytes, bool] | None:
    """The bytes without their quotation marks, and whether separators inside values are held; None
    where a value is not plain."""
    import numpy as np

    there = np.frombuffer(data, np.uint8)
    separators = there == ord(mark)
    breaks = there == _LF
    if b"\r" in data:
        breaks |= there == _CR
    edges = separators | breaks
    spaces = there[1:] == _SPACE
    if there[0] == _SPACE:
        return None
    if b'"' not in data:
        return None if (edges[:-1] & spaces).any() else (data, False)
    quotes = there == _QUOTE
    places = np.flatnonzero(quotes)
    opens, closes = places[::2], places[1::2]
    if len(opens) != len(closes) or _HELD.encode() in data:
        return None
    opens = opens[1:] if opens[0] == 0 else opens
    closes = closes[:-1] if closes[-1] == len(there) - 1 else closes
    if not (edges[opens - 1].all() and edges[closes + 1].all()):
        return None
    stretches = np.diff(places, prepend=0, append=len(there))
    inside = np.repeat(np.arange(len(stretches)) % 2 == 1, stretches)
    if (breaks & inside).any() or (edges[:-1] & ~inside[:-1] & spaces).any():
        return None
    held = separators & inside
    if not held.any():
        return there[~quotes].tobytes(), False
    there = there.copy()
    there[held] = ord(_HELD)
    return there[~quotes].tobytes(), True


def _released(column: list[str], mark: str) -> list[str]:
    """The values with the separators that were held in them."""
    joined = "\n".join(column)
    return joined.replace(_HELD, mark).split("\n") if _HELD in joined else column
