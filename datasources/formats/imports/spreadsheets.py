"""Sheets of a workbook as tables: the first row that is not empty is the header.

Cells have the values that the last program to save the file left in them: formulas are not worked
out again. Types are told from the values of all rows; a number without decimals is a whole one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from datasources.formats.imports.tables import (
    CHUNK,
    Chunk,
    Field,
    ImportFault,
    Said,
    Texts,
    distinct,
)
from datasources.phrases import Phrase

EXACT = 2**53  # from here on a float is not every whole number

Row = list[str | None]
Rows = Callable[[], Iterator[tuple[int, Row]]]


class Sheet:
    """A sheet as a table. `rows` gives the rows that are not empty, with their numbers in the
    sheet (from 1), as often as it is called."""

    geometry = ""
    crs = ""

    def __init__(self, name: str, rows: Rows, notes: Sequence[Said]) -> None:
        self.name = name
        self.notes = list(notes)
        self._rows = rows
        header: Row | None = None
        self.count = width = 0
        for _, row in rows():
            if header is None:
                header = row
            else:
                self.count += 1
            if len(row) > width:
                width = max(width, last_filled(row))
        if header is None:
            raise ImportFault(
                "empty-file",
                Phrase("The sheet {name} is empty.", name=name[:60]),
                Phrase("Choose another sheet."),
            )
        titles = [title or "" for title in fitted(header, width)]
        self.fields = [Field(title) for title in distinct(titles, self.notes)]

    def chunks(self, places: Sequence[int], *, geometry: bool) -> Iterator[Chunk]:
        rows = self._rows()
        next(rows)
        lines: list[int] = []
        kept: list[Row] = []
        for line, row in rows:
            lines.append(line)
            kept.append(fitted(row, len(self.fields)))
            if len(kept) == CHUNK:
                yield _chunk(places, kept, lines)
                lines, kept = [], []
        if kept:
            yield _chunk(places, kept, lines)


def last_filled(row: Row) -> int:
    """How many cells a row has up to the last that is not empty."""
    return next((at for at in range(len(row), 0, -1) if row[at - 1]), 0)


def fitted(row: Row, width: int) -> Row:
    """A row of so many cells."""
    return row if len(row) == width else [*row[:width], *[None] * (width - len(row))]


def number(value: float) -> str:
    """A number as a person would write it."""
    if value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    return repr(value)


def merged(count: int) -> list[Said]:
    """The note of merged cells, if there are any."""
    if not count:
        return []
    return [
        (
            "cells-merged",
            Phrase.counted(
                "The sheet has {count:,} merged cell; the value stands in the first cell of each, "
                "the others are empty.",
                "The sheet has {count:,} merged cells; the value stands in the first cell of each, "
                "the others are empty.",
                count=count,
            ),
            Phrase("Unmerge them and fill the value down if it belongs to every row."),
        )
    ]


def formulas(count: int, without: int, errors: int) -> list[Said]:
    """The notes of formulas: those whose values are read, and those that have none."""
    said: list[Said] = []
    if count:
        said.append(
            (
                "cells-formula",
                Phrase.counted(
                    "{count:,} cell holds a formula; the value that was saved with the file is read.",
                    "{count:,} cells hold formulas; the value that was saved with the file is read.",
                    count=count,
                ),
                Phrase(
                    "Open and save the file in the spreadsheet program if the values may be old."
                ),
            )
        )
    if without:
        said.append(
            (
                "cells-formula-empty",
                Phrase.counted(
                    "{count:,} formula has no saved value; the cell is read as empty.",
                    "{count:,} formulas have no saved value; the cell is read as empty.",
                    count=without,
                ),
                Phrase(
                    "Open the file in the spreadsheet program, which works them out, and save it."
                ),
            )
        )
    if errors:
        said.append(
            (
                "cells-error",
                Phrase.counted(
                    "{count:,} cell shows an error such as #N/A or #REF!; they are read as empty.",
                    "{count:,} cells show an error such as #N/A or #REF!; they are read as empty.",
                    count=errors,
                ),
                Phrase("Mend the formulas, or clear the cells."),
            )
        )
    return said


def _chunk(places: Sequence[int], rows: list[Row], lines: list[int]) -> Chunk:
    columns: list[Texts] = [[row[place] for row in rows] for place in places]
    return Chunk(columns, len(rows), lines=lines)
