"""Conditions as SQL for PostgreSQL, with bound parameters.

Names come from the schema and are quoted by `psycopg.sql.Identifier`; values are bound, never
written into the SQL. `Not` is carried down to the comparisons, so that what is left are plain terms
that an index can serve; there a null that SQL answers with "unknown" is as good as false.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from psycopg import sql

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
from sds_server.store.postgis.layout import LOCATION, SRID, Layout, column, rendered
from sds_server.store.postgis.values import stored_date


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL, and the values of its placeholders in their order."""

    text: sql.Composable
    values: tuple[Any, ...] = ()


TRUE, FALSE = Sql(sql.SQL("true")), Sql(sql.SQL("false"))

_SIGNS = {
    Operator.EQ: "=",
    Operator.NE: "<>",
    Operator.GT: ">",
    Operator.GE: ">=",
    Operator.LT: "<",
    Operator.LE: "<=",
}
_OPPOSITE = {
    Operator.EQ: Operator.NE,
    Operator.NE: Operator.EQ,
    Operator.GT: Operator.LE,
    Operator.LE: Operator.GT,
    Operator.GE: Operator.LT,
    Operator.LT: Operator.GE,
}
_INT64 = range(-(2**63), 2**63)


def where_sql(condition: Condition, *, negated: bool = False) -> Sql:
    """A condition, or its opposite, as an SQL expression and its parameters."""
    match condition:
        case Comparison():
            return _comparison(condition, negated)
        case Within(prop, values):
            return _within(prop, values, negated)
        case Affix():
            return _affix(condition, negated)
        case Not(term):
            return where_sql(term, negated=not negated)
        case And(terms):
            return _joined(terms, " OR " if negated else " AND ", negated)
        case Or(terms):
            return _joined(terms, " AND " if negated else " OR ", negated)


def bbox_sql(layout: Layout, box: BBox, *, by_index: bool = True) -> Sql:
    """The locations inside a box, edges included; see `BBox` for antimeridian and poles.

    The index knows locations in single precision, so the degrees themselves decide. They stand in a
    CASE, which the planner can't take apart: it would count the box three times over, and think
    that it holds far fewer entities than it does. Without the index (`by_index`) entities are
    looked at in another order than that of place.
    """
    poles = [pole for pole in (90.0, -90.0) if pole in (box.north, box.south)]
    crosses = box.west > box.east
    # A point on the antimeridian may be written with either sign.
    edges = [edge for edge in (180.0, -180.0) if not crosses and -edge in (box.west, box.east)]
    exact = (box.south, box.north, box.west, box.east, *edges, *poles)
    near = _envelopes(box, edges, poles) if by_index else []
    text = _box_text(layout.latitude, layout.longitude, len(near), crosses, len(edges), len(poles))
    return Sql(text, (*(corner for envelope in near for corner in envelope), *exact))


@lru_cache(maxsize=256)
def _box_text(
    latitude: str, longitude: str, near: int, crosses: bool, edges: int, poles: int
) -> sql.SQL:
    """What `bbox_sql` says, of so many envelopes, edges on the antimeridian and poles."""
    lat, lon = sql.Identifier(latitude), sql.Identifier(longitude)
    between = "({lon} >= %s OR {lon} <= %s" if crosses else "({lon} BETWEEN %s AND %s"
    also = " OR {lon} = %s" * edges + " OR {lat} = %s" * poles
    decided = f"CASE WHEN {{lat}} BETWEEN %s AND %s AND {between}{also}) THEN true ELSE false END"
    envelope = "{place} && ST_MakeEnvelope(%s, %s, %s, %s, {srid})"
    text = f"(({' OR '.join([envelope] * near)}) AND {decided})" if near else decided
    return rendered(
        sql.SQL(text).format(
            lat=lat, lon=lon, place=sql.Identifier(LOCATION), srid=sql.Literal(SRID)
        )
    )


def both(*parts: Sql) -> Sql:
    """What all the parts say."""
    meant = [part for part in parts if part is not TRUE]
    if not meant:
        return TRUE
    text = sql.SQL(" AND ").join(part.text for part in meant)
    return Sql(text, tuple(value for part in meant for value in part.values))


def _envelopes(
    box: BBox, edges: list[float], poles: list[float]
) -> list[tuple[float, float, float, float]]:
    """Rectangles of longitudes and latitudes (west, south, east, north) that hold all of a box."""
    south, west, north, east = box.south, box.west, box.north, box.east
    if west > east:
        found = [(west, south, 180.0, north), (-180.0, south, east, north)]
    else:
        found = [(west, south, east, north)]
    found += [(edge, south, edge, north) for edge in edges]
    found += [(-180.0, pole, 180.0, pole) for pole in poles]
    return found


def _joined(terms: tuple[Condition, ...], word: str, negated: bool) -> Sql:
    parts = [where_sql(term, negated=negated) for term in terms]
    text = sql.SQL("({})").format(sql.SQL(word).join(part.text for part in parts))
    return Sql(text, tuple(value for part in parts for value in part.values))


def _comparison(condition: Comparison, negated: bool) -> Sql:
    prop, operator, value = condition.property, condition.operator, condition.value
    name = sql.Identifier(column(prop))
    if value is None:
        # A null is equal to null alone, and neither greater nor less than anything.
        if operator not in (Operator.EQ, Operator.NE):
            return TRUE if negated else FALSE
        return _by_null(name, values=(operator is Operator.NE) is not negated)
    nulls = (operator is Operator.NE) is not negated
    held = comparable(prop, operator, value)
    if isinstance(held, bool):
        values = held is not negated
        if values == nulls:
            return TRUE if values else FALSE
        return _by_null(name, values=values)
    operator, value = held
    sign = _SIGNS[_OPPOSITE[operator] if negated else operator]
    text = sql.SQL("{} {} %s").format(name, sql.SQL(sign))
    if nulls:
        text = sql.SQL("({} OR {} IS NULL)").format(text, name)
    return Sql(text, (value,))


def _by_null(name: sql.Identifier, *, values: bool) -> Sql:
    """What is not null, or what is."""
    return Sql(sql.SQL("{} IS NOT NULL" if values else "{} IS NULL").format(name))


def _within(prop: Property, values: tuple[Value, ...], negated: bool) -> Sql:
    name = sql.Identifier(column(prop))
    fit = [comparable(prop, Operator.EQ, value) for value in values]
    wanted = [held[1] for held in fit if not isinstance(held, bool)]
    if not wanted:
        return TRUE if negated else FALSE
    if negated:
        return Sql(sql.SQL("({0} <> ALL (%s) OR {0} IS NULL)").format(name), (wanted,))
    return Sql(sql.SQL("{} = ANY (%s)").format(name), (wanted,))


def _affix(condition: Affix, negated: bool) -> Sql:
    """Unknown for a null both ways, and so never found."""
    name, text = sql.Identifier(column(condition.property)), condition.text
    if condition.at_start:
        held = Sql(sql.SQL("starts_with({}, %s)").format(name), (text,))
        if not negated:  # the operator that an index serves
            return Sql(sql.SQL("{} ^@ %s").format(name), (text,))
    else:
        held = Sql(sql.SQL("right({}, %s) = %s").format(name), (len(text), text))
    return Sql(sql.SQL("NOT {}").format(held.text), held.values) if negated else held


def comparable(prop: Property, operator: Operator, value: Value) -> tuple[Operator, Value] | bool:
    """A comparison as one that PostgreSQL makes exactly and an index can serve: with a value of the
    column's own type. True or False where all values of the type answer it alike."""
    if prop.type is EdmType.DATETIME and isinstance(value, str):
        return operator, stored_date(value)
    if prop.type is EdmType.INT64 and isinstance(value, int | float):
        return _with_whole(operator, value)
    if prop.type is EdmType.DOUBLE and isinstance(value, int):
        return _with_double(operator, value)
    return operator, value


def _with_whole(operator: Operator, value: float) -> tuple[Operator, Value] | bool:
    """Whole numbers against any number."""
    if operator in (Operator.EQ, Operator.NE):
        if value != math.floor(value) or math.floor(value) not in _INT64:
            return operator is Operator.NE
        return operator, int(value)
    upward = operator in (Operator.LT, Operator.GE)
    bound = math.ceil(value) if upward else math.floor(value)
    if bound not in _INT64:
        return (operator in (Operator.LT, Operator.LE)) is (bound > 0)
    return operator, bound


def _with_double(operator: Operator, value: int) -> tuple[Operator, Value] | bool:
    """Doubles against a whole number, which may lie between two doubles."""
    near = float(value)
    if int(near) == value:
        return operator, near
    if operator in (Operator.EQ, Operator.NE):
        return operator is Operator.NE
    below = operator in (Operator.LT, Operator.LE)
    if near > value:
        return (Operator.LT if below else Operator.GE), near
    return (Operator.LE if below else Operator.GT), near
