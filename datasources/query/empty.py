"""A text that is not there is the empty text, in every filter.

The reference answers a text without characters as `""` ("Query by ID", SecondaryCity), text files
cannot tell it from a missing one, and applications join and measure texts without asking for null.
So both are kept as one value, null, and here filters learn of it: stores need not.
"""

from __future__ import annotations

from datasources.query.model import Affix, And, Comparison, Condition, Not, Operator, Or, Within
from datasources.schema import EdmType, Property


def with_empty_texts(condition: Condition) -> Condition:
    """The same condition about a null text as about the empty one.

    `Eq ''` and `Eq null` are one, `Lt 'a'` holds for an empty text, `not StartsWith(p,'a')` too.
    """
    match condition:
        case Comparison() if _may_be_empty(condition.property):
            return _comparison(condition)
        case Within(prop, values) if "" in values and _may_be_empty(prop):
            rest = tuple(value for value in values if value != "")
            return Or((Within(prop, rest), _is_empty(prop))) if rest else _is_empty(prop)
        case Affix(prop, text) if not text:
            return _always(prop)
        case Not(Affix(prop, text) as affix) if text and _may_be_empty(prop):
            # Of a null an affix is neither true nor false: beside this it is false.
            return Not(And((affix, Not(_is_empty(prop)))))
        case Not(term):
            return Not(with_empty_texts(term))
        case And(terms):
            return And(tuple(map(with_empty_texts, terms)))
        case Or(terms):
            return Or(tuple(map(with_empty_texts, terms)))
        case _:
            return condition


def _may_be_empty(prop: Property) -> bool:
    return prop.type is EdmType.STRING and not prop.is_key


def _is_empty(prop: Property) -> Comparison:
    return Comparison(prop, Operator.EQ, None)


def _always(prop: Property) -> Condition:
    """Holds for every entity: nothing is greater than null."""
    return Not(Comparison(prop, Operator.GT, None))


def _comparison(condition: Comparison) -> Condition:
    prop, operator, value = condition.property, condition.operator, condition.value
    if value is None:
        return condition
    if value != "":
        below = operator in (Operator.LT, Operator.LE)
        return Or((condition, _is_empty(prop))) if below else condition
    match operator:
        case Operator.EQ | Operator.LE:
            return _is_empty(prop)
        case Operator.NE | Operator.GT:
            return Comparison(prop, Operator.NE, None)
        case Operator.GE:
            return _always(prop)
        case _:
            return Comparison(prop, Operator.GT, None)  # nothing comes before the empty text
