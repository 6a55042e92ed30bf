"""Safe repairs: what mends a file without anybody having to look at each row.

They work on raw batches, between the reader and the check, and so on a copy: the file itself is
never changed. `checks.mending` applies them, `checks.offers` finds out which would help.
"""

from __future__ import annotations

from collections.abc import Collection

from datasources.checks.repairs.base import EXAMPLES, Change, Kind, Step, Tally
from datasources.checks.repairs.booleans import BOOLEANS, Booleans
from datasources.checks.repairs.ids import DUPLICATE_IDS, DuplicateIds
from datasources.checks.repairs.names import NAMES, with_legal_names
from datasources.checks.repairs.numbers import DECIMALS, THOUSANDS, Numbers
from datasources.checks.repairs.rings import CLOSE_RINGS, TURN_RINGS, CloseRings, TurnRings
from datasources.checks.repairs.swap import SWAP, Swap
from datasources.checks.repairs.texts import TRIM, WINDOWS_1252, Trim, Windows1252
from datasources.phrases import Phrase
from datasources.schema import Schema

__all__ = [
    "BOM",
    "EXAMPLES",
    "NAMES",
    "REPAIRS",
    "WINDOWS_1252",
    "Change",
    "Kind",
    "Numbers",
    "Step",
    "Tally",
    "steps_for",
    "with_legal_names",
]

BOM = Kind(
    "bom",
    Phrase("Remove the byte order mark"),
    Phrase("Leaves out the three bytes that some programs write before the text."),
)

#: All repairs by name, in the order in which they are applied.
REPAIRS = {
    kind.name: kind
    for kind in (
        BOM,
        WINDOWS_1252,
        NAMES,
        TRIM,
        BOOLEANS,
        THOUSANDS,
        DECIMALS,
        SWAP,
        CLOSE_RINGS,
        TURN_RINGS,
        DUPLICATE_IDS,
    )
}


def steps_for(schema: Schema, chosen: Collection[str], *, incremental: bool) -> list[Step]:
    """The chosen repairs of rows, in their order, for a schema that `check_schema` accepts.

    IDs of an incremental load name entities that are there already, so those are never changed.
    """
    steps: list[Step] = []
    if WINDOWS_1252.name in chosen:
        steps.append(Windows1252(schema))
    if TRIM.name in chosen:
        steps.append(Trim(schema))
    if BOOLEANS.name in chosen:
        steps.append(Booleans(schema))
    if {THOUSANDS.name, DECIMALS.name} & set(chosen):
        steps.append(Numbers(schema, chosen))
    if SWAP.name in chosen:
        steps.append(Swap(schema))
    if CLOSE_RINGS.name in chosen:
        steps.append(CloseRings(schema))
    if TURN_RINGS.name in chosen:
        steps.append(TurnRings(schema))
    if DUPLICATE_IDS.name in chosen and not incremental:
        steps.append(DuplicateIds(schema))
    return steps
