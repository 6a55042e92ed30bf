"""Conditions as SQL for SQLite, with bound parameters.

Names come from the schema and are quoted by `layout.quoted`; values are bound, never written into
the SQL. Comparisons give 0 or 1 also for nulls, so that `Not` turns them as OData says.
"""

from __future__ import annotations

import math
from typing import Any

from datasources.formats.geopackage.layout import Layout, quoted
from datasources.formats.geopackage.values import sortable
from datasources.query.model import (
    Affix,
    And,
    BBox,
    Comparison,
    Condition,
    Not,
    Operator,
    Or,
    Within,
)
from datasources.schema import EdmType, Property, Value

Sql = tuple[str, list[Any]]

SIGNS = {Operator.GT: ">", Operator.GE: ">=", Operator.LT: "<", Operator.LE: "<="}


def where_sql(condition: Condition) -> Sql:
    """A condition as an SQL expression and its parameters."""
    match condition:
        case Comparison():
            return _comparison(condition)
        case Within(prop, values):
            marks = ",".join("?" * len(values))
            column = column_sql(prop)
            given = [bound(prop, value) for value in values]
            return f"({column} NOT NULL AND {column} IN ({marks}))", given
        case Affix():
            return _affix(condition)
        case Not(term):
            text, values_ = where_sql(term)
            return f"NOT {text}", values_
        case And(terms):
            return _joined(terms, "AND")
        case Or(terms):
            return _joined(terms, "OR")


def column_sql(prop: Property) -> str:
    """A property in the form that compares and sorts."""
    return sortable(prop.name) if prop.type is EdmType.DATETIME else quoted(prop.name)


def bbox_sql(layout: Layout, box: BBox) -> Sql:
    """The locations inside a box, edges included; see `BBox` for antimeridian and poles."""
    lat, lon = quoted(layout.latitude), quoted(layout.longitude)
    text, values = longitude_sql(lon, box.west, box.east)
    for pole in (90.0, -90.0):
        if pole in (box.north, box.south):
            text, values = f"{text} OR {lat} = ?", [*values, pole]
    return f"({lat} BETWEEN ? AND ? AND ({text}))", [box.south, box.north, *values]


def longitude_sql(column: str, west: float, east: float) -> Sql:
    """Longitudes from west to east, over the antimeridian where west > east."""
    if west > east:
        return f"{column} >= ? OR {column} <= ?", [west, east]
    text, values = f"{column} BETWEEN ? AND ?", [west, east]
    for edge in (180.0, -180.0):
        if -edge in (west, east):
            text, values = f"{text} OR {column} = ?", [*values, edge]
    return text, values


def _comparison(condition: Comparison) -> Sql:
    prop, operator = condition.property, condition.operator
    column = column_sql(prop)
    if condition.value is None:
        if operator is Operator.EQ:
            return f"({column} IS NULL)", []
        return (f"({column} IS NOT NULL)" if operator is Operator.NE else "(0)"), []
    given = [bound(prop, condition.value)]
    if operator in (Operator.EQ, Operator.NE):
        return f"({column} {'IS' if operator is Operator.EQ else 'IS NOT'} ?)", given
    return f"({column} NOT NULL AND {column} {SIGNS[operator]} ?)", given


def _affix(condition: Affix) -> Sql:
    column, text = quoted(condition.property.name), condition.text
    if not text:
        return f"({column} = {column})", []
    start = 1 if condition.at_start else -len(text)
    return f"(substr({column}, ?, ?) = ?)", [start, len(text), text]


def _joined(terms: tuple[Condition, ...], word: str) -> Sql:
    """Join conditions within what SQLite allows: 1,000 levels of an expression, a parser of 100.

    A chain is as many levels as it is long, so a long one is joined in groups; and the deepest
    condition comes first, where it needs the least of the parser's stack.
    """
    parts = [where_sql(term) for term in sorted(terms, key=_depth, reverse=True)]
    size = math.isqrt(len(parts)) + 1
    groups = [parts[start : start + size] for start in range(0, len(parts), size)]
    texts = ["(" + f" {word} ".join(text for text, _ in group) + ")" for group in groups]
    values = [value for _, given in parts for value in given]
    return (texts[0] if len(texts) == 1 else "(" + f" {word} ".join(texts) + ")"), values


def _depth(condition: Condition) -> int:
    match condition:
        case Not(term):
            return 1 + _depth(term)
        case And(terms) | Or(terms):
            return 1 + max(map(_depth, terms))
        case _:
            return 0


def bound(prop: Property, value: Value) -> Value:
    """A value as it is compared with what `column_sql` gives."""
    if prop.type is EdmType.DATETIME and isinstance(value, str):
        # As `sortable` leaves it: without Z, three decimals at least.
        whole, _, decimals = value[:-1].partition(".")
        return f"{whole}.{decimals.ljust(3, '0')}"
    return value
