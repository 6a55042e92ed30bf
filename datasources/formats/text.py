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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Literal

from datasources.formats.base import InputFormat
from datasources.formats.header import read_header, read_version_line
from datasources.formats.source import ByteSource, FileFault, file_fault
from datasources.schema import Batch, Problem, Schema, has_controls

if TYPE_CHECKING:
    from _csv import Reader as _Reader

DELIMITERS = {InputFormat.CSV: ",", InputFormat.TAB: "\t", InputFormat.PIPE: "|"}

#: Of one value, in characters: 100,000 points of two long numbers. Python's limit is for all of a
#: process, so it is set here, once.
MAX_VALUE = 8 * 1024 * 1024
csv.field_size_limit(MAX_VALUE)

Row = list[str]

#: UTF-8 is the reference's; with `cp1252`, lines that are not UTF-8 are read as Windows-1252.
Encoding = Literal["utf-8", "cp1252"]


class TextReader:
    """Gives the schema of lines 1 and 2, and batches of raw text.

    The text comes in chunks of whole lines. A chunk in which no value stands in quotation marks
    is split as it is, several times as fast as csv does it; csv reads the others.
    """

    def __init__(
        self, source: ByteSource, format: InputFormat, encoding: Encoding = "utf-8"
    ) -> None:
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self.data_source_name = ""
        self._format = format
        self._delimiter = DELIMITERS[format]
        self._chunks = text_chunks(source, encoding)
        self._text, self._line, self._row = "", 1, 0
        name = read_version_line(self._next_written_line())
        header = self._next_written_line()
        if not header:
            raise file_fault(
                "header-missing",
                "The file ends after line 1: it has no header and no entities.",
                "Write the properties in line 2: ID(Edm.String,primaryKey) and so on.",
            )
        self.schema = Schema(name, read_header(header, self._delimiter, self._line - 1))
        self._width = len(self.schema.properties)

    def _next_written_line(self) -> str:
        """Take the next line that is not blank; "" at the end."""
        while self._text or self._more():
            line = next(io.StringIO(self._text, newline=""))
            self._text = self._text[len(line) :]
            self._line += 1
            if line.strip():
                return line
        return ""

    def _more(self) -> bool:
        """Add the next chunk to the text at hand; False where there is none."""
        chunk = next(self._chunks, "")
        self._text += chunk
        return bool(chunk)

    def close(self) -> None:
        """Nothing to let go of beside the source."""

    def batches(self, size: int) -> Iterator[Batch]:
        """Rows in columns; ragged ones go to `problems` instead. FileFault for the whole file."""
        while self._text or self._more():
            for batch in self._split() or self._parsed():
                # One without rows too, so that problems are taken away.
                for start in range(0, max(1, len(batch)), size):
                    yield batch.part(start, size)

    def _split(self) -> list[Batch] | None:
        """The text at hand, cut at each separator; None if that would not be right."""
        text, delimiter, width = self._text, self._delimiter, self._width
        if text[0] in '" ' or f'{delimiter}"' in text or f"{delimiter} " in text:
            return None
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if '\n"' in text or "\n " in text:
            return None
        lines = text.removesuffix("\n").split("\n")
        longest, count = max(map(len, lines)), len(lines)
        # The breaks stay: every line has its width if they stand at the start of each row.
        cells = f"{delimiter}\n".join(lines).split(delimiter)
        firsts = cells[::width]
        if len(cells) != count * width or sum([one[:1] == "\n" for one in firsts]) != count - 1:
            return None
        batch = Batch(
            [
                [firsts[0], *[one[1:] for one in firsts[1:]]],
                *[cells[place::width] for place in range(1, width)],
            ],
            range(self._row + 1, self._row + count + 1),
            range(self._line, self._line + count),
            longest=longest,
            markup="<" in text or has_controls(text),
        )
        self._row += count
        self._line += count
        self._text = ""
        return [batch]

    def _parsed(self) -> Iterator[Batch]:
        """The text at hand, read by csv; what it ends in the middle of a value waits for more."""
        stream = io.StringIO(self._text, newline="")
        reader = csv.reader(stream, delimiter=self._delimiter, skipinitialspace=True, strict=True)
        before = self._line
        while True:
            with _no_collection():
                batch, error = self._next_batch(reader, before)
            if batch is not None:
                yield batch
            if error is None:
                self._text = ""
                return
            if "end of data" in str(error) and self._wait_for_more(self._line - before):
                return
            wrong = next(islice(io.StringIO(self._text, newline=""), reader.line_num - 1, None), "")
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

    def _wait_for_more(self, lines: int) -> bool:
        """Keep the text after so many lines and add as much again; False at the file's end."""
        stream = io.StringIO(self._text, newline="")
        for _ in range(lines):
            next(stream)
        self._text = stream.read()
        wanted = 2 * len(self._text)
        grown = False
        while len(self._text) < wanted and self._more():
            grown = True
        return grown

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
                f"A quotation mark opened in the row that begins on line {first} is not closed "
                "where its value ends.",
                'Close it, or write "" for a quotation mark that is part of the value.',
                row=self._row,
                line=first,
            )
        self._line = last + 1
        self.problems.append(
            Problem(
                "quotes",
                "Text follows the quotation mark that closes a value.",
                'Put the whole value in quotation marks, and write "" for each one inside it.',
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
            advice = f"The row looks like {other.words}: one file has one separator."
        elif breaks:
            advice = (
                f"The row runs from line {line} to line {line + breaks}: a quotation mark opened "
                f"on line {line} may not be closed."
            )
        elif len(row) > width:
            advice = (
                "Put a value that holds the separator in quotation marks, or use another format."
            )
        else:
            advice = "Write the separator for empty values too."
        return Problem(
            "ragged-row",
            f"The row has {len(row)} values; the header has {width} columns.",
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


def line_breaks(text: str | bytes) -> int:
    """Line breaks in a value: CRLF, LF or CR."""
    if isinstance(text, bytes):
        return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")
    if "\n" not in text and "\r" not in text:
        return 0
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def text_chunks(source: ByteSource, encoding: Encoding = "utf-8") -> Iterator[str]:
    """The text of a source in chunks of whole lines; FileFault at a byte that `encoding` has not."""
    line, rest = 1, b""
    for block in source.blocks():
        end = max(block.rfind(b"\n"), block.rfind(b"\r", 0, len(block) - 1)) + 1
        if not end:
            rest += block
            if len(rest) > 2 * MAX_VALUE:
                raise file_fault(
                    "line-length",
                    f"Line {line} is longer than {2 * MAX_VALUE // 1024 // 1024} MB.",
                    "Check that the file is text, with a line for each entity.",
                    line=line,
                )
            continue
        whole, rest = rest + block[:end], block[end:]
        yield decode(whole, line, encoding)
        line += line_breaks(whole) if b"\r" in whole else whole.count(b"\n")
    if rest:
        yield decode(rest, line, encoding)


def decode(block: bytes, line: int, encoding: Encoding = "utf-8") -> str:
    """The text of a block that begins on `line`; FileFault names the line of a wrong byte."""
    nul = block.find(b"\0")
    if nul >= 0:
        place = line + line_breaks(block[:nul])
        raise file_fault(
            "nul-byte",
            f"A NUL byte stands in line {place}: this is no UTF-8 text.",
            "Save the file as UTF-8. NUL bytes are usual in UTF-16 and in files that are no text.",
            line=place,
        )
    try:
        return block.decode()
    except UnicodeDecodeError as error:
        if encoding == "cp1252":
            return "".join(_either(part, line + n) for n, part in enumerate(block.splitlines(True)))
        place = line + line_breaks(block[: error.start])
        raise encoding_fault(block, error.start, place) from None


def _either(part: bytes, line: int) -> str:
    """A line as UTF-8 if it can be, else as Windows-1252: files of both are made by pasting."""
    try:
        return part.decode()
    except UnicodeDecodeError:
        try:
            return part.decode("cp1252")
        except UnicodeDecodeError as error:
            raise _not_1252(part[error.start], line) from None


def _not_1252(byte: int, line: int) -> FileFault:
    return file_fault(
        "encoding",
        f"Byte 0x{byte:02X} in line {line} is no character of Windows-1252 either.",
        "Find out which encoding the file has, and save it as UTF-8.",
        line=line,
    )


def encoding_fault(block: bytes, at: int, line: int) -> FileFault:
    """The fault of a byte that is not UTF-8, and which encoding the file probably has."""
    begin = max(block.rfind(b"\n", 0, at), at - 30) + 1
    around = block[begin : at + 20].split(b"\n")[0]
    likely = ""
    try:
        shown = around.decode("cp1252")
        if shown.isprintable():
            likely = f" Read as Windows-1252 it says “{shown}”, so that is likely its encoding."
    except UnicodeDecodeError:
        shown = around.decode("utf-8", "replace")
    return file_fault(
        "encoding",
        f"Byte 0x{block[at]:02X} in line {line} is not UTF-8.{likely}",
        "Save the file as UTF-8 (in Excel: CSV UTF-8; in a text editor: save with encoding).",
        line=line,
        value=shown,
    )
