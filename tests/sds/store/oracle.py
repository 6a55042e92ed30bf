"""What a query means, written as plainly as can be: the measure for the store's answers."""

from __future__ import annotations

from datasources.query.model import (
    Affix,
    And,
    Comparison,
    Condition,
    Not,
    Operator,
    Or,
    Within,
)
from datasources.schema import EdmType, Value
from tests.sds.store.samples import Row


def holds(condition: Condition, row: Row) -> bool:
    return truth(condition, row) is True


def truth(condition: Condition, row: Row) -> bool | None:
    """True, False, or None where OData leaves it unknown (StartsWith of a null)."""
    match condition:
        case Comparison(prop, operator, value):
            return compare(operator, row[prop.name], value, prop.type)
        case Within(prop, values):
            return row[prop.name] is not None and row[prop.name] in values
        case Affix(prop, text, at_start):
            value = row[prop.name]
            if value is None:
                return None
            return str(value).startswith(text) if at_start else str(value).endswith(text)
        case Not(term):
            inner = truth(term, row)
            return None if inner is None else not inner
        case And(terms):
            return all(truth(term, row) for term in terms)
        case Or(terms):
            return any(truth(term, row) for term in terms)


def compare(operator: Operator, left: Value, right: Value, kind: EdmType) -> bool:
    if left is None or right is None:
        both = left is None and right is None
        return {Operator.EQ: both, Operator.NE: not both}.get(operator, False)
    if kind is EdmType.DATETIME:
        left, right = ticks(str(left)), ticks(str(right))
    a: int | float | str = left
    b: int | float | str = right
    return {
        Operator.EQ: a == b,
        Operator.NE: a != b,
        Operator.GT: a > b,  # type: ignore[operator]
        Operator.GE: a >= b,  # type: ignore[operator]
        Operator.LT: a < b,  # type: ignore[operator]
        Operator.LE: a <= b,  # type: ignore[operator]
    }[operator]


def ticks(text: str) -> str:
    """A date with all seven decimals, as text that sorts."""
    whole, _, decimals = text[:-1].partition(".")
    return whole + "." + decimals.ljust(7, "0")


def in_box(box: tuple[float, ...], row: Row) -> bool:
    """South, west, north, east, edges included; the antimeridian is one line, a pole one point."""
    south, west, north, east = box
    latitude, longitude = row["Latitude"], row["Longitude"]
    assert isinstance(latitude, float)
    assert isinstance(longitude, float)
    if not south <= latitude <= north:
        return False
    if abs(latitude) == 90:
        return True
    written = {longitude, -longitude} if abs(longitude) == 180 else {longitude}
    if west <= east:
        return any(west <= value <= east for value in written)
    return any(value >= west or value <= east for value in written)
