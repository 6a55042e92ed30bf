"""What changed in the schema between two versions."""

# ruff: noqa: S608  (names come from the schemas, through `quoted`)

from __future__ import annotations

import sqlite3

from datasources.checks.compare_columns import Pairing
from datasources.formats.geopackage.layout import quoted
from datasources.schema import Property

_SAME_SHARE = 0.9  # of the values, from where on a new property looks like a renamed one
_MOST_TRIED = 12  # properties of each side
Change = dict[str, str]


def schema_changes(
    connection: sqlite3.Connection, pairing: Pairing, *, incremental: bool = False
) -> list[Change]:
    """Properties added, dropped, retyped, renamed (by their values), and another entity type."""
    changes: list[Change] = []
    old, new = pairing.old.schema, pairing.new.schema
    if old.entity_type.casefold() != new.entity_type.casefold():
        words = f"The entity type is {new.entity_type}; it was {old.entity_type}."
        changes.append({"change": "entity_type", "property": new.entity_type, "words": words})
    changes += [
        _retyped(mine, other) for mine, other in pairing.common if mine.type is not other.type
    ]
    changes += [
        _key(mine, other)
        for mine, other in pairing.common
        if mine.is_key and mine.name.lower() != other.name.lower()
    ]
    renamed = {} if incremental else _renamed(connection, pairing)
    for mine in pairing.dropped:
        if mine.name in renamed:
            other, same, both = renamed[mine.name]
            words = (
                f"{mine.name} seems to be called {other.name} now: {same:,} of {both:,} values are"
                " the same. Queries that name it need the new name."
            )
            changes.append({"change": "renamed", "property": mine.name, "words": words})
        else:
            changes.append(_dropped(connection, pairing, mine))
    taken = {other.name for other, _, _ in renamed.values()}
    for prop in pairing.added:
        if prop.name not in taken:
            words = f"{prop.name} ({prop.type.value}) is new."
            changes.append({"change": "added", "property": prop.name, "words": words})
    return changes


def _retyped(mine: Property, other: Property) -> Change:
    words = f"{other.name} is {other.type.value}; it was {mine.type.value}."
    return {"change": "retyped", "property": other.name, "words": words}


def _key(mine: Property, other: Property) -> Change:
    words = f"The entity ID is called {other.name}; it was {mine.name}."
    return {"change": "key", "property": other.name, "words": words}


def _dropped(connection: sqlite3.Connection, pairing: Pairing, prop: Property) -> Change:
    (filled,) = connection.execute(
        f"SELECT count({quoted(prop.name)}) FROM old.{quoted(pairing.old.table)}"
    ).fetchone()
    held = f"{filled:,} entities have a value in it" if filled else "it is empty everywhere"
    words = f"{prop.name} ({prop.type.value}) is dropped; {held}."
    return {"change": "dropped", "property": prop.name, "words": words}


def _renamed(
    connection: sqlite3.Connection, pairing: Pairing
) -> dict[str, tuple[Property, int, int]]:
    """Dropped properties whose values stand in a new one: that one, how many, and of how many."""
    pairs = [
        (mine, other)
        for mine in pairing.dropped[:_MOST_TRIED]
        for other in pairing.added[:_MOST_TRIED]
        if mine.type is other.type
    ]
    if not pairs:
        return {}
    sums = ", ".join(
        f"count(o.{quoted(mine.name)}),"
        f" coalesce(sum(o.{quoted(mine.name)} = n.{quoted(other.name)}), 0)"
        for mine, other in pairs
    )
    row = connection.execute(
        f"SELECT {sums} FROM new.{quoted(pairing.new.table)} AS n"
        f" JOIN old.{quoted(pairing.old.table)} AS o"
        f" ON o.{quoted(pairing.old.key)} = n.{quoted(pairing.new.key)}"
    ).fetchone()
    found: dict[str, tuple[Property, int, int]] = {}
    taken: set[str] = set()
    ranked = sorted(
        zip(pairs, row[::2], row[1::2], strict=True), key=lambda one: one[2], reverse=True
    )
    for (mine, other), both, same in ranked:
        if (
            same
            and same >= both * _SAME_SHARE
            and mine.name not in found
            and other.name not in taken
        ):
            found[mine.name] = other, same, both
            taken.add(other.name)
    return found
