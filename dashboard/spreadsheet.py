"""CSV for spreadsheets: streamed, UTF-8 with the mark that Excel asks for, no cell a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

CSV_TYPE = "text/csv; charset=utf-8"
# A cell that begins so is a formula to a spreadsheet ("CSV injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """What csv writes into: it hands back the line instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a CSV file, the first one with the byte order mark."""
    writer = csv.writer(_Echo())
    yield f"\ufeff{writer.writerow(head)}"
    for row in rows:
        yield str(writer.writerow([guarded(cell) for cell in row]))


def guarded(cell: object) -> object:
    """A cell that a spreadsheet shows as text, whatever somebody typed; numbers stay numbers."""
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return "" if cell is None else cell
