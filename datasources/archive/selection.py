"""Which rows of a sheet somebody wants to see, and in which order: a question, and its SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from datasources.formats.geopackage.values import stored_date
from datasources.phrases import Phrase
from datasources.schema import EdmType, Value, ValueFault
from datasources.schema.columns import Column
from datasources.schema.conversion import read_value

MOST_SORTS = 3
MOST_CONDITIONS = 20
#: What a row may be asked to be.
KINDS = ("added", "changed", "deleted", "faulty")

_EMPTY = {"empty": "{v} IS NULL", "filled": "{v} IS NOT NULL"}
_TEXT = {
    "contains": "cairn_has({v}, ?)",
    "lacks": "NOT coalesce(cairn_has({v}, ?), 0)",
    "is": "{folded} = cairn_fold(?)",
    "is_not": "{folded} IS NOT cairn_fold(?)",
    "starts": "cairn_starts({v}, ?)",
    "ends": "cairn_ends({v}, ?)",
}
# Texts that are no numbers are larger than all of these to SQLite: they are left out.
_NUMBER = {
    "is": "{v} = ?",
    "is_not": "{v} IS NOT ?",
    "less": "(typeof({v}) <> 'text' AND {v} < ?)",
    "at_most": "(typeof({v}) <> 'text' AND {v} <= ?)",
    "more": "(typeof({v}) <> 'text' AND {v} > ?)",
    "at_least": "(typeof({v}) <> 'text' AND {v} >= ?)",
}
_DATE = {
    "is": "substr({v}, 1, 10) = substr(?, 1, 10)",
    "less": "rtrim({v}, 'Z') < rtrim(?, 'Z')",
    "at_most": "substr({v}, 1, 10) <= substr(?, 1, 10)",
    "more": "substr({v}, 1, 10) > substr(?, 1, 10)",
    "at_least": "rtrim({v}, 'Z') >= rtrim(?, 'Z')",
}
_BOOLEAN = {"is": "{v} = ?"}
#: The operators that fit each type: their SQL, where {v} is the value.
OPERATORS: dict[EdmType, dict[str, str]] = {
    EdmType.STRING: {**_TEXT, **_EMPTY},
    EdmType.INT64: {**_NUMBER, **_EMPTY},
    EdmType.DOUBLE: {**_NUMBER, **_EMPTY},
    EdmType.DATETIME: {**_DATE, **_EMPTY},
    EdmType.BOOLEAN: {**_BOOLEAN, **_EMPTY},
    EdmType.GEOGRAPHY: {**_EMPTY},
}


class SelectionFault(Exception):  # noqa: N818  # "fault" is the word of this product
    """A question that cannot be asked; the message is for people."""


@dataclass(frozen=True, slots=True)
class Sort:
    """By a column, given by its ID. Empty values come last either way."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """What a column's value has to be: an operator of `OPERATORS`, and the text it is held against."""

    column: str
    operator: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows that meet all conditions, hold `search` in one of their texts, and are of one of `kinds`
    if any are named; sorted, or as they come."""

    sort: tuple[Sort, ...] = ()
    where: tuple[Condition, ...] = ()
    search: str = ""
    kinds: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_all(self) -> bool:
        """Whether it is every row as it comes."""
        return not (self.sort or self.where or self.search or self.kinds)

    def as_json(self) -> dict[str, Any]:
        return {
            "sort": [[one.column, one.descending] for one in self.sort],
            "where": [[one.column, one.operator, one.value] for one in self.where],
            "search": self.search,
            "kinds": sorted(self.kinds),
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """Raises KeyError, TypeError or ValueError where it is none."""
        sort = tuple(Sort(str(column), bool(down)) for column, down in given.get("sort", []))
        where = tuple(
            Condition(str(column), str(operator), str(value)[:2560])
            for column, operator, value in given.get("where", [])
        )
        kinds = frozenset(map(str, given.get("kinds", [])))
        if len(sort) > MOST_SORTS or len(where) > MOST_CONDITIONS or not kinds <= set(KINDS):
            raise ValueError("more than can be asked")
        return cls(sort, where, str(given.get("search", ""))[:200], kinds)


@dataclass(slots=True)
class Statement:
    """A selection as SQL over rows with `number`, `kind`, `faulty` and a `v_…` for each column."""

    where: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)  # those it needs


def statement(selection: Selection, columns: Sequence[Column]) -> Statement:
    """The SQL of a selection. Raises SelectionFault where a column or a value does not fit."""
    made = Statement()
    by_id = {column.id: column for column in columns}
    needed: dict[str, Column] = {}

    def column_of(name: str) -> Column:
        if name not in by_id:
            raise SelectionFault(Phrase("The view names a property that is no longer there."))
        return needed.setdefault(name, by_id[name])

    for condition in selection.where:
        _add_condition(made, column_of(condition.column), condition)
    if selection.search:
        texts = [column_of(one.id) for one in columns if one.type is EdmType.STRING]
        joined = " || char(31) || ".join(f"coalesce({value_of(one)}, '')" for one in texts)
        made.where.append(f"cairn_has({joined}, ?)")
        made.values.append(selection.search)
    if selection.kinds:
        kinds = ", ".join(f"'{kind}'" for kind in KINDS if kind in selection.kinds)
        faulty = " OR faulty" if "faulty" in selection.kinds else ""
        made.where.append(f"(kind IN ({kinds}){faulty})")
    for sort in selection.sort:
        value = _sortable(column_of(sort.column))
        made.order.append(f"{value} {'DESC' if sort.descending else 'ASC'} NULLS LAST")
    made.columns = list(needed.values())
    return made


def value_of(column: Column) -> str:
    """The name of a column's value in the SQL; IDs are letters and digits of our own making."""
    return f"v_{column.id}"


def _sortable(column: Column) -> str:
    value = value_of(column)
    if column.type is EdmType.DATETIME:
        return f"rtrim({value}, 'Z')"
    text = column.type in (EdmType.STRING, EdmType.GEOGRAPHY)
    return _folded(value) if text else value


def _folded(value: str) -> str:
    """A text as people compare it. Most are ASCII, which SQLite itself does several times faster."""
    return f"CASE WHEN {value} GLOB '*[^ -~]*' THEN cairn_fold({value}) ELSE lower({value}) END"


def _add_condition(made: Statement, column: Column, condition: Condition) -> None:
    sql = OPERATORS[column.type].get(condition.operator)
    if sql is None:
        raise SelectionFault(Phrase("{column} cannot be asked that.", column=column.name))
    value = value_of(column)
    made.where.append(sql.replace("{folded}", _folded(value)).replace("{v}", value))
    if "?" in sql:
        made.values.append(_asked(column, condition.value))


def _asked(column: Column, text: str) -> Any:
    if column.type is EdmType.STRING:
        return text
    try:
        value = read_value(column.type, text)
    except ValueFault as fault:
        raise SelectionFault(f"{column.name}: {fault.message} {fault.advice}") from None
    if value is None:
        raise SelectionFault(Phrase("Say what {column} is held against.", column=column.name))
    return stored(column.type, value)


def stored(kind: EdmType, value: Value) -> Any:
    """A value as it lies in a GeoPackage; a geography as its text."""
    if kind is EdmType.DATETIME:
        return stored_date(value)
    return int(value) if isinstance(value, bool) else value
