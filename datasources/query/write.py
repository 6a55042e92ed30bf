"""Conditions written as $filter, in the spelling of the reference; what `read_filter` reads back."""

from __future__ import annotations

from datasources.query.model import Affix, And, Comparison, Condition, Not, Operator, Or, Within
from datasources.schema import EdmType, Property, Value

WORDS = {
    Operator.EQ: "Eq",
    Operator.NE: "Ne",
    Operator.GT: "Gt",
    Operator.GE: "Ge",
    Operator.LT: "Lt",
    Operator.LE: "Le",
}


def filter_text(condition: Condition) -> str:
    """The $filter that states a condition.

    Every And inside an Or, every Or inside an And and whatever a Not turns stands in parentheses,
    so that no reader has to know which binds stronger.
    """
    match condition:
        case Comparison(prop, operator, value):
            return f"{prop.name} {WORDS[operator]} {literal_text(prop, value)}"
        case Within(prop, values):
            return f"{prop.name} in ({','.join(literal_text(prop, value) for value in values)})"
        case Affix(prop, text, at_start):
            function = "StartsWith" if at_start else "EndsWith"
            return f"{function}({prop.name},{quoted_text(text)}) eq true"
        case Not(term):
            return f"Not ({filter_text(term)})"
        case And(terms):
            return " And ".join(map(_inside, terms))
        case Or(terms):
            return " Or ".join(map(_inside, terms))


def _inside(term: Condition) -> str:
    text = filter_text(term)
    return f"({text})" if isinstance(term, And | Or) else text


def literal_text(prop: Property, value: Value) -> str:
    """A value of a property's type as it stands in a $filter: dates and numbers without quotes."""
    if isinstance(value, str) and prop.type is not EdmType.DATETIME:
        return quoted_text(value)
    return plain_text(value)


def plain_text(value: Value) -> str:
    """A value as people type it, without quotes."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


def quoted_text(text: str) -> str:
    """A text in single quotes, those inside doubled."""
    return "'" + text.replace("'", "''") + "'"
