"""Excel workbooks: each visible sheet that is not empty is a layer, its first row the header.

Cells have the values that the last program to save the file left in them: formulas are not worked
out again. Types are told from the values of all rows; a number without decimals is a whole one.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from datasources.formats.imports.tables import (
    CHUNK,
    Chunk,
    Field,
    Head,
    ImportFault,
    Said,
    Texts,
    distinct,
)

_EXACT = 2**53  # from here on a float is not every whole number


class Workbook:
    """An XLSX file, read by calamine; one sheet is in memory at a time."""

    def __init__(self, path: str) -> None:
        import python_calamine

        self._book = python_calamine.CalamineWorkbook.from_path(path)
        shown = python_calamine.SheetVisibleEnum.Visible
        kinds = python_calamine.SheetTypeEnum.WorkSheet
        self.heads: list[Head] = []
        for sheet in self._book.sheets_metadata:
            if sheet.visible == shown and sheet.typ == kinds:
                found = self._book.get_sheet_by_name(sheet.name)
                if found.start is not None:
                    self.heads.append(Head(sheet.name, max(0, found.height - 1)))

    def open(self, name: str) -> Sheet:
        sheet = self._book.get_sheet_by_name(name)
        merged = len(sheet.merged_cell_ranges or ())
        return Sheet(name, list(sheet.iter_rows()), merged)


class Sheet:
    """A sheet as a table: rows that are empty are passed over."""

    geometry = ""
    crs = ""

    def __init__(self, name: str, rows: list[list[Any]], merged: int) -> None:
        self.name = name
        self.notes: list[Said] = []
        self._rows = rows
        self._start = next((at for at, row in enumerate(rows) if any(map(_text, row))), len(rows))
        if self._start == len(rows):
            raise ImportFault(
                "empty-file", f"The sheet {name[:60]} is empty.", "Choose another sheet."
            )
        self._lines = [at for at in range(self._start + 1, len(rows)) if any(map(_text, rows[at]))]
        self.count = len(self._lines)
        header = [_text(cell) or "" for cell in rows[self._start]]
        self._width = max(
            (at + 1 for at, title in enumerate(header) if title),
            default=0,
        )
        beyond = self._beyond(len(header))
        self._width = max(self._width, beyond)
        self.fields = [Field(title) for title in distinct(header[: self._width], self.notes)]
        if merged:
            self.notes.append(_merged(merged))

    def chunks(self, places: Sequence[int], *, geometry: bool) -> Iterator[Chunk]:
        for start in range(0, self.count, CHUNK):
            lines = self._lines[start : start + CHUNK]
            rows = [self._rows[at] for at in lines]
            columns: list[Texts] = [[_text(row[place]) for row in rows] for place in places]
            yield Chunk(columns, len(rows), lines=[at + 1 for at in lines])

    def _beyond(self, width: int) -> int:
        """Past which column nothing stands; columns without a title may hold values."""
        untitled = range(self._width, width)
        for place in reversed(untitled):
            if any(_text(self._rows[at][place]) for at in self._lines):
                return place + 1
        return 0


def _text(cell: Any) -> str | None:
    """A cell's value as a person would write it; None if it is empty."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, str):
        return cell if not cell.isspace() else None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else repr(cell)
    if isinstance(cell, datetime.datetime):
        return f"{cell.isoformat()}Z"
    if isinstance(cell, datetime.date):
        return f"{cell.isoformat()}T00:00:00Z"
    return str(cell)


def _merged(count: int) -> Said:
    return (
        "cells-merged",
        f"The sheet has {count:,} merged cell{'s' if count > 1 else ''}; the value stands in the "
        "first cell of each, the others are empty.",
        "Unmerge them and fill the value down if it belongs to every row.",
    )
