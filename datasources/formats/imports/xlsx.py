"""Excel workbooks: each visible sheet that is not empty is a layer."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from datasources.formats.imports.spreadsheets import Row, Sheet, formulas, merged, number
from datasources.formats.imports.tables import Head, Said

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_NO_VALUE = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f[^>]*/>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*"
    rb"</(?:\w+:)?c>"
)
_ERROR = re.compile(rb"<(?:\w+:)?c [^>]*t=[\"']e[\"']")
_BLOCK = 4 * 1024 * 1024  # bytes
_OVERLAP = 4096  # bytes: of what may begin in one block and end in the next


class Workbook:
    """An XLSX file, read by calamine; one sheet is in memory at a time."""

    def __init__(self, path: str) -> None:
        import python_calamine

        self._path = path
        self._book = python_calamine.CalamineWorkbook.from_path(path)
        shown = python_calamine.SheetVisibleEnum.Visible
        kind = python_calamine.SheetTypeEnum.WorkSheet
        self.heads: list[Head] = []
        for sheet in self._book.sheets_metadata:
            if sheet.visible == shown and sheet.typ == kind:
                found = self._book.get_sheet_by_name(sheet.name)
                if found.start is not None:  # else it is empty
                    self.heads.append(Head(sheet.name, found.height - 1))

    def open(self, name: str) -> Sheet:
        sheet = self._book.get_sheet_by_name(name)
        notes = [*merged(len(sheet.merged_cell_ranges or ())), *_formulas(self._path)]
        return Sheet(name, lambda: _rows(sheet), notes)


def _rows(sheet: Any) -> Iterator[tuple[int, Row]]:
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        row = [_text(cell) for cell in cells]
        if any(row):
            yield line, row


def _text(cell: Any) -> str | None:
    """A cell's value as a person would write it; None if it is empty."""
    if isinstance(cell, str):
        return cell if cell and not cell.isspace() else None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return number(cell)
    if isinstance(cell, datetime.datetime):
        return f"{cell.isoformat()}Z"
    if isinstance(cell, datetime.date):
        return f"{cell.isoformat()}T00:00:00Z"
    return None if cell is None else str(cell)


def _formulas(path: str) -> list[Said]:
    """What is to say of the workbook's formulas, which calamine gives by their values alone."""
    found = without = errors = 0
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if not _SHEET.fullmatch(info.filename):
                continue
            with archive.open(info) as sheet:
                kept = b""
                while block := sheet.read(_BLOCK):
                    text = kept + block
                    # What begins in the overlap is counted with the block that has its end.
                    end = max(0, len(text) - _OVERLAP) if len(block) == _BLOCK else len(text)
                    found += sum(1 for one in _FORMULA.finditer(text) if one.start() < end)
                    without += sum(1 for one in _NO_VALUE.finditer(text) if one.start() < end)
                    errors += sum(1 for one in _ERROR.finditer(text) if one.start() < end)
                    kept = text[end:]
    return formulas(found, without, errors)
