"""What a value becomes when its property gets another type.

Nothing is guessed and nothing is rounded: a value that the other type cannot hold as it is gives a
ValueFault with the reason, and whoever converts decides what becomes of it.
"""

from __future__ import annotations

from typing import Any

from datasources.schema import values
from datasources.schema.geography import read_wkt
from datasources.schema.types import EdmType, Value, ValueFault
from datasources.schema.values import text_of

_YES_NO = {"yes": True, "y": True, "t": True, "no": False, "n": False, "f": False}
_NUMBERS = (EdmType.INT64, EdmType.DOUBLE)


def read_value(kind: EdmType, text: str | None) -> Value:
    """A text as a value of a type, None where it is empty; ValueFault if it is none.

    The rules are those of a file: see `check_batch`. A geography is its text without spaces around.
    """
    if text is None or text == "":
        return None
    if kind is EdmType.GEOGRAPHY:
        stripped = text.strip()
        if not stripped:
            return None
        read_wkt(stripped)
        return stripped
    read, faults = values.read_column(kind, [text])
    if faults:
        raise faults[0]
    return read[0]


def convert(value: Value, old: EdmType, new: EdmType) -> Value:
    """A value of one type as one of another; None stays None. Raises ValueFault."""
    if value is None or old is new:
        return value
    if new is EdmType.STRING:
        return read_value(new, text_of(value))
    if old is EdmType.STRING:
        return _from_text(str(value), new)
    if new is EdmType.INT64 and old in (EdmType.DOUBLE, EdmType.BOOLEAN):
        return _to_whole(value)
    if new is EdmType.DOUBLE and old in (EdmType.INT64, EdmType.BOOLEAN):
        return _to_double(value)
    if new is EdmType.BOOLEAN and old in _NUMBERS:
        return _to_boolean(value)
    raise ValueFault(
        "not-convertible",
        f"A value of {old.value} cannot become {new.value}.",
        "Make a new property of that type, and fill it in.",
    )


def _from_text(text: str, new: EdmType) -> Value:
    word = text.strip().lower()
    if new is EdmType.BOOLEAN and word in _YES_NO:
        return _YES_NO[word]
    return read_value(new, text)


def _to_whole(value: Any) -> int:
    if isinstance(value, bool) or float(value).is_integer():
        whole = int(value)
        if whole in values.INT64:
            return whole
    raise ValueFault(
        "int64",
        f"{text_of(value)} is no whole number.",
        "Round it first, or leave the property Edm.Double.",
    )


def _to_double(value: Any) -> float:
    double = float(value)
    if int(double) != int(value):
        raise ValueFault(
            "double-rounded",
            f"{text_of(value)} has more digits than Edm.Double holds.",
            "Leave the property Edm.Int64, or make it Edm.String if it is a code.",
        )
    return double


def _to_boolean(value: Any) -> bool:
    if value in (0, 1):
        return bool(value)
    raise ValueFault(
        "boolean", f"{text_of(value)} is neither 1 nor 0.", "Only 1 and 0 become true and false."
    )
