"""Writing text with values separated by commas, tabs or pipes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from datasources.formats.base import InputFormat
from datasources.formats.text import DELIMITERS
from datasources.schema import Batch, EdmType, Property, Schema, Value
from datasources.schema.values import text_of

_SPECIAL = {
    format: re.compile(f'["\r\n\0{re.escape(mark)}]|^ ') for format, mark in DELIMITERS.items()
}


def write_text(
    stream: BinaryIO, format: InputFormat, schema: Schema, batches: Iterable[Batch]
) -> int:
    """Lines 1 and 2 with the schema, then a line for each entity; UTF-8 without a mark.

    A value that holds the separator, a quotation mark or a line break, or begins with a space, is
    put in quotation marks, in tab and pipe files too; it reads back as it was. NUL, which no
    reader takes, becomes U+FFFD. Where the schema has `__deleteEntity`, as that of an incremental
    load has, the column is written from what each batch deletes; its columns leave it out, as those
    of a checked batch do.
    """
    stream.write(text_head(format, schema))
    count = 0
    for batch in batches:
        stream.write(text_lines(format, schema, batch))
        count += len(batch)
    return count


def text_head(format: InputFormat, schema: Schema) -> bytes:
    """Lines 1 and 2."""
    header = DELIMITERS[format].join(map(_column, schema.properties))
    return f"Bing Spatial Data Services, 1.0, {schema.entity_type}\n{header}\n".encode()


def text_lines(format: InputFormat, schema: Schema, batch: Batch) -> bytes:
    """A line for each entity of a batch, as `write_text` writes them."""
    delimiter = DELIMITERS[format]
    special = _SPECIAL[format]
    deletes = schema.deletes_index
    columns = [
        _texts(prop.type, values, special)
        for prop, values in zip(schema.without_deletes().properties, batch.columns, strict=True)
    ]
    if deletes is not None:
        columns.insert(deletes, ["1" if i in batch.deleted else "" for i in range(len(batch))])
    return _joined(delimiter, columns)


def raw_lines(format: InputFormat, columns: Sequence[Sequence[str | None]]) -> bytes:
    """A line for each row of raw text, which reads back as it was."""
    special = _SPECIAL[format]
    quoted = [
        [_quoted(text) if text and special.search(text) else text or "" for text in column]
        for column in columns
    ]
    return _joined(DELIMITERS[format], quoted)


def _joined(delimiter: str, columns: Sequence[Sequence[str]]) -> bytes:
    lines = "\n".join(map(delimiter.join, zip(*columns, strict=True)))
    return lines.encode("utf-8", "replace") + b"\n" if lines else b""


def _column(prop: Property) -> str:
    return f"{prop.name}({prop.type.value}{',primaryKey' if prop.is_key else ''})"


def _texts(kind: EdmType, values: Sequence[Value], special: re.Pattern[str]) -> Sequence[str]:
    """A column as it is written; only strings and geographies can need quotation marks."""
    texts = [text_of(value) for value in values]
    if kind not in (EdmType.STRING, EdmType.GEOGRAPHY):
        return texts
    return [_quoted(text) if special.search(text) else text for text in texts]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""').replace("\0", "\ufffd") + '"'
