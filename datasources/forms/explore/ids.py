"""Entity IDs as people paste them: a column of a spreadsheet, a row, a list of a query."""

from __future__ import annotations

import csv
import re

_ROW = re.compile(r"[\t;,]")


def split_ids(text: str) -> list[str]:
    """The IDs of a text, each once, in the order they stand.

    Lines are IDs, as a copied column gives them; of a single line, what tabs, semicolons or commas
    part. Quotes around an ID, and a trailing comma as lists have it, are left out.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) == 1:
        parts = _of_row(lines[0])
    else:
        parts = [_unquoted(line.rstrip(" ,;\t")) for line in lines]
    return list(dict.fromkeys(part for part in parts if part))


def _of_row(line: str) -> list[str]:
    found = _ROW.search(line)
    if found is None:
        return [_unquoted(line)]
    # Whichever stands first parts them; a comma inside quotes does not.
    row = next(csv.reader([line], delimiter=found[0], skipinitialspace=True))
    return [_unquoted(part) for part in row]


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        inside = text[1:-1]
        return inside.replace("''", "'") if text[0] == "'" else inside.replace('""', '"')
    return text
