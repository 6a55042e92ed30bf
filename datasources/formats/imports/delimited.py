"""Plain CSV and TSV, with a header of names: any separator, UTF-8 or Windows-1252."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

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
from datasources.formats.odd_shapes import Fault
from datasources.phrases import Phrase

SEPARATORS = (",", ";", "\t", "|")
_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "pipes"}
_BLOCK = 1024 * 1024  # bytes
_LOOK_AT = 64 * 1024  # characters
_LONGEST = 16 * 1024 * 1024  # characters of one value

csv.field_size_limit(_LONGEST)


class TextFile:
    """A file of delimited text is one layer."""

    def __init__(self, path: str, name: str) -> None:
        self._table = TextTable(Path(path), name)
        self.heads = [Head(name, self._table.count)]

    def open(self, name: str) -> TextTable:
        return self._table


class TextTable:
    """Rows of text; one of another number of values than the header is a fault of that row."""

    geometry = ""
    crs = ""
    count = -1

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self.notes: list[Said] = []
        self._path = path
        self._encoding = self._find_encoding()
        self._separator = self._find_separator()
        header = next((row for _, row in self._rows()), None)
        if header is None:
            raise ImportFault(
                "empty-file",
                Phrase("The file is empty."),
                Phrase("Choose a file with entities in it."),
            )
        while len(header) > 1 and not header[-1].strip():
            header.pop()
        self.fields = [Field(title) for title in distinct(header, self.notes)]

    def chunks(self, places: Sequence[int], *, geometry: bool) -> Iterator[Chunk]:
        lines: list[int] = []
        kept: list[list[str]] = []
        faults: dict[int, Fault] = {}
        rows = self._rows()
        next(rows)
        for line, row in rows:
            if len(row) != len(self.fields):
                row = self._fitted(row, len(kept), faults)
            lines.append(line)
            kept.append(row)
            if len(kept) == CHUNK:
                yield self._chunk(places, kept, lines, faults)
                lines, kept, faults = [], [], {}
        if kept:
            yield self._chunk(places, kept, lines, faults)

    def _chunk(
        self,
        places: Sequence[int],
        rows: list[list[str]],
        lines: list[int],
        faults: dict[int, Fault],
    ) -> Chunk:
        columns: list[Texts] = [[row[place] for row in rows] for place in places]
        return Chunk(columns, len(rows), lines=lines, faults=faults)

    def _fitted(self, row: list[str], place: int, faults: dict[int, Fault]) -> list[str]:
        """A row of the header's width; a fault, unless only empty values are too many."""
        width = len(self.fields)
        if len(row) < width or any(value.strip() for value in row[width:]):
            faults[place] = Fault(
                "row-length",
                Phrase(
                    "The row has {count} values; the header names {width} columns.",
                    count=len(row),
                    width=width,
                ),
                Phrase(
                    "Values are separated by {separator}: put quotes around one that holds the separator, or mend the row.",
                    separator=_WORDS[self._separator],
                ),
                self._as_written(row),
                is_row=True,
            )
            return [""] * width
        return row[:width]

    def _as_written(self, row: list[str]) -> str:
        stream = io.StringIO()
        csv.writer(stream, delimiter=self._separator, lineterminator="").writerow(row)
        return stream.getvalue()

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """The line (from 1) that each row begins on, and its values; empty rows left out."""
        with self._path.open(encoding=self._encoding, newline="") as text:
            reader = csv.reader(text, delimiter=self._separator, strict=True)
            line = 1
            try:
                for row in reader:
                    if any(row):
                        yield line, row
                    line = reader.line_num + 1
            except csv.Error as error:
                raise _malformed(line, str(error)) from None

    def _find_encoding(self) -> str:
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        plain = True
        with self._path.open("rb") as file:
            try:
                while block := file.read(_BLOCK):
                    if b"\0" in block:
                        raise ImportFault(
                            "wrong-format",
                            Phrase("The file is no text: it holds NUL bytes."),
                            Phrase("Choose the format the file is in, or save it as CSV UTF-8."),
                        )
                    decoder.decode(block)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                plain = False
        if plain:
            return "utf-8-sig"
        self.notes.append(
            (
                "encoding-assumed",
                Phrase("The file is not UTF-8; it is read as Windows-1252."),
                Phrase("Save it as UTF-8 (in Excel: CSV UTF-8) if letters look wrong."),
            )
        )
        self._check_1252()
        return "cp1252"

    def _check_1252(self) -> None:
        line = 1
        with self._path.open("rb") as file:
            while block := file.read(_BLOCK):
                try:
                    block.decode("cp1252")
                except UnicodeDecodeError as error:
                    line += block.count(b"\n", 0, error.start)
                    raise ImportFault(
                        "encoding",
                        Phrase(
                            "Line {line}: byte 0x{block:02X} is neither UTF-8 nor Windows-1252.",
                            line=line,
                            block=block[error.start],
                        ),
                        Phrase("Save the file as UTF-8 (in Excel: CSV UTF-8)."),
                    ) from None
                line += block.count(b"\n")

    def _find_separator(self) -> str:
        """The one that makes the most columns of the header, and as many of the rows after it."""
        with self._path.open(encoding=self._encoding, newline="") as text:
            sample = text.read(_LOOK_AT)
        best, most = ",", (0, 0)
        for separator in SEPARATORS:
            widths = _widths(sample, separator)
            if widths and widths[0] > 1:
                score = (sum(width == widths[0] for width in widths) * 2 > len(widths), widths[0])
                if score > most:
                    best, most = separator, score
        return best


def _widths(sample: str, separator: str) -> list[int]:
    """The number of values in each of the first rows."""
    found: list[int] = []
    try:
        for row in csv.reader(sample.splitlines(keepends=True), delimiter=separator):
            if any(row):
                found.append(len(row))
            if len(found) == 50:
                break
    except csv.Error:
        pass
    return found


def _malformed(line: int, words: str) -> ImportFault:
    if "field larger" in words:
        said = Phrase(
            "Line {line}: a value has more than {most:,} characters.", line=line, most=_LONGEST
        )
    elif "unexpected end" in words:
        said = Phrase("Line {line}: a quoted value that begins here has no end.", line=line)
    else:
        said = Phrase(
            "Line {line}: something stands behind the closing quote of a value.", line=line
        )
    return ImportFault(
        "quotes",
        said,
        Phrase(
            'Write a value that holds the separator or a quote as "…", and each quote in it twice ("").'
        ),
    )
