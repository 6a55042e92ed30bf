"""The properties of a draft over another version than it was begun on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from datasources.schema import Property, Schema
from datasources.schema.columns import Column


@dataclass(slots=True)
class MergedColumns:
    """The columns over the other version, and what happened to properties on the way.

    `lost` are properties that the other version no longer has, `gained` those that it has anew,
    `retyped` those of another type there; `renamed` are properties of the draft's own that had to
    give way to one of the same name. `made` counts rows given numbers on the way.
    """

    columns: list[Column]
    lost: list[str] = field(default_factory=list)
    gained: list[str] = field(default_factory=list)
    retyped: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    made: int = 0


def merge_columns(mine: Sequence[Column], base: Schema, theirs: Schema) -> MergedColumns:
    """The draft's columns, each on the property of the same name in the other version.

    What the draft renamed, retyped, dropped or moved stays so; what it left alone is as theirs.
    """
    merged = MergedColumns([])
    for column in mine:
        if column.origin is None:
            merged.columns.append(column)
            continue
        prop = _same(column, theirs)
        if prop is None:
            merged.lost.append(column.name)
        else:
            merged.columns.append(_on(column, prop, merged))
    kept = {column.origin.name for column in merged.columns if column.origin}
    dropped = {
        prop.name.lower()
        for prop in base.without_deletes().properties
        if not any(one.origin == prop for one in mine)
    }
    for prop in theirs.without_deletes().properties:
        if prop.name not in kept and prop.name.lower() not in dropped:
            merged.gained.append(prop.name)
            merged.columns.append(
                Column(_free(merged.columns, mine), prop.name, prop.type, prop.is_key, prop)
            )
    _part_names(merged)
    return merged


def _same(column: Column, theirs: Schema) -> Property | None:
    """The property of the other version that a column's values come from now."""
    if column.is_key:
        return theirs.key
    assert column.origin is not None  # noqa: S101  for the type checker
    place = theirs.index(column.origin.name)
    return None if place is None else theirs.properties[place]


def _on(column: Column, prop: Property, merged: MergedColumns) -> Column:
    origin = column.origin
    assert origin is not None  # noqa: S101  for the type checker
    if origin.type is not prop.type:
        merged.retyped.append(prop.name)
    return replace(
        column,
        name=prop.name if column.name == origin.name else column.name,
        type=prop.type if column.type is origin.type else column.type,
        origin=prop,
    )


def _free(columns: Sequence[Column], mine: Sequence[Column]) -> str:
    taken = {column.id for column in (*columns, *mine)}
    return next(f"q{number}" for number in range(len(taken) + 1) if f"q{number}" not in taken)


def _part_names(merged: MergedColumns) -> None:
    """Two properties of one name: the draft's own one gets another."""
    counts: dict[str, int] = {}
    for column in merged.columns:
        if column.origin is not None and column.name == column.origin.name:
            counts[column.name.lower()] = 1
    for place, column in enumerate(merged.columns):
        is_theirs = column.origin is not None and column.name == column.origin.name
        if is_theirs:
            continue
        name, number = column.name, 2
        while name.lower() in counts:
            name, number = f"{column.name[:46]}_{number}", number + 1
        if name != column.name:
            merged.renamed.append((column.name, name))
            merged.columns[place] = replace(column, name=name)
        counts[name.lower()] = 1
