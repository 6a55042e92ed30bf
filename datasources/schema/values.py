"""Raw text to typed values, a column at a time.

A column in which all is well is converted by built-in functions that run over it in C. Only when
something in it is odd does the slow way look at each value, to say exactly which one and why.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone

from datasources.phrases import Phrase
from datasources.schema.types import MAX_STRING, EdmType, Value, ValueFault

Texts = Sequence[str | None]
Faults = dict[int, ValueFault]

INT64 = range(-(2**63), 2**63)
BOOLEANS = {"true": True, "false": False, "1": True, "0": False}

# What every place of a batch may hold without a closer look, besides None and "".
_COMMON_BOOLEANS: dict[str | None, bool | None] = {
    "true": True,
    "false": False,
    "1": True,
    "0": False,
    "True": True,
    "False": False,
    "TRUE": True,
    "FALSE": False,
    "": None,
    None: None,
}
_DIGITS_AS_ZERO = str.maketrans("123456789", "0" * 9)
_CANONICAL_DATE = "0000-00-00T00:00:00Z"
_DATE = re.compile(
    r"(\d{4}-\d\d-\d\d)"
    r"(?:[Tt ](\d\d:\d\d)(:\d\d)?(?:[.,](\d+))?)?"
    r"\s*([Zz]|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>|<!--|<!doctype\b", re.IGNORECASE)
# What XML 1.0 cannot hold, of the characters below the space (NUL ends the reading of a file).
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
#: The bytes of these in UTF-8.
CONTROL_BYTES = bytes(code for code in range(32) if code not in b"\t\n\r")
_OTHER_BOOLEANS = {
    "yes": "true",
    "y": "true",
    "t": "true",
    "no": "false",
    "n": "false",
    "f": "false",
}


def has_controls(text: str) -> bool:
    """Whether a character stands in the text that XML cannot hold. Quick, for long texts."""
    data = text.encode("utf-8", "surrogatepass")
    return len(data.translate(None, CONTROL_BYTES)) != len(data)


def read_column(
    kind: EdmType, texts: Texts, *, harmless: bool = False
) -> tuple[Sequence[Value], Faults]:
    """The values of a column of raw text (None where empty), and the faults by position.

    `harmless`: it is known that no text is too long or holds a "<" or a control character.
    """
    if harmless and kind is EdmType.STRING:
        return texts if all(texts) else [text or None for text in texts], {}
    quick = _QUICK[kind](texts)
    if quick is not None:
        return quick, {}
    read = _READ[kind]
    values: list[Value] = []
    faults: Faults = {}
    for position, text in enumerate(texts):
        value: Value = None
        if text and (kind is EdmType.STRING or not text.isspace()):
            try:
                value = read(text)
            except ValueFault as fault:
                faults[position] = fault
        values.append(value)
    return values, faults


def text_of(value: Value) -> str:
    """A value as the reference spells it; "" for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


# The quick way: a whole column, or None if anything in it needs a closer look.


def _quick_strings(texts: Texts) -> Sequence[Value] | None:
    if not all(texts):
        texts = [text or None for text in texts]
        present = [text for text in texts if text]
    else:
        present = texts  # type: ignore[assignment]  # all() has just shown that none is None
    if max(map(len, present), default=0) > MAX_STRING:
        return None
    joined = "".join(present)
    if "<" in joined or has_controls(joined):
        return None
    return texts


def _plain(texts: Texts) -> bool:
    """Whether numbers in it are written as the reference has them, for Python takes more."""
    joined = "".join(filter(None, texts))
    return joined.isascii() and "_" not in joined


def _quick_whole(texts: Texts) -> Sequence[Value] | None:
    try:
        values = (
            list(map(int, texts))  # type: ignore[arg-type]
            if all(texts)
            else [int(text) if text else None for text in texts]
        )
    except ValueError:
        return None
    present: list[int] = [value for value in values if value is not None]
    if present and not (min(present) in INT64 and max(present) in INT64):
        return None
    return values if _plain(texts) else None


def _quick_doubles(texts: Texts) -> Sequence[Value] | None:
    try:
        values = (
            list(map(float, texts))  # type: ignore[arg-type]
            if all(texts)
            else [float(text) if text else None for text in texts]
        )
    except ValueError:
        return None
    present = values if all(texts) else [value for value in values if value is not None]
    if not math.isfinite(sum(present)):  # type: ignore[arg-type]
        return None
    return values if _plain(texts) else None


def _quick_booleans(texts: Texts) -> Sequence[Value] | None:
    try:
        return list(map(_COMMON_BOOLEANS.__getitem__, texts))
    except KeyError:
        return None


def _quick_dates(texts: Texts) -> Sequence[Value] | None:
    present: list[str] = [text for text in texts if text]
    shape = "\n".join(present).translate(_DIGITS_AS_ZERO)
    if shape != "\n".join([_CANONICAL_DATE] * len(present)):
        return None
    try:
        for _ in map(datetime.fromisoformat, present):
            pass
    except ValueError:
        return None
    return texts if len(present) == len(texts) else [text or None for text in texts]


# The slow way: one value, with what is wrong with it.


def _string(text: str) -> str:
    if len(text) > MAX_STRING:
        raise ValueFault(
            "string-length",
            Phrase(
                "The text has {count:,} characters; {most:,} is the most.",
                count=len(text),
                most=MAX_STRING,
            ),
            Phrase("Shorten it, or split it into two properties."),
        )
    tag = _TAG.search(text) if "<" in text else None
    if tag:
        raise ValueFault(
            "html",
            Phrase(
                "The text holds HTML ({value}); HTML tags cannot be stored.",
                value=_cut(tag.group()),
            ),
            Phrase("Keep plain text or a URL in the data, and build the HTML in the application."),
        )
    if fault := control_fault(text):
        raise fault
    return text


def control_fault(text: str) -> ValueFault | None:
    """The fault of the first character of a text that XML cannot hold."""
    found = _CONTROL.search(text)
    if found is None:
        return None
    return ValueFault(
        "control-character",
        Phrase(
            "Character {place} is the control character U+{code:04X}, which XML, and so the service, cannot hold.",
            place=found.start() + 1,
            code=ord(found.group()),
        ),
        Phrase(
            "Remove it, or put a space in its place; it often comes with text copied from elsewhere."
        ),
    )


def _whole(text: str) -> int:
    text = text.strip()
    if not _WHOLE.fullmatch(text):
        raise ValueFault(
            "int64",
            Phrase("“{value}” is no whole number.", value=_cut(text)),
            _number_advice(text, whole=True),
        )
    # A number this long is out of range, and Python refuses to read those of thousands of digits.
    value = int(text) if len(text) <= 40 else 2**63
    if value not in INT64:
        raise ValueFault(
            "int64-range",
            Phrase("{value} does not fit into Edm.Int64 (64 bits).", value=_cut(text)),
            Phrase("Write it as Edm.String if it is a code, as Edm.Double if it is a quantity."),
        )
    return value


def _double(text: str) -> float:
    text = text.strip()
    if text.lower().lstrip("+-") in ("nan", "inf", "infinity", "1.#inf", "1.#qnan"):
        raise ValueFault(
            "double-finite",
            Phrase("“{text}” is not a number that can be stored.", text=text),
            Phrase("Leave the value empty."),
        )
    if not _NUMBER.fullmatch(text):
        raise ValueFault(
            "double",
            Phrase("“{value}” is no number.", value=_cut(text)),
            _number_advice(text, whole=False),
        )
    value = float(text)
    if not math.isfinite(value):
        raise ValueFault(
            "double-finite",
            Phrase("{value} is too large for Edm.Double.", value=_cut(text)),
            Phrase("Check the number."),
        )
    return value


def _number_advice(text: str, *, whole: bool) -> str:
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        return Phrase("Remove the separators of the thousands.")
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        return Phrase("Write the decimal separator as a point.")
    if whole and _NUMBER.fullmatch(text):
        return Phrase("Remove the decimals, or make the property Edm.Double.")
    if re.search(r"[°′″]|\d\s*[NSEW]$", text):
        return Phrase("Write decimal degrees, negative in the south and the west.")
    return Phrase("Write digits alone, without units; leave it empty if it is not known.")


def _boolean(text: str) -> bool:
    value = BOOLEANS.get(text.strip().lower())
    if value is None:
        meant = _OTHER_BOOLEANS.get(text.strip().lower())
        raise ValueFault(
            "boolean",
            Phrase("“{value}” is no Boolean.", value=_cut(text)),
            Phrase("Write {meant} (or {digit}).", meant=meant, digit=int(meant == "true"))
            if meant
            else Phrase("Write true or false (1 and 0 will do too)."),
        )
    return value


def _date(text: str) -> str:
    match = _DATE.fullmatch(text.strip())
    if not match:
        raise ValueFault(
            "datetime",
            Phrase("“{value}” is no date and time.", value=_cut(text)),
            Phrase("Write year, month, day: 2010-11-16T01:19:36Z, or the date alone: 2010-11-16."),
        )
    day, minute, second, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{minute or '00:00'}{second or ':00'}+00:00")
        moment = moment.replace(tzinfo=_zone(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueFault(
            "datetime",
            Phrase("“{value}” is no day or time that exists.", value=_cut(text)),
            Phrase("Check month, day, hour, minute and second."),
        ) from None
    decimals = (fraction or "")[:7].rstrip("0")
    return f"{moment:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + (f".{decimals}" if decimals else "") + "Z"


def _zone(text: str | None) -> timezone:
    """A date without a zone is in UTC, as the service takes it."""
    if text is None or text in "Zz":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    if offset > timedelta(hours=14):
        raise ValueError(text)
    return timezone(-offset if text[0] == "-" else offset)


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


_QUICK: dict[EdmType, Callable[[Texts], Sequence[Value] | None]] = {
    EdmType.STRING: _quick_strings,
    EdmType.INT64: _quick_whole,
    EdmType.DOUBLE: _quick_doubles,
    EdmType.BOOLEAN: _quick_booleans,
    EdmType.DATETIME: _quick_dates,
}
_READ: dict[EdmType, Callable[[str], Value]] = {
    EdmType.STRING: _string,
    EdmType.INT64: _whole,
    EdmType.DOUBLE: _double,
    EdmType.BOOLEAN: _boolean,
    EdmType.DATETIME: _date,
}
