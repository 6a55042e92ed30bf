"""What changed in the schema between two versions."""

# ruff: noqa: S608  (names come from the schemas, through `quoted`)

from __future__ import annotations

import sqlite3

from datasources.checks.compare_columns import Pairing
from datasources.formats.geopackage.layout import quoted
from datasources.phrases import Phrase
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
        words = Phrase(
            "The entity type is {entity_type}; it was {before}.",
            entity_type=new.entity_type,
            before=old.entity_type,
        )
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
            words = Phrase(
                "{mine} seems to be called {other} now: {same:,} of {both:,} values are the same. Queries that name it need the new name.",
                mine=mine.name,
                other=other.name,
                same=same,
                both=both,
            )
            changes.append({"change": "renamed", "property": mine.name, "words": words})
        else:
            changes.append(_dropped(connection, pairing, mine))
    taken = {other.name for other, _, _ in renamed.values()}
    for prop in pairing.added:
        if prop.name not in taken:
            words = Phrase("{prop} ({type}) is new.", prop=prop.name, type=prop.type.value)
            changes.append({"change": "added", "property": prop.name, "words": words})
    return changes


def _retyped(mine: Property, other: Property) -> Change:
    words = Phrase(
        "{other} is {type}; it was {before}.",
        other=other.name,
        type=other.type.value,
        before=mine.type.value,
    )
    return {"change": "retyped", "property": other.name, "words": words}


def _key(mine: Property, other: Property) -> Change:
    words = Phrase(
        "The entity ID is called {other}; it was {mine}.", other=other.name, mine=mine.name
    )
    return {"change": "key", "property": other.name, "words": words}


def _dropped(connection: sqlite3.Connection, pairing: Pairing, prop: Property) -> Change:
    (filled,) = connection.execute(
        f"SELECT count({quoted(prop.name)}) FROM old.{quoted(pairing.old.table)}"
    ).fetchone()
    if not filled:
        words = Phrase(
            "{property} ({type}) is dropped; it is empty everywhere.",
            property=prop.name,
            type=prop.type.value,
        )
    else:
        words = Phrase.counted(
            "{property} ({type}) is dropped; {count:,} entity has a value in it.",
            "{property} ({type}) is dropped; {count:,} entities have a value in it.",
            count=filled,
            property=prop.name,
            type=prop.type.value,
        )
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
