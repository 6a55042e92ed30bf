"""Writing an Excel workbook: numbers, dates and Booleans as real cells, texts never as formulas."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from datasources.formats.faults import FileFault, file_fault
from datasources.phrases import Phrase
from datasources.schema import Batch, EdmType, Schema, Value

MAX_ROWS = 1_048_576  # of a sheet, the names' row among them
MAX_CELL = 32_767  # characters
MAX_NUMBER = 9.99e307  # beyond it Excel has no numbers
MAX_SHEET_NAME = 31  # characters
#: Dates before it are written as text: a workbook counts days from 1900, and thinks that year had
#: a 29 February.
FIRST_DATE = "1900-03-01"
_DATE_FORMAT = "yyyy-mm-dd hh:mm:ss"


def too_many_rows(entities: int) -> FileFault | None:
    """The fault of more entities than a sheet has rows for."""
    if entities < MAX_ROWS:
        return None
    return file_fault(
        "xlsx-rows",
        Phrase(
            "A sheet of Excel has {max_rows:,} rows; {entities:,} entities and the names' row are more.",
            max_rows=MAX_ROWS,
            entities=entities,
        ),
        Phrase("Choose CSV or GeoPackage."),
    )


def sheet_name(schema: Schema) -> str:
    """The entity type, as far as a sheet can have it as its name."""
    name = schema.entity_type[:MAX_SHEET_NAME]
    return f"{name}_" if name.lower() == "history" else name


def write_xlsx(path: str, schema: Schema, batches: Iterable[Batch], folder: str) -> int:
    """One sheet, the names in its first row; `folder` takes the rows until the file is closed.

    FileFault where there are more entities than rows.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileSizeError

    options = {
        "constant_memory": True,
        "tmpdir": folder,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = Workbook(path, options)
    sheet = book.add_worksheet(sheet_name(schema))
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    dated = book.add_format({"num_format": _DATE_FORMAT})
    for at, prop in enumerate(schema.properties):
        if prop.type is EdmType.DATETIME:
            sheet.set_column(at, at, 19)
    for at, prop in enumerate(schema.properties):
        sheet.write_string(0, at, prop.name, bold)
    count = _write_rows(sheet, dated, schema, batches)
    try:
        book.close()
    except FileSizeError:
        raise file_fault(
            "xlsx-size",
            Phrase("The workbook would be larger than 4 GB."),
            Phrase("Choose CSV or GeoPackage."),
        ) from None
    return count


def _write_rows(sheet: Any, dated: Any, schema: Schema, batches: Iterable[Batch]) -> int:
    writers = [_cell_writer(sheet, prop.type, dated) for prop in schema.properties]
    row = 0
    for batch in batches:
        if fault := too_many_rows(row + len(batch)):
            raise fault
        for values in zip(*batch.columns, strict=True):
            row += 1
            for at, value in enumerate(values):
                if value is not None:
                    writers[at](row, at, value)
    return row


def _cell_writer(sheet: Any, kind: EdmType, dated: Any) -> Callable[[int, int, Any], Any]:
    def write_double(row: int, at: int, value: float) -> None:
        if abs(value) > MAX_NUMBER:
            sheet.write_string(row, at, repr(value))
        else:
            sheet.write_number(row, at, value)

    def write_date(row: int, at: int, value: str) -> None:
        if value < FIRST_DATE:
            sheet.write_string(row, at, value)
        else:
            sheet.write_datetime(row, at, _moment(value), dated)

    def write_text(row: int, at: int, value: Value) -> None:
        text = str(value)
        if len(text) <= MAX_CELL:
            sheet.write_string(row, at, text)

    writers: dict[EdmType, Callable[[int, int, Any], Any]] = {
        EdmType.INT64: sheet.write_number,
        EdmType.DOUBLE: write_double,
        EdmType.BOOLEAN: sheet.write_boolean,
        EdmType.DATETIME: write_date,
    }
    return writers.get(kind, write_text)


def _moment(text: str) -> datetime:
    """A date to the millisecond, which is what a workbook keeps."""
    whole, _, decimals = text[:-1].partition(".")
    return datetime.fromisoformat(f"{whole}.{decimals[:3].ljust(3, '0')}")
