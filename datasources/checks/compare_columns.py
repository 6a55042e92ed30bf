"""Which columns of two files are compared with each other, and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from datasources.formats.geopackage.layout import Layout, quoted
from datasources.formats.geopackage.values import READERS, wkt_of
from datasources.schema import EdmType, Property

_NUMBERS = (EdmType.INT64, EdmType.DOUBLE)
_SHOWN_GEOGRAPHY = 120  # characters


@dataclass(frozen=True, slots=True)
class Column:
    """A property both files have: its SQL in each (`o` is the older, `n` the newer table).

    Two values are the same where the two expressions are (SQL's IS, Python's ==).
    """

    name: str
    old: str
    new: str
    show: Callable[[Any], Any]  # what the expressions give, as a value to show


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two layouts, the columns they share, and the properties that one alone has."""

    old: Layout
    new: Layout
    columns: tuple[Column, ...]
    common: tuple[tuple[Property, Property], ...]
    dropped: tuple[Property, ...]
    added: tuple[Property, ...]

    @property
    def has_shapes(self) -> bool:
        """Whether the entities of either file may be more than points."""
        return self.old.geography is not None or self.new.geography is not None


def pair(old: Layout, new: Layout) -> Pairing:
    """Pairs the properties of two files by name, whatever its case, and the keys with each other."""
    common, dropped = [], []
    for prop in old.schema.properties:
        place = new.schema.key_index if prop.is_key else new.schema.index(prop.name)
        if place is None or (not prop.is_key and new.schema.properties[place].is_key):
            dropped.append(prop)
        else:
            common.append((prop, new.schema.properties[place]))
    theirs = {prop.name for _, prop in common}
    columns = [_column(old, mine, new, other) for mine, other in common if not mine.is_key]
    return Pairing(
        old=old,
        new=new,
        columns=tuple(columns),
        common=tuple(common),
        dropped=tuple(dropped),
        added=tuple(prop for prop in new.schema.properties if prop.name not in theirs),
    )


def _column(old: Layout, mine: Property, new: Layout, other: Property) -> Column:
    here, there = f"o.{quoted(mine.name)}", f"n.{quoted(other.name)}"
    is_blob, was_blob = _is_geometry(new, other), _is_geometry(old, mine)
    show: Callable[[Any], Any]
    if is_blob and was_blob:
        return Column(other.name, here, there, _shown_blob)
    if mine.type is other.type or (mine.type in _NUMBERS and other.type in _NUMBERS):
        if is_blob or was_blob:  # of two geographies, the first is the geometry
            return Column(
                other.name, _text(here, mine, was_blob), _text(there, other, is_blob), _cut
            )
        show = _cut if other.type is EdmType.GEOGRAPHY else READERS.get(other.type, _as_is)
        return Column(other.name, here, there, show)
    return Column(other.name, _text(here, mine, was_blob), _text(there, other, is_blob), _cut)


def _is_geometry(layout: Layout, prop: Property) -> bool:
    return layout.geography is not None and prop.name == layout.geometry


def _text(sql: str, prop: Property, is_blob: bool) -> str:
    """A value as it reads, in SQL; `wkt` is registered by whoever runs it."""
    if is_blob:
        return f"cairn_wkt({sql})"
    if prop.type is EdmType.BOOLEAN:
        return f"CASE {sql} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"
    return f"CAST({sql} AS TEXT)"


def _as_is(value: Any) -> Any:
    return value


def _cut(value: Any) -> Any:
    """A well-known text in short; it may have thousands of points."""
    if isinstance(value, str) and len(value) > _SHOWN_GEOGRAPHY:
        return f"{value[:_SHOWN_GEOGRAPHY]}… ({len(value):,} characters)"
    return value


def _shown_blob(value: bytes | None) -> Any:
    return _cut(wkt_of(value))
