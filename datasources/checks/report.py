"""What a check found: counts, the schema, and the problems, grouped by rule."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field

from datasources.checks.repairs import REPAIRS, Tally
from datasources.checks.titles import TITLES
from datasources.checks.where import Where
from datasources.schema import Problem, Schema

#: Of each rule, so many problems are shown in full; the others are counted.
EXAMPLES = 20
_CUT = 80  # characters of a value

Json = dict[str, object]


@dataclass(slots=True)
class Group:
    """The problems of one rule: how many, and the first of them."""

    count: int = 0
    examples: list[Problem] = field(default_factory=list)

    def as_json(self) -> Json:
        first = self.examples[0]
        several = TITLES.get(first.rule, first.message)
        return {
            "rule": first.rule,
            "severity": "warning" if first.warning else "error",
            "fatal": first.fatal,
            "message": first.message if self.count == 1 else several,
            "advice": first.advice,
            "count": self.count,
            "examples": [
                {
                    "row": problem.row,
                    "line": problem.line,
                    "column": problem.column,
                    "value": problem.value[:_CUT],
                    "message": problem.message,
                    "advice": problem.advice,
                }
                for problem in self.examples
            ],
        }


class Report:
    """`ok`: not one error. `can_send`: entities that are at fault would be left out, others load.

    `entities` counts all rows of the file, good and bad; `deletes` those to be deleted; `good`
    those to be loaded. All of it is of the file with the `chosen` repairs applied.
    """

    def __init__(self) -> None:
        self.schema: Schema | None = None
        self.data_source_name = ""
        self.entities = 0
        self.good = 0
        self.deletes = 0
        self.bytes = 0
        self.bom = False
        self.repaired = Tally()  # what the chosen repairs changed
        self.offers = Tally()  # what others would change
        self.chosen: frozenset[str] = frozenset()
        self.is_cut_short = False  # a fault of the file ended its reading
        self.where = Where()
        self._groups: dict[str, Group] = {}

    def add(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            group = self._groups.setdefault(problem.rule, Group())
            group.count += 1
            if len(group.examples) < EXAMPLES:
                group.examples.append(problem)

    @property
    def groups(self) -> list[Group]:
        """Fatal problems first, then errors, then warnings; each by how often they occur."""
        return sorted(
            self._groups.values(),
            key=lambda group: (
                not group.examples[0].fatal,
                group.examples[0].warning,
                -group.count,
            ),
        )

    def has(self, rule: str) -> bool:
        """Whether a problem of that rule was found."""
        return rule in self._groups

    @property
    def has_fatal(self) -> bool:
        return any(group.examples[0].fatal for group in self._groups.values())

    @property
    def ok(self) -> bool:
        """No error at all; there may be warnings."""
        return all(group.examples[0].warning for group in self._groups.values())

    @property
    def can_send(self) -> bool:
        """Nothing fatal, and something to load or to delete."""
        return not self.has_fatal and self.good + self.deletes > 0

    @property
    def bad(self) -> int:
        """Entities that would be left out of a load."""
        return max(0, self.entities - self.good - self.deletes)

    def as_json(self) -> Json:
        """The report as it is kept with an upload."""
        properties = self.schema.properties if self.schema else ()
        return {
            "entity_type": self.schema.entity_type if self.schema else "",
            "data_source_name": self.data_source_name,
            "entities": self.entities,
            "good": self.good,
            "bad": self.bad,
            "deletes": self.deletes,
            "bytes": self.bytes,
            "bom": self.bom,
            "ok": self.ok,
            "can_send": self.can_send,
            "is_cut_short": self.is_cut_short,
            "properties": [
                {"name": prop.name, "type": prop.type.value, "is_key": prop.is_key}
                for prop in properties
            ],
            "problems": [group.as_json() for group in self.groups],
            "places": [one.as_json() for one in self.where.placed],
            "unplaced": self.where.unplaced,
            "repaired": _changes(self.repaired, self.chosen),
            "offers": _changes(self.offers, self.offers.counts.keys() - self.chosen),
        }


def _changes(tally: Tally, names: Collection[str]) -> list[Json]:
    """What each repair changed or would change, in the order in which they are applied."""
    return [
        {
            "name": kind.name,
            "title": kind.title,
            "does": kind.does,
            "count": tally.counts.get(kind.name, 0),
            "at_least": kind.name in tally.at_least,
            "examples": [asdict(change) for change in tally.examples.get(kind.name, [])],
        }
        for kind in REPAIRS.values()
        if kind.name in names
    ]
