"""The repair of entity IDs that are used more than once."""

from __future__ import annotations

from array import array
from typing import Any, ClassVar

from datasources.checks.repairs.base import Kind, Step, Tally, Texts, with_columns
from datasources.phrases import Phrase
from datasources.schema import MAX_ENTITY_ID, Batch, Schema

DUPLICATE_IDS = Kind(
    "duplicate-ids",
    Phrase("Make duplicate IDs unique"),
    Phrase(
        "The first entity keeps its ID; later ones get -2, -3 and so on behind it, and never an ID that another entity has."
    ),
)


class DuplicateIds(Step):
    """Of each ID 8 bytes are kept, and some 100 of those that are repeated.

    IDs are told apart by 64-bit hashes: that two different ones have the same is so rare that at
    worst an ID gets a number without need, once in billions of files.
    """

    surveys: ClassVar[bool] = True

    def __init__(self, schema: Schema) -> None:
        super().__init__(schema)
        self._hashes = array("q")
        self._known: Any = None  # every hash, sorted
        self._repeated: dict[int, int] = {}  # how often it stood so far
        self._made: set[int] = set()

    def look(self, batch: Batch) -> None:
        ids: Texts = batch.columns[self.schema.key_index]  # type: ignore[assignment]
        self._hashes.extend(hash(entity_id) for entity_id in ids if _counts(entity_id))

    def mend(self, batch: Batch, tally: Tally) -> Batch:
        self._prepare()
        if not self._repeated:
            return batch
        key = self.schema.key_index
        ids: Texts = batch.columns[key]  # type: ignore[assignment]
        mended = [self._unique(entity_id) if entity_id else entity_id for entity_id in ids]
        if mended == list(ids):
            return batch
        tally.compare(DUPLICATE_IDS.name, batch, self.schema.properties[key].name, ids, mended)
        return with_columns(batch, {key: mended})

    def _prepare(self) -> None:
        import numpy as np

        if self._known is None:
            found, counts = np.unique(np.frombuffer(self._hashes, np.int64), return_counts=True)
            self._known = found
            self._repeated = dict.fromkeys(found[counts > 1].tolist(), 0)

    def _unique(self, entity_id: str) -> str:
        hashed = hash(entity_id)
        if hashed not in self._repeated or not _counts(entity_id):
            return entity_id
        number = self._repeated[hashed] + 1
        found = entity_id
        while number > 1:
            end = f"-{number}"
            found = entity_id[: MAX_ENTITY_ID - len(end)] + end
            if not self._is_taken(hash(found)):
                self._made.add(hash(found))
                break
            number += 1
        self._repeated[hashed] = number
        return found

    def _is_taken(self, hashed: int) -> bool:
        place = int(self._known.searchsorted(hashed))
        there = place < len(self._known) and int(self._known[place]) == hashed
        return there or hashed in self._made


def _counts(entity_id: str | None) -> bool:
    """Whether it is an ID at all: an absent or overlong one is a fault of its own."""
    return (
        bool(entity_id) and len(entity_id or "") <= MAX_ENTITY_ID and not str(entity_id).isspace()
    )
