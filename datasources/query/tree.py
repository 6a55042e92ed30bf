"""A $filter as a tree of groups and conditions that a form can show, and back.

The tree is plain data, as it travels between a page and the site:

    group      {"join": "and" | "or", "not": bool, "terms": [group or condition, …]}
    condition  {"property": name, "op": one of OPERATORS, "value": text, "values": [text, …],
                "not": bool}

Texts are as a person types them: `12.5`, `true`, `2026-11-23T08:30`, without quotes. `values` belongs
to `in` alone, and `value` to all others but `null` and `notnull`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from datasources.query.faults import QueryFault
from datasources.query.filter import MAX_CONDITIONS, MAX_LIST, read_filter
from datasources.query.literals import read_date
from datasources.query.model import Affix, And, Comparison, Condition, Not, Operator, Or, Within
from datasources.query.write import filter_text, plain_text
from datasources.schema import EdmType, Property, Schema, Value

Tree = dict[str, Any]
#: Where a condition stands: its place in each group, from the root down.
Path = tuple[int, ...]

_ORDERED = ("eq", "ne", "gt", "ge", "lt", "le", "in", "null", "notnull")
#: What a property of each type can be asked, the most likely first.
OPERATORS: dict[EdmType, tuple[str, ...]] = {
    EdmType.STRING: (
        "eq", "ne", "in", "startswith", "endswith", "null", "notnull", "gt", "ge", "lt", "le",
    ),
    EdmType.INT64: _ORDERED,
    EdmType.DOUBLE: _ORDERED,
    EdmType.BOOLEAN: ("eq", "ne", "null", "notnull"),
    EdmType.DATETIME: ("ge", "lt", "gt", "le", "eq", "ne", "in", "null", "notnull"),
    EdmType.GEOGRAPHY: ("notnull", "null"),
}  # fmt: skip
WILDCARDS = ("startswith", "endswith")
MAX_GROUPS = 5  # inside each other
MAX_SHOWN = 100  # conditions

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_LOCATION = ("latitude", "longitude")


@dataclass(frozen=True, slots=True)
class TreeFault:
    """What is wrong with a condition. `code` is one of those in `datasources.forms.filter_words`."""

    path: Path
    code: str
    property: str = ""
    value: str = ""


class NotShown(Exception):  # noqa: N818  # said of a filter, to people
    """A filter that is in order and that the builder has no fields for; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def filterable(schema: Schema) -> tuple[Property, ...]:
    """The properties that a $filter may name: all but latitude and longitude."""
    properties = schema.without_deletes().properties
    return tuple(prop for prop in properties if prop.name.lower() not in _LOCATION)


# --- from the text to the tree ---


def tree_of(text: str, schema: Schema) -> Tree:
    """The tree of a $filter; an empty one gives an empty group.

    Raises QueryFault where the filter cannot be read, NotShown where it can and the builder cannot
    show it.
    """
    if not text.strip():
        return _group("and", [])
    condition = read_filter(text, schema)
    tree = _root(condition)
    if sum(1 for _ in _conditions(tree)) > MAX_SHOWN:
        raise NotShown("too-many")
    if _depth(tree) > MAX_GROUPS:
        raise NotShown("too-deep")
    written = write_tree(tree, schema)
    if written.faults or written.condition != condition:
        raise NotShown("other")
    return tree


def _root(condition: Condition) -> Tree:
    tree = _tree(condition)
    return tree if "join" in tree else _group("and", [tree])


def _tree(condition: Condition) -> Tree:
    match condition:
        case Not(term):
            return {**_tree(term), "not": True}
        case And(terms):
            return _group("and", [_tree(term) for term in terms])
        case Or(terms):
            return _group("or", [_tree(term) for term in terms])
        case Within(prop, values):
            return _condition(prop, "in", values=[plain_text(value) for value in values])
        case Affix(prop, text, at_start):
            return _condition(prop, "startswith" if at_start else "endswith", text)
        case Comparison(prop, Operator.EQ, None):
            return _condition(prop, "null")
        case Comparison(prop, Operator.NE, None):
            return _condition(prop, "notnull")
        case Comparison(prop, operator, value):
            return _condition(prop, operator.value, plain_text(value))


def _group(join: str, terms: list[Tree]) -> Tree:
    return {"join": join, "not": False, "terms": terms}


def _condition(
    prop: Property, operator: str, value: str = "", values: list[str] | None = None
) -> Tree:
    made: Tree = {"property": prop.name, "op": operator, "value": value, "not": False}
    return made if values is None else {**made, "values": values}


def _conditions(tree: Tree) -> Iterator[Tree]:
    if "join" not in tree:
        yield tree
        return
    for term in tree["terms"]:
        yield from _conditions(term)


def _depth(tree: Tree) -> int:
    return 1 + max(map(_depth, tree["terms"]), default=0) if "join" in tree else 0


# --- from the tree to the text ---


@dataclass(frozen=True, slots=True)
class Written:
    """What a tree states. With faults, `text` is that of the conditions that are in order."""

    condition: Condition | None
    text: str
    faults: tuple[TreeFault, ...] = ()


def write_tree(tree: object, schema: Schema) -> Written:
    """The $filter that a tree states, and what is wrong with it. Whatever is given, nothing raises.

    The text is one that `read_filter` reads as the same condition.
    """
    written = _written(tree, schema)
    if written.condition is None or written.faults:
        return written
    try:
        same = read_filter(written.text, schema) == written.condition
    except QueryFault:
        same = False
    if same:
        return written
    # A property that is called as a word of the grammar, say.
    return Written(written.condition, written.text, (TreeFault((), "unreadable"),))


def _written(tree: object, schema: Schema) -> Written:
    reader = _Reader(schema)
    condition = reader.read(tree, (), 0)
    text = "" if condition is None else filter_text(condition)
    return Written(condition, text, tuple(reader.faults))


@dataclass(slots=True)
class _Reader:
    schema: Schema
    faults: list[TreeFault] = field(default_factory=list)
    count: int = 0

    def read(self, tree: object, path: Path, depth: int) -> Condition | None:
        if not isinstance(tree, Mapping):
            self._fault(path, "unreadable")
            return None
        found = self._group(tree, path, depth) if "join" in tree else self._one(tree, path)
        if found is None or tree.get("not") is not True:
            return found
        return found.term if isinstance(found, Not) else Not(found)

    def _group(self, tree: Mapping[str, Any], path: Path, depth: int) -> Condition | None:
        terms = tree.get("terms")
        if not isinstance(terms, list) or depth > MAX_GROUPS:
            self._fault(path, "unreadable")
            return None
        read = [
            (place, self.read(term, (*path, place), depth + 1)) for place, term in enumerate(terms)
        ]
        found = [(place, one) for place, one in read if one is not None]
        if len(found) < 2:
            return found[0][1] if found else None
        for place, one in found:
            if is_wildcard(one):
                self._fault((*path, place), "wildcard-alone")
        parts = tuple(one for _, one in found)
        return Or(parts) if tree["join"] == "or" else And(parts)

    def _one(self, tree: Mapping[str, Any], path: Path) -> Condition | None:
        self.count += 1
        if self.count > MAX_CONDITIONS:
            if self.count == MAX_CONDITIONS + 1:
                self._fault(path, "too-many")
            return None
        name, operator = _text(tree.get("property")), _text(tree.get("op"))
        if not name:
            self._fault(path, "no-property")
            return None
        prop = self._property(name, path)
        if prop is None:
            return None
        if operator not in OPERATORS[prop.type]:
            self._fault(path, "no-operator", prop.name, operator)
            return None
        return self._stated(prop, operator, tree, path)

    def _property(self, name: str, path: Path) -> Property | None:
        place = self.schema.index(name)
        if name.lower() in _LOCATION:
            self._fault(path, "location", name)
        elif place is None:
            self._fault(path, "unknown-property", name)
        else:
            return self.schema.properties[place]
        return None

    def _stated(
        self, prop: Property, operator: str, tree: Mapping[str, Any], path: Path
    ) -> Condition | None:
        if operator in ("null", "notnull"):
            return Comparison(prop, Operator.EQ if operator == "null" else Operator.NE, None)
        if operator == "in":
            return self._list(prop, tree.get("values"), path)
        text = _text(tree.get("value"))
        value = self._value(prop, text, path)
        if value is None:
            return None
        if operator in WILDCARDS:
            return Affix(prop, text, operator == "startswith")
        return Comparison(prop, Operator(operator), value)

    def _list(self, prop: Property, given: object, path: Path) -> Condition | None:
        texts = [_text(one) for one in given] if isinstance(given, list) else []
        texts = [text for text in texts if text]
        if not texts:
            self._fault(path, "no-value", prop.name)
            return None
        if len(texts) > MAX_LIST:
            self._fault(path, "long-list", prop.name, str(len(texts)))
            return None
        values = [self._value(prop, text, path) for text in texts]
        known = tuple(value for value in values if value is not None)
        return Within(prop, known) if len(known) == len(values) else None

    def _value(self, prop: Property, text: str, path: Path) -> Value:
        """The value that a text is for a property; None, and a fault, where it is none."""
        if prop.type is EdmType.STRING:
            if "\0" not in text:
                return text
            self._fault(path, "control", prop.name)
            return None
        text = text.strip()
        if not text:
            self._fault(path, "no-value", prop.name)
            return None
        value = _READERS[prop.type](text)
        if value is None:
            self._fault(path, _CODES[prop.type], prop.name, text[:60])
        return value

    def _fault(self, path: Path, code: str, name: str = "", value: str = "") -> None:
        self.faults.append(TreeFault(path, code, name[:60], value))


def is_wildcard(condition: Condition) -> bool:
    """Whether it is a StartsWith or EndsWith, which And and Or may not join."""
    return isinstance(condition.term if isinstance(condition, Not) else condition, Affix)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(text: str) -> Value:
    if not _NUMBER.fullmatch(text) or len(text) > 300:
        return None
    if re.fullmatch(r"[+-]?\d+", text):
        number = int(text)
        # As `fitted` has it: greater ones are compared as floating-point numbers.
        return number if abs(number) < 2**63 else float(number)
    value = float(text)
    return None if value in (float("inf"), float("-inf")) else value


def _boolean(text: str) -> Value:
    return {"true": True, "1": True, "false": False, "0": False}.get(text.lower())


def _date(text: str) -> Value:
    try:
        return read_date(text)
    except QueryFault:
        return None


_READERS = {
    EdmType.INT64: _number,
    EdmType.DOUBLE: _number,
    EdmType.BOOLEAN: _boolean,
    EdmType.DATETIME: _date,
}
_CODES = {
    EdmType.INT64: "not-number",
    EdmType.DOUBLE: "not-number",
    EdmType.BOOLEAN: "not-boolean",
    EdmType.DATETIME: "not-date",
}
