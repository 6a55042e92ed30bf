"""The values in a $filter, and whether they fit the property they are compared with."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from datasources.phrases import Phrase
from datasources.query.faults import QueryFault, shown
from datasources.query.model import Operator
from datasources.schema import EdmType, Property, Value

PARAMETER = "$filter"

_DATE = re.compile(
    r"(\d{4}-\d{2}-\d{2})"
    r"(?:[Tt ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?)?"
    r"([Zz]|[+-]\d{2}:?\d{2})?"
)
_DATE_HELP = Phrase("A date looks like 2026-11-23 or 2026-11-23T08:30:00Z")
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d+)?|\.\d+)", re.ASCII)
_QUOTED_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as it was written (`text`), and what it is by itself.

    Quoted texts give str, numbers int or float, `true` and `false` bool, `null` None; dates give
    str in the form of a checked Edm.DateTime, with `is_date`.
    """

    text: str
    value: Value
    is_date: bool = False

    @property
    def is_text(self) -> bool:
        return isinstance(self.value, str) and not self.is_date


def read_literal(text: str) -> Literal:
    """Read one value as the grammar found it."""
    if text.startswith("'"):
        return Literal(text, text[1:-1].replace("''", "'"))
    lower = text.lower()
    if lower in ("true", "false", "null"):
        return Literal(text, {"true": True, "false": False, "null": None}[lower])
    if lower.startswith("datetime"):
        inner = text[text.index("'") + 1 : -1]
        return Literal(text, read_date(inner), is_date=True)
    if re.match(r"\d{4}-\d{2}-", text):
        return Literal(text, read_date(text), is_date=True)
    return Literal(text, _number(lower))


def _number(text: str) -> int | float:
    digits = text.rstrip("lmdf")
    if re.fullmatch(r"[+-]?\d{1,300}", digits):
        return int(digits)
    number = float(digits)
    if not math.isfinite(number):
        raise QueryFault(
            PARAMETER, Phrase("The number {found} is out of range.", found=shown(text, 30))
        )
    return number


def read_date(text: str) -> str:
    """A date or a date with a time as UTC, in the form of a checked Edm.DateTime.

    Without an offset it is taken as UTC. Up to seven decimals of a second are kept.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        raise QueryFault(
            PARAMETER,
            Phrase("{found} is not a date. {help}.", found=shown(text, 40), help=_DATE_HELP),
        )
    day, minutes, seconds, decimals, offset = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{minutes or '00:00'}:{seconds or '00'}")
        moment = moment.replace(tzinfo=_zone(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise QueryFault(
            PARAMETER,
            Phrase(
                "{found} is not a day and time that exists. {help}.",
                found=shown(text, 40),
                help=_DATE_HELP,
            ),
        ) from None
    fraction = (decimals or "").rstrip("0")
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%S").zfill(19)
    return f"{stamp}{'.' + fraction if fraction else ''}Z"


def _zone(offset: str | None) -> timezone:
    if offset is None or offset in "Zz":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    return timezone((1 if offset[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))


def fitted(prop: Property, literal: Literal, operator: Operator) -> Value:
    """The literal as a value of the property's type; raises QueryFault where it is none.

    Numbers and Booleans may stand in quotes, and a number without them for a text: the map
    control's own example compares an Edm.String with 5540, store locators a Boolean with '1'.
    """
    equality = operator in (Operator.EQ, Operator.NE)
    if literal.value is None:
        return None
    if prop.type is EdmType.GEOGRAPHY:
        raise QueryFault(
            PARAMETER,
            Phrase(
                "{property} is Edm.Geography: it can only be compared with null. Use spatialFilter=intersects('…') to search by shape.",
                property=prop.name,
            ),
        )
    if prop.type is EdmType.BOOLEAN and not equality:
        raise QueryFault(
            PARAMETER,
            Phrase(
                "{property} is Edm.Boolean: compare it by Eq or Ne, with true or false.",
                property=prop.name,
            ),
        )
    return _FITTERS[prop.type](prop, literal)


def _text(prop: Property, literal: Literal) -> Value:
    if _PLAIN_NUMBER.fullmatch(literal.text):
        return literal.text
    if not literal.is_text:
        raise QueryFault(
            PARAMETER,
            Phrase(
                "{property} is Edm.String: put the value in single quotes, as in {property} Eq '{text}'.",
                property=prop.name,
                text=literal.text[:30],
            ),
        )
    return literal.value


def _numeric(prop: Property, literal: Literal) -> Value:
    value = literal.value
    if literal.is_text and _PLAIN_NUMBER.fullmatch(str(value).strip()):
        value = _number(str(value).strip())
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise QueryFault(
            PARAMETER,
            Phrase(
                "{property} is {type}: {found} is not a number. Numbers stand as in {property} Gt 10.",
                property=prop.name,
                type=prop.type,
                found=shown(literal.text, 30),
            ),
        )
    # SQL has integers of 64 bits; a greater one is compared as a floating-point number.
    return float(value) if isinstance(value, int) and abs(value) >= 2**63 else value


def _boolean(prop: Property, literal: Literal) -> Value:
    if isinstance(literal.value, bool):
        return literal.value
    if literal.is_text and str(literal.value).strip().lower() in _QUOTED_BOOLEANS:
        return _QUOTED_BOOLEANS[str(literal.value).strip().lower()]
    if isinstance(literal.value, int) and literal.value in (0, 1):
        return literal.value == 1
    raise QueryFault(
        PARAMETER,
        Phrase(
            "{property} is Edm.Boolean: {found} is neither true, false, 1 nor 0.",
            property=prop.name,
            found=shown(literal.text, 30),
        ),
    )


def _date(prop: Property, literal: Literal) -> Value:
    if literal.is_date:
        return literal.value
    if literal.is_text:
        return read_date(str(literal.value))
    raise QueryFault(
        PARAMETER,
        Phrase(
            "{property} is Edm.DateTime: {found} is not a date. {help}.",
            property=prop.name,
            found=shown(literal.text, 30),
            help=_DATE_HELP,
        ),
    )


_FITTERS = {
    EdmType.STRING: _text,
    EdmType.INT64: _numeric,
    EdmType.DOUBLE: _numeric,
    EdmType.BOOLEAN: _boolean,
    EdmType.DATETIME: _date,
}
