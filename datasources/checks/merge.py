"""Three-way merge of one entity: the version both began from, theirs now, and mine.

What only one side changed is taken from that side; what both changed alike is taken once; the rest
are conflicts, each with the three values, for a person to decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

#: Values of an entity by column, as texts; None where there is no such entity.
Row = Mapping[str, str | None]


class Side(StrEnum):
    """Whose value is taken."""

    MINE = "mine"
    THEIRS = "theirs"


class Clash(StrEnum):
    """In what the two sides differ."""

    CELL = "cell"  # both gave a value of their own
    DELETED_HERE = "deleted_here"  # they changed what I deleted
    DELETED_THERE = "deleted_there"  # they deleted what I changed


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing to decide; a `column` of "" is the whole entity."""

    clash: Clash
    column: str = ""
    base: str | None = None
    theirs: str | None = None
    mine: str | None = None


@dataclass(slots=True)
class Merged:
    """What comes out: the entity, None where it is gone, as far as it is decided.

    In cells that are not decided stands what `theirs` has; of an entity that is not decided,
    `theirs`.
    """

    row: Row | None
    conflicts: list[Conflict] = field(default_factory=list)
    #: Values that were taken from each side where it alone had changed them.
    from_mine: int = 0
    from_theirs: int = 0


def merge(
    base: Row | None,
    theirs: Row | None,
    mine: Row | None,
    columns: Sequence[str],
    choices: Mapping[str, Side] | None = None,
) -> Merged:
    """Merges one entity; `choices` decides conflicts, by column ("" for the whole entity)."""
    chosen = choices or {}
    if theirs is None and mine is None:
        return Merged(None)
    if mine is None:
        return _one_deleted(base, theirs, columns, chosen, here=True)
    if theirs is None:
        if base is None:
            return Merged(mine, from_mine=1)
        return _one_deleted(base, mine, columns, chosen, here=False)
    return _both_there(base or {}, theirs, mine, columns, chosen)


def _one_deleted(
    base: Row | None,
    other: Row | None,
    columns: Sequence[str],
    chosen: Mapping[str, Side],
    *,
    here: bool,
) -> Merged:
    """One side deleted the entity; the other may have changed it, or added it anew."""
    before = base or {}
    is_same = base is not None and all(
        (other or {}).get(column) == before.get(column) for column in columns
    )
    if is_same or (here and base is None):
        # An entity that was never there cannot have been deleted: theirs is simply new.
        return Merged(None if is_same else other)
    deleting, keeping = (Side.MINE, Side.THEIRS) if here else (Side.THEIRS, Side.MINE)
    side = chosen.get("")
    if side is deleting:
        return Merged(None)
    if side is keeping:
        return Merged(other)
    clash = Clash.DELETED_HERE if here else Clash.DELETED_THERE
    return Merged(other if here else None, [Conflict(clash)])


def _both_there(
    base: Row, theirs: Row, mine: Row, columns: Sequence[str], chosen: Mapping[str, Side]
) -> Merged:
    found = Merged({})
    row: dict[str, str | None] = {}
    for column in columns:
        before, there, here = base.get(column), theirs.get(column), mine.get(column)
        if here in (before, there):
            row[column] = there
            found.from_theirs += there != before and here == before
        elif there == before or chosen.get(column) is Side.MINE:
            row[column] = here
            found.from_mine += there == before
        else:
            row[column] = there
            if column not in chosen:
                found.conflicts.append(Conflict(Clash.CELL, column, before, there, here))
    found.row = row
    return found
