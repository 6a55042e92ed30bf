"""The check of single rows while they are edited: the rules of an upload, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from datasources.phrases import Phrase
from datasources.schema import Batch, EdmType, Problem, Schema, ValueFault, check_batch
from datasources.schema.conversion import read_value
from datasources.schema.values import text_of

Texts = Sequence[str | None]


def tidy(kind: EdmType, text: str | None) -> str | None:
    """A typed text as it is kept: in the reference's spelling if it is a value, else as it is.

    What a keyboard or a clipboard gives that no text may hold (halves of letters) is replaced.
    """
    if not text:
        return None
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if kind is EdmType.STRING:
        return whole
    try:
        value = read_value(kind, whole)
    except ValueFault:
        return whole
    return None if value is None else text_of(value)


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong in one cell of a row, whose column is given by its place; `warning`s stop
    nothing."""

    place: int
    rule: str
    message: str
    advice: str = ""
    warning: bool = False


def check_rows(schema: Schema, rows: Sequence[Texts]) -> list[list[CellProblem]]:
    """What is wrong with each row of texts, by the rules for a row of a file, warnings too.

    The texts stand in the order of the schema's properties. Repeated entity IDs are not looked for.
    """
    if not rows:
        return []
    columns = [list(column) for column in zip(*rows, strict=True)]
    numbers = range(len(rows))
    # Rows of a problem are counted from 1 in a file; here they are places in `rows`.
    checked = check_batch(schema, Batch(list(columns), numbers, [0] * len(rows)), advise=True)
    found: list[list[CellProblem]] = [[] for _ in rows]
    for problem in checked.problems:
        found[problem.row or 0].append(_cell_problem(schema, problem))
    return found


def _cell_problem(schema: Schema, problem: Problem) -> CellProblem:
    place = schema.index(problem.column)
    return CellProblem(
        schema.key_index if place is None else place,
        problem.rule,
        problem.message,
        problem.advice,
        problem.warning,
    )


def repeated_id(entity_id: str) -> tuple[str, str, str]:
    """Rule, message and advice of an entity ID that another row has."""
    return (
        "duplicate-id",
        Phrase("Another entity has the ID “{entity_id}”.", entity_id=entity_id),
        Phrase("Give every entity an ID of its own, or delete one of the two."),
    )
