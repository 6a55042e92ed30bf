"""OpenDocument spreadsheets, read in a stream: each table that is not empty is a layer.

Source: OASIS, "Open Document Format for Office Applications 1.2", part 1, chapter 9 (tables) and
19.385 (the values of cells).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from datasources.formats.imports.spreadsheets import (
    Row,
    Sheet,
    formulas,
    last_filled,
    merged,
    number,
)
from datasources.formats.imports.tables import Head, ImportFault
from datasources.phrases import Phrase

_BLOCK = 256 * 1024  # bytes
_MAX_COLUMNS = 16_384
_MAX_ROWS = 1_048_576
_MAX_TEXT = 1024 * 1024  # characters of a cell
_TIME = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
_CELLS = ("table:table-cell", "table:covered-table-cell")
_VALUES = ("office:value", "office:date-value", "office:boolean-value", "office:time-value")


class OdsBook:
    """An ODS file; nothing of it is kept in memory."""

    def __init__(self, path: str) -> None:
        self._path = path
        counts: dict[str, int] = {}
        content = _Content(path)
        for name, _, _ in content.rows():
            counts[name] = counts.get(name, 0) + 1
        self.heads = [Head(name, count - 1) for name, count in counts.items()]
        self._seen = content

    def open(self, name: str) -> Sheet:
        seen = self._seen
        notes = [
            *merged(seen.merged.get(name, 0)),
            *formulas(*(counted.get(name, 0) for counted in seen.counters)),
        ]
        return Sheet(name, lambda: self._rows(name), notes)

    def _rows(self, wanted: str) -> Iterator[tuple[int, Row]]:
        return ((line, row) for name, line, row in _Content(self._path).rows() if name == wanted)


class _Content:
    """The rows of content.xml, table by table; those that are empty, and tables that are hidden, are
    passed over."""

    def __init__(self, path: str) -> None:
        self.merged: dict[str, int] = {}
        self.formulas: dict[str, int] = {}
        self.without: dict[str, int] = {}
        self.errors: dict[str, int] = {}
        self._path = path
        self._ready: list[tuple[str, int, Row, int]] = []
        self._table = ""
        self._hidden: set[str] = set()  # styles of tables that are not shown
        self._style = ""  # that is being read
        self._depth = 0  # of tables in tables
        self._aside = 0  # of notes and drawings in a cell
        self._is_hidden = False
        self._line = 1
        self._repeat = 1
        self._row: Row = []
        self._cell: dict[str, str] = {}
        self._text: list[str] | None = None
        self._said = False  # within a paragraph of a cell's text

    @property
    def counters(self) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
        """By table: formulas, those without a saved value, and errors."""
        return self.formulas, self.without, self.errors

    def rows(self) -> Iterator[tuple[str, int, Row]]:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        with zipfile.ZipFile(self._path) as archive, archive.open("content.xml") as content:
            while True:
                block = content.read(_BLOCK)
                parser.Parse(block, not block)
                for name, line, row, repeat in self._ready:
                    for number in range(repeat):
                        yield name, line + number, row
                self._ready.clear()
                if not block:
                    return

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._depth += 1
            if self._depth == 1:
                self._table, self._line = attributes.get("table:name", ""), 1
                self._is_hidden = attributes.get("table:style-name") in self._hidden
        elif name == "style:style":
            self._style = attributes.get("style:name", "")
        elif name == "style:table-properties" and attributes.get("table:display") == "false":
            self._hidden.add(self._style)
        elif name in ("office:annotation", "draw:frame", "table:shapes"):
            self._aside += 1
        elif self._depth != 1 or self._aside:
            return
        elif name == "table:table-row":
            self._row = []
            self._repeat = _times(attributes, "table:number-rows-repeated", _MAX_ROWS)
        elif name in _CELLS:
            self._cell, self._text, self._said = attributes, [], False
        elif self._text is not None:
            self._inside(name, attributes)

    def _inside(self, name: str, attributes: dict[str, str]) -> None:
        """Elements in the text of a cell that stand for characters."""
        text = self._text or []
        if name == "text:p":
            if text:
                text.append("\n")
            self._said = True
        elif name == "text:s":
            text.append(" " * _times(attributes, "text:c", 1000))
        elif name == "text:tab":
            text.append("\t")
        elif name == "text:line-break":
            text.append("\n")

    def _characters(self, data: str) -> None:
        if self._said and self._text is not None and not self._aside and self._depth == 1:
            self._text.append(data)

    def _end(self, name: str) -> None:
        if name == "table:table":
            self._depth -= 1
        elif name in ("office:annotation", "draw:frame", "table:shapes"):
            self._aside -= 1
        elif self._depth != 1 or self._aside:
            return
        elif name == "text:p":
            self._said = False
        elif name in _CELLS:
            self._end_cell()
        elif name == "table:table-row":
            self._end_row()

    def _end_cell(self) -> None:
        attributes, table = self._cell, self._table
        value = _value(attributes, "".join(self._text or ())[:_MAX_TEXT])
        self._text = None
        spans = ("table:number-columns-spanned", "table:number-rows-spanned")
        if any(attributes.get(span, "1") != "1" for span in spans):
            self.merged[table] = self.merged.get(table, 0) + 1
        is_error = attributes.get("calcext:value-type") == "error"
        if is_error:
            self.errors[table] = self.errors.get(table, 0) + 1
        if "table:formula" in attributes:
            counter = self.formulas if value is not None or is_error else self.without
            counter[table] = counter.get(table, 0) + 1
        times = _times(attributes, "table:number-columns-repeated", _MAX_COLUMNS)
        if len(self._row) + times > _MAX_COLUMNS:
            if value is not None:
                raise ImportFault(
                    "too-many-columns",
                    Phrase(
                        "Row {line} of the sheet has more than {max_columns:,} columns.",
                        line=self._line,
                        max_columns=_MAX_COLUMNS,
                    ),
                    Phrase("Delete the columns that are not needed."),
                )
            return
        self._row.extend([value] * times)

    def _end_row(self) -> None:
        row = self._row[: last_filled(self._row)]
        if row and not self._is_hidden:
            if self._line + self._repeat > _MAX_ROWS + 1:
                raise ImportFault(
                    "too-many-rows",
                    Phrase("The sheet has more than {max_rows:,} rows.", max_rows=_MAX_ROWS),
                    Phrase("Delete the rows that are not needed, or split the sheet."),
                )
            self._ready.append((self._table, self._line, row, self._repeat))
        self._line += self._repeat


def _value(attributes: dict[str, str], text: str) -> str | None:
    kind = attributes.get("office:value-type") or attributes.get("calcext:value-type")
    given = next((attributes[name] for name in _VALUES if name in attributes), None)
    if kind in (None, "string") or given is None:
        text = attributes.get("office:string-value", text)
        is_error = attributes.get("calcext:value-type") == "error"
        return None if is_error or not text or text.isspace() else text
    if kind == "date":
        return _moment(given)
    if kind == "time":
        found = _TIME.fullmatch(given)
        return f"{int(found[1]):02}:{found[2]}:{found[3]}" if found else given
    if kind == "boolean":
        return given
    try:
        return number(float(given))
    except ValueError:
        return given


def _moment(text: str) -> str:
    day, _, time = text.partition("T")
    return f"{day}T{time.split('.')[0].removesuffix('Z') or '00:00:00'}Z"


def _times(attributes: dict[str, str], name: str, most: int) -> int:
    digits = attributes.get(name, "1")
    return min(int(digits), most) if digits.isdigit() and len(digits) < 10 else 1


def _refuse_doctype(*_: Any) -> None:
    raise ImportFault(
        "doctype",
        Phrase("The spreadsheet has a DOCTYPE, which is not read."),
        Phrase("Save it again."),
    )
