"""Which entity IDs a file has already held, in bounded memory."""

from __future__ import annotations

import os
import tempfile
import weakref
from array import array
from collections.abc import Sequence

from datasources.phrases import Phrase
from datasources.schema.seen import SeenHashes
from datasources.schema.types import Problem

_IN_MEMORY = 1024 * 1024  # bytes of texts
_Numbers = range | int

#: From this many on, repeats are reported without looking up where the ID stood before.
EXPLAINED = 100


class SeenIds:
    """Finds entity IDs that occur twice; entity IDs are compared with case.

    A set of the texts would cost about 100 bytes an ID. Kept instead are their hashes, by
    `SeenHashes`, and in a temporary file the texts with their rows and lines. A batch whose hashes
    are all new needs no look at these: only when a hash comes again are the texts searched, which
    tells a repeat from a collision and says where it stood before.
    """

    def __init__(self) -> None:
        self._hashes = SeenHashes()
        self._texts = _Texts()
        self._repeats = 0

    def add_batch(
        self, ids: Sequence[str], rows: Sequence[int], lines: Sequence[int]
    ) -> list[Problem]:
        """Take in the IDs of a batch; gives a fatal problem for each that was there before."""
        if not ids:
            return []
        known = self._hashes.add(list(map(hash, ids)))
        problems: list[Problem] = []
        if known or len(set(ids)) < len(ids):
            problems = self._repeated(ids, rows, lines, known)
        self._texts.add(ids, rows, lines)
        return problems

    def _repeated(
        self, ids: Sequence[str], rows: Sequence[int], lines: Sequence[int], known: set[int]
    ) -> list[Problem]:
        problems: list[Problem] = []
        here: dict[str, int] = {}
        for position, entity_id in enumerate(ids):
            first = here.setdefault(entity_id, position)
            where: tuple[int, int] | None = None
            if first != position:
                where = rows[first], lines[first]
            elif hash(entity_id) in known:
                where = self._place_of(entity_id)
            if where is not None:
                self._repeats += 1
                problems.append(_problem(entity_id, rows[position], lines[position], where))
        return problems

    def _place_of(self, entity_id: str) -> tuple[int, int] | None:
        """(row, line) where an ID stood before; None if another ID has the same hash.

        After some hundred repeats the search is spared and the hash believed: (0, 0).
        """
        return self._texts.find(entity_id) if self._repeats < EXPLAINED else (0, 0)


class _Texts:
    """IDs with their rows and lines, a batch after the other, in memory while they are few."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY, prefix="cairn-ids-")  # noqa: SIM115  # closed below
        weakref.finalize(self, self._file.close)
        self._batches: list[tuple[int, int, _Numbers, _Numbers]] = []

    def add(self, ids: Sequence[str], rows: Sequence[int], lines: Sequence[int]) -> None:
        begin = self._file.seek(0, os.SEEK_END) or self._file.tell()
        self._file.write(_packed(ids))
        length = self._file.tell() - begin
        self._batches.append((begin, length, self._keep(rows), self._keep(lines)))

    def _keep(self, numbers: Sequence[int]) -> _Numbers:
        """Numbers as they are if they follow one another, else where in the file they begin."""
        if isinstance(numbers, range):
            return numbers
        first = numbers[0]
        run = range(first, first + len(numbers))
        if list(numbers) == list(run):
            return run
        if not any(numbers):
            return range(0)
        begin = self._file.tell()
        self._file.write(array("q", numbers).tobytes())
        return begin

    def find(self, entity_id: str) -> tuple[int, int] | None:
        """(row, line) of an ID, if it is there."""
        sought = _packed([entity_id])
        for begin, length, rows, lines in self._batches:
            joined = self._read(begin, length)
            if sought in joined:
                texts = joined.split(b"\0")
                if sought in texts:
                    position = texts.index(sought)
                    return self._number(rows, position), self._number(lines, position)
        return None

    def _number(self, numbers: _Numbers, position: int) -> int:
        if isinstance(numbers, range):
            return numbers[position] if numbers else 0
        return array("q", self._read(numbers + 8 * position, 8))[0]

    def _read(self, begin: int, length: int) -> bytes:
        self._file.seek(begin)
        return self._file.read(length)


def _packed(ids: Sequence[str]) -> bytes:
    return "\0".join(ids).encode("utf-8", "surrogatepass")


def _problem(entity_id: str, row: int, line: int, first: tuple[int, int]) -> Problem:
    if not first[0]:
        message = Phrase("The entity ID “{id}” is used already further up.", id=entity_id)
    elif not first[1]:
        message = Phrase(
            "The entity ID “{id}” is used already in row {row}.", id=entity_id, row=first[0]
        )
    else:
        message = Phrase(
            "The entity ID “{id}” is used already in row {row} (line {line}).",
            id=entity_id,
            row=first[0],
            line=first[1],
        )
    return Problem(
        "duplicate-id",
        message,
        Phrase("Give every entity an ID of its own, or remove the repeated row."),
        row=row,
        line=line or None,
        value=entity_id,
        fatal=True,
    )
