"""The properties of a draft as a form: one line a property, and a blank one for a new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from datasources.drafts.columns import fresh_id, tidied
from datasources.schema import MAX_PROPERTIES, EdmType
from datasources.schema.columns import Column

_NEW = "new"  # in the fields of properties that are not there yet
MOST_NEW = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A property in the form: what it is now, what is asked, the names of its fields."""

    field: str
    column: Column
    before: Column | None
    is_dropped: bool = False

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def was(self) -> str:
        """Its name in the version, where that is another."""
        origin = self.before.origin if self.before else None
        return origin.name if origin and origin.name != self.column.name else ""


def lines_of(given: Mapping[str, str], columns: list[Column], *, blank: bool = False) -> list[Line]:
    """The form's lines, filled with what was sent; `blank` adds one for a further property."""
    lines = []
    for column in columns:
        asked = replace(
            column,
            name=given.get(f"name-{column.id}", column.name).strip(),
            type=_type(given.get(f"type-{column.id}"), column),
            fill=given.get(f"fill-{column.id}", column.fill).strip(),
        )
        is_dropped = f"drop-{column.id}" in given and not column.is_key
        lines.append(Line(column.id, asked, column, is_dropped))
    made = list(columns)
    numbers = [number for number in range(MOST_NEW) if f"name-{_NEW}{number}" in given]
    for number in numbers:
        field = f"{_NEW}{number}"
        name = given[f"name-{field}"].strip()
        if not name:
            continue
        fresh = Column(fresh_id(made, set()), name, EdmType.STRING)
        fresh = replace(
            fresh,
            type=_type(given.get(f"type-{field}"), fresh),
            fill=given.get(f"fill-{field}", "").strip(),
        )
        made.append(fresh)
        lines.append(Line(field, fresh, None, f"drop-{field}" in given))
    if blank and len(made) < MAX_PROPERTIES and len(numbers) < MOST_NEW:
        free = next(number for number in range(MOST_NEW + 1) if number not in numbers)
        lines.append(Line(f"{_NEW}{free}", Column("", "", EdmType.STRING), None))
    return lines


def columns_of_lines(lines: list[Line]) -> list[Column]:
    """The properties that the form asks for."""
    return tidied([line.column for line in lines if line.column.id and not line.is_dropped])


def _type(text: str | None, column: Column) -> EdmType:
    """The type that is asked for; an entity ID is text whatever is asked."""
    if column.is_key or text not in set(EdmType):
        return column.type
    return EdmType(text)
