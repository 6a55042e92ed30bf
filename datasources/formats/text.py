"""Reading text with values separated by commas, tabs or pipes.

In all three a value may stand in quotation marks, with "" for a quotation mark inside: that is how
the service's own toolkit writes and reads a value that holds the separator or a line break.
Spaces before a value are dropped, as there.
"""

from __future__ import annotations

import csv
import gc
import io
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

from datasources.formats.base import InputFormat
from datasources.formats.header import read_header, read_version_line
from datasources.formats.plain_rows import cut, has_markup
from datasources.formats.source import ByteSource, file_fault
from datasources.formats.text_bytes import MAX_VALUE, Encoding, decode, line_breaks, line_chunks
from datasources.phrases import Phrase
from datasources.schema import Batch, Problem, Schema

if TYPE_CHECKING:
    from _csv import Reader as _Reader

DELIMITERS = {InputFormat.CSV: ",", InputFormat.TAB: "\t", InputFormat.PIPE: "|"}

csv.field_size_limit(MAX_VALUE)  # Python's limit is for all of a process: it is set here, once

Row = list[str]


class TextReader:
    """Gives the schema of lines 1 and 2, and batches of raw text.

    The text comes in chunks of whole lines. A chunk whose rows are plain is cut at its separators,
    several times as fast as csv reads it; csv reads the others.
    """

    def __init__(
        self, source: ByteSource, format: InputFormat, encoding: Encoding = "utf-8"
    ) -> None:
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self.data_source_name = ""
        self._delimiter = DELIMITERS[format]
        self._encoding = encoding
        self._chunks = line_chunks(source)
        self._data = b""  # at hand: whole lines, of which the first is `_line`
        self._line, self._row = 1, 0
        name = read_version_line(self._next_written_line())
        header = self._next_written_line()
        if not header:
            raise file_fault(
                "header-missing",
                Phrase("The file ends after line 1: it has no header and no entities."),
                Phrase("Write the properties in line 2: ID(Edm.String,primaryKey) and so on."),
            )
        self.schema = Schema(name, read_header(header, self._delimiter, self._line - 1))
        self._width = len(self.schema.properties)

    def _next_written_line(self) -> str:
        """Take the next line that is not blank; "" at the end."""
        while self._data or self._more():
            whole = self._data.splitlines(keepends=True)[0]
            line = decode(whole, self._line, self._encoding)
            self._data = self._data[len(whole) :]
            self._line += 1
            if line.strip():
                return line
        return ""

    def _more(self) -> bool:
        """Take the next chunk; False where there is none."""
        self._data = next(self._chunks, b"")
        return bool(self._data)

    def close(self) -> None:
        """Nothing to let go of beside the source."""

    def batches(self, size: int) -> Iterator[Batch]:
        """Rows in columns; ragged ones go to `problems` instead. FileFault for the whole file."""
        while self._data or self._more():
            for batch in self._cut() or self._parsed():
                # One without rows too, so that problems are taken away.
                for start in range(0, max(1, len(batch)), size):
                    yield batch.part(start, size)

    def _cut(self) -> list[Batch] | None:
        """The rows at hand, cut at each separator; None if that would not be right."""
        data = self._data
        found = cut(
            data,
            self._delimiter,
            self._width,
            lambda plain: decode(plain, self._line, self._encoding),
        )
        if found is None:
            return None
        count = len(found.columns[0])
        batch = Batch(
            list(found.columns),
            range(self._row + 1, self._row + count + 1),
            range(self._line, self._line + count),
            longest=found.longest,
            markup=has_markup(data),
        )
        self._row += count
        self._line += count
        self._data = b""
        return [batch]

    def _parsed(self) -> Iterator[Batch]:
        """The rows at hand, read by csv; what ends in the middle of a value waits for more."""
        text = decode(self._data, self._line, self._encoding)
        self._data = b""
        while text:
            stream = io.StringIO(text, newline="")
            reader = csv.reader(
                stream, delimiter=self._delimiter, skipinitialspace=True, strict=True
            )
            before = self._line
            text = yield from self._rows_of(reader, before, text)

    def _rows_of(self, reader: _Reader, before: int, text: str) -> Generator[Batch, None, str]:
        """The batches of a text that begins on the line `before`; gives the text that is still to
        be read, with more of the file behind it."""
        while True:
            with _no_collection():
                batch, error = self._next_batch(reader, before)
            if batch is not None:
                yield batch
            if error is None:
                return ""
            if "end of data" in str(error):
                longer = self._with_more(text, self._line - before)
                if longer:
                    return longer
            wrong = next(islice(io.StringIO(text, newline=""), reader.line_num - 1, None), "")
            self._take_error(error, before + reader.line_num - 1, wrong)

    def _next_batch(self, reader: _Reader, before: int) -> tuple[Batch | None, csv.Error | None]:
        """The rows up to an error or the end of the text; `before` is the line of its begin."""
        rows: list[Row] = []
        begin = self._line
        error: csv.Error | None = None
        try:
            rows.extend(reader)  # what was read before an error stays in the list
        except csv.Error as caught:
            error = caught
        lines = self._place(rows, begin, before + reader.line_num, exact=error is None)
        return (self._batch(rows, lines) if rows else None), error

    def _with_more(self, text: str, lines: int) -> str:
        """The text after so many lines, with as much again of the file; "" at the file's end."""
        stream = io.StringIO(text, newline="")
        for _ in range(lines):
            next(stream)
        parts = [stream.read()]
        line = self._line + line_breaks(parts[0])
        length, wanted = len(parts[0]), 2 * len(parts[0])
        while length < wanted and self._more():
            parts.append(decode(self._data, line, self._encoding))
            line += line_breaks(parts[-1])
            length += len(parts[-1])
            self._data = b""
        return "".join(parts) if len(parts) > 1 else ""

    def _place(self, rows: list[Row], begin: int, end: int, *, exact: bool) -> Sequence[int]:
        """The line each row begins on; values with line breaks make rows of several lines."""
        if exact and end - begin == len(rows):
            self._line = end
            return range(begin, end)
        lines: list[int] = []
        for row in rows:
            lines.append(self._line)
            self._line += 1 + sum(map(line_breaks, row))
        return lines

    def _take_error(self, error: csv.Error, last: int, text: str) -> None:
        """A row that csv cannot read costs the row; one that runs over lines costs the file."""
        first = self._line
        self._row += 1
        if "field larger" in str(error) or "end of data" in str(error) or last > first:
            raise file_fault(
                "quotes-unbalanced",
                Phrase(
                    "A quotation mark opened in the row that begins on line {first} is not closed where its value ends.",
                    first=first,
                ),
                Phrase('Close it, or write "" for a quotation mark that is part of the value.'),
                row=self._row,
                line=first,
            )
        self._line = last + 1
        self.problems.append(
            Problem(
                "quotes",
                Phrase("Text follows the quotation mark that closes a value."),
                Phrase(
                    'Put the whole value in quotation marks, and write "" for each one inside it.'
                ),
                row=self._row,
                line=first,
                value=text.rstrip("\r\n"),
                is_row=True,
            )
        )

    def _batch(self, rows: list[Row], lines: Sequence[int]) -> Batch:
        width = self._width
        if set(map(len, rows)) == {width}:
            numbers: Sequence[int] = range(self._row + 1, self._row + len(rows) + 1)
            self._row += len(rows)
        else:
            rows, numbers, lines = self._without_ragged(rows, lines)
        columns: list[Sequence[str]] = list(zip(*rows, strict=True)) if rows else [()] * width
        return Batch(list(columns), numbers, lines)

    def _without_ragged(
        self, rows: list[Row], lines: Sequence[int]
    ) -> tuple[list[Row], list[int], list[int]]:
        width = self._width
        good: list[Row] = []
        numbers: list[int] = []
        places: list[int] = []
        for row, line in zip(rows, lines, strict=True):
            if len(row) != width and not any(map(str.strip, row)):
                continue  # a blank line
            self._row += 1
            if len(row) > width and not any(row[width:]):
                row = row[:width]  # spreadsheets fill short lines up
            if len(row) == width:
                good.append(row)
                numbers.append(self._row)
                places.append(line)
            else:
                self.problems.append(self._ragged(row, line))
        return good, numbers, places

    def _ragged(self, row: Row, line: int) -> Problem:
        width, delimiter = self._width, self._delimiter
        found = Counter("".join(row))
        other = next(
            (
                fmt
                for fmt, mark in DELIMITERS.items()
                if mark != delimiter and found[mark] >= width - 1
            ),
            None,
        )
        breaks = sum(map(line_breaks, row))
        if len(row) == 1 and other and width > 1:
            advice = Phrase(
                "The row looks like {other}: one file has one separator.", other=other.words
            )
        elif breaks:
            advice = Phrase(
                "The row runs from line {line} to line {last}: a quotation mark opened on line {line} may not be closed.",
                line=line,
                last=line + breaks,
            )
        elif len(row) > width:
            advice = Phrase(
                "Put a value that holds the separator in quotation marks, or use another format."
            )
        else:
            advice = Phrase("Write the separator for empty values too.")
        return Problem(
            "ragged-row",
            Phrase(
                "The row has {count} values; the header has {width} columns.",
                count=len(row),
                width=width,
            ),
            advice,
            row=self._row,
            line=line,
            value=delimiter.join(_as_written(value, delimiter) for value in row),
            is_row=True,
        )


def _as_written(value: str, delimiter: str) -> str:
    """A value as it stands in a file: in quotation marks where it needs them."""
    if any(mark in value for mark in (delimiter, '"', "\r", "\n")):
        return '"' + value.replace('"', '""') + '"'
    return value


@contextmanager
def _no_collection() -> Iterator[None]:
    """No looking for garbage among thousands of new rows, where there is none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
