"""Which repairs would help a file: looked for while it is checked, then tried on all its rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace

from datasources.checks.mending import TEXTS, MendedReader, Order, mended
from datasources.checks.repairs import BOM, EXAMPLES, NAMES, WINDOWS_1252, Tally
from datasources.checks.repairs.base import Texts
from datasources.checks.repairs.booleans import BOOLEANS
from datasources.checks.repairs.ids import DUPLICATE_IDS
from datasources.checks.repairs.names import can_help
from datasources.checks.repairs.numbers import DECIMALS, THOUSANDS
from datasources.checks.repairs.rings import CLOSE_RINGS, TURN_RINGS, TurnRings, runs_clockwise
from datasources.checks.repairs.swap import SWAP
from datasources.checks.repairs.texts import TRIM
from datasources.formats import FileFault
from datasources.schema import Batch, Checked, EdmType, Problem, Schema

_PADDED = re.compile(r"(?:^|\0)\s+[^\s\0]|[^\s\0]\s+(?:\0|$)")
_STRIDE = 16  # of so many texts one is looked at for spaces, but of every ID
#: Texts with spaces around them: so many are counted, then no more is looked for.
ENOUGH = 1000
_SPACES = (" \0", "\0 ", "\t", "\n", "\r", "\u00a0")
_GROUPED = re.compile(r"\d[,. \u00a0\u2009\u202f'’]\d|^\s*[+-]?,\d")


class Suspicions:
    """Repairs that may help, by what a check finds; cheap where it finds nothing.

    `names` are of those that have to be tried out; what others would change is counted at once in
    `found`, at least: of texts, only some are looked at for spaces before the first are found.
    """

    def __init__(self, order: Order) -> None:
        self.names: set[str] = set()
        self.found = Tally()
        self._order = order
        self._padded: set[int] = set()

    def of_file(self, reader: MendedReader) -> None:
        if reader.bom:
            self.names.add(BOM.name)

    def of_problems(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            if name := self._helped_by(problem):
                self.names.update(name)

    def _helped_by(self, problem: Problem) -> tuple[str, ...]:
        rule, value = problem.rule, problem.value
        if rule == "boolean":
            return (BOOLEANS.name,)
        if rule in ("double", "int64"):
            return (THOUSANDS.name, DECIMALS.name) if _GROUPED.search(value) else ()
        if rule == "duplicate-id":
            return () if self._order.incremental else (DUPLICATE_IDS.name,)
        if rule == "latitude-range":
            return (SWAP.name,)
        if rule == "geography-ring":
            return (CLOSE_RINGS.name,)
        if rule == "encoding":  # of UTF-16 no value is told
            is_text = self._order.format in TEXTS and value and "\ufffd" not in value
            return (WINDOWS_1252.name,) if is_text else ()
        return (NAMES.name,) if can_help(rule) else ()

    def of_batch(self, schema: Schema, raw: Batch, checked: Checked) -> None:
        """Looks for what breaks no rule, and so comes up in files in which all is well."""
        enough = self.found.counts.get(TRIM.name, 0) >= ENOUGH
        if enough:
            self.found.at_least.add(TRIM.name)
        elif TRIM.name not in self._order.repairs:
            self._look_for_spaces(schema, raw)
        if TURN_RINGS.name not in self._order.repairs:
            self._look_at_rings(schema, raw, checked)

    def _look_for_spaces(self, schema: Schema, raw: Batch) -> None:
        for index, prop in enumerate(schema.properties):
            if prop.type is not EdmType.STRING:
                continue
            texts: Texts = raw.columns[index]  # type: ignore[assignment]
            is_padded = index in self._padded
            stride = 1 if prop.is_key or len(texts) < ENOUGH else _STRIDE
            if stride > 1:
                self.found.at_least.add(TRIM.name)
            if is_padded or _has_padding(texts[::stride]):
                self._padded.add(index)
                trimmed = [text.strip() if text else text for text in texts]
                if trimmed != list(texts):
                    self.found.compare(TRIM.name, raw, prop.name, texts, trimmed)

    def _look_at_rings(self, schema: Schema, raw: Batch, checked: Checked) -> None:
        places = runs_clockwise(checked.geometries)
        if places:
            index = schema.geography_index or 0
            shown = max(0, EXAMPLES - len(self.found.examples.get(TURN_RINGS.name, ())))
            TurnRings(schema).tell(self.found, raw, index, checked.geometries, places[:shown])
            self.found.count(TURN_RINGS.name, len(places) - len(places[:shown]))


def _has_padding(texts: Texts) -> bool:
    joined = "\0".join(filter(None, texts))
    return (
        joined[:1].isspace()
        or joined[-1:].isspace()
        or (any(space in joined for space in _SPACES) and bool(_PADDED.search(joined)))
    )


def try_out(
    order: Order, names: set[str], surveying: Callable[[], None]
) -> tuple[Tally, list[Problem]]:
    """What the repairs `names` would change beside the chosen ones, and what stays in doubt."""
    tally = Tally()
    with (
        suppress(FileFault),  # the check has told it
        mended(replace(order, repairs=order.repairs | names), tally, surveying) as reader,
    ):
        for _ in reader if names - {BOM.name, NAMES.name} else ():
            reader.problems.clear()
            surveying()
        return tally, reader.doubts()
    return tally, []
