"""Writing the table of a shapefile: dBASE III, texts in UTF-8.

A field is as wide as its longest value, which is known only at the end: until then the values lie
in a temporary file, as bytes. Doubles are written with all their digits, in the exponential form
where that is shorter, which GDAL and ArcGIS read.
"""

from __future__ import annotations

import marshal
import struct
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from datasources.schema import EdmType, Property, Value
from datasources.schema.values import text_of

MAX_TEXT = 254  # bytes
MAX_NAME = 10  # letters
MAX_FIELDS = 255
#: Beyond it a field of whole numbers is one of floats to every reader: it becomes text.
MAX_WHOLE = 18  # characters, the sign among them
_DOUBLE = 24  # characters of the longest double that Python writes
_HEADER = struct.Struct("<B3BIHH20x")
_FIELD = struct.Struct("<11sc4xBB14x")

Cells = list[bytes]


def field_names(names: Sequence[str]) -> list[str]:
    """Names of at most ten letters, each once whatever its case, in the order of `names`."""
    taken = {name.lower() for name in names if len(name) <= MAX_NAME}
    found: list[str] = []
    for name in names:
        short, number = name[:MAX_NAME], 0
        while len(name) > MAX_NAME and short.lower() in taken:
            number += 1
            short = f"{name[: MAX_NAME - 1 - len(str(number))]}_{number}"
        taken.add(short.lower())
        found.append(short)
    return found


@dataclass(slots=True)
class _Field:
    name: str
    type: EdmType
    width: int = 1

    def descriptor(self) -> bytes:
        kind, width, decimals = b"C", self.width, 0
        if self.type is EdmType.INT64 and self.width <= MAX_WHOLE:
            kind = b"N"
        elif self.type is EdmType.DOUBLE:
            kind, width, decimals = b"F", _DOUBLE, 15
        elif self.type is EdmType.BOOLEAN:
            kind, width = b"L", 1
        elif self.type is EdmType.DATETIME:
            kind, width = b"D", 8
        self.width = width
        return _FIELD.pack(self.name.encode(), kind, width, decimals)


class Table:
    """The rows of one layer, until they are written."""

    def __init__(self, properties: Sequence[Property], folder: str) -> None:
        names = field_names([prop.name for prop in properties])
        self.count = 0
        self._fields = [
            _Field(name, prop.type) for name, prop in zip(names, properties, strict=True)
        ]
        self._rows = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  closed by `close`

    def close(self) -> None:
        self._rows.close()

    def add(self, columns: Sequence[Sequence[Value]], count: int) -> None:
        """Take in `count` rows of typed values."""
        cells = [
            _cells(field.type, values) for field, values in zip(self._fields, columns, strict=True)
        ]
        self._take(cells, count)

    def add_all(self, other: Table) -> None:
        """Take in the rows of a table with the same fields."""
        for cells, count in other._batches():
            self._take(cells, count)

    def _take(self, cells: list[Cells], count: int) -> None:
        for field, column in zip(self._fields, cells, strict=True):
            field.width = max(field.width, max(map(len, column), default=1))
        marshal.dump((cells, count), self._rows)
        self.count += count

    def _batches(self) -> Iterator[tuple[list[Cells], int]]:
        end = self._rows.tell()
        self._rows.seek(0)
        while self._rows.tell() < end:
            yield marshal.load(self._rows)  # noqa: S302  what `_take` wrote a moment before
        self._rows.seek(end)

    @property
    def size(self) -> int:
        """Bytes that the table takes when it is written."""
        return self.count * (1 + sum(max(field.width, 8) for field in self._fields))

    def write(self, stream: BinaryIO) -> None:
        """The .dbf."""
        descriptors = b"".join(field.descriptor() for field in self._fields)
        length = 1 + sum(field.width for field in self._fields)
        today = datetime.now(UTC)
        stream.write(
            _HEADER.pack(
                3, today.year - 1900, today.month, today.day, self.count,
                _HEADER.size + len(descriptors) + 1, length,
            )
        )  # fmt: skip
        stream.write(descriptors + b"\r")
        for cells, _ in self._batches():
            padded = [
                _padded(field, column) for field, column in zip(self._fields, cells, strict=True)
            ]
            stream.write(b"".join(b" " + b"".join(row) for row in zip(*padded, strict=True)))
        stream.write(b"\x1a")


def _cells(kind: EdmType, values: Sequence[Value]) -> Cells:
    if kind is EdmType.BOOLEAN:
        return [b"?" if value is None else b"T" if value else b"F" for value in values]
    if kind is EdmType.DATETIME:
        return [
            b"" if value is None else str(value)[:10].replace("-", "").encode() for value in values
        ]
    if kind in (EdmType.INT64, EdmType.DOUBLE):
        return [text_of(value).encode() for value in values]
    return [b"" if value is None else cut(str(value)) for value in values]


def cut(text: str) -> bytes:
    """A text in UTF-8, of at most 254 bytes, cut between two characters."""
    data = text.replace("\0", "\ufffd").encode("utf-8", "replace")
    if len(data) <= MAX_TEXT:
        return data
    return data[:MAX_TEXT].decode("utf-8", "ignore").encode()


def _padded(field: _Field, column: Iterable[bytes]) -> Cells:
    width = field.width
    if field.type in (EdmType.INT64, EdmType.DOUBLE):
        return [cell.rjust(width) for cell in column]
    return [cell.ljust(width) for cell in column]
