"""Warnings that a careful colleague would give: nothing breaks a rule, and something looks wrong.

They look at whole columns of what was found good, keep sketches of bounded size, and take a few
hundredths of a check's time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from datasources.checks.places import Places
from datasources.phrases import Phrase
from datasources.schema import Batch, Checked, EdmType, Problem, Schema

#: The share of empty values has jumped if it grew by this and has at least doubled.
JUMP = 0.1
FEW = 20  # entities: of fewer, a share says nothing
_STRIDE = 4  # of so many numbers one is looked at for leading zeros
_ZEROS = re.compile(r"(?:^|\n)[ \t]*[+-]?0\d")


class Advice:
    """Takes in a file's batches and gives the warnings; `current_empty` is the share (0 to 1) of
    empty values that each property has in the version which the file replaces, by its name."""

    def __init__(self, schema: Schema, current_empty: Mapping[str, float] | None = None) -> None:
        self._schema = schema
        self._places = Places(schema)
        self._zeros: dict[int, Problem] = {}
        before = {name.lower(): share for name, share in (current_empty or {}).items()}
        kept = schema.without_deletes().properties
        self._shares = {
            index: (prop.name, before[prop.name.lower()])
            for index, prop in enumerate(kept)
            if prop.type is not EdmType.GEOGRAPHY and prop.name.lower() in before
        }
        self._empty = dict.fromkeys(self._shares, 0)
        self._count = 0
        self._numbers = [
            index
            for index, prop in enumerate(schema.properties)
            if prop.type in (EdmType.INT64, EdmType.DOUBLE)
            and index not in (schema.latitude_index, schema.longitude_index, schema.deletes_index)
        ]

    def take(self, raw: Batch, checked: Checked) -> Iterator[Problem]:
        """Take in a batch; gives the warnings of single rows in it."""
        for index in self._numbers:
            if index not in self._zeros:
                self._look_for_zeros(index, raw)
        batch = checked.batch
        self._count += len(batch) - len(batch.deleted)
        for index in self._empty:
            column = batch.columns[index]
            empty = column.count(None)
            if empty and batch.deleted:
                empty -= sum(column[place] is None for place in batch.deleted)
            self._empty[index] += empty
        yield from self._places.take(checked)

    def _look_for_zeros(self, index: int, raw: Batch) -> None:
        column = raw.columns[index]
        joined = "\n".join(filter(None, column[::_STRIDE]))  # type: ignore[arg-type]  # raw text
        if not _ZEROS.search(joined):
            return
        prop = self._schema.properties[index]
        place, text = next(
            (place, str(text)) for place, text in enumerate(column) if _ZEROS.match(str(text or ""))
        )
        self._zeros[index] = Problem(
            "leading-zeros",
            Phrase(
                "{property} is {type}, so “{value}” and others lose their leading zeros.",
                property=prop.name,
                type=prop.type.value,
                value=text.strip()[:40],
            ),
            Phrase(
                "Make it Edm.String if it holds codes, as postal codes, telephone numbers and article numbers are."
            ),
            row=raw.rows[place],
            line=raw.lines[place] or None,
            column=prop.name,
            value=text[:80],
            warning=True,
        )

    def of_whole_file(self) -> Iterator[Problem]:
        """The warnings that all rows together give."""
        yield from self._zeros.values()
        yield from self._jumps()
        yield from self._places.of_whole_file()

    def _jumps(self) -> Iterator[Problem]:
        if self._count < FEW:
            return
        for index, (name, before) in self._shares.items():
            share = self._empty[index] / self._count
            if share - before >= JUMP and share >= 2 * before:
                yield Problem(
                    "empty-jump",
                    Phrase(
                        "{property} is empty in {share} of the entities; in the published version it is in {before}.",
                        property=name,
                        share=_percent(share),
                        before=_percent(before),
                    ),
                    Phrase(
                        "Compare the file with what it was made from: values may have been lost on the way."
                    ),
                    column=name,
                    warning=True,
                )


def _percent(share: float) -> str:
    """A share as people read it, never 0 % or 100 % where that is not so."""
    percent = round(share * 100)
    if percent == 0 and share > 0:
        return Phrase("less than 1 %")
    if percent == 100 and share < 1:
        return Phrase("more than 99 %")
    return f"{percent} %"
