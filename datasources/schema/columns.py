"""The properties of a data source while somebody works on them: where each came from stays known.

A draft renames, retypes, adds and drops properties. A `Column` keeps its `id` through all of that,
so that values typed into it stay with it, and its `origin` says which property of the version the
draft is based on its values come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from datasources.schema.types import EdmType, Property, Schema


@dataclass(frozen=True, slots=True)
class Column:
    """A property as it is now. One without an `origin` is new: `fill` is its value everywhere."""

    id: str
    name: str
    type: EdmType
    is_key: bool = False
    origin: Property | None = None
    fill: str = ""

    @property
    def is_retyped(self) -> bool:
        """Whether the values of the version have to be converted."""
        return self.origin is not None and self.origin.type is not self.type

    @property
    def as_property(self) -> Property:
        return Property(self.name, self.type, self.is_key)

    def as_json(self) -> dict[str, Any]:
        origin = [self.origin.name, self.origin.type.value] if self.origin else None
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type.value,
            "is_key": self.is_key,
            "origin": origin,
            "fill": self.fill,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        origin = kept["origin"]
        return cls(
            id=kept["id"],
            name=kept["name"],
            type=EdmType(kept["type"]),
            is_key=kept["is_key"],
            origin=Property(origin[0], EdmType(origin[1]), kept["is_key"]) if origin else None,
            fill=kept["fill"],
        )


def columns_of(schema: Schema) -> list[Column]:
    """The properties of a version as columns: `p0`, `p1` and so on, in its order."""
    return [
        Column(f"p{place}", prop.name, prop.type, prop.is_key, origin=prop)
        for place, prop in enumerate(schema.without_deletes().properties)
    ]


def schema_of(entity_type: str, columns: Iterable[Column]) -> Schema:
    """The schema that columns make."""
    return Schema(entity_type, tuple(column.as_property for column in columns))


def same_schema(columns: Sequence[Column], properties: Sequence[Property]) -> bool:
    """Whether columns are just these properties: no name, type or place is another, none is new."""
    return [column.as_property for column in columns] == list(properties) and all(
        column.origin is not None and column.origin.name == column.name for column in columns
    )
