"""What every repair has in common: it changes raw batches, and tells what it changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from datasources.schema import Batch, Schema

EXAMPLES = 5
_CUT = 80  # characters of a value

Texts = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A repair as a person chooses it."""

    name: str
    title: str
    does: str


@dataclass(frozen=True, slots=True)
class Change:
    """One value, before and after; `row` is None where it is not of a row."""

    row: int | None
    line: int | None
    column: str
    before: str
    after: str


class Tally:
    """How many values each repair changed, and the first of them."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.examples: dict[str, list[Change]] = {}
        self.at_least: set[str] = set()  # repairs of which there are more than were counted

    def add(self, name: str, change: Change) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1
        kept = self.examples.setdefault(name, [])
        if len(kept) < EXAMPLES:
            kept.append(change)

    def count(self, name: str, more: int) -> None:
        """Take in changes without their values."""
        if more:
            self.counts[name] = self.counts.get(name, 0) + more

    def include(self, other: Tally) -> None:
        """Take over what another has counted, repair by repair."""
        self.counts |= other.counts
        self.examples |= other.examples
        self.at_least -= other.counts.keys()

    def complete(self, other: Tally) -> None:
        """Take over what another has counted of repairs of which nothing is counted here."""
        for name in other.counts.keys() - self.counts.keys():
            self.counts[name] = other.counts[name]
            self.examples[name] = other.examples.get(name, [])
            self.at_least |= other.at_least & {name}

    def compare(self, name: str, batch: Batch, column: str, before: Texts, after: Texts) -> None:
        """Take in every value of a column that the repair changed."""
        for place, (old, new) in enumerate(zip(before, after, strict=True)):
            if old != new:
                self.at(name, batch, place, column, old or "", new or "")

    def at(self, name: str, batch: Batch, place: int, column: str, before: str, after: str) -> None:
        """Take in a change at a position of a batch."""
        line = batch.lines[place] or None
        self.add(name, Change(batch.rows[place], line, column, before[:_CUT], after[:_CUT]))


class Step:
    """One or more repairs of rows, between the reader and the check.

    Those with `surveys` see all rows in `look` before the first of them is given to `mend`. A
    repair leaves alone what it does not understand, changes nothing when it is applied again, and
    never turns a good row bad.
    """

    surveys: ClassVar[bool] = False

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def look(self, batch: Batch) -> None:
        """See a batch of the survey."""

    def mend(self, batch: Batch, tally: Tally) -> Batch:
        """The batch with its values mended; the one given stays as it is."""
        raise NotImplementedError


def with_columns(batch: Batch, changed: dict[int, Texts]) -> Batch:
    """A batch in which some columns are others."""
    if not changed:
        return batch
    columns = list(batch.columns)
    for index, texts in changed.items():
        columns[index] = texts
    return replace(batch, columns=columns)
