"""$filter: its grammar, and the types of its values.

Rules: "Query Options" and "Query by Property" of the reference; what those leave open follows
OData version 2. Operators and property names are read in any case. Text is compared letter for
letter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError
from lark.visitors import Transformer_NonRecursive

from datasources.phrases import Phrase
from datasources.query.empty import with_empty_texts
from datasources.query.faults import QueryFault, no_property, shown
from datasources.query.literals import Literal, fitted, read_literal
from datasources.query.model import Affix, And, Comparison, Condition, Not, Operator, Or, Within
from datasources.schema import EdmType, Property, Schema, Value

PARAMETER = "$filter"
MAX_LENGTH = 100_000  # characters
MAX_DEPTH = 12  # parentheses inside each other
MAX_CONDITIONS = 1_000
MAX_NOTS = 200
MAX_LIST = 50  # values of `in`

_GRAMMAR = r"""
?start: disjunction
?disjunction: conjunction
    | conjunction (_OR conjunction)+               -> either
?conjunction: negation
    | negation (_AND negation)+                    -> both
?negation: _NOT negation                           -> invert
    | "(" disjunction ")"                          -> group
    | term
?term: NAME OPERATOR literal                       -> compare
    | literal OPERATOR NAME                        -> compare_turned
    | NAME _IN "(" literal ("," literal)* ")"      -> within
    | affix
    | affix OPERATOR literal                       -> affix_is
affix: AFFIX "(" NAME "," literal ")"
literal: TEXT | NUMBER | DATE | TYPED_DATE | WORD

_OR.3: /or(?!\w)/i
_AND.3: /and(?!\w)/i
_NOT.3: /not(?!\w)(?!\s+(eq|ne|gt|ge|lt|le)\s+(?!(eq|ne|gt|ge|lt|le|in)\W))(?!\s+in\s*\()/i
_IN.3: /in(?!\w)/i
OPERATOR.3: /(eq|ne|gt|ge|lt|le)(?!\w)/i
AFFIX.3: /(startswith|endswith)(?=\s*\()/i
WORD.3: /(true|false|null)(?!\w)/i
TYPED_DATE.4: /(datetime|datetimeoffset)'[^']*'/i
DATE.4: /\d{4}-\d{2}-\d{2}(T[\d:.]*(Z|[+-]\d{2}:?\d{2})?)?(?!\w)/i
NUMBER.2: /[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?[lmdf]?(?!\w)/i
TEXT: /'(?:[^']|'')*'/
NAME: /[^\W\d]\w*/
%ignore /[ \t\r\n]+/
"""

_TURNED = {
    Operator.GT: Operator.LT,
    Operator.GE: Operator.LE,
    Operator.LT: Operator.GT,
    Operator.LE: Operator.GE,
}
_EXPECTED = Phrase(
    "A condition looks like City Eq 'Seattle', Employees Ge 10, EntityID in ('1','2') or StartsWith(City,'San'); conditions are joined by And and Or."
)


def parse_filter(text: str, schema: Schema) -> Condition:
    """The condition that a $filter states about entities of a schema; raises QueryFault.

    Of texts the empty one and none at all are the same; see `with_empty_texts`.
    """
    return with_empty_texts(read_filter(text, schema))


def read_filter(text: str, schema: Schema) -> Condition:
    """The condition as it is written, for those who show it; raises QueryFault."""
    if len(text) > MAX_LENGTH:
        raise QueryFault(
            PARAMETER,
            Phrase("The filter has more than {most:,} characters.", most=MAX_LENGTH),
        )
    if "\0" in text:
        raise QueryFault(
            PARAMETER, Phrase("The filter holds a NUL character, which no value can have.")
        )
    _check_nesting(text)
    try:
        tree = _parser().parse(text)
        condition: Condition = _Builder(schema).transform(tree)
    except VisitError as error:
        if isinstance(error.orig_exc, QueryFault):
            raise error.orig_exc from None
        raise
    except UnexpectedInput as error:
        raise QueryFault(PARAMETER, _where(text, error)) from None
    return condition


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", propagate_positions=False)


def _check_nesting(text: str) -> None:
    depth = nots = 0
    for match in re.finditer(r"'(?:[^']|'')*'|[()]|\bnot\b", text, re.IGNORECASE):
        mark = match[0].lower()
        depth += {"(": 1, ")": -1}.get(mark, 0)
        nots += mark == "not"
        if depth > MAX_DEPTH:
            raise QueryFault(
                PARAMETER,
                Phrase(
                    "The filter has more than {most} parentheses inside each other. Write it flatter: And binds stronger than Or, and a list of values can stand after in.",
                    most=MAX_DEPTH,
                ),
            )
        if nots > MAX_NOTS:
            raise QueryFault(
                PARAMETER, Phrase("The filter has more than {most} Nots.", most=MAX_NOTS)
            )


def _where(text: str, error: UnexpectedInput) -> str:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        early = Phrase("The filter ends too early, after {found}.", found=shown(text[-30:]))
        return Phrase.sentences(early, _EXPECTED)
    place = (error.pos_in_stream or 0) if isinstance(error, UnexpectedCharacters) else None
    if place is None:
        place = getattr(error, "pos_in_stream", None) or 0
    at = {"place": place + 1, "found": shown(text[place:], 30)}
    said = Phrase("The filter can't be read from character {place}, at {found}.", **at)
    if text[place : place + 1] == "'":
        said = Phrase(
            "The filter can't be read from character {place}, at {found}: a text in quotes stands "
            "where none can, or is not closed. A quote inside a text is written twice.",
            **at,
        )
    return Phrase.sentences(said, _EXPECTED)


@dataclass(frozen=True, slots=True)
class _Wild:
    """A condition that holds a StartsWith or EndsWith, which And and Or may not join."""

    condition: Condition


_Node = Condition | _Wild


class _Builder(Transformer_NonRecursive[Token, Any]):
    """Turns the parse tree into a condition, with every name and value checked."""

    def __init__(self, schema: Schema) -> None:
        super().__init__()
        self._schema = schema
        self._conditions = 0

    def literal(self, items: list[Token]) -> Literal:
        return read_literal(str(items[0]))

    def compare(self, items: list[Any]) -> Condition:
        name, operator, literal = items
        return self._comparison(str(name), Operator(operator.lower()), literal)

    def compare_turned(self, items: list[Any]) -> Condition:
        literal, word, name = items
        operator = Operator(word.lower())
        return self._comparison(str(name), _TURNED.get(operator, operator), literal)

    def within(self, items: list[Any]) -> Condition:
        prop = self._property(str(items[0]))
        if len(items) - 1 > MAX_LIST:
            raise QueryFault(
                PARAMETER,
                Phrase(
                    "The list of values for {property} has {count} values; at most {most} are allowed. Ask in several queries.",
                    property=prop.name,
                    count=len(items) - 1,
                    most=MAX_LIST,
                ),
            )
        values: list[Value] = []
        for literal in items[1:]:
            if literal.value is None:
                raise QueryFault(
                    PARAMETER,
                    Phrase(
                        "null can't stand in a list. Write {property} Eq null instead.",
                        property=prop.name,
                    ),
                )
            values.append(fitted(prop, literal, Operator.EQ))
        return Within(prop, tuple(values))

    def affix(self, items: list[Any]) -> _Wild:
        function, name, literal = items
        prop = self._property(str(name))
        if prop.type is not EdmType.STRING:
            raise QueryFault(
                PARAMETER,
                Phrase(
                    "{function} works on Edm.String properties; {property} is {type}.",
                    function=function,
                    property=prop.name,
                    type=prop.type,
                ),
            )
        if not literal.is_text:
            raise QueryFault(
                PARAMETER,
                Phrase(
                    "{function} needs a text in quotes: {function}({property},'San').",
                    function=function,
                    property=prop.name,
                ),
            )
        return _Wild(Affix(prop, str(literal.value), function.lower() == "startswith"))

    def affix_is(self, items: list[Any]) -> _Wild:
        wild, word, literal = items
        operator = word.lower()
        wanted = {"true": True, "1": True, "false": False, "0": False}.get(literal.text.lower())
        if operator not in ("eq", "ne") or wanted is None:
            raise QueryFault(
                PARAMETER,
                Phrase("StartsWith and EndsWith can be followed by eq true or eq false only."),
            )
        positive = wanted == (operator == "eq")
        return wild if positive else _Wild(Not(wild.condition))

    def group(self, items: list[_Node]) -> _Node:
        return items[0]

    def invert(self, items: list[_Node]) -> _Node:
        (node,) = items
        inner = node.condition if isinstance(node, _Wild) else node
        turned = inner.term if isinstance(inner, Not) else Not(inner)
        return _Wild(turned) if isinstance(node, _Wild) else turned

    def both(self, items: list[_Node]) -> Condition:
        return And(tuple(_joinable(items)))

    def either(self, items: list[_Node]) -> Condition:
        return Or(tuple(_joinable(items)))

    def transform(self, tree: Any) -> Condition:
        node = super().transform(tree)
        return node.condition if isinstance(node, _Wild) else node

    def _comparison(self, name: str, operator: Operator, literal: Literal) -> Condition:
        prop = self._property(name)
        return Comparison(prop, operator, fitted(prop, literal, operator))

    def _property(self, name: str) -> Property:
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            raise QueryFault(
                PARAMETER,
                Phrase(
                    "The filter has more than {most:,} conditions. Ask in several queries.",
                    most=MAX_CONDITIONS,
                ),
            )
        if name.lower() in ("latitude", "longitude"):
            raise QueryFault(
                PARAMETER,
                Phrase(
                    "{name} can't be used in a filter. Use spatialFilter=bbox(…) or nearby(…).",
                    name=name,
                ),
            )
        index = self._schema.index(name)
        if index is not None:
            return self._schema.properties[index]
        if name.lower() == "entityid":
            return self._schema.key
        raise no_property(PARAMETER, name, self._schema)


def _joinable(items: list[_Node]) -> list[Condition]:
    terms: list[Condition] = []
    for item in items:
        if isinstance(item, _Wild):
            raise QueryFault(
                PARAMETER,
                Phrase(
                    "StartsWith and EndsWith can't be combined with other conditions by And or Or: one of them alone makes the filter."
                ),
            )
        terms.append(item)
    return terms
