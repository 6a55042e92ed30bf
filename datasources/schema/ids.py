"""Which entity IDs a file has already held, in bounded memory."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

from datasources.schema.types import Problem

#: Of this many hashes a set costs about 20 MB; older ones are kept sorted, at 8 bytes each.
RECENT = 250_000

#: From this many on, repeats are reported without looking up where the ID stood before.
EXPLAINED = 100


class SeenIds:
    """Finds entity IDs that occur twice; entity IDs are compared with case.

    A set of the texts would cost about 100 bytes an ID. Kept instead are 64-bit hashes (in a set
    while there are few, then in sorted arrays) and the texts, joined a batch at a time. A batch
    whose hashes are all new needs no more than one set operation. Only when a hash comes again
    are the texts searched, which tells a repeat from a collision and says where it stood before.
    """

    def __init__(self) -> None:
        self._recent: set[int] = set()
        self._older: list[Any] = []
        self._kept: list[tuple[bytes, Sequence[int], Sequence[int]]] = []
        self._repeats = 0

    def add_batch(
        self, ids: Sequence[str], rows: Sequence[int], lines: Sequence[int]
    ) -> list[Problem]:
        """Take in the IDs of a batch; gives a fatal problem for each that was there before."""
        if not ids:
            return []
        hashes = set(map(hash, ids))
        problems: list[Problem] = []
        if len(hashes) < len(ids) or not self._all_new(hashes):
            problems = self._repeated(ids, rows, lines)
        joined = "\0".join(ids).encode("utf-8", "surrogatepass")
        self._kept.append((joined, _compact(rows), _compact(lines)))
        self._recent |= hashes
        if len(self._recent) > RECENT:
            self._set_aside()
        return problems

    def _all_new(self, hashes: set[int]) -> bool:
        return self._recent.isdisjoint(hashes) and not self._among_older(hashes)

    def _among_older(self, hashes: set[int]) -> set[int]:
        if not self._older:
            return set()
        import numpy as np

        wanted = np.fromiter(hashes, dtype=np.int64, count=len(hashes))
        found: set[int] = set()
        for older in self._older:
            places = np.minimum(np.searchsorted(older, wanted), len(older) - 1)
            found.update(wanted[older[places] == wanted].tolist())
        return found

    def _set_aside(self) -> None:
        """Move the recent hashes into a sorted array: an eighth of the memory."""
        import numpy as np  # here alone, for few files are that long and importing it takes time

        older = np.fromiter(self._recent, dtype=np.int64, count=len(self._recent))
        older.sort()
        self._older.append(older)
        self._recent = set()

    def _repeated(
        self, ids: Sequence[str], rows: Sequence[int], lines: Sequence[int]
    ) -> list[Problem]:
        problems: list[Problem] = []
        older = self._among_older(set(map(hash, ids)))
        here: dict[str, int] = {}
        for position, entity_id in enumerate(ids):
            hashed = hash(entity_id)
            first = here.setdefault(entity_id, position)
            where: tuple[int, int] | None = None
            if first != position:
                where = rows[first], lines[first]
            elif hashed in self._recent or hashed in older:
                where = self._place_of(entity_id)
            if where is not None:
                self._repeats += 1
                problems.append(_problem(entity_id, rows[position], lines[position], where))
        return problems

    def _place_of(self, entity_id: str) -> tuple[int, int] | None:
        """(row, line) where an ID stood before; None if another ID has the same hash.

        After some hundred repeats the search is spared and the hash believed: (0, 0).
        """
        if self._repeats >= EXPLAINED:
            return 0, 0
        sought = entity_id.encode("utf-8", "surrogatepass")
        for joined, rows, lines in self._kept:
            if sought in joined:
                texts = joined.split(b"\0")
                if sought in texts:
                    position = texts.index(sought)
                    return rows[position], lines[position]
        return None


def _compact(numbers: Sequence[int]) -> Sequence[int]:
    return numbers if isinstance(numbers, range) else array("q", numbers)


def _problem(entity_id: str, row: int, line: int, first: tuple[int, int]) -> Problem:
    before = f"in row {first[0]}" if first[0] else "further up"
    if first[1]:
        before += f" (line {first[1]})"
    return Problem(
        "duplicate-id",
        f"The entity ID “{entity_id}” is used already {before}.",
        "Give every entity an ID of its own, or remove the repeated row.",
        row=row,
        line=line or None,
        value=entity_id,
        fatal=True,
    )
