"""Columns of Arrow as the texts of their values."""

from __future__ import annotations

import datetime
import json
from typing import Any

from datasources.formats.imports.tables import Texts
from datasources.schema import EdmType


def edm_type(kind: Any) -> EdmType | None:
    """The type that a column of Arrow becomes; None where it cannot be loaded (bytes)."""
    import pyarrow.types as of

    if of.is_dictionary(kind):
        return edm_type(kind.value_type)
    if of.is_boolean(kind):
        return EdmType.BOOLEAN
    if of.is_integer(kind):
        return EdmType.INT64
    if of.is_floating(kind) or of.is_decimal(kind):
        return EdmType.DOUBLE
    if of.is_timestamp(kind) or of.is_date(kind):
        return EdmType.DATETIME
    if of.is_binary(kind) or of.is_large_binary(kind) or of.is_fixed_size_binary(kind):
        return None
    return EdmType.STRING


def texts(column: Any) -> Texts:
    """The texts of a column's values, as a person would write them; None where absent."""
    import pyarrow as pa
    import pyarrow.types as of

    kind = column.type
    if of.is_dictionary(kind):
        return texts(column.dictionary_decode())
    if of.is_timestamp(kind):
        return [_moment(text) for text in column.cast(pa.string()).to_pylist()]
    values = column.to_pylist()
    if of.is_string(kind) or of.is_large_string(kind):
        return [value or None for value in values]
    return [None if value is None else _text(value) for value in values]


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return None if value != value else repr(value)
    if isinstance(value, datetime.date):
        return f"{value.isoformat()}T00:00:00Z"
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _moment(text: str | None) -> str | None:
    """A timestamp as ISO 8601 has it; Arrow writes a space, and Z where it has a zone."""
    if text is None:
        return None
    day, _, time = text.removesuffix("Z").partition(" ")
    if "." in time:
        time = time.rstrip("0").removesuffix(".")
    return f"{day}T{time}Z"
