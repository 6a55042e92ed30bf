"""The table of a shapefile: fixed-width records of a dBASE file, as columns of text.

Source: the dBASE III and FoxPro file structure. Records are cut with numpy, some thousand at a
time; nothing of a file is followed but widths that its head states and that were held against its
length, so a damaged file gives odd texts at worst.
"""

from __future__ import annotations

import codecs
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasources.formats.faults import FileFault, file_fault
from datasources.phrases import Phrase
from datasources.schema import EdmType

Texts = Sequence[str | None]

MAX_FIELDS = 2048  # dBASE itself stops at 255
_BATCH_BYTES = 2 * 1024 * 1024
_HEAD, _FIELD = 32, 32  # bytes
_HEAD_NUMBERS = struct.Struct("<IHH")  # records, bytes before them, bytes of each
_END_OF_FIELDS = 0x0D
_DELETED = ord("*")
_SPACE = ord(" ")
_ODD_SPACES = b"\t\n\x0b\x0c\r\x1c\x1d\x1f"
_SEPARATOR = "\x1e"  # between the values of a column while it is decoded
_WHOLE_WIDTH = 19  # digits that may be more than 64 bits hold
_WHOLE_AS_DECIMAL = re.compile(r"([+-]?\d+)\.0*")
_DAY = b"0000-00-00T00:00:00Z"
_DAY_PLACES = (0, 1, 2, 3, 5, 6, 8, 9)  # of the eight digits of a date
_BOOLEANS = {
    **dict.fromkeys("TtYy", "true"),
    **dict.fromkeys("FfNn", "false"),
    **dict.fromkeys(["?", ""], None),
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its name, dBASE's letter for its type, and where in a record it stands, in bytes."""

    name: str
    letter: str
    start: int
    width: int
    decimals: int

    @property
    def type(self) -> EdmType:
        """The type of the reference that holds it."""
        if self.letter in "NF":
            whole = not self.decimals and self.width < _WHOLE_WIDTH
            return EdmType.INT64 if whole else EdmType.DOUBLE
        return {"D": EdmType.DATETIME, "L": EdmType.BOOLEAN}.get(self.letter, EdmType.STRING)


class Table:
    """A .dbf whose length was held against its head; records are numbered from 0."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._encoding = encoding
        self._file = path.open("rb")
        try:
            head = self._file.read(_HEAD)
            self.count, self._start, self._width = _HEAD_NUMBERS.unpack_from(head, 4)
            self.fields = list(self._read_fields())
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._file.close()

    def _read_fields(self) -> Iterator[Field]:
        block = self._file.read(max(0, self._start - _HEAD))
        start = 1  # after the mark of deletion
        for at in range(0, len(block) - _FIELD + 1, _FIELD):
            if block[at] == _END_OF_FIELDS:
                break
            name = _until_nul(block[at : at + 11])
            field = Field(
                _decoded(name, self._encoding).strip(),
                chr(block[at + 11]).upper(),
                start,
                block[at + 16],
                block[at + 17],
            )
            start += field.width
            if start > self._width:
                raise _odd_head(Phrase("its fields are wider than its records"))
            yield field
        if not self._width and self.count:
            raise _odd_head(Phrase("its records have no width"))

    def fitting(self, count: int) -> int:
        """How many records to read at once, `count` at most."""
        return max(1, min(count, _BATCH_BYTES // max(1, int(self._width))))

    def records(self, start: int, count: int) -> Any:
        """Records as an array of bytes, one row each."""
        import numpy as np

        self._file.seek(self._start + start * self._width)
        data = self._file.read(count * self._width)
        return np.frombuffer(data, dtype=np.uint8).reshape(-1, self._width)

    def left(self, records: Any) -> Any:
        """Of such an array, the places of the records that are not marked as deleted."""
        import numpy as np

        return np.flatnonzero(records[:, 0] != _DELETED)

    def column(self, field: Field, records: Any, first: int) -> Texts:
        """The texts of a field, None where it is empty; `first` is the number of the first record,
        for a fault: FileFault at a text that is not in the table's encoding."""
        cells = records[:, field.start : field.start + field.width]
        if field.letter == "D" and field.width == len(_DAY_PLACES):
            return self._days(field, cells, first)
        texts = self._texts(field, cells, first)
        if field.letter == "L":
            return [_BOOLEANS.get(text, text) for text in texts]
        if field.letter in "NF":
            return _numbers(field, texts)
        return texts

    def _texts(self, field: Field, cells: Any, first: int) -> list[str]:
        import numpy as np

        used = np.flatnonzero((cells != _SPACE).any(axis=0))
        if not len(used):
            return [""] * len(cells)
        cells = cells[:, used[0] : used[-1] + 1]  # most fields are far wider than their values
        count, width = cells.shape
        # With a separator after each: one decoding and one split for all.
        separated = np.empty((count, width + 1), dtype=np.uint8)
        separated[:, :width] = cells
        separated[:, width] = ord(_SEPARATOR)
        data = separated.tobytes()
        try:
            text = data.decode("ascii" if data.isascii() else self._encoding)
        except UnicodeError as error:
            raise self._encoding_fault(error, data, field, width + 1, first) from None
        texts = text.split(_SEPARATOR)
        if len(texts) != count + 1:
            texts = [_decoded(cell.tobytes(), self._encoding) for cell in cells]
        else:
            texts.pop()
        if "\0" in text:
            texts = [one.partition("\0")[0] for one in texts]
        if data.isascii() and len(data.translate(None, _ODD_SPACES)) == len(data):
            return list(map(str.strip, texts))  # quicker, and there are no other spaces
        return [one.strip(" ") for one in texts]

    def _days(self, field: Field, cells: Any, first: int) -> Texts:
        """Dates, which are eight digits, as the reference writes them; others as they are."""
        import numpy as np

        digits = ((cells >= ord("0")) & (cells <= ord("9"))).all(axis=1)
        days = np.tile(np.frombuffer(_DAY, dtype=np.uint8), (len(cells), 1))
        days[:, _DAY_PLACES] = cells
        texts: list[str | None] = [
            bytes(day).decode("latin-1") for day in days.view(f"S{len(_DAY)}")[:, 0].tolist()
        ]
        odd = np.flatnonzero(~digits | (cells == ord("0")).all(axis=1)).tolist()
        if odd:
            shown = self._texts(field, cells[odd], first)
            for place, text in zip(odd, shown, strict=True):
                texts[place] = text if text.strip("0") else None
        return texts

    def _encoding_fault(
        self, error: UnicodeError, data: bytes, field: Field, width: int, first: int
    ) -> FileFault:
        at = error.start if isinstance(error, UnicodeDecodeError) else 0
        record = at // width
        cell = data[record * width : (record + 1) * width - 1].strip(b" \0")
        return file_fault(
            "encoding",
            Phrase(
                "A text of the .dbf is not {encoding}: byte 0x{data:02X} of “{cell}”.",
                encoding=self._encoding,
                data=data[at],
                cell=cell[:40],
            ),
            Phrase("Put a .cpg file into the zip that names the right encoding (UTF-8, 1252)."),
            row=first + record + 1,
            column=field.name,
        )


def _numbers(field: Field, texts: list[str]) -> Texts:
    """Numbers as they stand there; asterisks are dBASE's way to say that one did not fit."""
    joined = "".join(texts)
    if "*" in joined:
        return [None if text.startswith("*") else text for text in texts]
    if "." in joined and field.type is EdmType.INT64:
        return [
            whole[1] if (whole := _WHOLE_AS_DECIMAL.fullmatch(text)) else text for text in texts
        ]
    return texts


def codec(said: str) -> str:
    """Python's name of an encoding as .cpg files write it; "" if it is unknown or not one in which
    ASCII is itself."""
    digits = re.fullmatch(r"(?:ansi|oem|cp|windows)?[\s_-]*(\d{3,5})", said, re.IGNORECASE)
    iso = re.fullmatch(r"(?:iso)?[\s_-]*8859[\s_-]*(\d{1,2})", said, re.IGNORECASE)
    named = said
    if iso:
        named = f"iso8859-{iso[1]}"
    elif digits:
        named = "utf-8" if digits[1] == "65001" else f"cp{digits[1]}"
    ascii_bytes = bytes(range(0x20, 0x7F))
    try:
        info = codecs.lookup(named)
        plain = ascii_bytes.decode(info.name) == ascii_bytes.decode("ascii")
    except (LookupError, ValueError):
        return ""
    return info.name if plain else ""


def _decoded(data: bytes, encoding: str) -> str:
    return data.decode(encoding, "replace")


def _until_nul(data: bytes) -> bytes:
    return data.partition(b"\0")[0]


def _odd_head(why: str) -> FileFault:
    return file_fault(
        "dbf-head",
        Phrase("The head of the .dbf cannot be right: {why}.", why=why),
        Phrase("Export the shapefile again."),
    )
