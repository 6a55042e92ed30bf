"""The conditions of a filter that an index of one property can answer by itself.

An index of a property (`indexes`) holds whether there is a value, the value and the entity ID, in
this order; so what equals a value comes in the order of the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from datasources.query.model import (
    Affix,
    And,
    Comparison,
    Condition,
    Operator,
    Within,
)
from datasources.schema import EdmType, Property
from sds_server.store.geopackage.where import SIGNS, bound

FILLED, VALUE, KEY, ROW = "__filled", "__value", "__key", "__row"
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a filter, as a condition on the index of its property.

    `in_order`: all that it finds comes in the order of the entity ID. `is_all`: the filter says
    nothing else.
    """

    property: Property
    text: str
    values: tuple[Any, ...]
    in_order: bool = False
    is_all: bool = False


def terms_of(condition: Condition | None) -> Iterator[Term]:
    """The parts of a filter, joined by And, that an index can answer."""
    if isinstance(condition, And):
        for part in condition.terms:
            yield from _term(part, is_all=False)
    elif condition is not None:
        yield from _term(condition, is_all=True)


def _term(part: Condition, *, is_all: bool) -> Iterator[Term]:
    match part:
        case Comparison(prop, Operator.EQ, None):
            yield Term(prop, f"{FILLED} = 0", (), True, is_all)
        case Comparison(prop, Operator.EQ, value):
            yield Term(prop, f"{FILLED} = 1 AND {VALUE} = ?", (bound(prop, value),), True, is_all)
        case Comparison(prop, operator, value) if operator in SIGNS and value is not None:
            text = f"{FILLED} = 1 AND {VALUE} {SIGNS[operator]} ?"
            yield Term(prop, text, (bound(prop, value),), is_all=is_all)
        case Within(prop, values):
            marks = ",".join("?" * len(values))
            text = f"{FILLED} = 1 AND {VALUE} IN ({marks})"
            yield Term(prop, text, tuple(bound(prop, value) for value in values), is_all=is_all)
        case Affix(prop, start, True) if start and not start.endswith(_LAST):
            text = f"{FILLED} = 1 AND {VALUE} >= ? AND {VALUE} < ?"
            yield Term(prop, text, (start, _after(start)), is_all=is_all)


def _after(start: str) -> str:
    """The first text beyond all that begin with another, by the order of code points."""
    following = ord(start[-1]) + 1
    if 0xD800 <= following <= 0xDFFF:  # no characters
        following = 0xE000
    return start[:-1] + chr(following)


def can_be_indexed(prop: Property) -> bool:
    """Whether an index of the property helps."""
    return not prop.is_key and prop.type is not EdmType.GEOGRAPHY
